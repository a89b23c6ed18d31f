#include "tests/support/workbook_builder.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <charconv>
#include <stdexcept>

namespace wellsieve::tests {
namespace {

constexpr const char* xml_head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
constexpr const char* office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
constexpr const char* package = "http://schemas.openxmlformats.org/package/2006/relationships";
constexpr const char* main_space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

std::string escape(std::string_view text) {
    std::string out;
    for (char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::size_t row_of(std::string_view reference) {
    const std::size_t digit = reference.find_first_of("0123456789");
    if (digit == std::string_view::npos)
        throw std::invalid_argument(fmt::format("'{}' is no cell", reference));
    return std::stoul(std::string(reference.substr(digit)));
}

struct SharedStrings {
    std::map<std::string, std::size_t> index;
    std::string items;

    std::size_t add(const std::string& text) {
        const auto [found, added] = index.try_emplace(text, index.size());
        if (added)
            items += fmt::format("<si><t xml:space=\"preserve\">{}</t></si>", escape(text));
        return found->second;
    }
};

std::string cell_xml(const Cell& cell, SharedStrings& strings) {
    const Content& content = cell.content;
    const std::string text = escape(content.digits);
    const std::string& at = cell.reference;
    switch (content.kind) {
        case Content::Kind::shared_text:
            return fmt::format("<c r=\"{}\" t=\"s\"><v>{}</v></c>", at, strings.add(content.digits));
        case Content::Kind::inline_text:
            return fmt::format("<c r=\"{}\" t=\"inlineStr\"><is><t>{}</t></is></c>", at, text);
        case Content::Kind::formula_text:
            return fmt::format("<c r=\"{}\" t=\"str\"><f>A1</f><v>{}</v></c>", at, text);
        case Content::Kind::boolean:
            return fmt::format("<c r=\"{}\" t=\"b\"><v>{}</v></c>", at, text);
        case Content::Kind::error:
            return fmt::format("<c r=\"{}\" t=\"e\"><v>{}</v></c>", at, text);
        case Content::Kind::number:
            break;
    }
    return fmt::format("<c r=\"{}\" s=\"{}\"><v>{}</v></c>", at, static_cast<int>(content.format), text);
}

std::string sheet_xml(const Sheet& sheet, SharedStrings& strings) {
    std::string xml = fmt::format("{}<worksheet xmlns=\"{}\"><sheetData>", xml_head, main_space);
    std::size_t row = 0;
    for (const Cell& cell : sheet.cells) {
        if (row_of(cell.reference) != row) {
            xml += row == 0 ? "" : "</row>";
            row = row_of(cell.reference);
            xml += fmt::format("<row r=\"{}\">", row);
        }
        xml += cell_xml(cell, strings);
    }
    return xml + (row == 0 ? "" : "</row>") + "</sheetData></worksheet>";
}

/// Cell styles in the order of Content::Format.
std::string styles_xml() {
    return fmt::format(
        "{}<styleSheet xmlns=\"{}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" "
        "formatCode=\"[h]:mm:ss\"/></numFmts><cellXfs count=\"4\"><xf numFmtId=\"0\"/>"
        "<xf numFmtId=\"22\"/><xf numFmtId=\"21\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>",
        xml_head, main_space);
}

std::string relation_xml(std::string_view id, std::string_view type, std::string_view target) {
    return fmt::format("<Relationship Id=\"{}\" Type=\"{}/{}\" Target=\"{}\"/>", id, office, type, target);
}

std::string column_name(std::size_t column) {
    std::string name;
    for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26)
        name.insert(name.begin(), static_cast<char>('A' + (n - 1) % 26));
    return name;
}

bool is_number(std::string_view text) {
    double number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    return result.ec == std::errc{} && result.ptr == text.data() + text.size() &&
           text.find_first_of("nN") == text.npos;
}

Content content_of(std::string_view field) {
    if (field.size() > 2 && field.front() == 'd' && field.back() == 'd' &&
        is_number(field.substr(1, field.size() - 2)))
        return duration(std::stod(std::string(field.substr(1, field.size() - 2))));
    return is_number(field) ? digits(std::string(field)) : Content(std::string(field));
}

std::string read_back(zip_source_t* source) {
    std::string bytes;
    zip_source_open(source);
    char piece[4096];
    for (zip_int64_t got; (got = zip_source_read(source, piece, sizeof piece)) > 0;)
        bytes.append(piece, static_cast<std::size_t>(got));
    zip_source_close(source);
    zip_source_free(source);
    return bytes;
}

}  // namespace

Content::Content(double number, Format how) : format(how), digits(fmt::format("{}", number)) {}

Content digits(std::string text) {
    return {std::move(text), Content::Kind::number};
}
Content date(double days) {
    return {days, Content::Format::date};
}
Content time_of_day(double days) {
    return {days, Content::Format::time_of_day};
}
Content duration(double days) {
    return {days, Content::Format::duration};
}

Sheet sheet_from_text(std::string name, std::string_view text) {
    Sheet sheet{std::move(name), {}};
    std::size_t row = 1;
    std::size_t column = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of("\t\n"), text.size());
        if (end > 0)
            sheet.cells.push_back(
                {fmt::format("{}{}", column_name(column), row), content_of(text.substr(0, end))});
        const bool ends_line = end < text.size() && text[end] == '\n';
        column = ends_line ? 0 : column + 1;
        row += ends_line;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return sheet;
}

std::map<std::string, std::string> workbook_parts(const std::vector<Sheet>& sheets) {
    std::map<std::string, std::string> parts;
    SharedStrings strings;
    std::string list;
    std::string relations = relation_xml("s", "styles", "styles.xml");
    relations += relation_xml("t", "sharedStrings", "sharedStrings.xml");
    for (std::size_t i = 0; i < sheets.size(); ++i) {
        const std::string part = fmt::format("worksheets/sheet{}.xml", i + 1);
        parts["xl/" + part] = sheet_xml(sheets[i], strings);
        list += fmt::format("<sheet name=\"{}\" sheetId=\"{}\" r:id=\"rId{}\"/>", escape(sheets[i].name),
                            i + 1, i + 1);
        relations += relation_xml(fmt::format("rId{}", i + 1), "worksheet", part);
    }
    const std::string root = relation_xml("r", "officeDocument", "xl/workbook.xml");
    const char* const frame = "{}<Relationships xmlns=\"{}\">{}</Relationships>";
    parts["_rels/.rels"] = fmt::format(fmt::runtime(frame), xml_head, package, root);
    parts["xl/_rels/workbook.xml.rels"] = fmt::format(fmt::runtime(frame), xml_head, package, relations);
    parts["xl/workbook.xml"] =
        fmt::format("{}<workbook xmlns=\"{}\" xmlns:r=\"{}\"><sheets>{}</sheets></workbook>", xml_head,
                    main_space, office, list);
    parts["xl/sharedStrings.xml"] =
        fmt::format("{}<sst xmlns=\"{}\">{}</sst>", xml_head, main_space, strings.items);
    parts["xl/styles.xml"] = styles_xml();
    return parts;
}

std::string zip_parts(const std::map<std::string, std::string>& parts) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* const target = zip_source_buffer_create(nullptr, 0, 0, &error);
    zip_t* const archive = target != nullptr ? zip_open_from_source(target, ZIP_TRUNCATE, &error) : nullptr;
    if (archive == nullptr)
        throw std::runtime_error(zip_error_strerror(&error));
    zip_source_keep(target);
    for (const auto& [name, bytes] : parts) {
        zip_source_t* const source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
        const zip_int64_t index = zip_file_add(archive, name.c_str(), source, ZIP_FL_ENC_UTF_8);
        if (index < 0) {
            zip_source_free(source);
            zip_discard(archive);
            throw std::invalid_argument(fmt::format("'{}' is no name of a part", name));
        }
        zip_file_set_mtime(archive, static_cast<zip_uint64_t>(index), 1'000'000'000, 0);
    }
    if (zip_close(archive) != 0)
        throw std::runtime_error(zip_strerror(archive));
    return read_back(target);
}

std::string make_workbook(const std::vector<Sheet>& sheets) {
    return zip_parts(workbook_parts(sheets));
}

}  // namespace wellsieve::tests

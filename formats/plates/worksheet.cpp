#include "formats/plates/worksheet_internal.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "formats/error.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t most_rows = 1048576;
constexpr std::size_t most_columns = 16384;
constexpr std::size_t longest_sheet = std::size_t{1} << 30;
constexpr std::size_t bytes_per_cell = 16;
constexpr std::size_t bytes_per_row = 12;
constexpr std::size_t bytes_per_owned_text = 48;

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
    Number number{};
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    return result.ec == std::errc{} && result.ptr == text.data() + text.size() ? std::optional(number)
                                                                               : std::nullopt;
}

/// Half of a surrogate pair is no character; a NUL is none that text may hold.
void append_utf8(std::string& out, unsigned unit) {
    if (unit == 0)
        return;
    if (unit >= 0xD800 && unit < 0xE000)
        unit = 0xFFFD;
    if (unit < 0x80) {
        out += static_cast<char>(unit);
    } else if (unit < 0x800) {
        out += static_cast<char>(0xC0 | unit >> 6);
        out += static_cast<char>(0x80 | (unit & 0x3F));
    } else {
        out += static_cast<char>(0xE0 | unit >> 12);
        out += static_cast<char>(0x80 | (unit >> 6 & 0x3F));
        out += static_cast<char>(0x80 | (unit & 0x3F));
    }
}

/// "_x000D_" stands for a character that XML cannot hold.
std::string unescape(std::string text) {
    std::size_t at = text.find("_x");
    if (at == std::string::npos)
        return text;
    std::string out;
    std::size_t done = 0;
    for (; at != std::string::npos; at = text.find("_x", at + 1)) {
        unsigned unit = 0;
        if (at < done || at + 7 > text.size() || text[at + 6] != '_' ||
            std::from_chars(&text[at + 2], &text[at + 6], unit, 16).ptr != &text[at + 6])
            continue;
        out.append(text, done, at - done);
        append_utf8(out, unit);
        done = at + 7;
    }
    return out.append(text, done);
}

struct Position {
    std::size_t row = 0;
    std::size_t column = 0;
};

/// Column and row of "B12", from 0; npos for a part that is not there or beyond a sheet.
std::optional<Position> parse_reference(std::string_view text) {
    std::size_t column = 0;
    std::size_t at = 0;
    for (; at < text.size() && text[at] >= 'A' && text[at] <= 'Z' && column <= most_columns; ++at)
        column = column * 26 + static_cast<std::size_t>(text[at] - 'A') + 1;
    const auto row = parse_whole<std::size_t>(text.substr(at));
    if (!row || *row == 0 || *row > most_rows || column == 0 || column > most_columns)
        return std::nullopt;
    return Position{*row - 1, column - 1};
}

class SheetBuilder {
  public:
    SheetBuilder(Archive& archive, std::string_view part, std::string_view name, const WorkbookParts& common)
        : archive_(archive), part_(part), common_(common), table_(std::string(name)) {
        strings_.resize(common.strings.size());
        archive.budget().take(bytes_per_cell * strings_.size());
    }

    void add(pugi::xml_node row) {
        if (const std::string_view number = row.attribute("r").value(); !number.empty()) {
            const auto parsed = parse_whole<std::size_t>(number);
            if (!parsed || *parsed == 0 || *parsed > most_rows)
                fail(fmt::format("has a row '{}'", number));
            next_.row = *parsed - 1;
        }
        next_.column = 0;
        for (pugi::xml_node cell : row.children()) {
            if (local_name(cell.name()) != "c")
                continue;
            add_cell(cell);
            ++next_.column;
        }
        ++next_.row;
    }

    /// Cells are views into `xml`, whose bytes stay where they are when it is moved: no cell fits into the
    /// few that a string holds within itself.
    Table finish(std::string xml) {
        if (table_.rows() > 0)
            table_.own(std::move(xml));
        return std::move(table_);
    }

  private:
    [[noreturn]] void fail(std::string_view message) const {
        throw FormatError(archive_.path(), fmt::format("sheet '{}' (part {})", table_.name(), part_),
                          message);
    }

    void add_cell(pugi::xml_node cell) {
        std::string_view type;
        std::string_view style;
        for (pugi::xml_attribute attribute : cell.attributes()) {
            const std::string_view name = attribute.name();
            if (name == "r")
                move_to(attribute.value());
            else if (name == "t")
                type = attribute.value();
            else if (name == "s")
                style = attribute.value();
        }
        const std::string_view text = trim(text_of_cell(cell, type, style));
        if (!text.empty())
            put(text);
    }

    void move_to(std::string_view reference) {
        const auto position = parse_reference(reference);
        if (!position)
            fail(fmt::format("has a cell '{}'", reference));
        next_ = *position;
    }

    std::string_view text_of_cell(pugi::xml_node cell, std::string_view type, std::string_view style) {
        if (type == "inlineStr")
            return own(string_item_text(child_named(cell, "is")));
        const std::string_view text = trim(child_named(cell, "v").child_value());
        if (type == "s")
            return text.empty() ? text : shared_string(text);
        if (type == "str")
            return text.find("_x") == std::string_view::npos ? text : own(unescape(std::string(text)));
        if (type == "b")
            return text == "1" || text == "true" ? "TRUE" : text.empty() ? "" : "FALSE";
        if (type == "e" || type == "d")
            return text;
        return style.empty() ? text : styled_number(text, style);
    }

    std::string_view shared_string(std::string_view index_text) {
        const auto index = parse_whole<std::size_t>(index_text);
        if (!index || *index >= strings_.size())
            fail(fmt::format("refers to the string {} of {}", index_text, strings_.size()));
        std::string_view& known = strings_[*index];
        if (known.data() == nullptr)
            known = own(common_.strings[*index]);
        return known;
    }

    std::string_view styled_number(std::string_view text, std::string_view style_text) {
        const auto index = parse_whole<std::size_t>(style_text);
        if (!index || *index >= common_.cell_styles.size() ||
            common_.cell_styles[*index] == NumberStyle::plain)
            return text;
        const auto number = parse_number(text);
        const auto shown =
            number ? format_serial(*number, common_.cell_styles[*index], common_.from_1904) : std::nullopt;
        return shown ? own(*shown) : text;
    }

    std::string_view own(std::string text) {
        archive_.budget().take(text.size() + bytes_per_owned_text);
        return table_.own(std::move(text));
    }

    void put(std::string_view text) {
        const std::size_t rows = table_.rows();
        const std::size_t columns = rows == 0 ? 0 : table_.columns(rows - 1);
        if (next_.row + 1 < rows || (next_.row + 1 == rows && next_.column < columns))
            fail(fmt::format("has its cells out of order at row {}", next_.row + 1));
        const std::size_t padding = next_.row + 1 == rows ? next_.column - columns : next_.column;
        archive_.budget().take((next_.row + 1 - rows) * bytes_per_row + (padding + 1) * bytes_per_cell);
        for (std::size_t row = rows; row <= next_.row; ++row)
            table_.add_row();
        for (std::size_t i = 0; i < padding; ++i)
            table_.add_cell({});
        table_.add_cell(text);
    }

    Archive& archive_;
    std::string_view part_;
    const WorkbookParts& common_;
    Table table_;
    Position next_;
    std::vector<std::string_view> strings_;  ///< as the table owns them
};

}  // namespace

std::string string_item_text(pugi::xml_node item) {
    std::string text;
    for (pugi::xml_node child : item.children()) {
        const std::string_view name = local_name(child.name());
        if (name == "t")
            text += text_of(child);
        else if (name == "r")
            text += text_of(child_named(child, "t"));
    }
    return unescape(std::move(text));
}

Table read_worksheet(Archive& archive, std::string_view part, std::string_view sheet_name,
                     const WorkbookParts& common) {
    std::string xml = archive.read(part, longest_sheet);
    SheetBuilder builder(archive, part, sheet_name, common);
    for_each_item(xml, {"sheetData", "row"}, archive.path(), part,
                  [&](pugi::xml_node row) { builder.add(row); });
    return builder.finish(std::move(xml));
}

}  // namespace wellsieve::formats::plates

#include "formats/plates/workbook.hpp"

#include <fmt/format.h>

#include <map>
#include <string>

#include "formats/error.hpp"
#include "formats/plates/archive_internal.hpp"
#include "formats/plates/worksheet_internal.hpp"
#include "formats/plates/xml_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t longest_small_part = std::size_t{8} << 20;
constexpr std::size_t longest_strings = std::size_t{1} << 30;
constexpr std::size_t most_sheets = 4096;
constexpr std::size_t bytes_per_string = sizeof(std::string);

struct Relation {
    std::string type;    ///< the last word of its URI: "worksheet"
    std::string target;  ///< the part's full name
};
using Relations = std::map<std::string, Relation>;

/// A small part as a tree, with the text that it points into.
struct SmallPart {
    std::string xml;
    pugi::xml_document document;

    SmallPart(Archive& archive, const std::string& part) : xml(archive.read(part, longest_small_part)) {
        parse_part(document, xml, archive.path(), part);
    }
    pugi::xml_node root(std::string_view name) const { return child_named(document, name); }
};

std::string folder_of(const std::string& part) {
    const std::size_t slash = part.rfind('/');
    return slash == std::string::npos ? std::string() : part.substr(0, slash + 1);
}

/// A target is relative to the folder of the part that names it, or starts with '/'.
std::string resolve(std::string folder, std::string_view target) {
    if (target.starts_with('/'))
        return std::string(target.substr(1));
    while (target.starts_with("../") || target.starts_with("./")) {
        if (target.starts_with("../") && !folder.empty())
            folder = folder_of(folder.substr(0, folder.size() - 1));
        target.remove_prefix(target.find('/') + 1);
    }
    return folder.append(target);
}

Relations read_relations(Archive& archive, const std::string& of_part) {
    const std::string folder = folder_of(of_part);
    const std::string part = fmt::format("{}_rels/{}.rels", folder, of_part.substr(folder.size()));
    Relations relations;
    if (!archive.has(part))
        return relations;
    const SmallPart tree(archive, part);
    for (pugi::xml_node relation : tree.root("Relationships").children()) {
        const std::string_view type = relation.attribute("Type").value();
        relations[relation.attribute("Id").value()] = {std::string(type.substr(type.rfind('/') + 1)),
                                                       resolve(folder, relation.attribute("Target").value())};
    }
    return relations;
}

const Relation* first_of_type(const Relations& relations, std::string_view type) {
    for (const auto& [id, relation] : relations)
        if (relation.type == type)
            return &relation;
    return nullptr;
}

std::string find_workbook_part(Archive& archive) {
    const Relations relations = read_relations(archive, "");
    const Relation* stated = first_of_type(relations, "officeDocument");
    std::string part = stated != nullptr ? stated->target : "xl/workbook.xml";
    if (!archive.has(part) || !part.ends_with(".xml"))
        throw FormatError(archive.path(), "",
                          "is a zip archive without an .xlsx workbook in it; save it as .xlsx and try again");
    return part;
}

std::vector<std::string> read_shared_strings(Archive& archive, const std::string& part) {
    std::vector<std::string> strings;
    std::string xml = archive.read(part, longest_strings);
    for_each_item(xml, {"sst", "si"}, archive.path(), part, [&](pugi::xml_node item) {
        strings.push_back(string_item_text(item));
        archive.budget().take(strings.back().size() + bytes_per_string);
    });
    return strings;
}

std::vector<NumberStyle> read_cell_styles(Archive& archive, const std::string& part) {
    const SmallPart tree(archive, part);
    const pugi::xml_node sheet = tree.root("styleSheet");
    std::map<unsigned, NumberStyle> custom;
    for (pugi::xml_node format : child_named(sheet, "numFmts").children())
        custom[format.attribute("numFmtId").as_uint()] =
            style_of_format(format.attribute("formatCode").value());
    std::vector<NumberStyle> styles;
    for (pugi::xml_node cell : child_named(sheet, "cellXfs").children()) {
        if (local_name(cell.name()) != "xf")
            continue;
        const unsigned id = cell.attribute("numFmtId").as_uint();
        const auto found = custom.find(id);
        styles.push_back(found != custom.end() ? found->second : style_of_builtin(id));
    }
    return styles;
}

/// The attribute "id" of the relationships' namespace, whatever its prefix.
std::string_view relation_id(pugi::xml_node sheet) {
    for (pugi::xml_attribute attribute : sheet.attributes())
        if (std::string_view(attribute.name()).find(':') != std::string_view::npos &&
            local_name(attribute.name()) == "id")
            return attribute.value();
    return {};
}

struct Sheet {
    std::string name;
    std::string part;
};

std::vector<Sheet> list_sheets(Archive& archive, pugi::xml_node workbook, const Relations& relations) {
    std::vector<Sheet> sheets;
    for (pugi::xml_node sheet : child_named(workbook, "sheets").children()) {
        if (local_name(sheet.name()) != "sheet")
            continue;
        const std::string name = sheet.attribute("name").value();
        const auto relation = relations.find(std::string(relation_id(sheet)));
        if (relation == relations.end())
            throw FormatError(archive.path(), fmt::format("sheet '{}'", name),
                              "the workbook does not say in which part it is; export it again");
        if (relation->second.type == "worksheet")
            sheets.push_back({name, relation->second.target});
        if (sheets.size() > most_sheets)
            throw FormatError(archive.path(), "", fmt::format("has more than {} sheets", most_sheets));
    }
    if (sheets.empty())
        throw FormatError(archive.path(), "", "is a workbook without a worksheet");
    return sheets;
}

}  // namespace

std::vector<Table> read_workbook(std::string_view path, std::string_view bytes) {
    Archive archive(path, bytes);
    const std::string part = find_workbook_part(archive);
    const Relations relations = read_relations(archive, part);
    const SmallPart tree(archive, part);
    const pugi::xml_node workbook = tree.root("workbook");

    WorkbookParts common;
    common.from_1904 = child_named(workbook, "workbookPr").attribute("date1904").as_bool();
    if (const Relation* strings = first_of_type(relations, "sharedStrings"))
        common.strings = read_shared_strings(archive, strings->target);
    if (const Relation* styles = first_of_type(relations, "styles"); styles && archive.has(styles->target))
        common.cell_styles = read_cell_styles(archive, styles->target);

    std::vector<Table> tables;
    for (const Sheet& sheet : list_sheets(archive, workbook, relations))
        tables.push_back(read_worksheet(archive, sheet.part, sheet.name, common));
    return tables;
}

}  // namespace wellsieve::formats::plates

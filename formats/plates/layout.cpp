#include "formats/plates/layout.hpp"

#include <fmt/format.h>

#include <set>

#include "formats/plates/columns_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

struct RoleWord {
    std::string_view word;
    Role role;
};

constexpr std::array role_words{
    RoleWord{"sample", Role::sample},     RoleWord{"parent", Role::parent},
    RoleWord{"positive", Role::positive}, RoleWord{"negative", Role::negative},
    RoleWord{"blank", Role::blank},       RoleWord{"empty", Role::empty},
    RoleWord{"reference", Role::parent},  RoleWord{"wild type", Role::parent},
    RoleWord{"wt", Role::parent},         RoleWord{"control", Role::parent},
    RoleWord{"pos", Role::positive},      RoleWord{"neg", Role::negative},
    RoleWord{"medium", Role::blank},      RoleWord{"media", Role::blank},
    RoleWord{"strain", Role::sample},     RoleWord{"other", Role::empty},
    RoleWord{"unused", Role::empty},
};

Role require_role(const Document& document, const Table& table, std::size_t row, std::size_t column) {
    const std::string_view text = table.cell(row, column);
    if (const auto role = parse_role(text))
        return *role;
    document.fail(
        table, row, column,
        fmt::format("'{}' is no role; the roles are sample, parent, positive, negative, blank, empty", text));
}

/// Stores one cell of a layout in the variable that its block or column is named after.
void set_variable(const Document& document, const Table& table, std::size_t row, std::size_t column,
                  std::string_view variable, WellContent& content) {
    const std::string_view text = table.cell(row, column);
    if (text.empty())
        return;
    if (equals_ignoring_case(variable, "strain"))
        content.strain = text;
    else if (equals_ignoring_case(variable, "role"))
        content.role = require_role(document, table, row, column);
    else if (equals_ignoring_case(variable, "replicate"))
        content.replicate = text;
    else if (equals_ignoring_case(variable, "condition"))
        content.condition = text;
    else if (equals_ignoring_case(variable, "medium"))
        content.medium = text;
    else
        content.other[std::string(variable)] = text;
}

/// A block's first row: a name, then 1 … n. Returns n, or 0 when the row is something else.
std::size_t block_width(const Table& table, std::size_t row) {
    std::size_t width = 0;
    while (table.cell(row, width + 1) == std::to_string(width + 1) ||
           table.cell(row, width + 1) == fmt::format("{:02}", width + 1))
        ++width;
    return width >= 2 ? width : 0;
}

/// Reads the block at `row` and returns the row after it.
std::size_t read_block(const Document& document, const Table& table, std::size_t row,
                       std::set<std::string>& seen, std::map<Well, WellContent>& wells) {
    const std::string variable(table.cell(row, 0));
    if (variable.empty())
        document.fail(table, row, 0,
                      "the block has no name: write the variable (strain, role, …) into its corner");
    if (!seen.insert(variable).second)
        document.fail(table, row, 0, fmt::format("a second block named '{}'", variable));
    const std::size_t width = block_width(table, row);
    std::size_t rows_read = 0;
    for (++row; row < table.rows() && !table.is_blank(row); ++row, ++rows_read) {
        const auto plate_row = parse_row_label(table.cell(row, 0));
        if (!plate_row || *plate_row != rows_read)
            document.fail(table, row, 0,
                          fmt::format("'{}' where row {} of the plate is wanted", table.cell(row, 0),
                                      row_label(static_cast<std::uint16_t>(rows_read))));
        for (std::size_t column = 0; column < width; ++column)
            set_variable(document, table, row, column + 1, variable,
                         wells[Well{*plate_row, static_cast<std::uint16_t>(column)}]);
    }
    if (!standard_shape(static_cast<std::uint32_t>(rows_read * width)))
        document.fail(table, row - 1,
                      fmt::format("block '{}' has {} rows of {}, which is no plate of 6 to 1536 wells",
                                  variable, rows_read, width));
    return row;
}

Layout read_blocks(const Document& document) {
    Layout layout{document.path(), {}};
    for (const Table& table : document.tables()) {
        std::set<std::string> seen;
        auto& wells = layout.plates[document.tables().size() > 1 ? table.name() : std::string()];
        for (std::size_t row = 0; row < table.rows();) {
            if (table.is_blank(row) || table.cell(row, 0).starts_with('#'))
                ++row;
            else if (block_width(table, row) > 0)
                row = read_block(document, table, row, seen, wells);
            else
                document.fail(table, row, "neither a block's first row (a name, then 1, 2, …) nor blank");
        }
    }
    return layout;
}

Well well_of(const Columns& columns, std::size_t row, std::optional<std::size_t> well_column,
             std::optional<std::size_t> row_column, std::optional<std::size_t> column_column) {
    const std::string text =
        well_column ? std::string(columns.cell(row, well_column))
                    : fmt::format("{}{}", columns.cell(row, row_column), columns.cell(row, column_column));
    if (const auto well = parse_well(text))
        return *well;
    columns.fail(row, well_column ? well_column : row_column, fmt::format("'{}' is no well", text));
}

Layout read_rows(const Document& document) {
    const Columns columns(document);
    const auto well = columns.find({"well"});
    const auto plate_row = well ? std::nullopt : std::optional(columns.require({"row"}));
    const auto plate_column = well ? std::nullopt : std::optional(columns.require({"column", "col"}));
    const auto plate = columns.find({"plate"});
    Layout layout{document.path(), {}};
    for (std::size_t row = columns.first_row(); row < columns.table().rows(); ++row) {
        if (!columns.has_data(row))
            continue;
        const Well place = well_of(columns, row, well, plate_row, plate_column);
        std::string plate_name(columns.cell(row, plate));
        if (plate_name == "*")
            plate_name.clear();
        auto [entry, added] = layout.plates[plate_name].try_emplace(place);
        if (!added)
            columns.fail(
                row, well,
                fmt::format("well {} of plate '{}' stands here a second time", well_name(place), plate_name));
        for (std::size_t column = 0; column < columns.size(); ++column)
            if (column != well && column != plate_row && column != plate_column && column != plate)
                set_variable(document, columns.table(), row, column, columns.name(column), entry->second);
    }
    return layout;
}

bool is_plater_shaped(const Document& document) {
    for (const Table& table : document.tables())
        for (std::size_t row = 0; row < table.rows(); ++row)
            if (!table.is_blank(row) && !table.cell(row, 0).starts_with('#'))
                return block_width(table, row) > 0;
    return false;
}

}  // namespace

std::string_view role_name(Role role) {
    for (const RoleWord& entry : role_words)
        if (entry.role == role)
            return entry.word;
    return {};
}

std::optional<Role> parse_role(std::string_view text) {
    for (const RoleWord& entry : role_words)
        if (equals_ignoring_case(text, entry.word))
            return entry.role;
    return std::nullopt;
}

const std::map<Well, WellContent>* Layout::wells_of(std::string_view plate) const {
    auto found = plates.find(plate);
    if (found == plates.end())
        found = plates.find("");
    return found == plates.end() ? nullptr : &found->second;
}

Layout read_layout(const Document& document) {
    return is_plater_shaped(document) ? read_blocks(document) : read_rows(document);
}

StrainTable read_strain_table(const Document& document) {
    const Columns columns(document);
    const std::size_t strain = columns.require({"strain", "strain_id", "id", "line name", "name"});
    const auto parent = columns.find({"parent"});
    const auto role = columns.find({"role"});
    StrainTable table;
    std::vector<std::size_t> design;
    for (std::size_t column = 0; column < columns.size(); ++column)
        if (column != strain && column != parent && column != role && !columns.name(column).empty()) {
            design.push_back(column);
            table.design_columns.emplace_back(columns.name(column));
        }
    std::set<std::string, std::less<>> seen;
    std::vector<std::size_t> rows;
    for (std::size_t row = columns.first_row(); row < columns.table().rows(); ++row) {
        if (!columns.has_data(row))
            continue;
        StrainEntry entry{
            std::string(columns.cell(row, strain)), std::string(columns.cell(row, parent)), {}, {}};
        if (entry.strain.empty())
            columns.fail(row, strain, "the strain has no name");
        if (!seen.insert(entry.strain).second)
            columns.fail(row, strain, fmt::format("strain '{}' stands here a second time", entry.strain));
        if (!columns.cell(row, role).empty())
            entry.role = require_role(document, columns.table(), row, *role);
        for (std::size_t column : design)
            entry.design.emplace_back(columns.cell(row, column));
        table.strains.push_back(std::move(entry));
        rows.push_back(row);
    }
    for (std::size_t i = 0; i < table.strains.size(); ++i)
        if (!table.strains[i].parent.empty() && !seen.contains(table.strains[i].parent))
            columns.fail(rows[i], parent,
                         fmt::format("parent '{}' is no strain of this table", table.strains[i].parent));
    return table;
}

std::vector<Mask> read_masks(const Document& document) {
    const Columns columns(document);
    const std::size_t plate = columns.require({"plate"});
    const std::size_t well = columns.require({"well"});
    const auto replicate = columns.find({"replicate", "sample"});
    const auto reason = columns.find({"reason", "comment", "flag"});
    std::vector<Mask> masks;
    for (std::size_t row = columns.first_row(); row < columns.table().rows(); ++row) {
        if (!columns.has_data(row))
            continue;
        const auto place = parse_well(columns.cell(row, well));
        if (!place)
            columns.fail(row, well, fmt::format("'{}' is no well", columns.cell(row, well)));
        masks.push_back({std::string(columns.cell(row, plate)), std::string(columns.cell(row, replicate)),
                         *place, std::string(columns.cell(row, reason))});
    }
    return masks;
}

std::vector<PlateListEntry> read_plate_list(const Document& document) {
    const Columns columns(document);
    const std::size_t file = columns.require({"file", "filename"});
    const std::size_t plate = columns.require({"plate"});
    const auto replicate = columns.find({"replicate"});
    const auto batch = columns.find({"batch"});
    const auto run = columns.find({"run", "sheet"});
    const auto start = columns.find({"start_h"});
    std::set<std::pair<std::string, std::string>> seen;
    std::vector<PlateListEntry> entries;
    for (std::size_t row = columns.first_row(); row < columns.table().rows(); ++row) {
        if (!columns.has_data(row))
            continue;
        entries.push_back({std::string(columns.cell(row, file)), std::string(columns.cell(row, plate)),
                           std::string(columns.cell(row, replicate)), std::string(columns.cell(row, batch)),
                           std::string(columns.cell(row, run)), parse_number(columns.cell(row, start))});
        const PlateListEntry& entry = entries.back();
        if (!columns.cell(row, start).empty() && !entry.start_h)
            columns.fail(row, start, fmt::format("'{}' is no number of hours", columns.cell(row, start)));
        if (!seen.insert({entry.file, entry.run}).second)
            columns.fail(row, file, fmt::format("file '{}' stands here a second time", entry.file));
    }
    return entries;
}

}  // namespace wellsieve::formats::plates

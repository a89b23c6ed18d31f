#include <algorithm>
#include <cmath>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/tidy_header_internal.hpp"

namespace wellsieve::formats::plates::tidy {
namespace {

constexpr std::size_t probe_rows = 40;

struct Name {
    std::string_view text;  ///< lower case, letters and digits only
    Role role;
};

constexpr std::array names{
    Name{"plate", Role::plate},
    Name{"plateid", Role::plate},
    Name{"platename", Role::plate},
    Name{"barcode", Role::plate},
    Name{"platebarcode", Role::plate},
    Name{"platenumber", Role::plate},
    Name{"well", Role::well},
    Name{"wellid", Role::well},
    Name{"wellname", Role::well},
    Name{"wellposition", Role::well},
    Name{"position", Role::well},
    Name{"wellpos", Role::well},
    Name{"row", Role::row},
    Name{"rowletter", Role::row},
    Name{"platerow", Role::row},
    Name{"column", Role::column},
    Name{"col", Role::column},
    Name{"platecolumn", Role::column},
    Name{"sample", Role::series},
    Name{"samplename", Role::series},
    Name{"sampleid", Role::series},
    Name{"strain", Role::series},
    Name{"line", Role::series},
    Name{"linename", Role::series},
    Name{"experiment", Role::series},
    Name{"experiments", Role::series},
    Name{"curve", Role::series},
    Name{"series", Role::series},
    Name{"culture", Role::series},
    Name{"name", Role::series},
    Name{"value", Role::value},
    Name{"values", Role::value},
    Name{"measurement", Role::value},
    Name{"measurements", Role::value},
    Name{"reading", Role::value},
    Name{"signal", Role::value},
    Name{"rawvalue", Role::value},
    Name{"intensity", Role::value},
    Name{"mode", Role::mode},
    Name{"detectionmode", Role::mode},
    Name{"readmode", Role::mode},
    Name{"readout", Role::readout},
    Name{"channel", Role::readout},
    Name{"measurementtype", Role::readout},
    Name{"analyte", Role::readout},
    Name{"variable", Role::readout},
    Name{"label", Role::readout},
    Name{"wavelength", Role::wavelength},
    Name{"wavelengthnm", Role::wavelength},
    Name{"excitation", Role::excitation},
    Name{"excitationnm", Role::excitation},
    Name{"ex", Role::excitation},
    Name{"excitationwavelength", Role::excitation},
    Name{"emission", Role::emission},
    Name{"emissionnm", Role::emission},
    Name{"em", Role::emission},
    Name{"emissionwavelength", Role::emission},
    Name{"unit", Role::unit},
    Name{"units", Role::unit},
    Name{"flag", Role::flag},
    Name{"flags", Role::flag},
    Name{"qualifier", Role::flag},
    Name{"kind", Role::kind},
    Name{"read", Role::design},
    Name{"id", Role::design},
    Name{"index", Role::design},
    Name{"n", Role::design},
    Name{"rep", Role::design},
    Name{"replicate", Role::design},
    Name{"batch", Role::design},
    Name{"cycle", Role::design},
    Name{"condition", Role::design},
    Name{"medium", Role::design},
    Name{"media", Role::design},
    Name{"role", Role::design},
    Name{"type", Role::design},
    Name{"control", Role::design},
    Name{"iscontrol", Role::design},
    Name{"group", Role::design},
    Name{"conc", Role::design},
    Name{"concentration", Role::design},
    Name{"dose", Role::design},
    Name{"dilution", Role::design},
    Name{"volume", Role::design},
    Name{"date", Role::design},
    Name{"file", Role::design},
    Name{"comment", Role::design},
    Name{"note", Role::design},
};

bool is_letter(char c) {
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

std::optional<Role> role_of(std::string_view header) {
    std::string plain_name;
    for (char c : header)
        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            plain_name += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
    const auto found =
        std::find_if(names.begin(), names.end(), [&](auto& name) { return name.text == plain_name; });
    if (found != names.end())
        return found->role;
    if (plain::is_temperature_header(header))
        return Role::temperature;
    return plain::parse_time_header(header) ? std::optional(Role::time) : std::nullopt;
}

std::optional<std::uint16_t> parse_row(std::string_view text) {
    if (const auto number = parse_number(text);
        number && *number >= 1 && *number <= 32 && *number == std::floor(*number))
        return static_cast<std::uint16_t>(*number - 1);
    return parse_row_label(text);
}

/// What the first cell below the header that is not empty holds; nothing where it is other text.
std::optional<Value> first_value(const Table& table, std::size_t header_row, std::size_t column) {
    const std::size_t end = std::min(table.rows(), header_row + 1 + 2 * probe_rows);
    for (std::size_t row = header_row + 1; row < end; ++row)
        if (is_data(table, row) && !table.cell(row, column).empty())
            return parse_value_any_mark(table.cell(row, column));
    return std::nullopt;
}

bool starts_with_number(const Table& table, std::size_t header_row, std::size_t column) {
    const auto value = first_value(table, header_row, column);
    return value && value->flag == Flag::none;
}

/// Columns without a role hold readings when no column is called "value".
void find_values(const Table& table, Header& header, const std::vector<std::size_t>& others) {
    if (const auto value = header.column(Role::value)) {
        header.values.push_back(*value);
        return;
    }
    for (std::size_t column : others)
        if (plain::optical_readout(table.cell(header.row, column)) ||
            starts_with_number(table, header.row, column))
            header.values.push_back(column);
}

/// Whether every column with a name is a time, or has a role: then the table is wide, a row a well.
bool has_times_across(const Table& table, const Header& header, const std::vector<std::size_t>& others) {
    return std::all_of(others.begin(), others.end(), [&](std::size_t column) {
        const std::string_view cell = table.cell(header.row, column);
        return plain::parse_written_time(cell, '.') || plain::parse_written_time(cell, ',');
    });
}

/// Whether the word stands in the text between others, of which underscores are no part.
bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_letter(text[end]))
            ++end;
        if (equals_ignoring_case(text.substr(at, end - at), word))
            return true;
        at = end + 1;
    }
    return false;
}

/// Whether the table is the log of one vessel: a row a time, columns after what only a vessel has.
bool is_of_vessel(const Table& table, const Header& header) {
    constexpr std::array<std::string_view, 9> words{"volume", "feed",    "biomass",   "substrate", "dot",
                                                    "po2",    "stirrer", "agitation", "DO"};
    constexpr std::size_t enough = 2;
    if (!header.column(Role::time))
        return false;
    std::size_t named = 0;
    for (std::string_view word : words)
        for (std::size_t column = 0; column < table.columns(header.row); ++column)
            if (has_word(table.cell(header.row, column), word)) {
                ++named;
                break;
            }
    return named >= enough;
}

std::optional<Header> header_at(const Table& table, std::size_t row) {
    Header header;
    header.row = row;
    std::vector<std::size_t> others;
    std::vector<std::size_t> design;
    for (std::size_t column = 0; column < table.columns(row); ++column) {
        const std::string_view cell = table.cell(row, column);
        if (cell.empty())
            continue;
        const auto role = is_letter(cell.front()) ? role_of(cell) : std::nullopt;
        if (role == Role::design)
            design.push_back(column);
        if (role && !header.column(*role))
            header.columns[static_cast<std::size_t>(*role)] = column;
        else if (!role)
            others.push_back(column);
    }
    const bool reading_described = header.column(Role::time) || header.column(Role::unit) ||
                                   header.column(Role::readout) || header.column(Role::mode);
    const bool series = header.column(Role::series) && reading_described;
    if (!header.names_wells() && !series) {
        if (header.column(Role::value) || !is_of_vessel(table, header))
            return std::nullopt;
        others.insert(others.end(), design.begin(), design.end());  // its volume is a reading
        std::sort(others.begin(), others.end());
        for (std::size_t column : others)  // a sample may be long in coming
            if (first_value(table, row, column))
                header.values.push_back(column);
        return header.values.empty() ? std::nullopt : std::optional(std::move(header));
    }
    if (!header.column(Role::value) && has_times_across(table, header, others))
        return std::nullopt;
    find_values(table, header, others);
    return header.values.empty() ? std::nullopt : std::optional(std::move(header));
}

}  // namespace

bool Header::names_wells() const {
    return column(Role::well) || (column(Role::row) && column(Role::column));
}

bool is_data(const Table& table, std::size_t row) {
    return !table.is_blank(row) && !table.cell(row, 0).starts_with('#');
}

std::optional<Well> well_at(const Table& table, std::size_t row, const Header& header) {
    if (const auto column = header.column(Role::well))
        if (const auto well = parse_well(table.cell(row, *column)))
            return well;
    if (!header.column(Role::row) || !header.column(Role::column))
        return std::nullopt;
    const auto plate_row = parse_row(table.cell(row, *header.column(Role::row)));
    const auto plate_column = plain::parse_plate_column(table.cell(row, *header.column(Role::column)));
    if (!plate_row || !plate_column)
        return std::nullopt;
    return Well{*plate_row, static_cast<std::uint16_t>(*plate_column - 1)};
}

std::optional<Header> find_header(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row) {
        auto header = is_data(table, row) ? header_at(table, row) : std::nullopt;
        if (!header)
            continue;
        std::size_t first = row + 1;
        while (first < table.rows() && !is_data(table, first))
            ++first;
        if (first < table.rows() && (!header->names_wells() || well_at(table, first, *header)))
            return header;
    }
    return std::nullopt;
}

}  // namespace wellsieve::formats::plates::tidy

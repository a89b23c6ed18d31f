#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "formats/plates/bmg_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

using bmg::Run;

constexpr std::size_t header_rows = 40;  ///< no header is longer
constexpr std::size_t sniffed_rows = 12;

bool is_table_header(const Table& table, std::size_t row) {
    const std::string_view first = table.cell(row, 0);
    return equals_ignoring_case(first, "Well") || bmg::is_well_row(first);
}

bool names_raw_data(const Table& table, std::size_t row) {
    for (std::size_t c = 0; c < table.columns(row); ++c)
        if (contains_ignoring_case(table.cell(row, c), "Raw Data"))
            return true;
    return false;
}

bool starts_run(const Table& table, std::size_t row) {
    return table.cell(row, 0).starts_with("User:");
}

Match sniff_table(const Table& table) {
    bool user = false, path = false, test = false, wells = false;
    for (std::size_t row = 0; row < std::min(table.rows(), sniffed_rows); ++row) {
        wells |= is_table_header(table, row) && names_raw_data(table, row);
        for (std::size_t c = 0; c < std::min<std::size_t>(table.columns(row), 4); ++c) {
            const std::string_view cell = table.cell(row, c);
            user |= c == 0 && cell.starts_with("User:");
            path |= cell.starts_with("Path:") && contains_ignoring_case(cell, "BMG");
            test |= starts_with_ignoring_case(cell, "Test name:") || cell.starts_with("Test run no.:") ||
                    cell.starts_with("Test ID:");
        }
    }
    if (user && test)
        return Match::certain;
    return path || wells ? Match::likely : Match::no;
}

/// For a header without a mode: two filters are fluorescence, one absorbance, none luminescence.
Mode mode_of_filters(const Run& run) {
    const Table& table = *run.table;
    for (std::size_t row = run.first_row; row < std::min(run.end_row, run.first_row + header_rows); ++row)
        for (std::size_t c = 0; c < table.columns(row); ++c) {
            const bmg::Title title = bmg::parse_title(table.cell(row, c), Mode::fluorescence);
            if (title.raw && !std::isnan(title.readout.excitation_nm))
                return Mode::fluorescence;
            if (title.raw)
                return std::isnan(title.readout.emission_nm) ? Mode::luminescence : Mode::absorbance;
        }
    return Mode::absorbance;
}

/// Takes the "Key: value" cells and the line that names the mode.
void read_header(Run& run) {
    const Table& table = *run.table;
    std::optional<Mode> named;
    for (std::size_t row = run.first_row; row < std::min(run.end_row, run.first_row + header_rows); ++row) {
        const std::string_view first = table.cell(row, 0);
        if (grid_at(table, row) || is_table_header(table, row))
            break;
        for (std::size_t c = 0; c < table.columns(row); ++c) {
            const std::string_view cell = table.cell(row, c);
            const std::size_t colon = cell.find(':');
            if (colon != std::string_view::npos && run.fact(cell.substr(0, colon)).empty())
                run.facts.emplace_back(cell.substr(0, colon), trim(cell.substr(colon + 1)));
        }
        if (!named && first.find(':') == std::string_view::npos)
            named = bmg::mode_named(first);
    }
    run.mode = named ? *named : mode_of_filters(run);
}

void scan_row(Run& run, std::size_t row) {
    const bool header = is_table_header(*run.table, row);
    run.has_wells |= header;
    if (!run.has_raw)
        run.has_raw = header ? names_raw_data(*run.table, row)
                             : contains_ignoring_case(run.table->cell(row, 0), "Raw Data");
}

std::vector<Run> find_runs(const Document& document) {
    std::vector<Run> runs;
    for (const Table& table : document.tables()) {
        for (std::size_t row = 0; row < table.rows(); ++row) {
            if (starts_run(table, row) || row == 0) {
                Run& run = runs.emplace_back();
                run.table = &table;
                run.first_row = row;
            }
            if (runs.empty() || runs.back().table != &table)
                continue;
            runs.back().end_row = row + 1;
            scan_row(runs.back(), row);
        }
    }
    for (Run& run : runs)
        read_header(run);
    return runs;
}

/// A workbook shows the same run on several sheets; one kind of them is enough.
void keep_one_view(std::vector<Run>& runs) {
    std::map<std::string, int> best;
    const auto rank = [](const Run& run) {
        return !run.has_wells || !run.has_raw                                     ? 0
               : starts_with_ignoring_case(run.table->name(), "Table All Cycles") ? 2
                                                                                  : 1;
    };
    for (const Run& run : runs)
        best[run.key()] = std::max(best[run.key()], rank(run));
    std::erase_if(runs, [&](const Run& run) { return rank(run) < best[run.key()]; });
}

/// The first ID that is no time stamp, one that says "Plate" before the others; else the number of the run.
std::string plate_name(const Run& run) {
    std::string_view name;
    for (std::string_view key : {"ID1", "ID2", "ID3"}) {
        const std::string_view id = run.fact(key);
        const bool stamp =
            parse_timestamp(id.substr(0, id.find(','))) || id.find(':') != std::string_view::npos;
        if (starts_with_ignoring_case(id, "plate"))
            return std::string(id);
        if (name.empty() && !stamp)
            name = id;
    }
    if (name.empty())
        name = run.fact("Test ID");
    if (name.empty())
        name = run.fact("Test run no.");
    return std::string(name.empty() ? "1" : name);
}

/// "…\BMG\PHERAstar\User\Data" → PHERAstar.
std::string_view instrument(std::string_view path) {
    const std::size_t folder = path.find("\\BMG\\");
    if (folder == std::string_view::npos)
        return {};
    const std::string_view rest = path.substr(folder + 5);
    return rest.substr(0, rest.find('\\'));
}

void note_run(PlateFile& file, const Run& run) {
    note(file, "instrument", instrument(run.fact("Path")));
    note(file, "protocol", run.fact("Test name"));
    note(file, "start time", fmt::format("{} {}", run.fact("Date"), run.fact("Time")));
    note(file, "user", run.fact("User"));
}

}  // namespace

Match sniff_bmg(const Document& document) {
    Match best = Match::no;
    for (const Table& table : document.tables())
        best = std::max(best, sniff_table(table));
    return best;
}

PlateFile read_bmg(const Document& document) {
    PlateFile file;
    expect_readings(document, file);
    std::vector<Run> runs = find_runs(document);
    keep_one_view(runs);
    std::map<std::string, std::uint32_t> plates;
    // Of runs without readings: another sheet of the same run may have them, another run is another plate.
    std::map<std::string, std::map<Well, std::string>> unread_samples;
    for (const Run& run : runs) {
        const auto [known, added] = plates.try_emplace(run.key(), 0);
        if (added) {
            known->second = new_plate(file, plate_name(run));
            for (const auto& [well, sample] : unread_samples[run.key()])
                file.samples[{known->second, well}] = sample;
        }
        const std::size_t before = file.measurements.size();
        bmg::RunReader(document, run, known->second, file).read();
        if (file.measurements.size() > before) {
            note_run(file, run);
        } else if (added) {
            const auto own = file.samples.lower_bound({known->second, Well{}});
            for (auto sample = own; sample != file.samples.end(); ++sample)
                unread_samples[run.key()][sample->first.second] = sample->second;
            file.samples.erase(own, file.samples.end());
            file.plates.pop_back();
            plates.erase(known);
        }
    }
    if (file.measurements.empty())
        document.fail(
            file.rejects.empty()
                ? "holds no 'Raw Data' of a BMG reader"
                : fmt::format("holds no 'Raw Data' of a BMG reader, only {}; export the raw data too",
                              file.rejects.front().reason));
    return file;
}

}  // namespace wellsieve::formats::plates

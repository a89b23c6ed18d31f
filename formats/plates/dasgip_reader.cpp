// DASware 4 and 5 (DASGIP, Eppendorf): sections of tables, one "[TrackData…]" a reactor with a column a
// track. A cell is filled only when its track has changed by more than its dead band.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/vessels_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr double day_s = 86400;
constexpr std::string_view epoch = "1899-12-30 00:00:00";  ///< durations are told as times since this day

/// Without the quotes that are left where a cell was not quoted as a whole.
std::string_view unquoted(std::string_view cell) {
    while (cell.starts_with('"'))
        cell.remove_prefix(1);
    while (cell.ends_with('"'))
        cell.remove_suffix(1);
    return trim(cell);
}

/// "[TrackData3]" → "TrackData3".
std::string_view section_name(std::string_view cell) {
    cell = unquoted(cell);
    return cell.starts_with('[') && cell.ends_with(']') ? cell.substr(1, cell.size() - 2)
                                                        : std::string_view();
}

/// A column of the data: "Unit 1.pH1.PV [pH]".
struct Track {
    std::size_t column = 0;
    std::string_view vessel;  ///< "Unit 1"
    std::string name;         ///< "pH.PV"
    std::string_view unit;
};

/// "XO2 1.Out" of "Unit 1" → "XO2.Out": the vessel's number stands behind the name of what was measured.
std::string without_vessel_number(std::string_view name, std::string_view vessel) {
    const std::size_t digits = vessel.find_last_not_of("0123456789") + 1;
    const std::string_view number = vessel.substr(digits);
    const std::size_t dot = std::min(name.find('.'), name.size());
    std::string_view quantity = name.substr(0, dot);
    if (!number.empty() && quantity.size() > number.size() && quantity.ends_with(number))
        quantity.remove_suffix(number.size());
    return std::string(trim(quantity)).append(name.substr(dot));
}

std::optional<Track> parse_track(std::string_view header, std::size_t column) {
    header = unquoted(header);
    Track track;
    track.column = column;
    if (const std::size_t open = header.rfind('['); header.ends_with(']') && open != std::string_view::npos) {
        track.unit = trim(header.substr(open + 1, header.size() - open - 2));
        header = trim(header.substr(0, open));
    }
    const std::size_t dot = header.find('.');
    if (dot == std::string_view::npos || dot == 0)
        return std::nullopt;
    track.vessel = trim(header.substr(0, dot));
    track.name = without_vessel_number(header.substr(dot + 1), track.vessel);
    return track;
}

bool is_inoculation(std::string_view track) {
    return starts_with_ignoring_case(track, "Inoculation");
}

bool is_offline(std::string_view track) {
    return starts_with_ignoring_case(track, "Offline");
}

/// Process values of the culture: not set points and outputs, not balances, not what a pump has moved in all,
/// not the machine's torque and foam electrode.
bool is_sensor(std::string_view track) {
    constexpr std::array<std::string_view, 4> of_the_machine{"Level.PV", "Lvl.PV", "Torque.PV", "N.TStirPV"};
    const bool pump_total = track.size() == 5 && track[0] == 'V' && track[1] >= 'A' && track.ends_with(".PV");
    if (pump_total || std::find(of_the_machine.begin(), of_the_machine.end(), track) != of_the_machine.end())
        return false;
    return track.ends_with("PV") || track == "AU" || track == "CX" || is_offline(track);
}

class DasgipReader {
  public:
    explicit DasgipReader(const Document& document)
        : document_(document), table_(Table::from_text(document.text(), ';')) {}

    PlateFile read() {
        find_sections();
        if (sections_.empty())
            document_.fail("holds no section '[TrackData1]' with the tracks of a reactor");
        const std::string_view plate = project_.empty() ? "1" : project_;
        vessels_.place(document_, plate, Vessels::reactors, file_);
        find_idle_tracks();
        for (const Section& section : sections_)
            read_section(section);
        for (const std::string& track : idle_)
            file_.rejects.push_back(
                {table_.place(sections_.front().header),
                 fmt::format("track '{}' is 0 throughout in every reactor: not in use", track)});
        return std::move(file_);
    }

  private:
    struct Section {
        std::size_t header = 0;
        std::size_t end = 0;
        std::size_t duration = 1;  ///< column
        std::vector<Track> tracks;
    };

    /// A track that is read; the time of inoculation is no readout.
    struct Column {
        const Track* track;
        Well well;
        std::optional<std::uint32_t> readout;
    };

    void find_sections() {
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view name = section_name(table_.cell(row, 0));
            if (name == "ProjectInfo")
                project_ = unquoted(table_.cell(row + 2, 0));
            else if (name == "Info")
                note(file_, "software version", unquoted(table_.cell(row + 2, 1)));
            else if (name.starts_with("TrackData") && name.size() > std::string_view("TrackData").size())
                begin_section(row + 1);
        }
    }

    void begin_section(std::size_t header) {
        Section section;
        section.header = section.end = header;
        if (const auto duration = column_named(table_, header, {"Duration"}))
            section.duration = *duration;
        for (std::size_t column = section.duration + 1; column < table_.columns(header); ++column)
            if (auto track = parse_track(table_.cell(header, column), column)) {
                vessels_.add(track->vessel);
                section.tracks.push_back(std::move(*track));
            }
        for (++section.end; section.end < table_.rows(); ++section.end)
            if (table_.is_blank(section.end) || !section_name(table_.cell(section.end, 0)).empty())
                break;
        note(file_, "start time", unquoted(table_.cell(header + 1, 0)));
        if (!section.tracks.empty())
            sections_.push_back(std::move(section));
    }

    /// A pump or sensor that no reactor has writes zeros.
    void find_idle_tracks() {
        std::set<std::string> busy;
        for (const Section& section : sections_)
            for (const Track& track : section.tracks)
                for (std::size_t row = section.header + 1; row < section.end && !busy.contains(track.name);
                     ++row)
                    if (const auto cell = unquoted(table_.cell(row, track.column)); !cell.empty())
                        (number_or_missing(cell) != 0 ? busy : idle_).insert(track.name);
        for (const std::string& track : busy)
            idle_.erase(track);
    }

    void read_section(const Section& section) {
        std::vector<Column> columns;
        for (const Track& track : section.tracks) {
            const Well well = vessels_.well(track.vessel);
            if (is_inoculation(track.name))
                columns.push_back({&track, well, std::nullopt});
            else if (!idle_.contains(track.name))
                columns.push_back({&track, well, readout_of(track)});
        }
        for (std::size_t row = section.header + 1; row < section.end; ++row) {
            Measurement at;
            at.time_s = time_of(section, row);
            for (const auto& [track, well, readout] : columns) {
                const std::string_view cell = unquoted(table_.cell(row, track->column));
                if (cell.empty())
                    continue;
                if (!readout) {
                    note_inoculation(track->vessel, at.time_s, cell);
                    continue;
                }
                at.well = well;
                at.readout = *readout;
                add_reading(document_, table_, row, track->column, at, file_);
            }
        }
    }

    std::uint32_t readout_of(const Track& track) {
        Readout readout;
        readout.name = track.name;
        readout.mode = Mode::online;
        readout.unit = track.unit;
        readout.derived = !is_sensor(track.name);
        readout.on_change = !is_offline(track.name);
        return file_.readout(readout);
    }

    /// Durations are days; the clock ticks in milliseconds.
    double time_of(const Section& section, std::size_t row) const {
        const std::string_view cell = unquoted(table_.cell(row, section.duration));
        const double days = number_or_missing(cell);
        if (std::isnan(days))
            document_.fail(table_, row, section.duration,
                           fmt::format("'{}' is not a duration in days", cell));
        return std::round(days * day_s * 1000) / 1000;
    }

    void note_inoculation(std::string_view vessel, double time_s, std::string_view cell) {
        const auto since = parse_timestamp(cell);
        const double elapsed_s = since ? *since - *parse_timestamp(epoch) : 0;
        if (elapsed_s > 0)
            file_.metadata.emplace(fmt::format("inoculation of {} [s]", vessel),
                                   fmt::format("{}", time_s - elapsed_s));
    }

    const Document& document_;
    Table table_;
    std::string_view project_;
    std::vector<Section> sections_;
    std::set<std::string> idle_;  ///< tracks that are 0 throughout
    VesselSet vessels_;
    PlateFile file_;
};

}  // namespace

Match sniff_dasgip(const Document& document) {
    if (document.is_workbook())
        return Match::no;
    const std::string_view text = document.text();
    const std::size_t first = text.find_first_not_of("\" \r\n");
    if (first == std::string_view::npos || !text.substr(first).starts_with("[Info]"))
        return Match::no;
    const bool tracks = text.find("[TrackInfo]") != std::string_view::npos ||
                        text.find("[TrackData") != std::string_view::npos;
    return tracks || contains_ignoring_case(text.substr(0, 4096), "DASGIP") ? Match::certain : Match::no;
}

PlateFile read_dasgip(const Document& document) {
    return DasgipReader(document).read();
}

}  // namespace wellsieve::formats::plates

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "formats/counted.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/softmax_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::string_view reduced_reason = "reduced values are calculated";
constexpr std::size_t values_from = 2;  ///< behind the axis and the temperature

bool begins_section(std::string_view text) {
    return text == "Plate:" || text.starts_with("Group:") || text.starts_with("Note:") ||
           text.starts_with("~End");
}

/// A line with next to no tabs parts what stands above it from what stands below; one with all its tabs is an
/// empty row of the plate.
bool is_separator(const Table& table, std::size_t row) {
    constexpr std::size_t most_cells = 3;
    return table.columns(row) <= most_cells && table.is_blank(row);
}

/// Reads the tables of one "Plate:" section.
class SoftmaxTables {
  public:
    SoftmaxTables(const Document& document, const Table& table, const SoftmaxPlate& plate, PlateFile& file,
                  std::uint32_t plate_index, char& decimal_mark)
        : document_(document),
          table_(table),
          plate_(plate),
          file_(file),
          plate_index_(plate_index),
          decimal_mark_(decimal_mark) {}

    void read(std::size_t end) {
        end_ = end;
        std::size_t row = next_block(plate_.row + 1);
        if (row == end_)
            return not_taken("no values stand under this line");
        read_head(row);
        readouts_ = softmax_readouts(plate_);
        const bool too_many =
            plate_.wells_across ? channels_.size() > 1 && channels_.size() != readouts_.size()
                                : channels_.size() > readouts_.size() && plate_.read != SoftmaxRead::spectrum;
        if (too_many)
            document_.fail(table_, row,
                           fmt::format("{} tables stand side by side, but the 'Plate:' line names {}",
                                       channels_.size(), counted(readouts_.size(), "reading")));
        plate_.wells_across ? read_wells_across(row + 1) : read_plates(row + 1);
    }

  private:
    struct Column {
        std::size_t cell;
        Well well;  ///< of a plate-shaped table, its column only
    };

    void not_taken(std::string_view reason) {
        file_.rejects.push_back({table_.place(plate_.row), std::string(reason)});
    }

    void set_aside_from(std::size_t row) {
        if (row < end_)
            file_.rejects.push_back({table_.place(row), std::string(reduced_reason)});
    }

    std::size_t next_block(std::size_t row) const {
        while (row < end_ && is_separator(table_, row))
            ++row;
        return row;
    }

    std::size_t block_end(std::size_t row) const {
        while (row < end_ && !is_separator(table_, row))
            ++row;
        return row;
    }

    std::optional<Well> heading(std::string_view text) const {
        if (plate_.wells_across)
            return parse_well(text);
        const auto number = parse_number(text);
        if (!number || *number != std::floor(*number) || *number < 1 || *number > plate_.shape.columns)
            return std::nullopt;
        return Well{0, static_cast<std::uint16_t>(*number - 1)};
    }

    bool is_head(std::size_t row) const {
        return table_.cell(row, 0).empty() && table_.cell(row, 1).empty() &&
               heading(table_.cell(row, values_from)) == Well{0, 0};
    }

    void read_head(std::size_t row) {
        if (!starts_with_ignoring_case(table_.cell(row, 1), "Temperature") &&
            !(plate_.reduced && is_head(row)))
            document_.fail(table_, row, "the headings of the columns, 'Temperature' first, are missing");
        bool apart = true;
        for (std::size_t c = values_from; c < table_.columns(row); ++c) {
            const std::string_view text = table_.cell(row, c);
            const auto well = heading(text);
            if (!well && !text.empty())
                document_.fail(table_, row, c, fmt::format("'{}' is not a column of the plate", text));
            if (well && apart)
                channels_.emplace_back();
            if (well)
                channels_.back().push_back({c, *well});
            apart = !well;
        }
        if (channels_.empty())
            document_.fail(table_, row, "the headings of the columns are missing");
    }

    double axis(std::size_t row) const {
        const std::string_view text = table_.cell(row, 0);
        std::optional<double> number;
        if (plate_.read == SoftmaxRead::kinetic)
            number = parse_clock(text);
        if (!number)
            number = parse_number(text);
        if (!number)
            document_.fail(table_, row, 0,
                           fmt::format("'{}' is not a {}", text,
                                       plate_.read == SoftmaxRead::kinetic    ? "time"
                                       : plate_.read == SoftmaxRead::spectrum ? "wavelength"
                                                                              : "point of a scan"));
        return *number;
    }

    /// 0 and NaN are what a reader without a thermometer writes.
    double temperature(std::size_t begin, std::size_t end) const {
        for (std::size_t row = begin; row < end; ++row)
            if (const auto celsius = parse_value_any_mark(table_.cell(row, 1));
                celsius && celsius->number != 0 && celsius->flag == Flag::none)
                return celsius->number;
        return missing;
    }

    /// What all values of a block or row share, but for the readout.
    Measurement like(std::size_t row, std::size_t end) {
        Measurement like;
        like.plate = plate_index_;
        like.temperature_c = temperature(row, end);
        if (plate_.read == SoftmaxRead::kinetic)
            like.time_s = axis(row);
        return like;
    }

    std::uint32_t readout(std::size_t channel, std::size_t row) {
        Readout readout = readouts_[std::min(channel, readouts_.size() - 1)];
        if (plate_.read == SoftmaxRead::spectrum)
            (plate_.mode == Mode::absorbance ? readout.wavelength_nm
             : scans_emission(plate_)        ? readout.emission_nm
                                             : readout.excitation_nm) = axis(row);
        return file_.readout(readout);
    }

    /// A row may end before its last heading where the region that was read does, and nowhere else.
    void check_width(std::size_t row, const std::vector<Column>& columns, Well last) const {
        std::size_t wanted = columns.back().cell;
        for (const Column& column : columns)
            if (column.well == last)
                wanted = column.cell;
        if (table_.columns(row) <= wanted && !table_.is_blank(row))
            document_.fail(
                table_, row,
                fmt::format("the row has {}, not {}; the file is not complete",
                            counted(table_.columns(row) - std::min(table_.columns(row), columns.front().cell),
                                    "value"),
                            wanted + 1 - columns.front().cell));
        for (std::size_t c = columns.back().cell + 1; c < table_.columns(row); ++c)
            if (!table_.cell(row, c).empty())
                document_.fail(table_, row, c,
                               fmt::format("'{}' stands under no heading", table_.cell(row, c)));
    }

    /// The plate's row that a block of `rows` rows begins with.
    std::uint16_t first_row(std::size_t block, std::size_t rows) const {
        const std::size_t in_region = plate_.last.row - plate_.first.row + std::size_t{1};
        if (rows == plate_.shape.rows || rows == plate_.last.row + std::size_t{1} || plate_.reduced)
            return 0;
        if (rows == in_region)
            return plate_.first.row;
        document_.fail(table_, block,
                       fmt::format("plate '{}' has {} here, not {}; the file is not complete", plate_.name,
                                   counted(rows, "row"), in_region));
    }

    void read_plates(std::size_t row) {
        std::size_t points = 0;
        const bool one = plate_.read == SoftmaxRead::endpoint;
        for (row = next_block(row); row < end_ && !(one && points == 1); ++points) {
            const std::size_t end = block_end(row);
            if (!one && table_.cell(row, 0).empty())
                break;  // the reduced values
            read_plate(row, end);
            row = next_block(end);
        }
        set_aside_from(row);
        check_points(points);
    }

    void read_plate(std::size_t begin, std::size_t end) {
        const std::uint16_t first = first_row(begin, end - begin);
        if (first + (end - begin) > plate_.shape.rows)
            document_.fail(table_, begin + plate_.shape.rows, "the plate has no such row");
        Measurement measurement = like(begin, end);
        std::vector<std::uint32_t> readouts;
        for (std::size_t k = 0; k < channels_.size(); ++k)
            readouts.push_back(readout(k, begin));
        for (std::size_t row = begin; row < end; ++row) {
            check_width(row, channels_.back(), {0, plate_.last.column});
            measurement.well.row = static_cast<std::uint16_t>(first + (row - begin));
            for (std::size_t k = 0; k < channels_.size(); ++k) {
                measurement.readout = readouts[k];
                for (const Column& column : channels_[k]) {
                    measurement.well.column = column.well.column;
                    add_reading(document_, table_, row, column.cell, measurement, decimal_mark_, file_);
                }
            }
        }
    }

    void read_wells_across(std::size_t row) {
        std::size_t channel = 0;
        std::size_t points = plate_.points;  // of the channel with the fewest
        for (row = next_block(row); row < end_; channel += channels_.size()) {
            const std::size_t end = block_end(row);
            if (is_head(row))
                break;  // the reduced values
            if (starts_with_ignoring_case(table_.cell(row, 1), "Temperature"))
                ++row;
            if (channel >= readouts_.size())
                document_.fail(
                    table_, row,
                    fmt::format("the 'Plate:' line names {}, this is one more", counted(channel, "reading")));
            points = std::min(points, end - row);
            for (; row < end; ++row)
                read_wells(row, channel);
            row = next_block(end);
        }
        set_aside_from(row);
        if (channel == 0 && end_ < table_.rows())
            return not_taken("the plate was not read");
        if (channel < readouts_.size())
            document_.fail(table_, plate_.row,
                           fmt::format("plate '{}' has {} of {}; the file is not complete", plate_.name,
                                       channel, counted(readouts_.size(), "reading")));
        check_points(points);
    }

    void read_wells(std::size_t row, std::size_t channel) {
        check_width(row, channels_.back(), plate_.last);
        Measurement measurement = like(row, row + 1);
        for (const std::vector<Column>& columns : channels_) {
            measurement.readout = readout(channel++, row);
            for (const Column& column : columns) {
                measurement.well = column.well;
                add_reading(document_, table_, row, column.cell, measurement, decimal_mark_, file_);
            }
        }
    }

    void check_points(std::size_t points) {
        if (points >= plate_.points)
            return;
        if (end_ == table_.rows())
            document_.fail(
                table_, plate_.row,
                fmt::format(
                    "plate '{}' has {} of {} reads, and the file ends without '~End': it is not complete",
                    plate_.name, points, plate_.points));
        not_taken(
            fmt::format("{} of {} planned reads were not taken", plate_.points - points, plate_.points));
    }

    const Document& document_;
    const Table& table_;
    const SoftmaxPlate& plate_;
    PlateFile& file_;
    std::uint32_t plate_index_;
    char& decimal_mark_;
    std::size_t end_ = 0;
    std::vector<std::vector<Column>> channels_;  ///< the headings, cut at empty columns
    std::vector<Readout> readouts_;
};

Match sniff_head(std::string_view text) {
    constexpr std::size_t probe = 16384;
    text = text.substr(0, probe);
    if (trim(text).starts_with("##BLOCKS="))
        return Match::certain;
    const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
    return has("Plate:\t") && (has("\tPlateFormat\t") || has("\tTimeFormat\t")) ? Match::certain : Match::no;
}

std::uint32_t add_plate(PlateFile& file, const SoftmaxPlate& plate) {
    const std::uint32_t index =
        new_plate(file, plate.name.empty() ? std::to_string(file.plates.size() + 1) : plate.name);
    file.plates[index].shape = plate.shape;
    return index;
}

/// "Original Filename: screen; Date Last Saved: 1/9/2026 2:23:07 PM"
void take_footer(PlateFile& file, std::string_view text) {
    constexpr std::string_view saved = "; Date Last Saved: ";
    constexpr std::string_view original = "Original Filename: ";
    const std::size_t cut = text.find(saved);
    file.metadata.emplace("original file", text.substr(original.size(), cut - original.size()));
    if (cut != std::string_view::npos)
        file.metadata.emplace("last saved", text.substr(cut + saved.size()));
}

/// The sample names of a "Group:" section; a name stands in the first of its wells' rows.
void take_group(PlateFile& file, const Table& table, std::size_t row, std::size_t end) {
    std::size_t sample_at = 0, well_at = 0, plate_at = 0;
    const std::size_t head = row + 1;
    for (std::size_t c = 0; head < end && c < table.columns(head); ++c) {
        const std::string_view text = table.cell(head, c);
        if (text == "Well" || text == "Wells")
            well_at = c;
        else if (text == "WellPlateName")
            plate_at = c;
        else if (text == "Sample")
            sample_at = c;
    }
    if (well_at == 0 || (plate_at == 0 && file.plates.size() != 1))
        return;  // whose wells they are is not told
    std::string_view sample;
    for (row = head + 1; row < end && !table.is_blank(row); ++row) {
        if (const std::string_view text = table.cell(row, sample_at); !text.empty())
            sample = text;
        const auto well = parse_well(table.cell(row, well_at));
        const std::string_view plate = plate_at == 0 ? file.plates[0].name : table.cell(row, plate_at);
        for (std::uint32_t i = 0; well && !sample.empty() && i < file.plates.size(); ++i)
            if (file.plates[i].name == plate)
                file.samples.try_emplace({i, *well}, sample);
    }
}

PlateFile read_table(const Document& document, const Table& table) {
    std::vector<std::size_t> sections;
    std::vector<SoftmaxPlate> plates;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string_view text = table.cell(row, 0);
        if (begins_section(text))
            sections.push_back(row);
        if (text == "Plate:")
            plates.push_back(read_softmax_plate_line(document, table, row));
    }
    const auto section_end = [&](std::size_t row) {
        const auto next = std::upper_bound(sections.begin(), sections.end(), row);
        return next == sections.end() ? table.rows() : *next;
    };
    if (plates.empty())
        document.fail("has no 'Plate:' section");
    const bool measured =
        std::any_of(plates.begin(), plates.end(), [](const SoftmaxPlate& p) { return !p.reduced; });
    PlateFile file;
    file.measurements.reserve(table.cells());
    char decimal_mark = '.';
    // Sections are moved about by hand; by name, a plate has its place however they lie.
    std::stable_sort(plates.begin(), plates.end(),
                     [](const auto& a, const auto& b) { return a.name < b.name; });
    for (const SoftmaxPlate& plate : plates) {
        if (plate.reduced && measured) {
            file.rejects.push_back({table.place(plate.row), std::string(reduced_reason)});
            continue;
        }
        const std::size_t before = file.measurements.size();
        SoftmaxTables(document, table, plate, file, add_plate(file, plate), decimal_mark)
            .read(section_end(plate.row));
        if (file.measurements.size() == before)
            file.plates.pop_back();
    }
    for (std::size_t row = 0; row < table.rows(); ++row) {
        const std::string_view text = table.cell(row, 0);
        if (text.starts_with("Group:"))
            take_group(file, table, row, section_end(row));
        else if (text.starts_with("Original Filename: "))
            take_footer(file, text);
    }
    if (file.measurements.empty())
        document.fail(table, plates.front().row, "neither this plate nor another of the file has values");
    return file;
}

}  // namespace

Match sniff_softmax(const Document& document) {
    if (!document.is_workbook())
        return sniff_head(document.text());
    for (const Table& sheet : document.tables())
        if (sheet.cell(0, 0).starts_with("##BLOCKS="))
            return Match::certain;
    return Match::no;
}

PlateFile read_softmax(const Document& document) {
    if (document.is_workbook())
        return read_table(document, document.tables().front());
    if (document.delimiter() == '\t')
        return read_table(document, document.tables().front());
    return read_table(document, Table::from_text(document.text(), '\t'));  // notes may be full of commas
}

}  // namespace wellsieve::formats::plates

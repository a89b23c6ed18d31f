// Plates as people see them: numbers across, letters down, a title above or in the corner; any number of them
// in a file or workbook, above and beside each other.

#include <fmt/format.h>

#include <algorithm>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t probe_rows = 300;

/// "A" … "Z", "AA" …; BMG calls the rows past Z "a" … "f".
std::optional<std::uint16_t> grid_row(std::string_view label, std::optional<std::uint16_t> previous) {
    if (label.size() == 1 && label[0] >= 'a' && label[0] <= 'f' && previous && *previous >= 25)
        return static_cast<std::uint16_t>(26 + label[0] - 'a');
    const auto row = parse_row_label(label);
    return row && (!previous || *row > *previous) ? row : std::nullopt;
}

/// One grid: the column of its corner and of its row letters, and the plate's columns that follow.
struct Grid {
    std::size_t header_row = 0;
    std::size_t corner = 0;
    std::vector<std::uint16_t> columns;  ///< from 1
    std::size_t end_row = 0;             ///< after its last row
};

/// The grids whose header is that row, left to right.
std::vector<Grid> grids_at(const Table& table, std::size_t header_row) {
    std::vector<Grid> grids;
    for (std::size_t corner = 0; corner + 2 < table.columns(header_row); ++corner) {
        const std::string_view below = table.cell(header_row + 1, corner);
        if (below.empty() || below.size() > 2)  // most cells, told at no cost
            continue;
        const std::string_view label = table.cell(header_row, corner);
        if (plain::parse_plate_column(label) || parse_row_label(label) || !grid_row(below, {}))
            continue;
        Grid grid{header_row, corner, {}, header_row + 1};
        for (std::size_t column = corner + 1; column < table.columns(header_row); ++column) {
            const auto number = plain::parse_plate_column(table.cell(header_row, column));
            if (!number || (!grid.columns.empty() && *number <= grid.columns.back()))
                break;
            grid.columns.push_back(*number);
        }
        if (grid.columns.size() < 2)
            continue;
        std::optional<std::uint16_t> last;
        while (const auto next = grid_row(table.cell(grid.end_row, corner), last)) {
            last = next;
            ++grid.end_row;
        }
        corner += grid.columns.size();
        grids.push_back(std::move(grid));
    }
    return grids;
}

bool says_nothing(std::string_view corner) {
    const bool word = std::any_of(corner.begin(), corner.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    });
    return !word || corner == "Well" || corner == "well" || corner == "Row" || corner == "row";
}

class BlockReading {
  public:
    explicit BlockReading(const Document& document)
        : document_(document), mark_(plain::decimal_mark(document)) {}

    PlateFile read() {
        expect_readings(document_, file_);
        plain::for_each_table(document_, plain::Shape::block, file_,
                              [&](const Table& table) { read_table(table); });
        if (file_.measurements.empty())
            document_.fail("holds no plate with numbers across and letters down");
        settle_times();
        return std::move(file_);
    }

  private:
    void read_table(const Table& table) {
        plain::Heading heading;
        if (document_.tables().size() > 1)
            heading.take_sheet_name(table.name(), mark_, file_);
        std::vector<std::size_t> lines;  // above the next grid
        for (std::size_t row = 0; row < table.rows();) {
            const std::vector<Grid> grids = grids_at(table, row);
            std::size_t end = row + 1;
            for (const Grid& grid : grids) {
                heading.titled = false;
                read_labels(table, lines, grid, grids.size() > 1, heading);
                read_grid(table, grid, heading);
                end = std::max(end, grid.end_row);
            }
            if (!grids.empty()) {
                reject_beside(table, grids, end);
                lines.clear();
            } else if (!table.is_blank(row)) {
                lines.push_back(row);
            }
            row = end;
        }
        for (std::size_t row : lines)
            file_.rejects.push_back({table.place(row), "stands below the last plate"});
    }

    /// What the lines above a grid, and its corner, say about it.
    void read_labels(const Table& table, const std::vector<std::size_t>& lines, const Grid& grid,
                     bool one_of_several, plain::Heading& heading) {
        for (std::size_t row : lines) {
            std::vector<std::string_view> cells = plain::filled_cells(table, row);
            if (one_of_several) {
                cells.clear();
                for (std::size_t column = grid.corner; column <= grid.corner + grid.columns.size(); ++column)
                    if (!table.cell(row, column).empty())
                        cells.push_back(table.cell(row, column));
            }
            if (!cells.empty())
                heading.take(plain::parse_label(cells, mark_), file_);
        }
        const std::string_view corner = table.cell(grid.header_row, grid.corner);
        if (!says_nothing(corner))
            heading.take(plain::parse_label({corner}, mark_), file_);
    }

    void read_grid(const Table& table, const Grid& grid, const plain::Heading& heading) {
        Measurement at;
        at.plate = file_.plate(heading.plate_name());
        at.readout = file_.readout(heading.readout);
        at.temperature_c = heading.temperature_c;
        const std::size_t begin = file_.measurements.size();
        if (heading.time)
            at.time_s = heading.time->number * heading.time->seconds_per_unit.value_or(1);
        std::optional<std::uint16_t> plate_row;
        for (std::size_t row = grid.header_row + 1; row < grid.end_row; ++row) {
            plate_row = grid_row(table.cell(row, grid.corner), plate_row);
            for (std::size_t i = 0; i < grid.columns.size(); ++i) {
                at.well = {*plate_row, static_cast<std::uint16_t>(grid.columns[i] - 1)};
                plain::add_reading(document_, table, row, grid.corner + 1 + i, mark_, at, file_);
            }
        }
        if (heading.time && !heading.time->seconds_per_unit)
            open_times_.push_back({heading.time->number, begin, file_.measurements.size()});
    }

    /// Notes that someone wrote beside a plate are no readings.
    void reject_beside(const Table& table, const std::vector<Grid>& grids, std::size_t end_row) {
        for (std::size_t row = grids.front().header_row; row < end_row; ++row)
            for (std::size_t column = 0; column < table.columns(row); ++column) {
                const bool inside = std::any_of(grids.begin(), grids.end(), [&](const Grid& grid) {
                    return row < grid.end_row && column >= grid.corner &&
                           column <= grid.corner + grid.columns.size();
                });
                if (!inside && !table.cell(row, column).empty())
                    file_.rejects.push_back({table.place(row, column), "stands beside the plate"});
            }
    }

    /// Times without a unit get theirs when all are known.
    void settle_times() {
        std::vector<double> numbers;
        for (const OpenTime& time : open_times_)
            numbers.push_back(time.number);
        if (numbers.empty())
            return;
        const double unit = plain::likely_seconds_per_unit(std::move(numbers));
        for (const OpenTime& time : open_times_)
            for (std::size_t i = time.begin; i < time.end; ++i)
                file_.measurements[i].time_s = time.number * unit;
        file_.metadata.emplace("time unit", plain::assumed_unit_note(unit));
    }

    /// The time of a grid that states no unit, and the grid's measurements.
    struct OpenTime {
        double number;
        std::size_t begin;
        std::size_t end;
    };

    const Document& document_;
    char mark_;
    PlateFile file_;
    std::vector<OpenTime> open_times_;
};

}  // namespace

bool plain::is_block(const Table& table) {
    for (std::size_t row = 0; row < std::min(table.rows(), probe_rows); ++row)
        if (!grids_at(table, row).empty())
            return true;
    return false;
}

Match sniff_block(const Document& document) {
    return plain::shape_of(document) == plain::Shape::block ? Match::weak : Match::no;
}

PlateFile read_block(const Document& document) {
    return BlockReading(document).read();
}

}  // namespace wellsieve::formats::plates

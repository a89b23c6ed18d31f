#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "formats/plates/envision_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

using envision::PlateInformation;

bool is_plate_information(const Table& table, std::size_t row) {
    return table.cell(row, 0) == "Plate information" && table.cell(row + 1, 0) == "Plate" &&
           table.cell(row + 1, 1) == "Repeat";
}

/// "Results for AC HTRF Laser [Eu](1) - channel 2 window 1 (Counts)".
struct ResultTitle {
    bool calculated = false;
    std::string_view name;   ///< "AC HTRF Laser [Eu](1) - channel 2 window 1"
    std::string_view label;  ///< "AC HTRF Laser [Eu](1)"
    int channel = 0;
};

ResultTitle parse_result(std::string_view text) {
    ResultTitle title;
    title.calculated = text.starts_with("Calculated");
    text = trim(text.substr(std::min(text.size(), std::string_view("Results for").size())));
    const std::size_t channel = text.find(" - channel ");
    title.label = trim(text.substr(0, channel));
    title.name = title.label;
    if (channel != std::string_view::npos) {
        title.name = trim(text.substr(0, text.rfind(" (")));
        title.channel =
            text.substr(channel + std::string_view(" - channel ").size()).starts_with('2') ? 2 : 1;
    }
    return title;
}

class EnvisionReader {
  public:
    explicit EnvisionReader(const Document& document)
        : document_(document),
          table_(document.tables().front()),
          settings_(envision::read_settings(table_)) {}

    PlateFile read() {
        expect_readings(document_, file_);
        for (std::size_t row = 0; row < table_.rows();)
            row = settings_.holds_data[row] ? read_at(row) : row + 1;
        if (file_.measurements.empty())
            document_.fail("holds no measured plate of an EnVision reader");
        set_times();
        const double rows = number_or_missing(settings_.fact("Number of rows"));
        const double columns = number_or_missing(settings_.fact("Number of columns"));
        set_shape(file_, every_plate, rows, columns);
        note_facts();
        return std::move(file_);
    }

  private:
    struct Matrix {
        std::uint32_t plate = 0;
        std::uint32_t readout = 0;
        std::size_t first = 0;  ///< measurement
        std::size_t end = 0;
        std::optional<double> date_s;
    };
    /// Numbers without row letters or column numbers.
    struct BareBlock {
        std::size_t first_row = 0;
        std::size_t end_row = 0;
        std::size_t first_column = 0;
        PlateShape shape;
    };

    std::size_t read_at(std::size_t row) {
        const std::string_view first = table_.cell(row, 0);
        if (first.starts_with("Results for") || first.starts_with("Calculated results")) {
            title_ = first;
            return row + 1;
        }
        if (const auto grid = grid_at(table_, row)) {
            if (const auto where = begin_matrix(row)) {
                add_grid(document_, table_, *grid, *where, file_);
                end_matrix();
            }
            return grid->end_row;
        }
        return read_bare(row);
    }

    /// The plate information above a matrix, or below it where the file says so; of the lines under one title
    /// the one with the label.
    const PlateInformation* owner_of(std::size_t row, std::string_view label) const {
        const auto& plates = settings_.plates;
        if (plates.empty())
            return nullptr;
        const auto below = std::partition_point(
            plates.begin(), plates.end(), [&](const PlateInformation& plate) { return plate.row < row; });
        const bool take_below =
            below != plates.end() && (settings_.information_follows || below == plates.begin());
        const std::size_t title_row = take_below ? below->row : std::prev(below)->row;
        const auto [begin, end] =
            std::equal_range(plates.begin(), plates.end(), PlateInformation{title_row, {}},
                             [](const auto& a, const auto& b) { return a.row < b.row; });
        const auto labelled = std::find_if(
            begin, end, [&](const PlateInformation& plate) { return plate.fact("Label") == label; });
        return labelled != end ? &*labelled : &*begin;
    }

    /// Where the readings of a matrix belong; nothing for a calculated one, which is set aside.
    std::optional<Measurement> begin_matrix(std::size_t row) {
        ResultTitle title = parse_result(title_);
        const PlateInformation* owner = owner_of(row, title.label);
        const auto fact = [&](std::string_view key) { return owner ? owner->fact(key) : std::string_view(); };
        const bool calculated = title.calculated || (title_.empty() && !fact("Formula").empty());
        if (calculated) {
            file_.rejects.push_back(
                {table_.place(row),
                 fmt::format("calculated, not measured: '{}'", title_.empty() ? fact("Formula") : title_)});
            title_ = {};
            return std::nullopt;
        }
        const std::string_view measinfo = fact("MeasInfo");
        if (title.label.empty())
            title.name = title.label = fact("Label");
        if (title.label.empty() && settings_.detectors.size() == 1)
            title.name = title.label = settings_.detectors.begin()->first.first;
        if (title.channel == 0)
            title.channel = measinfo.find("De=2nd") != std::string_view::npos ? 2 : 1;
        Readout readout =
            readout_of(settings_, envision::without_count(title.label), title.channel, measinfo);
        readout.name = title.name;
        const std::string_view x = fact("ScanX"), y = fact("ScanY");
        if ((!x.empty() && x != "0") || (!y.empty() && y != "0"))
            readout.name += fmt::format(" scan {},{}", x, y);

        Measurement where;
        where.plate = plate_of(owner);
        where.readout = file_.readout(readout);
        where.temperature_c = number_or_missing(fact("Chamber temperature at start"));
        if (std::isnan(where.temperature_c))
            where.temperature_c = number_or_missing(fact("Inside temperature at start"));
        matrices_.push_back({where.plate, where.readout, file_.measurements.size(), 0,
                             parse_timestamp(fact("Measurement date"))});
        title_ = {};
        return where;
    }

    void end_matrix() { matrices_.back().end = file_.measurements.size(); }

    std::uint32_t plate_of(const PlateInformation* owner) {
        const std::string number(owner && !owner->fact("Plate").empty() ? owner->fact("Plate") : "1");
        const std::string barcode(owner ? owner->fact("Barcode") : "");
        const auto [known, added] = plates_.try_emplace({number, barcode}, 0);
        if (added)
            known->second = new_plate(file_, barcode.empty() ? "Plate " + number : barcode);
        return known->second;
    }

    /// One cell that cannot be read does not hide the row: the reading of it will be refused.
    bool is_number_row(std::size_t row, std::size_t cells) const {
        if (row >= table_.rows() || !settings_.holds_data[row] || table_.columns(row) != cells)
            return false;
        std::size_t numbers = 0, others = 0;
        for (std::size_t c = 0; c < cells; ++c)
            if (const std::string_view cell = table_.cell(row, c); !cell.empty())
                ++(is_reading(cell) ? numbers : others);
        return others == 0 || numbers > others;
    }

    std::optional<BareBlock> bare_block_at(std::size_t row) const {
        const std::size_t cells = table_.columns(row);
        if (cells < 3 || !is_number_row(row, cells))
            return std::nullopt;
        BareBlock block{row, row, 0, {}};
        bool any = false, first_column_empty = true;
        for (; is_number_row(block.end_row, cells); ++block.end_row) {
            any |= !table_.is_blank(block.end_row);
            first_column_empty &= table_.cell(block.end_row, 0).empty();
        }
        if (!any)
            return std::nullopt;
        block.shape = shape_of(block.end_row - row, cells, row);
        block.first_column = first_column_empty && cells > block.shape.columns ? 1 : 0;
        for (std::size_t r = row; r < block.end_row; ++r)
            for (std::size_t c = block.first_column + block.shape.columns; c < cells; ++c)
                if (!table_.cell(r, c).empty())
                    document_.fail(table_, r, c, "a value beyond the last column of the plate");
        return block;
    }

    /// Wells of a block without labels are known only when it is a whole plate.
    PlateShape shape_of(std::size_t rows, std::size_t cells, std::size_t row) const {
        const double stated_rows = number_or_missing(settings_.fact("Number of rows"));
        const double stated_columns = number_or_missing(settings_.fact("Number of columns"));
        const auto shape = standard_shape_with_rows(rows);
        const bool as_stated = std::isnan(stated_rows) || (stated_rows == static_cast<double>(rows) &&
                                                           stated_columns <= static_cast<double>(cells));
        if (!shape || shape->columns > cells || !as_stated)
            document_.fail(
                table_, row,
                fmt::format("a block of {} rows without labels is not a whole plate{}, so its wells are "
                            "not known; export it with row and column labels",
                            rows, std::isnan(stated_rows) ? "" : fmt::format(" of {} rows", stated_rows)));
        return *shape;
    }

    std::size_t read_bare(std::size_t row) {
        const auto block = bare_block_at(row);
        if (!block)
            return row + 1;
        if (auto where = begin_matrix(row)) {
            for (std::size_t r = block->first_row; r < block->end_row; ++r)
                for (std::uint16_t c = 0; c < block->shape.columns; ++c) {
                    where->well = {static_cast<std::uint16_t>(r - block->first_row), c};
                    add_reading(document_, table_, r, block->first_column + c, *where, file_);
                }
            end_matrix();
        }
        return block->end_row;
    }

    /// A label that reads a plate several times is a kinetic; the dates of its matrices are all that tells
    /// when.
    void set_times() {
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<const Matrix*>> all;
        for (const Matrix& matrix : matrices_)
            all[{matrix.plate, matrix.readout}].push_back(&matrix);
        for (const auto& [key, series] : all) {
            const auto not_rising = [](const Matrix* a, const Matrix* b) { return !(a->date_s < b->date_s); };
            if (series.size() < 2 || !series.front()->date_s ||
                std::adjacent_find(series.begin(), series.end(), not_rising) != series.end())
                continue;
            for (const Matrix* matrix : series)
                for (std::size_t i = matrix->first; i < matrix->end; ++i)
                    file_.measurements[i].time_s = *matrix->date_s - *series.front()->date_s;
        }
    }

    void note_facts() {
        note(file_, "instrument", "EnVision");
        note(file_, "serial number", settings_.fact("Serial number"));
        note(file_, "serial number", settings_.fact("Serial#"));
        const std::string_view exported = settings_.fact("Exported with");
        note(file_, "software version", exported.substr(exported.rfind(' ') + 1));
        note(file_, "protocol", settings_.fact("Protocol Name"));
        note(file_, "start time", settings_.fact("Assay Started"));
    }

    const Document& document_;
    const Table& table_;
    envision::Settings settings_;
    PlateFile file_;
    std::string_view title_;
    std::vector<Matrix> matrices_;
    std::map<std::pair<std::string, std::string>, std::uint32_t> plates_;
};

}  // namespace

Match sniff_envision(const Document& document) {
    constexpr std::size_t sniffed_rows = 400;
    if (document.is_workbook())
        return Match::no;
    const Table& table = document.tables().front();
    for (std::size_t row = 0; row < std::min(table.rows(), sniffed_rows); ++row)
        if (is_plate_information(table, row))
            return Match::certain;
    return Match::no;
}

PlateFile read_envision(const Document& document) {
    return EnvisionReader(document).read();
}

}  // namespace wellsieve::formats::plates

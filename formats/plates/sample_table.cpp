#include "formats/plates/sample_table.hpp"

#include <fmt/format.h>

#include <set>

#include "formats/plates/columns_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

std::string required_cell(const Columns& columns, std::size_t row, std::size_t column) {
    const std::string_view cell = columns.cell(row, column);
    if (cell.empty())
        columns.fail(row, column, fmt::format("the {} has no name", columns.name(column)));
    return std::string(cell);
}

/// What `parse` makes of the cell; NaN where it is empty or there is no such column.
template <typename Parse>
double time_at(const Columns& columns, std::size_t row, std::optional<std::size_t> column, Parse parse,
               std::string_view wanted) {
    const std::string_view cell = columns.cell(row, column);
    if (cell.empty())
        return missing;
    const std::optional<double> time = parse(cell);
    if (!time)
        columns.fail(row, column, fmt::format("'{}' is no {}", cell, wanted));
    return *time;
}

/// 1 where the cell is empty or there is no such column.
double dilution_at(const Columns& columns, std::size_t row, std::optional<std::size_t> column) {
    const std::string_view cell = columns.cell(row, column);
    if (cell.empty())
        return 1;
    const std::optional<double> dilution = parse_number(cell);
    if (!dilution || !(*dilution >= 1))
        columns.fail(row, column,
                     fmt::format("'{}' is no dilution: a number from 1 on, such as 20 for 1 in 20", cell));
    return *dilution;
}

}  // namespace

std::vector<TakenSample> read_sample_table(const Document& document) {
    const Columns columns(document);
    const std::size_t sample = columns.require({"sample", "sample_id", "sample id"});
    const std::size_t vessel = columns.require({"vessel", "well", "reactor"});
    const auto plate = columns.find({"plate", "run"});
    const auto hours = columns.find({"time_h", "hours"});
    const auto taken = columns.find({"date_time", "taken"});
    const auto dilution = columns.find({"dilution", "dilution_factor"});
    const auto strain = columns.find({"strain"});
    std::set<std::string> seen;
    std::vector<TakenSample> samples;
    for (std::size_t row = columns.first_row(); row < columns.table().rows(); ++row) {
        if (!columns.has_data(row))
            continue;
        samples.push_back(
            {required_cell(columns, row, sample), std::string(columns.cell(row, plate)),
             required_cell(columns, row, vessel),
             time_at(
                 columns, row, hours, [](std::string_view cell) { return parse_number(cell); },
                 "number of hours"),
             time_at(columns, row, taken, parse_timestamp, "date and time, such as 2026-02-18 10:28"),
             columns.table().place(row), dilution_at(columns, row, dilution),
             std::string(columns.cell(row, strain))});
        if (!seen.insert(samples.back().sample).second)
            columns.fail(row, sample,
                         fmt::format("sample '{}' stands here a second time", samples.back().sample));
    }
    return samples;
}

}  // namespace wellsieve::formats::plates

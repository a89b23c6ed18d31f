#include "formats/plates/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "formats/plates/columns_internal.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

struct Point {
    double measured;
    double truth;
    std::size_t row;
};

double number_at(const Columns& columns, std::size_t row, std::size_t column) {
    const auto number = parse_number(columns.cell(row, column));
    if (!number)
        columns.fail(row, column, fmt::format("'{}' is no number", columns.cell(row, column)));
    return *number;
}

}  // namespace

Calibration read_calibration(const Document& document) {
    const Columns columns(document);
    const std::size_t measured = columns.require({"measured"});
    const std::size_t truth = columns.require({"true", "actual"});
    std::vector<Point> points;
    for (std::size_t row = columns.first_row(); row < columns.table().rows(); ++row)
        if (columns.has_data(row))
            points.push_back({number_at(columns, row, measured), number_at(columns, row, truth), row});
    if (points.size() < 2)
        columns.fail(columns.header_row(), measured, "a calibration needs two rows or more");
    std::stable_sort(points.begin(), points.end(),
                     [](const Point& a, const Point& b) { return a.measured < b.measured; });
    Calibration found;
    for (const Point& point : points) {
        if (!found.measured.empty() && point.measured == found.measured.back())
            columns.fail(point.row, measured,
                         fmt::format("{} was measured in another row, too", point.measured));
        if (!found.truth.empty() && !(point.truth > found.truth.back()))
            columns.fail(point.row, truth,
                         fmt::format("{} is not above the true value of the next smaller reading, {}",
                                     point.truth, found.truth.back()));
        found.measured.push_back(point.measured);
        found.truth.push_back(point.truth);
    }
    return found;
}

}  // namespace wellsieve::formats::plates

#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "formats/results/schema.hpp"

namespace wellsieve::tests {

/// Rows of `measurements` with invented values: three plates, every kind of missing value.
inline formats::results::ResultTable measurements(std::size_t first_row, std::size_t rows) {
    using namespace formats::results;
    Categorical plates{{}, {"P1", "P2", "Pl\u00e4tte \u03b2"}}, readouts{{}, {"od", "gfp"}}, wells,
        flags{{}, {"overflow"}};
    for (int column = 1; column <= 12; ++column)
        wells.categories.push_back("A" + std::to_string(column));
    std::vector<double> times, values;
    std::vector<float> temperatures;
    for (std::size_t row = first_row; row < first_row + rows; ++row) {
        const bool flagged = row % 11 == 0;
        plates.codes.push_back(static_cast<std::int32_t>(row / 48 % 3));
        readouts.codes.push_back(static_cast<std::int32_t>(row / 24 % 2));
        wells.codes.push_back(static_cast<std::int32_t>(row % 12));
        flags.codes.push_back(flagged ? 0 : Categorical::not_available);
        times.push_back(row % 5 == 0 ? std::numeric_limits<double>::quiet_NaN()
                                     : 600.0 * static_cast<double>(row / 12));
        values.push_back(flagged ? std::numeric_limits<double>::quiet_NaN()
                                 : std::sin(static_cast<double>(row)));
        temperatures.push_back(static_cast<float>(30 + static_cast<double>(row % 7) / 10));
    }
    auto table = make_table(table_name::measurements);
    table.add("plate", std::move(plates));
    table.add("readout", std::move(readouts));
    table.add("time_s", std::move(times));
    table.add("well", std::move(wells));
    table.add("value", std::move(values));
    table.add("flag", std::move(flags));
    table.add("temperature_c", std::move(temperatures));
    return table;
}

/// Three strains, one without a parent, one with an empty design, with design columns of the user's.
inline formats::results::ResultTable strains() {
    using namespace formats::results;
    auto table = make_table(table_name::strains);
    table.add("strain", std::vector<std::string>{"WT", "\u0394adhE", "x, \"y\""});
    table.add("parent", Categorical{{Categorical::not_available, 0, 0}, {"WT"}});
    table.add("role", Categorical{{0, 1, 1}, {"parent", "sample"}});
    table.add("promoter", std::vector<std::string>{"", "pTrc", "line\nbreak"});
    table.add("copies", std::vector<std::int32_t>{1, 5, -7});
    table.add("kcat", std::vector<double>{0.1, std::numeric_limits<double>::quiet_NaN(), 1e-300}, "1/s",
              "turnover");
    return table;
}

/// A quality table of invented values.
inline formats::results::ResultTable quality() {
    using namespace formats::results;
    auto table = make_table(table_name::qc);
    table.add("plate", Categorical{{0, Categorical::not_available}, {"P1"}});
    table.add("subject", std::vector<std::string>{"od", "product"});
    table.add("metric", Categorical{{0, 1}, {"z_prime", "replicate_correlation"}});
    table.add("value", std::vector<double>{0.71, std::numeric_limits<double>::quiet_NaN()});
    return table;
}

}  // namespace wellsieve::tests

#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/stats/t_test.hpp"
#include "tests/support/reference_table.hpp"

namespace wellsieve::tests {

/// Moments of the values that are present in some columns of a table, one feature a row.
struct Replicates {
    std::vector<double> count;
    std::vector<double> mean;
    std::vector<double> variance;

    static Replicates from(const ReferenceTable& table, const std::vector<std::string>& columns) {
        Replicates out;
        for (std::size_t row = 0; row < table.size(); ++row) {
            std::vector<double> present;
            for (const std::string& column : columns)
                if (const double value = table.number(row, column); !std::isnan(value))
                    present.push_back(value);
            out.add(present);
        }
        return out;
    }

    void add(const std::vector<double>& values) {
        const double n = static_cast<double>(values.size());
        double sum = 0.0;
        for (const double v : values)
            sum += v;
        double squares = 0.0;
        for (const double v : values)
            squares += (v - sum / n) * (v - sum / n);
        count.push_back(n);
        mean.push_back(sum / n);
        variance.push_back(n > 1.0 ? squares / (n - 1.0) : std::numeric_limits<double>::quiet_NaN());
    }

    kernels::stats::GroupMoments moments() const { return {count, mean, variance}; }
};

struct ContrastColumns {
    explicit ContrastColumns(std::size_t n) : effect(n), unscaled_sd(n), variance(n), df(n) {}
    kernels::stats::ContrastOut out() { return {effect, unscaled_sd, variance, df}; }
    std::vector<double> effect, unscaled_sd, variance, df;
};

struct TTestColumns {
    explicit TTestColumns(std::size_t n) : t(n), df(n), p(n) {}
    kernels::stats::TTestOut out() { return {t, df, p}; }
    std::vector<double> t, df, p;
};

}  // namespace wellsieve::tests

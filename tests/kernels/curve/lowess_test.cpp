#include "kernels/curve/lowess.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using kernels::curve::LowessOptions;

namespace {

std::vector<double> smooth(const std::vector<double>& x, const std::vector<double>& y,
                           const LowessOptions& options = {}) {
    std::vector<double> out(x.size());
    kernels::curve::lowess(x, y, options, out);
    return out;
}

std::vector<double> part(const std::vector<double>& all, std::size_t begin, std::size_t end) {
    return {all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)};
}

}  // namespace

TEST_CASE("lowess is R's lowess") {
    const tests::ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/lowess.tsv");
    const std::vector<double> x = table.numbers("x");
    const std::vector<double> y = table.numbers("y");
    const std::vector<double> expected = table.numbers("fitted");
    for (std::size_t begin = 0; begin < table.size();) {
        const std::size_t end = begin + static_cast<std::size_t>(table.number(begin, "n"));
        const LowessOptions options{table.number(begin, "span"),
                                    static_cast<std::uint32_t>(table.number(begin, "iterations"))};
        INFO(end - begin << " points, span " << options.span << ", iterations " << options.iterations);
        CHECK(tests::largest_relative_error(smooth(part(x, begin, end), part(y, begin, end), options),
                                            part(expected, begin, end)) < 1e-9);
        begin = end;
    }
}

TEST_CASE("lowess keeps a line, and is not moved by one outlier on it") {
    std::vector<double> x, line;
    for (int i = 0; i < 40; ++i) {
        x.push_back(0.25 * i);
        line.push_back(0.1 + 0.003 * x.back());
    }
    std::vector<double> spoilt = line;
    spoilt[17] += 1;
    const std::vector<double> kept = smooth(x, line);
    const std::vector<double> robust = smooth(x, spoilt);
    for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(kept[i] == Approx(line[i]).epsilon(1e-12));
        CHECK(robust[i] == Approx(line[i]).margin(1e-6));
    }
}

TEST_CASE("lowess of a few points") {
    CHECK(smooth({}, {}).empty());
    CHECK(smooth({1}, {7}) == std::vector<double>{7});
    CHECK(smooth({1, 2}, {7, 9}) == std::vector<double>{7, 9});
    for (double value : smooth({1, 2, 3, 4}, {5, 5, 5, 5}, {0.1, 3}))
        CHECK(value == 5);
}

#include "kernels/stats/lowess.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using kernels::stats::lowess;
using kernels::stats::LowessOptions;

namespace {

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
                                    static_cast<unsigned>(table.number(begin, "iterations"))};
        INFO(end - begin << " points, span " << options.span << ", iterations " << options.iterations);
        CHECK(tests::largest_relative_error(lowess(part(x, begin, end), part(y, begin, end), options),
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
    const std::vector<double> kept = lowess(x, line);
    const std::vector<double> robust = lowess(x, spoilt);
    for (std::size_t i = 0; i < x.size(); ++i) {
        CHECK(kept[i] == Approx(line[i]).epsilon(1e-12));
        CHECK(robust[i] == Approx(line[i]).margin(1e-6));
    }
}

TEST_CASE("lowess of a few points, and of points in one place") {
    const std::vector<double> one{1}, two{1, 2}, four{1, 2, 3, 4}, value{7}, values{7, 9}, level(4, 5.0);
    CHECK(lowess({}, {}).empty());
    CHECK(lowess(one, value) == value);
    CHECK(lowess(two, values) == values);
    CHECK(lowess(four, level, {.span = 0.1}) == level);
    const std::vector<double> tied{0, 1, 1, 1, 2, 3, 5, 8}, line{1, 3, 3, 3, 5, 7, 11, 17};
    const std::vector<double> kept = lowess(tied, line, {.span = 0.9, .step = 0.01});
    for (std::size_t i = 0; i < tied.size(); ++i)
        CHECK(kept[i] == Approx(line[i]).epsilon(1e-12));
    const std::vector<double> same(6, 2.0), rising{1, 2, 3, 4, 5, 6};
    for (const double v : lowess(same, rising, {.span = 1, .iterations = 0}))
        CHECK(v == Approx(3.5));
}

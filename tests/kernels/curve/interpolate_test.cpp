#include "kernels/curve/interpolate.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/kernels/curve/curve_set.hpp"

using namespace wellsieve;
using kernels::curve::undefined;

TEST_CASE("a curve at other times lies on the lines between its readings, and nowhere beyond them") {
    const auto curves = tests::of_columns({0, 1, 2, 4}, {{0, 10, 20, 40}, {undefined, 1, undefined, 4}});
    const std::vector<double> times{-1, 0, 0.5, 1, 3, 4, 5};
    std::vector<double> out(times.size() * 2);
    kernels::curve::interpolate(curves.view(), times, out);
    const std::vector<double> first{undefined, 0, 5, 10, 30, 40, undefined};
    const std::vector<double> second{undefined, undefined, undefined, 1, 3, 4, undefined};
    for (std::size_t i = 0; i < times.size(); ++i) {
        INFO(times[i] << " h");
        CHECK(tests::same_bits({out[2 * i], out[2 * i + 1]}, {first[i], second[i]}));
    }
}

TEST_CASE("a curve at its own times is itself, and an empty one is nowhere") {
    const auto curves = tests::varied_curves(9, 30, 3);
    std::vector<double> out(curves.values.size());
    kernels::curve::interpolate(curves.view(), curves.times_h, out);
    for (std::size_t cell = 0; cell < out.size(); ++cell)
        if (std::isfinite(curves.values[cell]))
            CHECK(out[cell] == curves.values[cell]);
    const auto empty = tests::of_columns({}, {{}, {}});
    std::vector<double> nowhere(4);
    kernels::curve::interpolate(empty.view(), std::vector<double>{0, 1}, nowhere);
    for (double value : nowhere)
        CHECK(std::isnan(value));
}

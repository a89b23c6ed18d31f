#include "kernels/curve/curve_areas.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::curve::undefined;
using tests::CurveSet;

namespace {

std::vector<double> areas(const CurveSet& set, double from_h, double to_h) {
    std::vector<double> out(set.wells);
    kernels::curve::curve_areas(set.view(), from_h, to_h, out);
    return out;
}

}  // namespace

TEST_CASE("areas have the same bits as the scalar reference on every target") {
    for (const std::size_t wells : {0, 1, 3, 8, 13})
        for (const std::size_t times : {0, 1, 2, 5, 40}) {
            const CurveSet set = tests::varied_curves(wells, times, 7);
            for (const auto& window : {std::pair{0.0, 1.0},
                                       {0.3, 4.7},
                                       {-1.0, 2.0},
                                       {2.0, 99.0},
                                       {1.0, 1.0},
                                       {3.0, 1.0},
                                       {undefined, 2.0}}) {
                const double from_h = window.first, to_h = window.second;
                INFO(wells << " wells, " << times << " times, from " << from_h << " to " << to_h);
                std::vector<double> expected(wells);
                kernels::curve::curve_areas_reference(set.view(), from_h, to_h, expected);
                tests::for_each_target([&] { CHECK(tests::same_bits(areas(set, from_h, to_h), expected)); });
            }
        }
}

TEST_CASE("the area of a line is known wherever its readings lie") {
    CurveSet line{{0, 0.5, 0.6, 2, 3.5, 4}, {}, 2};
    for (const double h : line.times_h) {
        line.values.push_back(3 - 2 * h);
        line.values.push_back(h == 2 ? undefined : 5 * h);  // the gap is bridged
    }
    for (const auto& [from_h, to_h] : {std::pair{0.0, 4.0}, {0.1, 0.2}, {0.55, 3.9}, {0.5, 3.5}}) {
        const auto found = areas(line, from_h, to_h);
        CHECK(found[0] == Approx(3 * (to_h - from_h) - (to_h * to_h - from_h * from_h)).margin(1e-12));
        CHECK(found[1] == Approx(2.5 * (to_h * to_h - from_h * from_h)));
    }
    CHECK(areas(line, 1, 1)[0] == 0);
}

TEST_CASE("areas of windows that follow each other add up") {
    const CurveSet set = tests::varied_curves(9, 60, 3);
    const auto whole = areas(set, 2, 9);
    const auto first = areas(set, 2, 4.123);
    const auto second = areas(set, 4.123, 9);
    std::size_t compared = 0;
    for (std::size_t well = 0; well < set.wells; ++well)
        if (!std::isnan(whole[well])) {
            CHECK(first[well] + second[well] == Approx(whole[well]).epsilon(1e-12).margin(1e-12));
            ++compared;
        }
    CHECK(compared > 3);
}

TEST_CASE("a well that was not read over the whole window has no area") {
    const CurveSet set = tests::of_columns({0, 1, 2, 3}, {{undefined, 1, 1, 1},
                                                          {1, 1, 1, undefined},
                                                          {1, 1, HUGE_VAL, HUGE_VAL},
                                                          {undefined, 1, undefined, undefined}});
    const auto found = areas(set, 0, 3);
    CHECK(std::isnan(found[0]));  // begins too late
    CHECK(std::isnan(found[1]));  // stops too early
    CHECK(std::isnan(found[2]));  // what is infinite is no reading
    CHECK(std::isnan(found[3]));  // one reading
    CHECK(areas(set, 1, 3)[0] == 2);
    CHECK(areas(set, 0, 2)[1] == 2);
}

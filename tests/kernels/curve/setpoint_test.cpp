#include "kernels/curve/setpoint.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace wellsieve::kernels::curve;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("excursions begin and end where the line crosses the edge") {
    const Numbers t{0, 1, 2, 3, 4, 5, 6}, ph{7, 7, 7.4, 7.4, 7, 6.6, 6.8};
    const Excursions e = excursions(t, ph, {6.8, 7.2});
    CHECK(e.count == 2);
    CHECK(e.observed_h == 6);
    CHECK(e.first_h == Approx(1.5));
    CHECK(e.longest_h == Approx(2));        // 1.5 to 3.5
    CHECK(e.outside_h == Approx(2 + 1.5));  // 4.5 to 6
    CHECK(e.below_h == Approx(1.5));
    CHECK(std::abs(e.largest_deviation) == Approx(0.2));
    CHECK(e.open == 0);
    CHECK(share_outside(e) == Approx(3.5 / 6));
}

TEST_CASE("held tracks change only at their readings") {
    const Numbers t{0, 1, 5, 6}, v{7, 8, 7, 7};
    CHECK(excursions(t, v, {6.5, 7.5, 0, infinity, Between::held}).outside_h == Approx(4));
    CHECK(excursions(t, v, {6.5, 7.5}).outside_h == Approx(0.5 + 2));
}

TEST_CASE("short excursions do not count, gaps are not observed, and the last one may be open") {
    const Numbers t{0, 1, 2, 3, 10, 11, 12}, v{0, 0, 5, 0, 0, 3, 3};
    AllowedRange range{-1, 1};
    range.least_h = 1.7;
    CHECK(excursions(t, v, range).count == 0);
    CHECK(excursions(t, v, range).outside_h == 0);
    range.least_h = 0;
    Excursions e = excursions(t, v, range);
    CHECK(e.count == 2);
    CHECK(e.open == 1);
    CHECK(e.largest_deviation == 4);
    CHECK(e.observed_h == 12);
    range.gap_h = 2;
    e = excursions(t, v, range);
    CHECK(e.observed_h == 5);
    CHECK(e.count == 2);
    // An excursion that runs into a gap ends with its last reading.
    e = excursions(Numbers{0, 1, 9, 10}, Numbers{5, 5, 5, 5}, range);
    CHECK(e.count == 2);
    CHECK(e.outside_h == 2);
    CHECK(e.open == 1);
}

TEST_CASE("a jump from one side to the other is two excursions") {
    const Excursions e = excursions(Numbers{0, 1}, Numbers{-3, 3}, {-1, 1});
    CHECK(e.count == 2);
    CHECK(e.below_h == Approx(1.0 / 3));
    CHECK(e.outside_h == Approx(2.0 / 3));
}

TEST_CASE("set points may change") {
    const Numbers t{0, 1, 2, 3}, v{30, 30, 37, 37}, sp{30, 30, 37, NAN};
    CHECK(setpoint_excursions(t, v, sp, 0.5, {}).count == 0);
    CHECK(setpoint_excursions(t, v, Numbers(4, 30.0), 0.5, {}).count == 1);
    CHECK(setpoint_excursions(t, v, sp, 0.5, {}).observed_h == 2);
}

TEST_CASE("nothing seen says nothing") {
    for (const Excursions& e :
         {excursions({}, {}, {0, 1}), excursions(Numbers{1, 2}, Numbers{NAN, infinity}, {0, 1})}) {
        CHECK(e.count == 0);
        CHECK(std::isnan(e.first_h));
        CHECK(std::isnan(e.largest_deviation));
        CHECK(std::isnan(share_outside(e)));
    }
    CHECK(excursions(Numbers{1}, Numbers{9}, {0, 1}).observed_h == 0);
}

TEST_CASE("splitting an interval by a reading on the line changes nothing") {
    const Numbers t{0, 2, 3, 7}, v{0, 4, 1, -6};
    const Excursions whole = excursions(t, v, {-2, 2});
    const Excursions split = excursions(Numbers{0, 0.5, 2, 3, 5, 7}, Numbers{0, 1, 4, 1, -2.5, -6}, {-2, 2});
    CHECK(split.outside_h == Approx(whole.outside_h));
    CHECK(split.count == whole.count);
    CHECK(split.first_h == Approx(whole.first_h));
}

TEST_CASE("a feed begins at its last reading without it") {
    const Numbers t{0, 1, 2, 3, 4, 5};
    CHECK(feed_start_h(t, Numbers{0.1, 0.1, NAN, 0.102, 0.3, 0.6}, 0.01) == 3);
    CHECK(std::isnan(feed_start_h(t, Numbers(6, 2.0), 0.01)));
    CHECK(std::isnan(feed_start_h({}, {}, 0.01)));
}

TEST_CASE("oxygen is limiting once it is low for long enough") {
    const Numbers t{0, 1, 2, 3, 4, 5, 6, 7}, oxygen{100, 60, 2, 50, 20, 1, 1, 40};
    const Excursions e = oxygen_limitation(t, oxygen, 5, 1);
    CHECK(e.count == 1);
    CHECK(e.first_h == Approx(4 + 15.0 / 19));
    CHECK(oxygen_limitation(t, oxygen, 5, 0).count == 2);
}

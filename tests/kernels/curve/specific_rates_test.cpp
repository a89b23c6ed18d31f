#include "kernels/curve/specific_rates.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace wellsieve::kernels::curve;

TEST_CASE("a straight line through Anscombe's first set") {
    const std::vector<double> x{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
    const std::vector<double> y{8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68};
    const StraightLine line = straight_line(x, y);
    CHECK(line.slope == Approx(0.5000909090909091).epsilon(1e-13));  // R's lm
    CHECK(line.intercept == Approx(3.0000909090909091).epsilon(1e-13));
    CHECK(line.standard_error == Approx(0.1179055).epsilon(1e-6));
    CHECK(line.points == 11);
}

TEST_CASE("a line far from the origin loses no digits, and missing pairs are left out") {
    std::vector<double> x, y;
    for (int i = 0; i < 20; ++i) {
        x.push_back(1e8 + i);
        y.push_back(i % 4 == 3 ? NAN : 5e6 - 2.0 * i);
    }
    const StraightLine line = straight_line(x, y);
    CHECK(line.slope == Approx(-2).epsilon(1e-12));
    CHECK(line.points == 15);
}

TEST_CASE("too few or equal points give no line") {
    CHECK(std::isnan(straight_line({}, {}).slope));
    const std::vector<double> two{1, 2}, same{3, 3};
    CHECK(straight_line(two, two).slope == 1);
    CHECK(std::isnan(straight_line(two, two).standard_error));
    CHECK(std::isnan(straight_line(same, two).slope));
}

TEST_CASE("specific rates of an exponential culture are constant") {
    std::vector<double> t, x, s, q;
    for (int i = 0; i < 200; ++i) {
        t.push_back(0.05 * i);
        x.push_back(0.1 * std::exp(0.3 * t.back()));
        s.push_back(20 - 0.8 / 0.3 * 0.1 * std::expm1(0.3 * t.back()));
    }
    s[50] = x[120] = NAN;
    q.resize(t.size());
    specific_rates(t, s, x, 0.25, q);
    for (std::size_t i = 0; i < q.size(); ++i) {
        INFO(i);
        CHECK(q[i] == Approx(-0.8).epsilon(6e-3));
    }
    CHECK(log_slope(t, x).slope == Approx(0.3).epsilon(1e-12));
    specific_rates(t, s, x, 0.01, q);
    CHECK(std::isnan(q[10]));
}

TEST_CASE("biomass at or below zero has no logarithm and no specific rate") {
    const std::vector<double> t{0, 1, 2, 3}, x{-1, 0, std::exp(1.0), std::exp(2.0)};
    CHECK(log_slope(t, x).points == 2);
    CHECK(log_slope(t, x).slope == Approx(1));
    std::vector<double> q(4);
    specific_rates(t, t, x, 2, q);
    for (const double rate : q)
        CHECK(std::isnan(rate));
}

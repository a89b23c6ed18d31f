#include "kernels/curve/reader_response.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

using namespace wellsieve::kernels::curve;

TEST_CASE("a polynomial response is that sum of powers") {
    const std::vector<double> coefficients{1.02, 0.3, 0.05};
    for (const double m : {-0.01, 0.0, 0.2, 1.5})
        CHECK(polynomial_response(coefficients, m) ==
              Approx(1.02 * m + 0.3 * std::pow(m, 2) + 0.05 * std::pow(m, 3)).epsilon(1e-14));
    CHECK(polynomial_response({}, 3) == 0);
    CHECK(std::isnan(polynomial_response(coefficients, std::nan(""))));
}

TEST_CASE("a tabulated response goes through its points, on below and nowhere above") {
    const std::vector<double> measured{0, 0.5, 0.8, 0.9};
    const std::vector<double> truth{0, 0.5, 1.1, 1.7};
    for (std::size_t i = 0; i < measured.size(); ++i)
        CHECK(tabulated_response(measured, truth, measured[i]) == Approx(truth[i]));
    CHECK(tabulated_response(measured, truth, 0.65) == Approx(0.8));
    CHECK(tabulated_response(measured, truth, -0.1) == Approx(-0.1));
    CHECK(tabulated_response(measured, truth, 0.90001) == std::numeric_limits<double>::infinity());
    CHECK(std::isnan(tabulated_response(measured, truth, std::nan(""))));
}

TEST_CASE("a table of a polynomial is that polynomial, and both rise where it does") {
    const std::vector<double> coefficients{1, 0.4};
    std::vector<double> measured, truth;
    for (int i = 0; i <= 1000; ++i) {
        measured.push_back(0.002 * i);
        truth.push_back(polynomial_response(coefficients, measured.back()));
    }
    double before = -1;
    for (int i = 0; i < 400; ++i) {
        const double m = 0.00499 * i;
        const double value = tabulated_response(measured, truth, m);
        CHECK(value == Approx(polynomial_response(coefficients, m)).margin(1e-6));
        CHECK(value > before);
        before = value;
    }
}

TEST_CASE("a polynomial turns where its slope becomes negative, and not where it only rests") {
    const auto turn = [](std::vector<double> coefficients, double largest) {
        return polynomial_turn(coefficients, largest);
    };
    CHECK(turn({1, -0.25}, 3) == Approx(2));
    CHECK(std::isnan(turn({1, -0.25}, 1.99)));
    CHECK(std::isnan(turn({1, 0.4}, 1e6)));
    CHECK(std::isnan(turn({1}, 1e6)));
    CHECK(std::isnan(turn({}, 1)));
    CHECK(turn({6, -4.5, 1}, 5) == Approx(1));       // slope 3 (x - 1) (x - 2): falls between, rises beyond
    CHECK(std::isnan(turn({1, -1, 1.0 / 3}, 5)));    // slope (x - 1)^2
    CHECK(turn({4, 0, 0, -0.125}, 3) == Approx(2));  // slope 4 - x^3 / 2
    CHECK(turn({2, 0.5, -1, -0.3}, 10) < turn({2, 0.6, -1, -0.3}, 10));
}

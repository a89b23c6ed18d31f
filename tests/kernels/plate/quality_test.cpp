#include "kernels/plate/quality.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "kernels/plate/normalise.hpp"

using namespace wellsieve::kernels::plate;

namespace {

Summary of(std::vector<double> values) {
    std::vector<Summary> out(1);
    summarise(values, {}, {1, 1, values.size()}, out);
    return out[0];
}

}  // namespace

TEST_CASE("quality of controls by hand") {
    const Summary p = of({9, 10, 11});     // mean 10, sd 1, mad 1.4826
    const Summary n = of({98, 100, 102});  // mean 100, sd 2, mad 2.9652
    CHECK(z_prime(p, n) == Approx(0.9));
    CHECK(z_prime_robust(p, n) == Approx(1 - 3 * 1.4826 * 3 / 90));
    CHECK(assay_variability_ratio(p, n) == Approx(0.1));
    CHECK(signal_to_background(p, n) == Approx(0.1));
    CHECK(signal_to_noise(p, n) == Approx(-45));
    CHECK(signal_window(p, n) == Approx(81));
    CHECK(coefficient_of_variation(n) == Approx(0.02));
    CHECK(dynamic_range(p, n) == Approx(10));
    CHECK(ssmd(p, n) == Approx(-90 / std::sqrt(5.0)));
    CHECK(ssmd_robust(p, n) == Approx(-90 / (1.4826 * std::sqrt(5.0))));
    CHECK(ssmd_well(96, n) == Approx(-std::sqrt(2.0)));
    CHECK(ssmd_well_robust(96, n) == Approx(-4 / (2.9652 * std::sqrt(2.0))));
    CHECK(ssmd_paired(p) == Approx(10));
}

TEST_CASE("unbiased SSMD uses K of the published table") {
    // K(8 + 8) = 12.50996, from the gamma function; the sd of eight values −7 … 7 is sqrt(24)
    const Summary a = of({-7, -5, -3, -1, 1, 3, 5, 7});
    const Summary b = of({3, 5, 7, 9, 11, 13, 15, 17});
    CHECK(ssmd_unbiased(b, a) == Approx(10 / std::sqrt(2 / 12.50996 * 14 * 24)).epsilon(1e-6));
    // three values: K = 2 [Γ(1) / Γ(1/2)]² = 2/π
    const Summary n = of({98, 100, 102});
    CHECK(ssmd_well_unbiased(110, n) == Approx(10 / (2 * std::sqrt(4 / (2 / M_PI)))));
    CHECK(ssmd_paired_unbiased(n) == Approx(50 / std::sqrt(M_PI)));
}

TEST_CASE("quality is refused where the wells do not allow it") {
    const Summary two = of({1, 2});
    const Summary three = of({5, 6, 7});
    const Summary flat = of({4, 4, 4});
    CHECK(std::isnan(z_prime(two, three)));
    CHECK(std::isnan(z_prime_robust(three, two)));
    CHECK(std::isnan(signal_window(two, three)));
    CHECK(std::isnan(assay_variability_ratio(two, three)));
    CHECK(std::isnan(z_prime(three, three)));
    CHECK(std::isnan(signal_to_noise(three, flat)));
    CHECK(std::isnan(signal_to_background(three, of({0}))));
    CHECK(std::isnan(coefficient_of_variation(of({1}))));
    CHECK(std::isnan(ssmd(flat, flat)));
    CHECK(std::isnan(ssmd_unbiased(of({1}), three)));
    CHECK(std::isnan(ssmd_well_unbiased(3, two)));
    CHECK(std::isnan(ssmd_paired_unbiased(two)));
}

TEST_CASE("edge and line effects") {
    std::vector<std::uint8_t> edge(12);
    mark_edge(3, 4, edge);
    CHECK(edge == std::vector<std::uint8_t>{1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1});
    CHECK(edge_effect(of({12, 14}), of({9, 10, 11})) == Approx(3 / 1.4826));
    CHECK(line_effect(std::vector<double>{-1, 2, 0}, of({-1, 0, 1})) == Approx(3 / 1.4826));
    CHECK(std::isnan(line_effect({}, of({1, 2}))));
}

TEST_CASE("a logarithm of nothing is missing, and counted") {
    std::vector<double> values{8, 0, -1, Summary::undefined, 0.5};
    CHECK(log2_values(values, values) == 2);
    CHECK(values[0] == 3);
    CHECK(std::isnan(values[1]));
    CHECK(std::isnan(values[2]));
    CHECK(std::isnan(values[3]));
    CHECK(values[4] == -1);
}

TEST_CASE("normalisations as scales") {
    const Summary s = of({1, 2, 4, 8, 100});
    CHECK(subtract(Location::shorth, s).centre == 1.5);
    CHECK(divide_by(Location::mean, s).spread == 23);
    CHECK(percent_of_control(s).spread == 0.23);
    CHECK(z_score(s).centre == 23);
    CHECK(robust_z_score(s).spread == s.mad);
    CHECK(adjust_variance(s).spread == s.mad);
    const Scale npi = normalised_percent_inhibition(Location::median, of({2, 2}), of({10}));
    CHECK((2 - npi.centre) / npi.spread == 0);
    CHECK((10 - npi.centre) / npi.spread == 1);
}

#include "kernels/stats/replicate_ssmd.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

using namespace wellsieve::kernels::stats;

TEST_CASE("paired SSMD by moments is mean over standard deviation, from two replicates on") {
    // d = 1, 2, 3: mean 2, sd 1
    CHECK(paired_ssmd(3, 2.0, 1.0) == 2.0);
    CHECK(paired_ssmd(2, 3.0, 2.0) == 1.5);
    CHECK(std::isnan(paired_ssmd(1, 2.0, 1.0)));
}

TEST_CASE("the unbiased paired SSMD, factors worked out by hand, exists from three replicates on") {
    // n = 3: Γ(1)/Γ(1/2) √(2/2) = 1/√π; n = 4: Γ(3/2)/Γ(1) √(2/3) = √(π/6); n = 5: Γ(2)/Γ(3/2) √(2/4) =
    // √(2/π)
    CHECK(paired_ssmd_umvue(3, 2.0, 1.0) == Approx(2.0 / std::sqrt(std::numbers::pi)).epsilon(1e-13));
    CHECK(paired_ssmd_umvue(4, 2.0, 1.0) == Approx(2.0 * std::sqrt(std::numbers::pi / 6.0)).epsilon(1e-13));
    CHECK(paired_ssmd_umvue(5, 2.0, 1.0) == Approx(2.0 * std::sqrt(2.0 / std::numbers::pi)).epsilon(1e-13));
    CHECK(std::isnan(paired_ssmd_umvue(2, 2.0, 1.0)));
    CHECK(std::isnan(paired_ssmd_umvue(1, 2.0, 1.0)));
}

TEST_CASE("SSMD of a single value against its plate's controls") {
    CHECK(single_ssmd(5.0, 1.0, 2.0) == Approx(std::numbers::sqrt2).epsilon(1e-15));
    CHECK(single_ssmd(-3.0, 1.0, 2.0) == Approx(-std::numbers::sqrt2).epsilon(1e-15));
}

TEST_CASE("the unbiased single SSMD, with K worked out by hand and near n - 2.48") {
    // n = 4: K = 2 (Γ(3/2)/Γ(1))² = π/2, so the factor is 1/√(2·3/(π/2)) = √(π/12)
    CHECK(single_ssmd_umvue(5.0, 4, 1.0, 2.0) ==
          Approx(2.0 * std::sqrt(std::numbers::pi / 12.0)).epsilon(1e-13));
    const double ratio = ssmd_gamma_ratio(32);
    CHECK(2.0 * ratio * ratio == Approx(32 - 2.48).margin(0.02));
    CHECK(std::isnan(single_ssmd_umvue(5.0, 2, 1.0, 2.0)));
}

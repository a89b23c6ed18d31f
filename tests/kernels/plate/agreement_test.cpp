#include "kernels/plate/agreement.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace wellsieve::kernels::plate;

TEST_CASE("agreement of replicates by hand") {
    const double nan = std::nan("");
    const std::vector<double> a{1, 2, 3, 4, nan, 7};
    const std::vector<double> b{2, 1, 4, 3, 5, nan};
    CHECK(pearson(a, b) == Approx(0.6));
    CHECK(spearman(a, b) == Approx(0.6));
    CHECK(repeatability_sd(a, b) == Approx(std::sqrt(0.5)));
    // ranks 1.5 1.5 3 against 1 2 3
    CHECK(spearman(std::vector<double>{5, 5, 9}, std::vector<double>{1, 2, 8}) == Approx(std::sqrt(0.75)));
    CHECK(std::isnan(pearson(std::vector<double>{1, 1}, std::vector<double>{1, 2})));
    CHECK(std::isnan(spearman(std::vector<double>{}, std::vector<double>{})));
    CHECK(std::isnan(repeatability_sd(std::vector<double>{nan}, std::vector<double>{1})));
}

TEST_CASE("drift over a run keeps its slope in spite of one bad plate") {
    CHECK(theil_sen_slope(std::vector<double>{1, 1.5, 2, 90, 3, 3.5, std::nan(""), 4.5}) == Approx(0.5));
    CHECK(theil_sen_slope(std::vector<double>{1, 2, 4}) == Approx(1.5));
    CHECK(theil_sen_slope(std::vector<double>{3, 3, 5, 9}) == Approx(2));  // 0 1 2 2 3 4 → mean of 2 and 2
    CHECK(std::isnan(theil_sen_slope(std::vector<double>{1})));
    CHECK(drift_correlation(std::vector<double>{1, 2, 4, 3}) == Approx(0.8));
}

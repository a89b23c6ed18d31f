#include "kernels/stats/multiple_testing.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

using namespace wellsieve::kernels::stats;

namespace {

std::vector<double> adjusted(const std::vector<double>& p) {
    std::vector<double> q(p.size());
    benjamini_hochberg(p, q);
    return q;
}

}  // namespace

TEST_CASE("the worked example of Benjamini and Hochberg 1995: four rejected at 5 %") {
    const std::vector<double> p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
    const std::vector<double> q = adjusted(p);
    CHECK(q[3] == Approx(0.0095 * 15 / 4));
    CHECK(q[3] <= 0.05);
    CHECK(q[4] > 0.05);
    CHECK(q[8] == Approx(0.0459 * 15 / 9));
    CHECK(q[14] == 1.0);
}

TEST_CASE("adjusted p-values keep the order of the input, and a smaller later bound carries back") {
    CHECK(adjusted({0.04, 0.01, 0.03}) == std::vector<double>{0.04, 0.03, 0.04});
    CHECK(adjusted({0.9, 0.95}) == std::vector<double>{0.95, 0.95});
    CHECK(adjusted({0.05, 0.05, 0.05}) == std::vector<double>{0.05, 0.05, 0.05});
}

TEST_CASE("a missing p-value is no test") {
    const std::vector<double> q = adjusted({0.01, NAN, 0.02});
    CHECK(q[0] == 0.02);
    CHECK(std::isnan(q[1]));
    CHECK(q[2] == 0.02);
    CHECK(adjusted({}).empty());
}

TEST_CASE("the longest prefix within the Bayesian false discovery rate") {
    const std::vector<double> probability{0.99, 0.95, 0.9, 0.5,
                                          0.2};  // means of 1 − P: .01 .03 .0533 .165 .292
    CHECK(longest_prefix_within_fdr(probability, 0.05) == 2);
    CHECK(longest_prefix_within_fdr(probability, 0.1) == 3);
    CHECK(longest_prefix_within_fdr(probability, 0.005) == 0);
    CHECK(longest_prefix_within_fdr(probability, 1.0) == 5);
    CHECK(longest_prefix_within_fdr({}, 0.1) == 0);
}

TEST_CASE("a prefix may recover, and a missing probability counts as none") {
    CHECK(longest_prefix_within_fdr(std::vector{0.8, 1.0, 1.0}, 0.1) == 3);
    CHECK(longest_prefix_within_fdr(std::vector{1.0, double(NAN)}, 0.1) == 1);
}

#include "kernels/stats/replicate_moments.hpp"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/each_target.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

namespace {

struct Moments {
    explicit Moments(std::size_t n) : count(n), mean(n), variance(n) {}
    MomentsOut out(std::size_t offset = 0) {
        return {std::span(count).subspan(offset), std::span(mean).subspan(offset),
                std::span(variance).subspan(offset)};
    }
    std::vector<double> count, mean, variance;
};

/// NaN equals NaN, and every other value only its own bits.
bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::isnan(a[i]) && std::isnan(b[i])) &&
            std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i]))
            return false;
    return a.size() == b.size();
}

std::vector<double> values_with_holes(std::size_t n, unsigned seed) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const std::vector<double> special{NAN, NAN, infinity, -infinity, 5e-324, 1e308, 0.0, -0.0};
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(3.0, 2.0);
    std::vector<double> values(n);
    for (double& v : values)
        v = random() % 4 == 0 ? special[random() % special.size()] : normal(random);
    return values;
}

}  // namespace

TEST_CASE("moments are the reference's, bit for bit, for every shape, offset and SIMD target") {
    tests::for_each_target([] {
        for (const std::size_t features : {0, 1, 3, 7, 8, 9, 15, 16, 17, 35, 1000})
            for (const std::size_t replicates : {0, 1, 2, 3, 8})
                for (const std::size_t offset : {0, 1, 3}) {
                    const std::vector<double> values = values_with_holes(
                        features * replicates + offset, Catch::rngSeed() + static_cast<unsigned>(replicates));
                    const std::span<const double> block = std::span(values).subspan(offset);
                    Moments ours(features + offset), expected(features + offset);
                    replicate_moments(block, replicates, ours.out(offset));
                    replicate_moments_reference(block, replicates, expected.out(offset));
                    CAPTURE(features, replicates, offset);
                    CHECK(same_bits(ours.count, expected.count));
                    CHECK(same_bits(ours.mean, expected.mean));
                    CHECK(same_bits(ours.variance, expected.variance));
                }
    });
}

TEST_CASE("moments of a hand-calculated example, one feature a column") {
    const std::vector<double> values{1.0, 4.0,         NAN, NAN,  //
                                     2.0, double(NAN), NAN, 7.0,  //
                                     6.0, 8.0,         NAN, NAN};
    Moments ours(4);
    replicate_moments(values, 3, ours.out());
    CHECK(ours.count == std::vector{3.0, 2.0, 0.0, 1.0});
    CHECK(ours.mean[0] == 3.0);
    CHECK(ours.variance[0] == 7.0);  // (4 + 1 + 9)/2
    CHECK(ours.mean[1] == 6.0);
    CHECK(ours.variance[1] == 8.0);
    CHECK(std::isnan(ours.mean[2]));
    CHECK(ours.mean[3] == 7.0);
    CHECK(std::isnan(ours.variance[3]));
}

TEST_CASE("values far from 0 keep their variance") {
    Moments ours(1);
    replicate_moments(std::vector{1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0}, 4, ours.out());
    CHECK(ours.variance[0] == 30.0);
}

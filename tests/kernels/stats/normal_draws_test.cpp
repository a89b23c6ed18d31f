#include "kernels/stats/normal_draws.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/distributions.hpp"
#include "kernels/stats/philox.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

namespace {

using Words = std::array<std::uint32_t, 4>;

std::vector<double> standard(const DrawKey& key, std::size_t n) {
    const std::vector<double> zero(n, 0.0);
    const std::vector<double> one(n, 1.0);
    std::vector<double> out(n);
    normal_draws_reference(key, zero, one, out);
    return out;
}

}  // namespace

TEST_CASE("Philox gives the known answers of Random123") {
    CHECK(philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
          Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a draw is the normal quantile of its uniform word") {
    const DrawKey key{0x0123456789abcdef, 3, 17};
    const std::vector<double> z = standard(key, 4096);
    for (std::size_t i = 0; i < z.size(); ++i) {
        const std::uint32_t block = static_cast<std::uint32_t>(i / 32 * 8 + i % 8);
        const Words words = philox({block, 17, 3, 0}, {0x89abcdef, 0x01234567});
        const double u = (words[i % 32 / 8] + 0.5) * 0x1p-32;
        CHECK(z[i] == Approx(normal_quantile(u)).epsilon(1e-14).margin(1e-16));
    }
}

TEST_CASE("draws are the reference's, bit for bit, for every size, offset and SIMD target") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    tests::for_each_target([&] {
        for (const std::size_t n : {0, 1, 3, 7, 8, 9, 31, 32, 33, 63, 100, 1000})
            for (const std::size_t offset : {0, 1, 3}) {
                std::vector<double> mean(n + offset, 0.25);
                std::vector<double> sd(n + offset, 1.5);
                if (n > 30) {
                    mean[offset] = infinity;
                    sd[offset + 5] = 0.0;
                    mean[offset + 9] = 5e-324;
                    sd[offset + 30] = 1e300;
                }
                std::vector<double> ours(n + offset), expected(n + offset);
                const DrawKey key{99, 1, static_cast<std::uint32_t>(n)};
                normal_draws(key, std::span(mean).subspan(offset), std::span(sd).subspan(offset),
                             std::span(ours).subspan(offset));
                normal_draws_reference(key, std::span(mean).subspan(offset), std::span(sd).subspan(offset),
                                       std::span(expected).subspan(offset));
                CHECK(ours == expected);
            }
        std::vector<double> missing{NAN, 1.0}, sd{1.0, NAN}, out(2);
        normal_draws({1, 2, 3}, missing, sd, out);
        CHECK(std::isnan(out[0]));
        CHECK(std::isnan(out[1]));
    });
}

TEST_CASE("a million draws have the moments of the normal distribution") {
    constexpr std::size_t n = 1'000'000;
    double sum = 0.0, squares = 0.0, cubes = 0.0, fourths = 0.0;
    for (const double z : standard({42, 0, 0}, n)) {
        sum += z;
        squares += z * z;
        cubes += z * z * z;
        fourths += z * z * z * z;
    }
    const double five_errors = 5.0 / std::sqrt(n);
    CHECK(std::abs(sum / n) < five_errors);
    CHECK(std::abs(squares / n - 1.0) < five_errors * std::sqrt(2.0));
    CHECK(std::abs(cubes / n) < five_errors * std::sqrt(15.0));
    CHECK(std::abs(fourths / n - 3.0) < five_errors * std::sqrt(96.0));
}

TEST_CASE("seed, stream and draw each give other numbers, without correlation") {
    const std::vector<double> base = standard({5, 0, 0}, 10'000);
    for (const DrawKey key : {DrawKey{6, 0, 0}, {5, 1, 0}, {5, 0, 1}, {5 + (1ull << 32), 0, 0}}) {
        const std::vector<double> other = standard(key, base.size());
        double product = 0.0;
        for (std::size_t i = 0; i < base.size(); ++i)
            product += base[i] * other[i];
        CHECK(std::abs(product / 1e4) < 0.05);
    }
}

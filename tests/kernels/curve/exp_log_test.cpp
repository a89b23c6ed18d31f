#include "kernels/curve/exp_log.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/philox.hpp"
#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::curve;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// |a − b| in units of the last place of b.
double ulps(double a, long double b) {
    if (a == b)
        return 0.0;
    const double rounded = static_cast<double>(b);
    const double unit = std::abs(std::nextafter(rounded, infinity) - rounded);
    return static_cast<double>(std::abs(static_cast<long double>(a) - b) / unit);
}

/// n numbers from `low` to `high`, at random.
std::vector<double> numbers(std::size_t n, double low, double high) {
    std::vector<double> out(n);
    for (std::size_t i = 0; i < n; ++i) {
        const auto words = kernels::stats::philox({static_cast<std::uint32_t>(i), 0, 0, 0}, {7, 9});
        out[i] = low + (high - low) * ((words[0] + words[1] * 0x1p-32) * 0x1p-32);
    }
    return out;
}

const std::vector<double> special{0.0,
                                  -0.0,
                                  1.0,
                                  -1.0,
                                  5e-324,
                                  -5e-324,
                                  2.2250738585072014e-308,
                                  1e-310,
                                  1.7e308,
                                  infinity,
                                  -infinity,
                                  NAN,
                                  709.78,
                                  709.79,
                                  710.0,
                                  1e300,
                                  -745.1,
                                  -745.2,
                                  -746.0,
                                  -1e300,
                                  0.5,
                                  2.0,
                                  0.70710678118654752,
                                  std::nextafter(1.0, 2.0),
                                  std::nextafter(1.0, 0.0)};

}  // namespace

TEST_CASE("the exponential is within one unit in the last place") {
    for (const auto& [low, high] : {std::pair{-708.0, 709.7}, {-1.0, 1.0}, {-40.0, 40.0}, {-1e-8, 1e-8}}) {
        double worst = 0.0;
        for (const double x : numbers(200'000, low, high))
            worst = std::max(worst, ulps(exponential(x), std::exp(static_cast<long double>(x))));
        INFO(low << " to " << high);
        CHECK(worst <= 1.0);
    }
    for (const double x : numbers(10'000, -745.0, -708.4))
        CHECK(ulps(exponential(x), std::exp(static_cast<long double>(x))) <= 2.0);
}

TEST_CASE("the logarithm is within one unit in the last place") {
    for (const auto& [low, high] : {std::pair{0.0, 2.0}, {0.9, 1.1}, {0.0, 1e6}, {0.99999, 1.00001}}) {
        double worst = 0.0;
        for (const double x : numbers(200'000, low, high))
            worst = std::max(worst, ulps(natural_log(x), std::log(static_cast<long double>(x))));
        INFO(low << " to " << high);
        CHECK(worst <= 1.0);
    }
    for (const double exponent : numbers(10'000, -1074.0, 1024.0)) {
        const double x = std::exp2(exponent);
        CHECK(ulps(natural_log(x), std::log(static_cast<long double>(x))) <= 1.0);
    }
}

TEST_CASE("exponential and logarithm treat special values as the standard library does") {
    for (const double x : special) {
        INFO(x);
        const double e = exponential(x);
        const double l = natural_log(x);
        CHECK((e == std::exp(x) || std::isnan(x) || ulps(e, std::exp(x)) <= 2.0));
        CHECK(std::isnan(e) == std::isnan(std::exp(x)));
        CHECK((l == std::log(x) || std::isnan(std::log(x)) || ulps(l, std::log(x)) <= 1.0));
        CHECK(std::isnan(l) == std::isnan(std::log(x)));
    }
}

TEST_CASE("exponentials and logarithms have the reference's bits on every SIMD target") {
    tests::for_each_target([] {
        for (const std::size_t n : {0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 100, 1000})
            for (const std::size_t offset : {0, 1, 3}) {
                std::vector<double> x = numbers(n + offset, -800.0, 800.0);
                for (std::size_t i = 0; i < special.size() && 3 * i < n; ++i)
                    x[offset + 3 * i] = special[(i + n) % special.size()];
                std::vector<double> ours(x.size()), expected(x.size());
                const auto input = std::span(x).subspan(offset);
                exponentials(input, std::span(ours).subspan(offset));
                exponentials_reference(input, std::span(expected).subspan(offset));
                CHECK(tests::same_bits(ours, expected));
                natural_logs(input, std::span(ours).subspan(offset));
                natural_logs_reference(input, std::span(expected).subspan(offset));
                CHECK(tests::same_bits(ours, expected));
            }
        const std::vector<double> positive = numbers(4096, 0.0, 10.0);
        std::vector<double> ours(positive.size()), expected(positive.size());
        natural_logs(positive, ours);
        natural_logs_reference(positive, expected);
        CHECK(tests::same_bits(ours, expected));
    });
}

TEST_CASE("a vector that is wholly NaN has no logarithm on any SIMD target") {
    tests::for_each_target([] {
        const std::vector<double> x(16, std::numeric_limits<double>::quiet_NaN());
        std::vector<double> out(x.size());
        natural_logs(x, out);
        for (const double l : out)
            CHECK(std::isnan(l));
    });
}

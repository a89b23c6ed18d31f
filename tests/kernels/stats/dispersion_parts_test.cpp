#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "kernels/stats/dispersion.hpp"
#include "kernels/stats/local_mean.hpp"
#include "kernels/stats/moderated_t.hpp"
#include "kernels/stats/spline_maximum.hpp"
#include "kernels/stats/variance_trend.hpp"
#include "kernels/stats/zero_patterns.hpp"

using namespace wellsieve::kernels::stats;

TEST_CASE("a local mean leaves a constant alone and follows a slope inside") {
    const std::size_t n = 400;
    std::vector<double> x(n), values(2 * n), out(2 * n);
    std::mt19937 random(2);
    for (std::size_t i = 0; i < n; ++i) {
        x[i] = static_cast<double>(random() % 10'000) / 10'000.0;
        values[i] = 3.5;
        values[n + i] = 2.0 * x[i];
    }
    local_means(x, values, 0.2, out);
    for (std::size_t i = 0; i < n; ++i) {
        CHECK(out[i] == Approx(3.5).epsilon(1e-12));
        if (x[i] > 0.2 && x[i] < 0.8)
            CHECK(out[n + i] == Approx(2.0 * x[i]).margin(0.05));
    }
}

TEST_CASE("a local mean of all points is the tricube mean at the ends and linear between") {
    const std::vector<double> x{0.0, 0.25, 1.0}, values{1.0, 2.0, 4.0};
    std::vector<double> out(3);
    local_means(x, values, 1.0, out);
    const auto tricube = [](double u) { return std::pow(1.0 - u * u * u, 3); };
    const double left = (1.0 + 2.0 * tricube(0.25)) / (1.0 + tricube(0.25));
    const double right = (4.0 + 2.0 * tricube(0.75)) / (1.0 + tricube(0.75));
    // Halved twice on the left: cells end at 0, 0.25, 0.5 and 1, and the bandwidth at 0.25 is 0.75.
    const double inner = (2.0 + tricube(1.0 / 3.0)) / (1.0 + tricube(1.0 / 3.0));
    CHECK(out[0] == Approx(left));
    CHECK(out[1] == Approx(inner));
    CHECK(out[2] == Approx(right));
}

TEST_CASE("too few points stay as they are, and equal places share a mean") {
    std::vector<double> out(1);
    local_means(std::vector<double>{1.0}, std::vector<double>{7.0}, 1.0, out);
    CHECK(out[0] == 7.0);
    out.resize(4);
    local_means(std::vector<double>(4, 2.0), std::vector<double>{1, 2, 3, 6}, 1.0, out);
    for (const double mean : out)
        CHECK(mean == Approx(3.0));
}

TEST_CASE("many places one rounding apart end the halving") {
    std::vector<double> x(90, 2.0), values(100, 5.0), out(100);
    std::fill(x.begin() + 45, x.end(), std::nextafter(2.0, 3.0));
    for (double place = 3.0; place < 13.0; ++place)
        x.push_back(place);
    local_means(x, values, 0.6, out);
    for (const double mean : out)
        CHECK(mean == Approx(5.0));
}

TEST_CASE("the top of a spline through a cubic is the cubic's") {
    std::vector<double> x, y;
    const auto cubic = [](double t) { return -t * t * t + 3.3 * t * t + 0.4 * t - 1.0; };
    for (double t = -1.0; t <= 4.0; t += 0.5) {
        x.push_back(t);
        y.push_back(cubic(t));
    }
    SplineMaximum maximum(x);
    const double top = (6.6 + std::sqrt(6.6 * 6.6 + 12.0 * 0.4)) / 6.0;
    CHECK(maximum(y) == Approx(top).epsilon(1e-9));
    for (double& value : y)
        value = -value;
    CHECK(maximum(y) == 4.0);
}

TEST_CASE("variances without a trend get the prior of all, and a trend is followed") {
    const std::size_t n = 3000;
    std::mt19937 random(4);
    std::chi_squared_distribution<double> own(4.0), prior(10.0);
    std::vector<double> variance(n), df(n, 4.0), covariate(n), flat(n), trend(n);
    for (std::size_t i = 0; i < n; ++i) {
        covariate[i] = static_cast<double>(i) / static_cast<double>(n);
        variance[i] = own(random) / 4.0 * 10.0 / prior(random);
    }
    CHECK(fit_variance_trend(variance, df, covariate, flat) == Approx(10.0).epsilon(0.25));
    const VariancePrior all = fit_variance_prior(variance, df);
    CHECK(flat[n / 2] == Approx(all.variance).epsilon(0.1));
    for (std::size_t i = 0; i < n; ++i)
        variance[i] *= std::exp(2.0 * covariate[i]);
    CHECK(fit_variance_trend(variance, df, covariate, trend) == Approx(10.0).epsilon(0.25));
    for (const std::size_t i : {n / 10, n / 2, 9 * n / 10})
        CHECK(trend[i] == Approx(flat[i] * std::exp(2.0 * covariate[i])).epsilon(0.1));
}

TEST_CASE("a feature without degrees of freedom gets a prior and gives none") {
    std::vector<double> variance{1, 2, 0.5, 1.5, 0.7, 1.1, 0.0}, df{3, 3, 3, 3, 3, 3, 0};
    const std::vector<double> covariate{1, 2, 3, 4, 5, 6, 3.5};
    std::vector<double> with(7), without(6);
    const double d = fit_variance_trend(variance, df, covariate, with);
    CHECK(d == fit_variance_trend(std::span(variance).first(6), std::span(df).first(6),
                                  std::span(covariate).first(6), without));
    CHECK(std::isfinite(with[6]));
    CHECK(with[0] == without[0]);
}

TEST_CASE("features are parted by where they vanish, their designs reduced") {
    const std::vector<double> matrix{1, 0, 1, 0, 1, 1, 1, 1}, offset(4, 0.0);
    const LogLinearDesign design{matrix, 2, offset};
    const std::vector<double> values{5, 0, 9, 0, 6, 0, 8, 0, 7, 3, 0, 0, 7, 4, 5, 0};
    std::vector<double> mean = values;
    mean[8 + 2] = 1.0;  // a zero whose mean does not vanish
    const std::vector<ZeroPattern> patterns = zero_patterns({values, 4}, mean, design);
    REQUIRE(patterns.size() == 3);
    CHECK(patterns[0].features == std::vector<std::uint32_t>{0, 2});
    CHECK(patterns[0].residual_df() == 2);
    CHECK(patterns[1].features == std::vector<std::uint32_t>{1});
    CHECK(patterns[1].samples == std::vector<std::uint32_t>{2, 3});
    CHECK(patterns[1].coefficients == 1);
    CHECK(patterns[1].residual_df() == 1);
    CHECK(patterns[2].coefficients == 0);
    CHECK(patterns[2].residual_df() == 0);
    CHECK(gather({values, 4}, patterns[1].samples, patterns[1].features) == std::vector<double>{3, 4});
}

TEST_CASE("without residual degrees of freedom no dispersion is known") {
    const std::vector<double> values{10, 20, 30, 40}, matrix{1, 0, 1, 1}, offset(2, 3.0);
    const Dispersions out = estimate_dispersions({values, 2}, {matrix, 2, offset});
    CHECK(std::isnan(out.common));
    CHECK(std::isnan(out.trended[0]));
    CHECK(std::isfinite(out.average_log2[0]));
}

#include "kernels/stats/negative_binomial_fit.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "tests/support/each_target.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

/// Counts whose means differ by feature; zeros, a jackpot and a feature without a count among them.
std::vector<double> made_up_counts(std::size_t samples, std::size_t features, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<double> counts(samples * features);
    for (std::size_t i = 0; i < features; ++i) {
        const double mean = std::exp(static_cast<double>(random() % 1000) / 120.0);
        for (std::size_t s = 0; s < samples; ++s) {
            const double scatter = 0.4 + static_cast<double>(random() % 1000) / 800.0;
            counts[s * features + i] = i % 11 == 3 && s < 2 ? 0.0 : std::floor(mean * scatter);
        }
        if (i % 13 == 5)
            counts[i] *= 300.0;
        if (i % 29 == 7)
            for (std::size_t s = 0; s < samples; ++s)
                counts[s * features + i] = 0.0;
    }
    return counts;
}

struct Columns {
    Columns(std::size_t samples, std::size_t coefficients, std::size_t features)
        : coefficient(coefficients * features), mean(samples * features), deviance(features) {}
    NegativeBinomialFit out() { return {coefficient, mean, deviance}; }
    std::vector<double> coefficient, mean, deviance;
};

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

struct Design {
    std::vector<double> matrix;
    std::size_t coefficients;
    std::vector<double> offset;
    LogLinearDesign view() const { return {matrix, coefficients, offset}; }
};

const Design two_groups{{1, 0, 1, 0, 1, 1, 1, 1}, 2, {0.1, -0.2, 0.3, 0.0}};
const Design pairs_and_time{{1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 2.5},
                            4,
                            {0.0, 0.4, -0.3, 0.1, 0.2, -0.1}};

std::vector<double> mixed_dispersions(std::size_t features) {
    std::vector<double> phi(features);
    for (std::size_t i = 0; i < features; ++i)
        phi[i] = i % 7 == 0 ? 0.0 : std::exp2(static_cast<double>(i % 12) - 9.0);
    return phi;
}

}  // namespace

TEST_CASE("negative binomial fits have the reference's bits on every target") {
    for (const Design& design : {two_groups, pairs_and_time})
        for (const std::size_t features : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{8},
                                           std::size_t{9}, std::size_t{64}, std::size_t{101}}) {
            const std::size_t samples = design.offset.size();
            const std::vector<double> counts = made_up_counts(samples, features, 7);
            const std::vector<double> phi = mixed_dispersions(features);
            Columns expected(samples, design.coefficients, features);
            fit_negative_binomial_reference({counts, samples}, design.view(), phi, expected.out());
            for_each_target([&] {
                Columns ours(samples, design.coefficients, features);
                fit_negative_binomial({counts, samples}, design.view(), phi, ours.out());
                CHECK(same_bits(ours.coefficient, expected.coefficient));
                CHECK(same_bits(ours.mean, expected.mean));
                CHECK(same_bits(ours.deviance, expected.deviance));
            });
        }
}

TEST_CASE("adjusted profile likelihoods have the reference's bits on every target") {
    const std::vector<double> dispersions{1e-4, 0.01, 0.3, 2.0, 100.0};
    for (const std::size_t features : {std::size_t{1}, std::size_t{5}, std::size_t{8}, std::size_t{33}}) {
        const std::vector<double> counts = made_up_counts(6, features, 3);
        std::vector<double> expected(features * dispersions.size());
        adjusted_profile_likelihood_reference({counts, 6}, pairs_and_time.view(), dispersions, expected);
        for_each_target([&] {
            std::vector<double> ours(expected.size());
            adjusted_profile_likelihood({counts, 6}, pairs_and_time.view(), dispersions, ours);
            CHECK(same_bits(ours, expected));
        });
    }
}

TEST_CASE("a fit by groups gives each group the rate at which its score is zero") {
    const std::size_t features = 40;
    const std::vector<double> counts = made_up_counts(4, features, 21);
    const std::vector<double> phi(features, 0.2);
    Columns ours(4, 2, features);
    fit_negative_binomial({counts, 4}, two_groups.view(), phi, ours.out());
    for (std::size_t i = 0; i < features; ++i)
        for (const std::size_t group : {0u, 2u}) {
            double score = 0.0;
            double total = 0.0;
            for (std::size_t s = group; s < group + 2; ++s) {
                const double mu = ours.mean[s * features + i];
                score += (counts[s * features + i] - mu) / (1.0 + phi[i] * mu);
                total += counts[s * features + i];
            }
            INFO("feature " << i << " group " << group << " total " << total);
            CHECK(std::abs(score) < 1e-4);
            const double rate = ours.coefficient[i] + (group == 2 ? ours.coefficient[features + i] : 0.0);
            CHECK(std::log(ours.mean[group * features + i]) ==
                  Approx(rate + two_groups.offset[group]).margin(1e-9));
        }
}

TEST_CASE("a Poisson fit of one group is its total over its exposure, its deviance the textbook's") {
    const std::vector<double> counts{3, 8, 10};
    const Design one{{1, 1, 1}, 1, {0.0, std::log(2.0), std::log(4.0)}};
    Columns ours(3, 1, 1);
    fit_negative_binomial({counts, 3}, one.view(), std::vector<double>{0.0}, ours.out());
    CHECK(ours.coefficient[0] == Approx(std::log(21.0 / 7.0)).epsilon(1e-9));
    const double deviance = 2.0 * (8.0 * std::log(8.0 / 6.0) - 2.0 + 10.0 * std::log(10.0 / 12.0) + 2.0);
    CHECK(ours.deviance[0] == Approx(deviance).epsilon(1e-6));
}

TEST_CASE("a feature without a count is fitted by means of zero") {
    const std::vector<double> counts(4, 0.0);
    Columns ours(4, 2, 1);
    fit_negative_binomial({counts, 4}, two_groups.view(), std::vector<double>{0.1}, ours.out());
    for (const double mean : ours.mean)
        CHECK(mean < 1e-4);
    CHECK(ours.deviance[0] < 1e-4);
}

TEST_CASE("the likelihood of a dispersion is highest near the one that made the counts") {
    std::mt19937 random(5);
    const double phi = 0.25;
    const std::size_t samples = 200;
    std::vector<double> counts;
    for (std::size_t s = 0; s < samples; ++s) {
        const double rate = std::gamma_distribution<double>(1.0 / phi, phi * 300.0)(random);
        counts.push_back(std::poisson_distribution<int>(rate)(random));
    }
    const Design one{std::vector<double>(samples, 1.0), 1, std::vector<double>(samples, 0.0)};
    const std::vector<double> grid{0.05, 0.1, 0.17, 0.25, 0.35, 0.6, 1.0};
    std::vector<double> likelihood(grid.size());
    adjusted_profile_likelihood({counts, samples}, one.view(), grid, likelihood);
    const auto best = std::max_element(likelihood.begin(), likelihood.end()) - likelihood.begin();
    CHECK(grid[static_cast<std::size_t>(best)] == phi);
}

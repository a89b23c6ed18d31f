#include "kernels/stats/shrinkage.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

struct Posterior {
    explicit Posterior(std::size_t n) : mean(n), sd(n), own_sd(n), weight(n) {}
    ShrinkageOut out() { return {mean, sd, own_sd, weight}; }
    std::vector<double> mean, sd, own_sd, weight;
};

struct Case {
    std::vector<double> y, s, mean, sd;
    double tau2, mu, mu_variance;
};

Case reference_case(const std::string& number, const std::string& likelihood) {
    const ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/shrinkage.tsv");
    Case out{};
    for (std::size_t row = 0; row < table.size(); ++row) {
        if (table.text(row, "case") != number || table.text(row, "likelihood") != likelihood)
            continue;
        out.y.push_back(table.number(row, "y"));
        out.s.push_back(table.number(row, "s"));
        out.mean.push_back(table.number(row, "mean"));
        out.sd.push_back(table.number(row, "sd"));
        out.tau2 = table.number(row, "tau2");
        out.mu = table.number(row, "mu");
        out.mu_variance = table.number(row, "mu_variance");
    }
    REQUIRE(!out.y.empty());
    return out;
}

}  // namespace

TEST_CASE("effect prior and posteriors agree with a search in SciPy and the inverse of the joint precision") {
    for (const std::string number : {"0", "1", "2", "3"})
        for (const std::string likelihood : {"restricted", "full"}) {
            CAPTURE(number, likelihood);
            const Case expected = reference_case(number, likelihood);
            const EffectPrior prior = fit_effect_prior(
                expected.y, expected.s, likelihood == "full" ? Likelihood::full : Likelihood::restricted);
            CHECK(relative_error(prior.variance, expected.tau2) < 1e-10);
            CHECK(relative_error(prior.mean, expected.mu) < 1e-10);
            CHECK(relative_error(prior.mean_variance, expected.mu_variance) < 1e-10);
            Posterior ours(expected.y.size());
            shrink_effects(expected.y, expected.s, prior, ours.out());
            CHECK(largest_relative_error(ours.mean, expected.mean) < 1e-9);
            CHECK(largest_relative_error(ours.sd, expected.sd) < 1e-9);
        }
}

TEST_CASE("estimates that scatter less than their errors have no variance of their own") {
    const Case quiet = reference_case("2", "restricted");
    REQUIRE(quiet.tau2 == 0.0);
    const EffectPrior prior = fit_effect_prior(quiet.y, quiet.s);
    CHECK(prior.variance == 0.0);
    Posterior ours(quiet.y.size());
    shrink_effects(quiet.y, quiet.s, prior, ours.out());
    CHECK(ours.own_sd == std::vector<double>(quiet.y.size(), 0.0));
    CHECK(ours.weight == std::vector<double>(quiet.y.size(), 1.0));
}

TEST_CASE("equal errors: the balanced one-way answer in closed form") {
    const std::vector<double> y{1.0, 2.0, 4.0, 9.0};
    const std::vector<double> s(4, 1.5);
    const EffectPrior prior = fit_effect_prior(y, s);
    const double sample_variance = (9.0 + 4.0 + 0.0 + 25.0) / 3.0;
    CHECK(prior.mean == Approx(4.0));
    CHECK(prior.variance == Approx(sample_variance - 2.25).epsilon(1e-10));
    const EffectPrior full = fit_effect_prior(y, s, Likelihood::full);
    CHECK(full.variance == Approx(sample_variance * 3.0 / 4.0 - 2.25).epsilon(1e-10));
}

TEST_CASE("missing strains stay missing and change nothing") {
    const Case expected = reference_case("1", "restricted");
    std::vector<double> y = expected.y;
    std::vector<double> s = expected.s;
    y.insert(y.begin(), {NAN, 3.0, 3.0});
    s.insert(s.begin(), {1.0, NAN, 0.0});
    const EffectPrior prior = fit_effect_prior(y, s);
    CHECK(prior.variance == fit_effect_prior(expected.y, expected.s).variance);
    Posterior ours(y.size());
    shrink_effects(y, s, prior, ours.out());
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(std::isnan(ours.mean[i]));
        CHECK(std::isnan(ours.sd[i]));
    }
    CHECK(!std::isnan(ours.mean[3]));
}

TEST_CASE("one strain has no variance between strains; none has nothing") {
    const EffectPrior one = fit_effect_prior(std::vector{2.5}, std::vector{0.5});
    CHECK(one.mean == 2.5);
    CHECK(one.variance == 0.0);
    CHECK(one.mean_variance == 0.25);
    CHECK(std::isnan(fit_effect_prior({}, {}).mean));
}

TEST_CASE("probability above a threshold") {
    const std::vector<double> mean{1.0, 0.1, 0.2, 0.0, NAN, 0.1};
    const std::vector<double> sd{0.5, 0.3, 0.0, 0.0, 1.0, 0.0};
    std::vector<double> p(mean.size());
    probability_above(mean, sd, 0.1, p);
    CHECK(p[0] == Approx(0.964069680887).epsilon(1e-10));  // Φ(1.8), table
    CHECK(p[1] == 0.5);
    CHECK(p[2] == 1.0);
    CHECK(p[3] == 0.0);
    CHECK(std::isnan(p[4]));
    CHECK(p[5] == 0.0);
}

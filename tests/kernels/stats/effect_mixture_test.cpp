#include "kernels/stats/effect_mixture.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

constexpr double threshold = 0.1;

struct Shrunken {
    Shrunken(const std::vector<double>& y, const std::vector<double>& s, const EffectMixture& prior)
        : mean(y.size()), sd(y.size()), own_sd(y.size()), weight(y.size()), above(y.size()) {
        shrink_by_mixture(y, s, prior, {mean, sd, own_sd, weight});
        probability_above(y, s, prior, std::vector<double>(y.size(), 0.0), threshold, above);
    }
    std::vector<double> mean, sd, own_sd, weight, above;
};

EffectMixture fit(const std::vector<double>& y, const std::vector<double>& s) {
    return fit_effect_mixture(y, s, fit_effect_prior(y, s));
}

std::vector<double> column(const ReferenceTable& table, const std::string& name) {
    std::vector<double> values;
    for (std::size_t row = 0; row < table.size(); ++row)
        values.push_back(table.number(row, name));
    return values;
}

}  // namespace

TEST_CASE(
    "a mixture of effects agrees with a simplex search, its posteriors with integration over the effect") {
    const ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/effect_mixture.tsv");
    const std::vector<double> y = column(table, "y"), s = column(table, "s");
    const EffectMixture found = fit(y, s);
    CHECK(found.mean == Approx(table.number(0, "mu")).margin(1e-4));
    CHECK(found.variance[0] == Approx(table.number(0, "narrow")).epsilon(1e-3));
    CHECK(found.variance[1] == Approx(table.number(0, "wide")).epsilon(1e-3));
    CHECK(found.share[1] == Approx(table.number(0, "share")).epsilon(1e-3));

    const double share = table.number(0, "share");
    const EffectMixture theirs{table.number(0, "mu"),
                               0.0,
                               {table.number(0, "narrow"), table.number(0, "wide")},
                               {1.0 - share, share}};
    const Shrunken ours(y, s, theirs);
    CHECK(largest_relative_error(ours.mean, column(table, "mean")) < 1e-6);
    CHECK(largest_relative_error(ours.sd, column(table, "sd")) < 1e-7);
    const std::vector<double> above = column(table, "above");
    for (std::size_t i = 0; i < above.size(); ++i)
        CHECK(ours.above[i] == Approx(above[i]).margin(1e-8));
}

TEST_CASE("effects of one normal distribution stay that of one, with the same posteriors") {
    std::mt19937 random(5);
    std::normal_distribution<double> normal;
    std::vector<double> y, s(200, 0.1);
    for (double error : s)
        y.push_back(0.3 * normal(random) + error * normal(random));
    const EffectPrior one = fit_effect_prior(y, s);
    const EffectMixture found = fit_effect_mixture(y, s, one);
    REQUIRE(found.share[1] == 0.0);
    CHECK(found.variance[0] == one.variance);
    std::vector<double> mean(y.size()), sd(y.size()), own(y.size()), weight(y.size()), above(y.size());
    shrink_effects(y, s, one, {mean, sd, own, weight});
    probability_above(mean, sd, threshold, above);
    const Shrunken ours(y, s, found);
    CHECK(largest_relative_error(ours.mean, mean) < 1e-12);
    CHECK(largest_relative_error(ours.sd, sd) < 1e-12);
    CHECK(largest_relative_error(ours.own_sd, own) < 1e-12);
    CHECK(largest_relative_error(ours.weight, weight) < 1e-12);
    CHECK(largest_relative_error(ours.above, above) < 1e-12);
}

TEST_CASE("too few strains, or none that differ, are no mixture") {
    CHECK(fit({0.0, 0.1, 0.9}, {0.1, 0.1, 0.1}).share[1] == 0.0);
    CHECK(fit({0.5, 0.5, 0.5}, {0.1, 0.1, 0.1}).share[1] == 0.0);
    CHECK(fit({2.5}, {0.5}).mean == 2.5);
    CHECK(std::isnan(fit({}, {}).mean));
}

TEST_CASE("the higher of two estimates keeps the higher mean, and what is added only widens") {
    const EffectMixture prior{0.1, 0.0, {0.005, 0.5}, {0.9, 0.1}};
    std::vector<double> y, s;
    for (int i = -40; i <= 40; ++i) {
        y.push_back(0.05 * i);
        s.push_back(0.15);
    }
    const Shrunken ours(y, s, prior);
    const auto lower = [](double a, double b) { return a < b - 1e-12; };  // shares sum to 1 but for rounding
    CHECK(std::is_sorted(ours.mean.begin(), ours.mean.end(), lower));
    CHECK(std::is_sorted(ours.above.begin(), ours.above.end(), lower));
    std::vector<double> unsure(y.size());
    probability_above(y, s, prior, std::vector<double>(y.size(), 1e6), threshold, unsure);
    CHECK(unsure.front() == Approx(0.5).margin(1e-3));
    CHECK(unsure.back() == Approx(0.5).margin(1e-3));
}

TEST_CASE("a mixture's missing strains stay missing and change nothing") {
    const ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/effect_mixture.tsv");
    std::vector<double> y = column(table, "y"), s = column(table, "s");
    const EffectMixture without = fit(y, s);
    y.insert(y.begin(), {NAN, 3.0, 3.0, std::numeric_limits<double>::infinity()});
    s.insert(s.begin(), {1.0, NAN, 0.0, 1.0});
    const EffectMixture found = fit(y, s);
    CHECK(found.mean == without.mean);
    CHECK(found.variance == without.variance);
    const Shrunken ours(y, s, found);
    for (std::size_t i = 0; i < 4; ++i)
        CHECK((std::isnan(ours.mean[i]) && std::isnan(ours.sd[i]) && std::isnan(ours.above[i])));
    CHECK(!std::isnan(ours.above[4]));
}

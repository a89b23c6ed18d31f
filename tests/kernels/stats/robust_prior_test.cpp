#include "kernels/stats/robust_prior.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <string>

#include "kernels/stats/lowess.hpp"
#include "kernels/stats/variance_trend.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using wellsieve::tests::ReferenceTable;

namespace {

struct MadeUp {
    explicit MadeUp(const std::string& set) {
        const ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/robust_prior.tsv");
        for (std::size_t row = 0; row < table.size(); ++row)
            if (table.text(row, "set") == set) {
                variance.push_back(table.number(row, "variance"));
                df.push_back(table.number(row, "df"));
                covariate.push_back(table.number(row, "covariate"));
                prior_variance.push_back(table.number(row, "prior_variance"));
                prior_df.push_back(table.number(row, "prior_df"));
                smooth.push_back(table.number(row, "lowess"));
                flat.variance.push_back(table.number(row, "flat_variance"));
                flat.df.push_back(table.number(row, "flat_df"));
            }
    }
    std::vector<double> variance, df, covariate, prior_variance, prior_df, smooth;
    RobustPrior flat;  ///< without the covariate
};

void check_prior(const RobustPrior& prior, const RobustPrior& expected) {
    for (std::size_t i = 0; i < expected.variance.size(); ++i) {
        CHECK(prior.variance[i] == Approx(expected.variance[i]).epsilon(1e-6));
        if (std::isinf(expected.df[i]))
            CHECK(std::isinf(prior.df[i]));
        else
            CHECK(prior.df[i] == Approx(expected.df[i]).epsilon(1e-6));
    }
}

}  // namespace

TEST_CASE("the robust prior of variances is limma's, along a covariate and without one") {
    for (const char* set : {"outliers", "none", "unequal", "alike", "few"}) {
        INFO(set);
        const MadeUp made(set);
        REQUIRE(made.variance.size() >= 8);
        check_prior(fit_robust_prior(made.variance, made.df, made.covariate),
                    {made.prior_variance, made.prior_df});
        check_prior(fit_robust_prior(made.variance, made.df), made.flat);
    }
}

TEST_CASE("lowess in steps is R's lowess") {
    for (const char* set : {"outliers", "none", "unequal", "alike"}) {
        const MadeUp made(set);
        std::vector<std::size_t> order(made.variance.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
                  [&](auto a, auto b) { return made.covariate[a] < made.covariate[b]; });
        std::vector<double> x, y;
        for (const std::size_t i : order) {
            x.push_back(made.covariate[i]);
            y.push_back(std::log(made.variance[i] + 0.01));
        }
        const std::vector<double> found = lowess(x, y, {.span = 0.4, .step = 0.01});
        for (std::size_t k = 0; k < order.size(); ++k)
            CHECK(found[k] == Approx(made.smooth[order[k]]).margin(1e-11));
    }
}

TEST_CASE("outlying variances leave the prior of others alone, and are moderated less") {
    MadeUp clean("none");
    MadeUp dirty = clean;
    for (std::size_t i = 0; i < 8; ++i)
        dirty.variance[i] *= 1000.0;
    const RobustPrior before = fit_robust_prior(clean.variance, clean.df, clean.covariate);
    const RobustPrior after = fit_robust_prior(dirty.variance, dirty.df, dirty.covariate);
    std::vector<double> plain(dirty.variance.size());
    CHECK(fit_variance_trend(dirty.variance, dirty.df, dirty.covariate, plain) < 0.3 * before.df[100]);
    CHECK(after.df[100] > 0.6 * before.df[100]);
    CHECK(after.df[0] < 0.1 * after.df[100]);
    for (std::size_t i = 8; i < dirty.variance.size(); ++i)
        CHECK(after.variance[i] == Approx(before.variance[i]).epsilon(0.2));
}

TEST_CASE("variances that are mostly zero, or missing, fall back to the plain prior") {
    const std::size_t n = 40;
    std::vector<double> variance(n, 0.0), df(n, 2.0), covariate(n), plain(n);
    std::iota(covariate.begin(), covariate.end(), 0.0);
    for (std::size_t i = 0; i < 10; ++i)
        variance[i] = 1.0 + 0.1 * static_cast<double>(i);
    const RobustPrior prior = fit_robust_prior(variance, df, covariate);
    CHECK(prior.df[0] == fit_variance_trend(variance, df, covariate, plain));
    CHECK(prior.variance == plain);
}

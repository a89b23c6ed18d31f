#include "kernels/stats/moderated_t.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "kernels/stats/multiple_testing.hpp"
#include "tests/kernels/stats/replicates.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

constexpr double limma_tolerance = 1e-9;
const std::string screens = WELLSIEVE_SHARED_DATA "/screens";

struct Moderated {
    explicit Moderated(ContrastColumns& contrast)
        : prior(fit_variance_prior(contrast.variance, contrast.df)),
          variance(contrast.df.size()),
          df(variance),
          t(variance),
          p(variance),
          log_odds(variance),
          half_width(variance),
          q(variance) {
        effect_variance = moderated_t(contrast.out(), prior, {}, {variance, df, t, p, log_odds, half_width});
        benjamini_hochberg(p, q);
    }

    VariancePrior prior;
    double effect_variance;
    std::vector<double> variance, df, t, p, log_odds, half_width, q;
};

void check_against_limma(const Moderated& ours, const ReferenceTable& limma) {
    CHECK(largest_relative_error(ours.variance, limma.numbers("s2_post")) < limma_tolerance);
    CHECK(largest_relative_error(ours.df, limma.numbers("df_total")) < limma_tolerance);
    CHECK(largest_relative_error(ours.t, limma.numbers("t")) < limma_tolerance);
    CHECK(largest_relative_error(ours.p, limma.numbers("p")) < limma_tolerance);
    CHECK(largest_relative_error(ours.log_odds, limma.numbers("lods_B")) < limma_tolerance);
    CHECK(largest_relative_error(ours.q, limma.numbers("adjP_BH")) < limma_tolerance);
}

bool missing(const std::string& path) {
    if (ReferenceTable::exists(path))
        return false;
    WARN("skipped: no " << path);
    return true;
}

}  // namespace

TEST_CASE("one-sample moderated t of the isoprenol strains is limma's") {
    const std::string path = screens + "/isoprenol/reference/limma_onesample_eBayes.tsv";
    if (missing(path))
        return;
    const ReferenceTable limma(path);
    ContrastColumns contrast(limma.size());
    const Replicates replicates = Replicates::from(limma, {"R1", "R2", "R3"});
    one_sample_contrast(replicates.moments(), contrast.out());
    const Moderated ours(contrast);
    CHECK(relative_error(ours.prior.df, limma.number(0, "df_prior")) < limma_tolerance);
    CHECK(relative_error(ours.prior.variance, limma.number(0, "s2_prior")) < limma_tolerance);
    check_against_limma(ours, limma);
    for (std::size_t i = 0; i < limma.size(); ++i) {
        CHECK(contrast.effect[i] - ours.half_width[i] == Approx(limma.number(i, "CI_L")).epsilon(1e-9));
        CHECK(contrast.effect[i] + ours.half_width[i] == Approx(limma.number(i, "CI_R")).epsilon(1e-9));
    }
}

TEST_CASE("two-group moderated t and Welch t of the isoprenol strains are R's") {
    const std::string path = screens + "/isoprenol/reference/limma_twogroup_eBayes.tsv";
    if (missing(path))
        return;
    const ReferenceTable limma(path);
    const Replicates strain = Replicates::from(limma, {"S1", "S2", "S3"});
    const Replicates control = Replicates::from(limma, {"C1", "C2", "C3"});
    ContrastColumns contrast(limma.size());
    two_group_contrast(strain.moments(), control.moments(), contrast.out());
    const Moderated ours(contrast);
    CHECK(relative_error(ours.prior.df, limma.number(0, "df_prior")) < limma_tolerance);
    CHECK(relative_error(ours.prior.variance, limma.number(0, "s2_prior")) < limma_tolerance);
    check_against_limma(ours, limma);

    TTestColumns welch(limma.size());
    welch_t(strain.moments(), control.moments(), welch.out());
    CHECK(largest_relative_error(welch.t, limma.numbers("t_welch")) < limma_tolerance);
    CHECK(largest_relative_error(welch.p, limma.numbers("p_welch")) < limma_tolerance);
}

TEST_CASE("moderated t of KcViab, with missing replicates and unequal degrees of freedom, is limma's") {
    const std::string folder = screens + "/kcviab/reference";
    if (missing(folder + "/kcviab_limma_onesample_eBayes.tsv.gz"))
        return;
    const ReferenceTable limma(folder + "/kcviab_limma_onesample_eBayes.tsv.gz");
    const ReferenceTable hyper(folder + "/kcviab_limma_hyper.tsv");
    const Replicates replicates = Replicates::from(limma, {"x1", "x2"});
    ContrastColumns contrast(limma.size());
    one_sample_contrast(replicates.moments(), contrast.out());
    const Moderated ours(contrast);
    CHECK(relative_error(ours.prior.df, hyper.number(0, "df_prior")) < limma_tolerance);
    CHECK(relative_error(ours.prior.variance, hyper.number(0, "s2_prior")) < limma_tolerance);
    CHECK(relative_error(ours.effect_variance, hyper.number(0, "var_prior")) < limma_tolerance);
    check_against_limma(ours, limma);
}

TEST_CASE("variances that differ no more than chance share one: infinite prior degrees of freedom") {
    const std::vector<double> variance{1.0, 1.1, 0.9, 1.05};
    const std::vector<double> df(4, 3.0);
    const VariancePrior prior = fit_variance_prior(variance, df);
    CHECK(std::isinf(prior.df));
    CHECK(prior.variance == Approx(1.0125));
    std::vector<double> post(4);
    squeeze_variance(variance, df, prior, post);
    CHECK(post == std::vector<double>(4, prior.variance));
}

TEST_CASE("the degrees of freedom never exceed what all features together have") {
    ContrastColumns contrast(4);
    contrast.effect = {1.0, -1.0, 0.5, 2.0};
    contrast.unscaled_sd.assign(4, 1.0);
    contrast.variance = {1.0, 1.1, 0.9, 1.05};
    contrast.df.assign(4, 3.0);
    const Moderated ours(contrast);
    CHECK(ours.df == std::vector<double>(4, 12.0));
}

TEST_CASE("features without a variance borrow the prior's, and do not shape it") {
    const std::vector<double> variance{0.5, 2.0, 1.0, 4.0, 0.1, NAN, 7.0};
    const std::vector<double> df{2.0, 2.0, 2.0, 2.0, 2.0, 0.0, 0.0};
    const VariancePrior prior = fit_variance_prior(variance, df);
    const VariancePrior without = fit_variance_prior(std::span(variance).first(5), std::span(df).first(5));
    CHECK(prior.df == without.df);
    CHECK(prior.variance == without.variance);
    std::vector<double> post(7);
    squeeze_variance(variance, df, prior, post);
    CHECK(post[5] == prior.variance);
    CHECK(post[6] == prior.variance);
}

TEST_CASE("one usable feature says nothing about others, none says nothing at all") {
    CHECK(fit_variance_prior(std::vector<double>{3.0, NAN}, std::vector{2.0, 0.0}).df == 0.0);
    CHECK(fit_variance_prior(std::vector<double>{3.0, NAN}, std::vector{2.0, 0.0}).variance == 3.0);
    CHECK(std::isnan(fit_variance_prior({}, {}).variance));
    std::vector<double> post(1);
    squeeze_variance(std::vector{3.0}, std::vector{2.0}, {0.0, 3.0}, post);
    CHECK(post[0] == 3.0);
}

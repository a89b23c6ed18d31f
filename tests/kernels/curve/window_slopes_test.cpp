#include "kernels/curve/window_slopes.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::curve::GrowthRate;
using kernels::curve::SlopeMethod;
using kernels::curve::SlopeOptions;
using tests::CurveSet;

namespace {

std::vector<GrowthRate> slopes_of(const CurveSet& set, const SlopeOptions& options) {
    std::vector<GrowthRate> out(set.wells);
    kernels::curve::window_slopes(set.view(), options, out);
    return out;
}

const std::vector<SlopeOptions> all_options{{SlopeMethod::growthrates, 5, 0.95},
                                            {SlopeMethod::growthrates, 7, 0.8},
                                            {SlopeMethod::gcplyr, 3, 0},
                                            {SlopeMethod::gcplyr, 5, 0},
                                            {SlopeMethod::pyphe, 4, 0}};

/// Checks the slope of each curve that `program` was run on against that row of its table.
template <typename Check>
void compare_slopes(const std::string& program, const SlopeOptions& options, Check check) {
    for (const std::string& name : tests::peer_sets) {
        const std::string path = tests::growth_data + "ref/" + name + "." + program + ".tsv";
        if (!tests::ReferenceTable::exists(path)) {
            WARN("not compared: no " + path);
            return;
        }
        INFO(name);
        const CurveSet set = tests::peer_curves(name);
        const tests::ReferenceTable peer(path);
        const auto rates = slopes_of(set, options);
        for (std::size_t row = 0; row < peer.size(); ++row) {
            INFO(peer.text(row, "well"));
            check(rates[set.well(peer.text(row, "well"))], peer, row);
        }
    }
}

}  // namespace

TEST_CASE("window slopes have the same bits as the scalar reference on every target") {
    for (const std::size_t wells : {0, 1, 3, 8, 13})
        for (const std::size_t times : {0, 1, 4, 5, 6, 40}) {
            INFO(wells << " wells, " << times << " times");
            const CurveSet set = tests::varied_curves(wells, times, 11);
            for (const SlopeOptions& options : all_options) {
                std::vector<GrowthRate> expected(wells);
                kernels::curve::window_slopes_reference(set.view(), options, expected);
                tests::for_each_target([&] {
                    const auto got = slopes_of(set, options);
                    for (std::size_t well = 0; well < wells; ++well) {
                        INFO("well " << well << ":" << tests::text_of(tests::numbers_of(got[well])));
                        CHECK(tests::same_bits(tests::numbers_of(got[well]),
                                               tests::numbers_of(expected[well])));
                    }
                });
            }
        }
}

TEST_CASE("window slopes by hand") {
    // ln 2 a step, then ln 4 a step, then ln 2 again: six windows of three.
    const CurveSet set = tests::of_columns(tests::every_h(1, 8), {{1, 2, 4, 16, 64, 128, 256, 256}});
    const double ln2 = std::log(2.0);
    const GrowthRate gcplyr = slopes_of(set, {SlopeMethod::gcplyr, 3, 0})[0];
    CHECK(gcplyr.rate_per_h == Approx(2 * ln2));
    CHECK(gcplyr.time_h == 3);
    CHECK(gcplyr.window_start_h == 2);
    CHECK(gcplyr.window_points == 3);
    CHECK(gcplyr.r_squared == Approx(1));
    CHECK(gcplyr.ln_intercept == Approx(-2 * ln2));
    // within 75 % of the steepest: the windows that begin at 1, 2 and 3 h
    const GrowthRate wide = slopes_of(set, {SlopeMethod::growthrates, 3, 0.75})[0];
    CHECK(wide.window_start_h == 1);
    CHECK(wide.window_end_h == 5);
    CHECK(wide.window_points == 5);
    // through 1, 2, 4, 6, 7 doublings at −2 … 2 h
    CHECK(wide.rate_per_h == Approx(ln2 * (-2 * 1 - 1 * 2 + 1 * 6 + 2 * 7) / 10));
    const GrowthRate pyphe = slopes_of(set, {SlopeMethod::pyphe, 3, 0})[0];
    CHECK(pyphe.rate_per_h == Approx(96));
    CHECK_FALSE(pyphe.of_logarithm);
}

TEST_CASE("growthrates and pyphe never look at the last window, gcplyr does") {
    const CurveSet set = tests::of_columns(tests::every_h(1, 6), {{1, 1, 1, 1, 1, 8}});
    CHECK(std::isnan(slopes_of(set, {SlopeMethod::growthrates, 3, 0.95})[0].rate_per_h));
    CHECK(std::isnan(slopes_of(set, {SlopeMethod::pyphe, 3, 0})[0].rate_per_h));
    CHECK(slopes_of(set, {SlopeMethod::gcplyr, 3, 0})[0].rate_per_h == Approx(std::log(8.0) / 2));
}

TEST_CASE("readings that have no logarithm are left out, and too few give nothing") {
    const double missing = kernels::curve::undefined;
    const CurveSet set =
        tests::of_columns(tests::every_h(1, 7), {{1, 0, 2, missing, 4, -1, 8},
                                                 {missing, missing, missing, missing, missing, 1, 2},
                                                 {1, 1, 1, 1, 1, 1, 1}});
    const auto rates = slopes_of(set, {SlopeMethod::gcplyr, 3, 0});
    CHECK(rates[0].rate_per_h == Approx(std::log(2.0) / 2));
    CHECK(std::isnan(rates[1].rate_per_h));
    CHECK(std::isnan(rates[2].rate_per_h));
}

TEST_CASE("window slopes agree with growthrates easylinear") {
    compare_slopes(
        "growthrates", {SlopeMethod::growthrates, 5, 0.95},
        [](const GrowthRate& rate, const tests::ReferenceTable& peer, std::size_t row) {
            CHECK(tests::relative_error(rate.rate_per_h, peer.number(row, "easylinear_mumax")) < 1e-8);
            CHECK(tests::relative_error(std::exp(rate.ln_intercept), peer.number(row, "easylinear_y0_lm")) <
                  1e-8);
            CHECK(tests::relative_error(rate.r_squared, peer.number(row, "easylinear_r2")) < 1e-8);
            CHECK(rate.window_points == peer.number(row, "easylinear_n"));
        });
}

TEST_CASE("window slopes agree with gcplyr") {
    compare_slopes("gcplyr", {SlopeMethod::gcplyr, 5, 0},
                   [](const GrowthRate& rate, const tests::ReferenceTable& peer, std::size_t row) {
                       CHECK(tests::relative_error(rate.rate_per_h, peer.number(row, "mu_max")) < 1e-8);
                       CHECK(rate.time_h == Approx(peer.number(row, "t_mu_max")).epsilon(1e-4));
                   });
}

TEST_CASE("window slopes agree with growthdash and pyphe") {
    if (!tests::ReferenceTable::exists(tests::growth_data + "INDEX.tsv")) {
        WARN("not compared: no " + tests::growth_data);
        return;
    }
    const CurveSet bact = tests::peer_curves("growthrates_bactgrowth");
    const tests::ReferenceTable dash(tests::growth_data +
                                     "ref/growthrates_bactgrowth.growthdash_easylinear.tsv");
    const auto rates = slopes_of(bact, {SlopeMethod::gcplyr, 5, 0});  // an iterative fit there
    for (std::size_t row = 0; row < dash.size(); ++row) {
        const GrowthRate& rate = rates[bact.well(dash.text(row, "well"))];
        CHECK(tests::relative_error(rate.rate_per_h, dash.number(row, "mu")) < 1e-6);
        CHECK(tests::relative_error(rate.standard_error_per_h, dash.number(row, "mu_std")) < 1e-6);
        CHECK(tests::relative_error(rate.ln_intercept, dash.number(row, "y_intercept")) < 1e-6);
    }
    // The shared curves are rounded (times to 1e-6 h), the shipped results are not.
    const CurveSet colonies = tests::peer_curves("pyphe_colony32");
    const tests::ReferenceTable pyphe(tests::growth_data + "ref/pyphe_colony32.pyphe_shipped.tsv");
    const auto slopes = slopes_of(colonies, {SlopeMethod::pyphe, 4, 0});
    for (std::size_t row = 0; row < pyphe.size(); ++row) {
        const GrowthRate& slope = slopes[colonies.well(pyphe.text(row, ""))];
        CHECK(tests::relative_error(slope.rate_per_h, pyphe.number(row, "max_slope")) < 2e-6);
        CHECK(tests::relative_error(slope.r_squared, pyphe.number(row, "r2")) < 2e-6);
        CHECK(tests::relative_error(slope.ln_intercept, pyphe.number(row, "y-intercept")) < 5e-6);
    }
}

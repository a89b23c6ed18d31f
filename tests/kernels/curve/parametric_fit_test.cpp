#include "kernels/curve/parametric_fit.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/stats/normal_draws.hpp"
#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::curve;
using tests::ReferenceTable;
using tests::relative_error;

namespace {

const std::string shared = std::string(WELLSIEVE_SHARED_DATA) + "/growth/";
const std::string reference = std::string(WELLSIEVE_TEST_DATA) + "/reference/";
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr GrowthModel all_models[] = {GrowthModel::logistic,
                                      GrowthModel::richards,
                                      GrowthModel::baranyi,
                                      GrowthModel::huang,
                                      GrowthModel::zwietering_logistic,
                                      GrowthModel::gompertz,
                                      GrowthModel::zwietering_richards};
constexpr GrowthParameter all_parameters[] = {GrowthParameter::initial, GrowthParameter::capacity,
                                              GrowthParameter::rate_per_h, GrowthParameter::lag_h,
                                              GrowthParameter::shape};
const char* const model_names[] = {
    "logistic", "richards", "baranyi", "huang", "zwietering_logistic", "gompertz", "zwietering_richards"};
const char* const parameter_names[] = {"initial", "capacity", "rate_per_h", "lag_h", "shape"};
const std::array<double, 5> truth{0.02, 0.9, 0.6, 3.0, 1.5};

std::vector<GrowthFit> fit(const Curves& curves, const FitOptions& options) {
    std::vector<GrowthFit> out(curves.wells);
    fit_growth(curves, options, out);
    return out;
}

std::vector<GrowthFit> fit_slowly(const Curves& curves, const FitOptions& options) {
    std::vector<GrowthFit> out(curves.wells);
    fit_growth_reference(curves, options, out);
    return out;
}

/// Curves of a model with noise, some readings missing, one well unlike the others.
tests::CurveSet noisy(GrowthModel model, std::size_t wells, std::size_t times, double noise) {
    tests::CurveSet out;
    out.wells = wells;
    for (std::size_t i = 0; i < times; ++i)
        out.times_h.push_back(static_cast<double>(i) * 24 / static_cast<double>(times));
    out.values.resize(wells * times);
    for (std::size_t i = 0; i < times; ++i) {
        std::vector<double> mean(wells), sd(wells, noise);
        for (std::size_t w = 0; w < wells; ++w) {
            std::array<double, 5> p = truth;
            p[1] *= 1 + 0.1 * static_cast<double>(w % 5);
            p[2] *= 1 + 0.15 * static_cast<double>(w % 4);
            p[3] *= 1 + 0.2 * static_cast<double>(w % 3);
            mean[w] = growth_at(model, p, out.times_h[i]);
        }
        kernels::stats::normal_draws({3, static_cast<std::uint32_t>(model), static_cast<std::uint32_t>(i)},
                                     mean, sd, std::span(out.values).subspan(i * wells, wells));
    }
    for (std::size_t at = 7; at < out.values.size(); at += 23)
        out.values[at] = NAN;
    return out;
}

std::vector<double> numbers_of(const GrowthFit& f) {
    std::vector<double> out{static_cast<double>(f.outcome), static_cast<double>(f.at_bound),
                            static_cast<double>(f.points),  static_cast<double>(f.iterations),
                            f.residual_sum_of_squares,      f.akaike};
    out.insert(out.end(), f.value.begin(), f.value.end());
    out.insert(out.end(), f.standard_error.begin(), f.standard_error.end());
    return out;
}

}  // namespace

TEST_CASE("fits of every model are SciPy's, with their errors, RSS and AIC") {
    const tests::CurveSet plate = tests::read_curves(reference + "growth_fit_curves.tsv");
    const ReferenceTable expected(reference + "growth_fits.tsv");
    REQUIRE(expected.size() == 2 * growth_model_count);
    for (std::size_t row = 0; row < expected.size(); ++row) {
        FitOptions options;
        while (model_names[static_cast<std::size_t>(options.model)] != expected.text(row, "model"))
            options.model = static_cast<GrowthModel>(static_cast<int>(options.model) + 1);
        const std::string scale = expected.text(row, "scale");
        options.scale = scale == "linear" ? FitScale::linear : FitScale::logarithmic;
        const std::size_t well = plate.well(expected.text(row, "model") + ":" + scale);
        const GrowthFit ours = fit(plate.view(), options)[well];
        INFO(expected.text(row, "model") << " " << scale);
        CHECK(ours.outcome == FitOutcome::converged);
        CHECK(ours.at_bound == 0);
        CHECK(ours.points == expected.number(row, "points"));
        CHECK(relative_error(ours.residual_sum_of_squares, expected.number(row, "rss")) < 1e-10);
        CHECK(relative_error(ours.akaike, expected.number(row, "akaike")) < 1e-10);
        for (std::size_t p = 0; p < growth_parameter_count; ++p) {
            INFO(parameter_names[p]);
            const double error = expected.number(row, std::string(parameter_names[p]) + "_error");
            CHECK(relative_error(ours.value[p], expected.number(row, parameter_names[p])) < 1e-5);
            CHECK(relative_error(ours.standard_error[p], error) < 1e-3);
        }
    }
}

TEST_CASE("the logistic fit is growthcurver's") {
    struct Set {
        const char* curves;
        const char* fits;
        double blank;
        std::size_t least;  ///< curves that growthcurver fits without a bound
    };
    const Set sets[] = {
        {"growthrates_bactgrowth", "growthrates_bactgrowth.growthcurver_none", 0, 70},
        {"growthcurver_growthdata_SIM", "growthcurver_growthdata_SIM.growthcurver_none", 0, 90},
        {"gcplyr_isolate", "gcplyr_isolate.growthcurver_none", 0, 2},
        {"curveball_tecan210115", "curveball_tecan210115_minus0.095.growthcurver_none", 0.095, 90},
    };
    for (const Set& set : sets) {
        const std::string path = shared + set.curves + ".tsv";
        if (!ReferenceTable::exists(path)) {
            WARN("not there, not compared: " << path);
            continue;
        }
        const tests::CurveSet plate = tests::read_curves(path, set.blank);
        const ReferenceTable peer(shared + "ref/" + set.fits + ".tsv");
        const std::vector<GrowthFit> ours = fit(plate.view(), {});
        std::size_t compared = 0;
        for (std::size_t row = 0; row < peer.size(); ++row) {
            const GrowthFit& f = ours[plate.well(peer.text(row, "well"))];
            // growthcurver keeps K at or above the median; "k < n0" is such a fit. Far above the readings K
            // is not determined.
            if (peer.text(row, "note").find("questionable") != std::string::npos ||
                peer.number(row, "k") > 100)
                continue;
            ++compared;
            INFO(set.curves << " " << peer.text(row, "well"));
            CHECK(f.usable());
            CHECK(relative_error(f[GrowthParameter::capacity], peer.number(row, "k")) < 1e-4);
            CHECK(relative_error(f[GrowthParameter::rate_per_h], peer.number(row, "r")) < 1e-4);
            // growthcurver stops a little before the minimum: its N0 is up to 3e-4 away from it.
            CHECK(relative_error(f[GrowthParameter::initial], peer.number(row, "n0")) < 3e-4);
            CHECK(relative_error(f.error(GrowthParameter::capacity), peer.number(row, "k_se")) < 5e-4);
            CHECK(relative_error(f.error(GrowthParameter::rate_per_h), peer.number(row, "r_se")) < 5e-4);
            const double rss = std::pow(peer.number(row, "sigma"), 2) * peer.number(row, "df");
            CHECK(f.residual_sum_of_squares <= rss * (1 + 1e-7));
        }
        CHECK(compared >= set.least);
    }
}

TEST_CASE("no fit has a larger RSS than that of growthrates") {
    const std::string path = shared + "growthrates_bactgrowth.tsv";
    if (!ReferenceTable::exists(path)) {
        WARN("not there, not compared: " << path);
        return;
    }
    const tests::CurveSet plate = tests::read_curves(path);
    const ReferenceTable peer(shared + "ref/growthrates_bactgrowth.growthrates.tsv");
    const std::pair<GrowthModel, std::string> models[] = {{GrowthModel::logistic, "logistic"},
                                                          {GrowthModel::richards, "richards"},
                                                          {GrowthModel::baranyi, "baranyi"},
                                                          {GrowthModel::gompertz, "gompertz2"},
                                                          {GrowthModel::huang, "huang"}};
    for (const auto& [model, name] : models) {
        FitOptions options;
        options.model = model;
        if (model == GrowthModel::gompertz)
            options.min_lag_h = options.max_lag_h = 0;  // gompertz2 has none
        const std::vector<GrowthFit> ours = fit(plate.view(), options);
        std::size_t compared = 0;
        for (std::size_t row = 0; row < peer.size(); ++row) {
            INFO(name << " " << peer.text(row, "well"));
            // growthrates was run with α of Huang's model from 0.1 up.
            if (model == GrowthModel::huang && peer.number(row, "huang_alpha") < 0.1001)
                continue;
            ++compared;
            const double rss = ours[plate.well(peer.text(row, "well"))].residual_sum_of_squares;
            CHECK(rss <= peer.number(row, name + "_rss") * 1.001);
        }
        CHECK(compared >= 70);
    }
}

TEST_CASE("Zwietering's logistic model gives the truth of clean curves, as Dashing Growth Curves does") {
    const std::string path = shared + "growthdash_syn_logistic.tsv";
    if (!ReferenceTable::exists(path)) {
        WARN("not there, not compared: " << path);
        return;
    }
    const tests::CurveSet plate = tests::read_curves(path, 0.1);
    const ReferenceTable peer(shared + "ref/growthdash_syn_logistic_sub30.growthdash_logistic.tsv");
    FitOptions options;
    options.model = GrowthModel::zwietering_logistic;
    options.scale = FitScale::logarithmic;
    const std::vector<GrowthFit> ours = fit(plate.view(), options);
    for (std::size_t row = 0; row < peer.size(); ++row) {
        const GrowthFit& f = ours[plate.well(peer.text(row, "well"))];
        INFO(peer.text(row, "well"));
        CHECK(f.usable());
        CHECK(relative_error(f[GrowthParameter::rate_per_h], peer.number(row, "mu")) < 1e-5);
        CHECK(relative_error(f[GrowthParameter::lag_h], peer.number(row, "lag")) < 1e-5);
        CHECK(relative_error(f[GrowthParameter::initial], peer.number(row, "N0")) < 1e-5);
        const double rise = std::log(f[GrowthParameter::capacity] / f[GrowthParameter::initial]);
        CHECK(relative_error(rise, peer.number(row, "A")) < 1e-5);
    }
}

TEST_CASE("fits reach the reference's minimum on every SIMD target, with the same bits on all") {
    for (const GrowthModel model : all_models)
        for (const FitScale scale : {FitScale::linear, FitScale::logarithmic})
            for (const std::size_t wells : {1, 3, 8, 19}) {
                const tests::CurveSet plate = noisy(model, wells, 41, 0.001);
                FitOptions options;
                options.model = model;
                options.scale = scale;
                const std::vector<GrowthFit> expected = fit_slowly(plate.view(), options);
                std::vector<GrowthFit> first;
                tests::for_each_target([&] {
                    const std::vector<GrowthFit> ours = fit(plate.view(), options);
                    first = first.empty() ? ours : first;
                    for (std::size_t w = 0; w < wells; ++w) {
                        INFO(model_names[static_cast<std::size_t>(model)] << " well " << w << " of "
                                                                          << wells);
                        CHECK(tests::same_bits(numbers_of(ours[w]), numbers_of(first[w])));
                        CHECK(ours[w].points == expected[w].points);
                        CHECK(ours[w].residual_sum_of_squares <=
                              expected[w].residual_sum_of_squares * (1 + 1e-7));
                        if (ours[w].residual_sum_of_squares >
                            expected[w].residual_sum_of_squares * (1 - 1e-7))
                            CHECK(relative_error(ours[w][GrowthParameter::rate_per_h],
                                                 expected[w][GrowthParameter::rate_per_h]) < 1e-2);
                    }
                });
            }
}

TEST_CASE("a well's fit does not depend on its neighbours") {
    const tests::CurveSet plate = noisy(GrowthModel::baranyi, 13, 30, 0.01);
    FitOptions options;
    options.model = GrowthModel::baranyi;
    const std::vector<GrowthFit> together = fit(plate.view(), options);
    for (std::size_t w = 0; w < plate.wells; ++w)
        CHECK(tests::same_bits(numbers_of(fit(plate.only(w).view(), options)[0]), numbers_of(together[w])));
}

TEST_CASE("fits scale with the readings, and appended missing readings change nothing") {
    const tests::CurveSet plate = noisy(GrowthModel::gompertz, 6, 40, 0.002);
    FitOptions options;
    options.model = GrowthModel::gompertz;
    const std::vector<GrowthFit> before = fit(plate.view(), options);
    tests::CurveSet scaled = plate;
    for (double& x : scaled.values)
        x *= 8;
    scaled.times_h.push_back(30);
    scaled.values.insert(scaled.values.end(), scaled.wells, NAN);
    const std::vector<GrowthFit> after = fit(scaled.view(), options);
    for (std::size_t w = 0; w < plate.wells; ++w) {
        CHECK(relative_error(after[w][GrowthParameter::rate_per_h], before[w][GrowthParameter::rate_per_h]) <
              1e-6);
        CHECK(relative_error(after[w][GrowthParameter::lag_h], before[w][GrowthParameter::lag_h]) < 1e-6);
        CHECK(relative_error(after[w][GrowthParameter::capacity], 8 * before[w][GrowthParameter::capacity]) <
              1e-6);
    }
}

TEST_CASE("what cannot be fitted is refused with its reason, and nothing is made up") {
    tests::CurveSet plate;
    plate.wells = 8;
    for (int i = 0; i < 12; ++i) {
        plate.times_h.push_back(i);
        const double t = i;
        for (const double x : {undefined, -0.01 * t - 0.1, i < 3 ? 0.1 * (t + 1) : undefined, 0.4,
                               i == 6 ? infinity : 0.05 * std::exp(0.1 * t), 1e300 * t, 0.3 - 0.02 * t,
                               i % 2 == 0 ? 0.0 : 1e-320})
            plate.values.push_back(x);
    }
    tests::for_each_target([&] {
        for (const GrowthModel model : all_models)
            for (const FitScale scale : {FitScale::linear, FitScale::logarithmic}) {
                FitOptions options;
                options.model = model;
                options.scale = scale;
                const std::vector<GrowthFit> ours = fit(plate.view(), options);
                INFO(model_names[static_cast<std::size_t>(model)]);
                CHECK(ours[0].outcome == FitOutcome::too_few_points);
                CHECK(ours[0].points == 0);
                CHECK(ours[1].outcome ==
                      (scale == FitScale::linear ? FitOutcome::no_signal : FitOutcome::too_few_points));
                CHECK(ours[2].outcome == FitOutcome::too_few_points);
                for (const std::size_t w : {0, 1, 2})
                    for (const GrowthParameter p : all_parameters)
                        CHECK((std::isnan(ours[w][p]) && std::isnan(ours[w].error(p))));
                CHECK(ours[4].points == 11);
                for (const GrowthFit& f : ours)
                    CHECK((!f.usable() || std::isfinite(f[GrowthParameter::rate_per_h])));
                CHECK_FALSE(ours[3].usable());  // a constant curve tells no rate
            }
        CHECK(fit({{}, {}, 0}, {}).empty());
        CHECK(fit({{}, {}, 3}, {})[2].outcome == FitOutcome::too_few_points);
    });
}

TEST_CASE("a curve that never bends shows its capacity at the bound") {
    tests::CurveSet plate;
    plate.wells = 1;
    for (int i = 0; i < 20; ++i) {
        plate.times_h.push_back(i * 0.5);
        plate.values.push_back(0.01 * std::exp(0.4 * i * 0.5));
    }
    const GrowthFit f = fit(plate.view(), {})[0];
    CHECK(f.is_at_bound(GrowthParameter::capacity));
    CHECK_FALSE(f.usable());
    CHECK(std::isnan(f.error(GrowthParameter::capacity)));
    CHECK(f[GrowthParameter::rate_per_h] == Approx(0.4).epsilon(1e-3));
}

#include "kernels/curve/curve_traits.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <utility>

#include "kernels/curve/window_slopes.hpp"
#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::curve::CurveTraitOptions;
using kernels::curve::CurveTraits;
using kernels::curve::GrowthRate;
using kernels::curve::StartLevel;
using kernels::curve::Verdict;
using tests::CurveSet;
using tests::Judged;

namespace {

constexpr double missing = kernels::curve::undefined;

template <typename... F>
std::vector<Judged> judge(const std::vector<double>& times_h, const CurveTraitOptions& options, F... curves) {
    return tests::judge_all(tests::of_columns(times_h, {tests::curve_of(times_h, curves)...}), options);
}

/// A hundred readings in 24.75 h: lag of 3 h, rate 0.8, from 0.01 to 1.
double usual(double t) {
    return tests::logistic(t, 0.01, 1.0, 0.8, 3);
}

const auto quarter_hours = tests::every_h(0.25, 100);

}  // namespace

TEST_CASE("traits have the same bits as the scalar reference on every target") {
    for (const std::size_t wells : {0, 1, 3, 8, 21})
        for (const std::size_t times : {0, 1, 2, 4, 5, 9, 60}) {
            INFO(wells << " wells, " << times << " times");
            const CurveSet set = tests::varied_curves(wells, times, 13);
            const std::vector<double> limits(wells, 0.01);
            for (const StartLevel level :
                 {StartLevel::first, StartLevel::minimum, StartLevel::mean_of_first}) {
                CurveTraitOptions options;
                options.start_level = level;
                options.threshold = 0.1;
                options.phases = level != StartLevel::first;
                const auto rates = tests::growth_rates_of(set);
                std::vector<GrowthRate> kept = rates;
                std::vector<CurveTraits> expected(wells);
                kernels::curve::curve_traits_reference(set.view(), limits, options, kept, expected);
                tests::for_each_target([&] {
                    std::vector<GrowthRate> got_rates = rates;
                    std::vector<CurveTraits> got(wells);
                    kernels::curve::curve_traits(set.view(), limits, options, got_rates, got);
                    for (std::size_t well = 0; well < wells; ++well) {
                        INFO("well " << well << ":" << tests::text_of(tests::numbers_of(got[well])));
                        CHECK(tests::same_bits(tests::numbers_of(got[well]),
                                               tests::numbers_of(expected[well])));
                        CHECK(tests::same_bits(tests::numbers_of(got_rates[well]),
                                               tests::numbers_of(kept[well])));
                    }
                });
            }
        }
}

TEST_CASE("the traits of a curve whose truth is known") {
    CurveTraitOptions options;
    options.threshold = 0.5;
    const Judged j = judge(quarter_hours, options, usual)[0];
    CHECK(j.traits.verdicts.empty());
    CHECK(j.traits.initial == Approx(0.01));
    CHECK(j.traits.lag_h == Approx(3).epsilon(0.02));
    CHECK(j.traits.doubling_time_h == Approx(std::log(2.0) / 0.8).epsilon(0.03));
    CHECK(j.traits.capacity == Approx(1).epsilon(1e-4));
    CHECK(j.traits.yield == Approx(0.99).epsilon(1e-4));
    CHECK(j.traits.time_to_threshold_h == Approx(3 + std::log(99) / 0.8).epsilon(1e-3));
    CHECK(j.traits.saturation_h == Approx(3 + std::log(99 * 19) / 0.8).epsilon(1e-3));
    CHECK(j.traits.auc ==
          Approx(3 * 0.01 + std::log(1 + 0.01 * (std::exp(0.8 * 21.75) - 1)) / 0.8).epsilon(1e-3));
    CHECK(std::isnan(j.traits.death_rate_per_h));
    CHECK(j.traits.phases == 1);
    CHECK(j.traits.usable_points == 100);
}

TEST_CASE("areas by hand, over a window whose ends lie between readings") {
    CurveTraitOptions options;
    options.start_level = StartLevel::first;
    options.from_h = 0.5;
    options.to_h = 2.5;
    const CurveSet set = tests::of_columns(
        {0, 1, 2, 3}, {{1, 3, 2, 4}, {1, missing, 2, 4}, {missing, 3, 2, 4}, {1, 3, 2, missing}});
    const auto all = tests::judge_all(set, options);
    CHECK(all[0].traits.auc == Approx(0.5 * 2.5 + 2.5 + 0.5 * 2.5));
    CHECK(all[1].traits.auc == Approx(1.5 * 1.625 + 0.5 * 2.5));
    CHECK(std::isnan(all[2].traits.auc));
    CHECK(std::isnan(all[3].traits.auc));
    const double ln2 = std::log(2.0);
    const double ln3 = std::log(3.0);
    CHECK(all[0].traits.ln_auc == Approx(0.5 * 0.75 * ln3 + (ln3 + ln2) / 2 + 0.5 * 1.25 * ln2));
}

TEST_CASE("the common window ends with the last reading of any well") {
    const CurveSet set =
        tests::of_columns({0, 1, 2, 3, 4}, {{missing, 1, 1, 1, missing}, {missing, 1, 1, missing, missing}});
    const auto all = tests::judge_all(set);
    CHECK(all[0].traits.auc == Approx(2));
    CHECK(std::isnan(all[1].traits.auc));
}

TEST_CASE("the start level has its rule, and the lag follows it") {
    const auto curve = [](double t) { return usual(t) + (t == 0 ? 0.01 : t == 1 ? -0.004 : 0.0); };
    CurveTraitOptions options;
    options.start_level = StartLevel::first;
    const Judged first = judge(quarter_hours, options, curve)[0];
    CHECK(first.traits.initial == Approx(0.02));
    options.start_level = StartLevel::minimum;
    const Judged minimum = judge(quarter_hours, options, curve)[0];
    CHECK(minimum.traits.initial == Approx(0.006));
    CHECK(first.traits.lag_h - minimum.traits.lag_h ==
          Approx(std::log(0.02 / 0.006) / first.rate.rate_per_h));
    options.start_level = StartLevel::mean_of_first;
    options.first_points = 2;
    CHECK(judge(quarter_hours, options, curve)[0].traits.initial == Approx(0.015));
}

TEST_CASE("shifting the time shifts the lag, scaling the values leaves it") {
    const double lag_h = judge(quarter_hours, {}, usual)[0].traits.lag_h;
    auto later = quarter_hours;
    for (double& t : later)
        t += 32;
    CHECK(judge(later, {}, [](double t) { return usual(t - 32); })[0].traits.lag_h == Approx(lag_h + 32));
    CHECK(judge(quarter_hours, {}, [](double t) { return 8 * usual(t); })[0].traits.lag_h == Approx(lag_h));
}

TEST_CASE("each verdict is given where it holds, and its traits are missing") {
    const auto all = judge(
        quarter_hours, {}, [](double) { return missing; },
        [](double t) { return t < 1 ? 0.1 * t + 0.1 : missing; }, [](double) { return -0.01; },
        [](double) { return 0.3; }, [](double t) { return 0.01 * std::exp(0.15 * t); },
        [](double t) { return usual(t) * (t < 15 ? 1 : std::exp(-0.1 * (t - 15))); },
        [](double t) { return usual(t) - 0.012; });
    const std::vector<Verdict> expected{
        Verdict::no_data,       Verdict::too_few_points, Verdict::below_detection,      Verdict::no_growth,
        Verdict::still_growing, Verdict::lysis,          Verdict::start_below_detection};
    for (std::size_t well = 0; well < all.size(); ++well) {
        INFO("well " << well << ": " << verdict_name(all[well].traits.verdicts));
        CHECK(all[well].traits.verdicts.has(expected[well]));
        const bool grows = expected[well] > Verdict::no_growth;
        CHECK(std::isnan(all[well].rate.rate_per_h) != grows);
        CHECK(std::isnan(all[well].traits.doubling_time_h) != grows);
    }
    CHECK(all[0].traits.usable_points == 0);
    CHECK(std::isnan(all[3].traits.capacity));
    CHECK(std::isnan(all[4].traits.capacity));
    CHECK(std::isnan(all[4].traits.yield));
    CHECK(all[5].traits.death_rate_per_h == Approx(0.1).epsilon(1e-3));
    CHECK(all[5].traits.capacity == Approx(1).epsilon(0.02));
    CHECK(std::isnan(all[6].traits.lag_h));
    CHECK(std::isnan(all[6].traits.ln_auc));
}

TEST_CASE("a rate that no microbe has keeps its traits, and is told of") {
    CurveSet set = tests::of_columns(quarter_hours, {tests::curve_of(quarter_hours, usual)});
    for (double& t : set.times_h)
        t /= 60;
    const Judged fast = tests::judge_all(set)[0];
    CHECK(fast.traits.verdicts.has(Verdict::implausible_rate));
    CHECK(fast.rate.rate_per_h > 6);
    CHECK(fast.traits.doubling_time_h > 0);
    CHECK_FALSE(judge(quarter_hours, {}, usual)[0].traits.verdicts.has(Verdict::implausible_rate));
}

TEST_CASE("a rate whose readings stray widely from its line keeps its traits, and is told of") {
    const auto shaken = [](double t) { return usual(t) * (1 + 0.12 * std::sin(40 * t)); };
    const auto all = judge(quarter_hours, {}, shaken, usual);
    INFO("r² " << all[0].rate.r_squared << " and " << all[1].rate.r_squared);
    CHECK(all[0].traits.verdicts.has(Verdict::low_r_squared));
    CHECK(all[0].rate.rate_per_h > 0);
    CHECK_FALSE(all[1].traits.verdicts.has(Verdict::low_r_squared));
}

TEST_CASE("a start level far below the line has no lag") {
    // Grows from the first reading on and dies to less than it began with, which is the minimum.
    const auto curve = [](double t) {
        return tests::logistic(t, 0.05, 1.0, 0.8) * (t < 15 ? 1 : std::exp(-0.6 * (t - 15)));
    };
    CurveTraitOptions options;
    options.start_level = StartLevel::minimum;
    const Judged j = judge(quarter_hours, options, curve)[0];
    CHECK(j.traits.verdicts.has(Verdict::negative_lag));
    CHECK(j.traits.verdicts.has(Verdict::lysis));
    CHECK(std::isnan(j.traits.lag_h));
    CHECK(j.rate.rate_per_h > 0);
    CHECK_FALSE(std::isnan(judge(quarter_hours, {}, curve)[0].traits.lag_h));
}

TEST_CASE("a lag just before the first reading is no verdict") {
    const Judged j = judge(quarter_hours, {}, [](double t) { return tests::logistic(t, 0.01, 1.0, 0.8); })[0];
    CHECK_FALSE(j.traits.verdicts.has(Verdict::negative_lag));
    CHECK(j.traits.lag_h == Approx(0).margin(0.3));
}

TEST_CASE("phases that nobody asks for are not counted, and nothing else changes") {
    const CurveSet set = tests::varied_curves(21, 60, 13);
    const auto all = tests::judge_all(set);
    CurveTraitOptions options;
    options.phases = false;
    std::uint32_t phases = 0;
    std::size_t deaths = 0;
    const auto without = tests::judge_all(set, options);
    for (std::size_t well = 0; well < set.wells; ++well) {
        CurveTraits traits = all[well].traits;
        phases += std::exchange(traits.phases, 0);
        deaths += !std::isnan(traits.death_rate_per_h);
        CHECK(tests::same_bits(tests::numbers_of(without[well].traits), tests::numbers_of(traits)));
    }
    CHECK(phases > 0);
    CHECK(deaths > 0);
}

TEST_CASE("two rises with a rest between them are two phases") {
    const auto diauxic = [](double t) {
        return tests::logistic(t, 0.01, 0.4, 1.0) + tests::logistic(t, 1e-6, 0.5, 0.9, 4);
    };
    const auto small_second = [](double t) {
        return tests::logistic(t, 0.01, 0.9, 1.0) + tests::logistic(t, 1e-6, 0.05, 0.9, 4);
    };
    const auto all = judge(tests::every_h(0.25, 120), {}, diauxic, small_second, usual);
    CHECK(all[0].traits.phases == 2);
    CHECK(all[1].traits.phases == 1);
    CHECK(all[2].traits.phases == 1);
}

TEST_CASE("a rate of an estimator on the linear scale gives no doubling time") {
    const CurveSet set = tests::of_columns(quarter_hours, {tests::curve_of(quarter_hours, usual)});
    std::vector<GrowthRate> rates(1);
    kernels::curve::window_slopes(set.view(), {kernels::curve::SlopeMethod::pyphe, 4, 0}, rates);
    std::vector<CurveTraits> traits(1);
    kernels::curve::curve_traits(set.view(), {}, {}, rates, traits);
    CHECK(rates[0].rate_per_h > 0);
    CHECK(std::isnan(traits[0].doubling_time_h));
    CHECK(std::isnan(traits[0].lag_h));
    CHECK(traits[0].capacity == Approx(1).epsilon(1e-3));
}

TEST_CASE("lag and areas agree with growthrates, gcplyr and growthcurver") {
    for (const std::string& name : tests::peer_sets) {
        const std::string base = tests::growth_data + "ref/" + name;
        if (!tests::ReferenceTable::exists(base + ".gcplyr.tsv")) {
            WARN("not compared: no " << base << ".gcplyr.tsv");
            return;
        }
        INFO(name);
        const CurveSet set = tests::peer_curves(name);
        const tests::ReferenceTable gcplyr(base + ".gcplyr.tsv");
        const tests::ReferenceTable easy(base + ".growthrates.tsv");
        const tests::ReferenceTable curver(base + ".growthcurver_none.tsv");
        std::vector<GrowthRate> rates(set.wells);
        kernels::curve::window_slopes(set.view(), {kernels::curve::SlopeMethod::growthrates, 5, 0.95}, rates);
        CurveTraitOptions options;
        options.start_level = StartLevel::first;
        options.min_fold_change = 0;
        std::vector<CurveTraits> traits(set.wells);
        kernels::curve::curve_traits(set.view(), {}, options, rates, traits);
        for (std::size_t row = 0; row < gcplyr.size(); ++row) {
            const CurveTraits& t = traits[set.well(gcplyr.text(row, "well"))];
            INFO(gcplyr.text(row, "well"));
            CHECK(tests::relative_error(t.auc, gcplyr.number(row, "auc")) < 1e-8);
            CHECK(tests::relative_error(t.auc, curver.number(row, "auc_e")) < 1e-8);
            if (!t.verdicts.has(Verdict::negative_lag))
                CHECK(tests::relative_error(t.lag_h, easy.number(row, "easylinear_lag")) < 1e-8);
        }
    }
}

TEST_CASE("the time to half the largest reading agrees with gcplyr") {
    const std::string path = tests::growth_data + "ref/growthrates_bactgrowth.gcplyr.tsv";
    if (!tests::ReferenceTable::exists(path)) {
        WARN("not compared: no " + path);
        return;
    }
    const CurveSet set = tests::peer_curves("growthrates_bactgrowth");
    const tests::ReferenceTable gcplyr(path);
    int compared = 0;
    for (std::size_t row = 0; row < gcplyr.size(); ++row) {
        INFO(gcplyr.text(row, "well"));
        CurveTraitOptions options;
        options.threshold = gcplyr.number(row, "max_dens") / 2;
        const CurveSet one = set.only(set.well(gcplyr.text(row, "well")));
        // Where readings stand at the very threshold, gcplyr takes the last of them.
        if (std::count(one.values.begin(), one.values.end(), options.threshold) > 0)
            continue;
        ++compared;
        const double rises_h = tests::judge_all(one, options)[0].traits.time_to_threshold_h;
        const double peer_h = gcplyr.number(row, "t_first_above_half");
        if (one.values[0] > options.threshold)  // never rises to it; gcplyr takes the first reading
            CHECK((std::isnan(rises_h) && peer_h == one.times_h[0]));
        else
            CHECK(tests::relative_error(rises_h, peer_h) < 1e-8);
    }
    CHECK(compared >= 60);
}

#include "kernels/curve/curve_bootstrap.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using kernels::curve::BootstrapOptions;
using kernels::curve::CurveTraitOptions;
using kernels::curve::CurveTraits;
using kernels::curve::GrowthRate;
using kernels::curve::TraitInterval;
using kernels::curve::TraitIntervals;
using tests::CurveSet;

namespace {

using Trait = TraitInterval TraitIntervals::*;
constexpr Trait all_traits[]{&TraitIntervals::rate_per_h,
                             &TraitIntervals::initial,
                             &TraitIntervals::lag_h,
                             &TraitIntervals::doubling_time_h,
                             &TraitIntervals::maximum,
                             &TraitIntervals::capacity,
                             &TraitIntervals::yield,
                             &TraitIntervals::saturation_h,
                             &TraitIntervals::auc,
                             &TraitIntervals::ln_auc,
                             &TraitIntervals::time_to_threshold_h,
                             &TraitIntervals::death_rate_per_h};

std::vector<double> numbers_of(const TraitIntervals& intervals) {
    std::vector<double> out;
    for (const Trait trait : all_traits)
        out.insert(out.end(),
                   {(intervals.*trait).standard_error, (intervals.*trait).lower, (intervals.*trait).upper});
    return out;
}

struct Analysed {
    std::vector<GrowthRate> rates;
    std::vector<CurveTraits> traits;
    std::vector<TraitIntervals> intervals;
};

Analysed analyse(const CurveSet& set, const CurveTraitOptions& options = {}, std::uint32_t draws = 47,
                 std::uint64_t seed = 1, std::span<const double> limits = {}) {
    Analysed out{tests::growth_rates_of(set, {}, limits), std::vector<CurveTraits>(set.wells),
                 std::vector<TraitIntervals>(set.wells)};
    kernels::curve::curve_traits(set.view(), limits, options, out.rates, out.traits);
    kernels::curve::bootstrap_traits(set.view(), limits, options,
                                     kernels::curve::rates_in_similar_windows(limits), out.rates, out.traits,
                                     {draws, seed}, out.intervals);
    return out;
}

CurveTraitOptions with_threshold() {
    CurveTraitOptions options;
    options.threshold = 0.2;
    return options;
}

struct Truth {
    CurveSet noisy;
    CurveSet clean;
};

/// Logistic curves that differ, read every quarter of an hour for a day; they die from hour 16 on if told so.
Truth known_curves(std::size_t wells, double noise, bool die = false) {
    std::mt19937_64 random(11);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    Truth out{{tests::every_h(0.25, 97), {}, wells}, {}};
    std::vector<double> rate(wells), capacity(wells), lag_h(wells);
    for (std::size_t well = 0; well < wells; ++well) {
        rate[well] = 0.5 + 0.5 * uniform(random);
        capacity[well] = 0.5 + uniform(random);
        lag_h[well] = 1 + 2 * uniform(random);
    }
    out.clean = out.noisy;
    for (const double t : out.noisy.times_h)
        for (std::size_t well = 0; well < wells; ++well) {
            const double decay = die ? std::exp(-0.2 * std::max(0.0, t - 16)) : 1;
            const double value = decay * tests::logistic(t, 0.05, capacity[well], rate[well], lag_h[well]);
            out.clean.values.push_back(value);
            out.noisy.values.push_back(value + noise * normal(random));
        }
    return out;
}

/// The share of intervals that hold what the curve without noise gives.
double share_held(const Truth& truth, double CurveTraits::*value, Trait trait) {
    const Analysed noisy = analyse(truth.noisy, with_threshold());
    const Analysed clean = analyse(truth.clean, with_threshold());
    double held = 0;
    double given = 0;
    for (std::size_t well = 0; well < truth.noisy.wells; ++well) {
        const TraitInterval& interval = noisy.intervals[well].*trait;
        if (std::isnan(interval.lower) || std::isnan(clean.traits[well].*value))
            continue;
        ++given;
        held += interval.lower <= clean.traits[well].*value && clean.traits[well].*value <= interval.upper;
    }
    REQUIRE(given > 0.9 * static_cast<double>(truth.noisy.wells));
    return held / given;
}

}  // namespace

TEST_CASE("intervals have the same bits on every target, whatever stands beside a well") {
    for (const std::size_t wells : {0, 1, 5})
        for (const std::size_t times : {0, 1, 7, 8, 60}) {
            INFO(wells << " wells, " << times << " times");
            const CurveSet set = tests::varied_curves(wells, times, 13);
            CurveTraitOptions options = with_threshold();
            options.from_h = 0;
            options.to_h = 5;
            const Analysed expected = analyse(set, options);
            tests::for_each_target([&] {
                const Analysed got = analyse(set, options);
                for (std::size_t well = 0; well < wells; ++well)
                    CHECK(tests::same_bits(numbers_of(got.intervals[well]),
                                           numbers_of(expected.intervals[well])));
            });
            for (std::size_t well = 0; well < wells; ++well)
                CHECK(tests::same_bits(numbers_of(analyse(set.only(well), options).intervals[0]),
                                       numbers_of(expected.intervals[well])));
        }
}

TEST_CASE("intervals depend on the seed, and on it alone") {
    const CurveSet set = known_curves(2, 0.005).noisy;
    const auto first = numbers_of(analyse(set, {}, 47, 1).intervals[0]);
    CHECK(tests::same_bits(first, numbers_of(analyse(set, {}, 47, 1).intervals[0])));
    CHECK_FALSE(
        tests::same_bits(first, numbers_of(analyse(set, {}, 47, std::uint64_t{1} << 32).intervals[0])));
}

TEST_CASE("standard errors of linear traits are those of independent readings") {
    constexpr double noise = 0.004;
    const Truth truth = known_curves(60, noise);
    const Analysed found = analyse(truth.noisy, {}, 200);
    double initial = 0;
    double area = 0;
    for (const TraitIntervals& well : found.intervals) {
        initial += well.initial.standard_error / 60;
        area += well.auc.standard_error / 60;
    }
    CHECK(initial == Approx(noise / std::sqrt(3.0)).epsilon(0.05));
    CHECK(area == Approx(noise * 0.25 * std::sqrt(95 + 2 * 0.25)).epsilon(0.05));
}

TEST_CASE("intervals of 90 % hold what the curve without noise gives") {
    const auto honest = Approx(0.9).margin(0.05);
    const Truth truth = known_curves(300, 0.004);
    CHECK(share_held(truth, &CurveTraits::initial, &TraitIntervals::initial) == honest);
    CHECK(share_held(truth, &CurveTraits::auc, &TraitIntervals::auc) == honest);
    CHECK(share_held(truth, &CurveTraits::ln_auc, &TraitIntervals::ln_auc) == honest);
    CHECK(share_held(truth, &CurveTraits::time_to_threshold_h, &TraitIntervals::time_to_threshold_h) ==
          honest);
    CHECK(share_held(truth, &CurveTraits::lag_h, &TraitIntervals::lag_h) == honest);
    CHECK(share_held(truth, &CurveTraits::maximum, &TraitIntervals::maximum) == honest);
    CHECK(share_held(truth, &CurveTraits::capacity, &TraitIntervals::capacity) == honest);
    CHECK(share_held(truth, &CurveTraits::yield, &TraitIntervals::yield) == honest);
    CHECK(share_held(truth, &CurveTraits::saturation_h, &TraitIntervals::saturation_h) == honest);
    const Truth dying = known_curves(300, 0.004, true);
    // the steepest of many slopes: its bias leans on the level's slopes, whose error nothing knows
    CHECK(share_held(dying, &CurveTraits::death_rate_per_h, &TraitIntervals::death_rate_per_h) ==
          Approx(0.85).margin(0.1));
}

TEST_CASE("standard errors are those of an independent bootstrap") {
    const tests::ReferenceTable curves(WELLSIEVE_TEST_DATA "/reference/bootstrap_curves.tsv");
    const tests::ReferenceTable expected(WELLSIEVE_TEST_DATA "/reference/bootstrap_errors.tsv");
    std::vector<std::vector<double>> columns;
    for (std::size_t well = 1; well < curves.names().size(); ++well)
        columns.push_back(curves.numbers(curves.names()[well]));
    const CurveSet set = tests::of_columns(curves.numbers("time_h"), columns);
    GrowthRate rate;
    rate.rate_per_h = 0.6;
    rate.ln_intercept = -4;
    rate.window_start_h = 3;
    rate.window_end_h = 4.5;
    rate.noise_sd = 0.004;
    std::vector<GrowthRate> rates(set.wells, rate);
    std::vector<CurveTraits> traits(set.wells);
    std::vector<TraitIntervals> found(set.wells);
    kernels::curve::curve_traits(set.view(), {}, with_threshold(), rates, traits);
    const auto same_rate = [](const kernels::curve::Curves&, const kernels::curve::DrawnWell& of,
                              std::span<GrowthRate> of_draws) {
        std::fill(of_draws.begin(), of_draws.end(), of.estimate);
    };
    kernels::curve::bootstrap_traits(set.view(), {}, with_threshold(), same_rate, rates, traits, {4000, 1},
                                     found);
    for (std::size_t well = 0; well < columns.size(); ++well) {
        INFO("well " << well);
        constexpr double draws_differ = 0.06;
        const auto error = [&](const char* name) {
            return Approx(expected.number(well, name)).epsilon(draws_differ);
        };
        CHECK(found[well].initial.standard_error == error("initial"));
        CHECK(found[well].maximum.standard_error == error("maximum"));
        CHECK(found[well].auc.standard_error == error("auc"));
        CHECK(found[well].ln_auc.standard_error == error("ln_auc"));
        CHECK(found[well].time_to_threshold_h.standard_error == error("time_to_threshold_h"));
    }
}

TEST_CASE("more noise gives wider intervals, none a point") {
    const auto width = [](double noise) {
        const TraitIntervals found = analyse(known_curves(1, noise).noisy).intervals[0];
        return found.auc.upper - found.auc.lower;
    };
    CHECK(width(0.008) == Approx(2 * width(0.004)).epsilon(0.01));
    CHECK(width(0) < 0.1 * width(0.004));  // the kink at the end of the lag
}

TEST_CASE("scaled readings give the same times and scaled levels") {
    CurveSet set = known_curves(3, 0.004).noisy;
    const Analysed before = analyse(set);
    for (double& value : set.values)
        value *= 4;
    const Analysed after = analyse(set);
    for (std::size_t well = 0; well < set.wells; ++well) {
        CHECK(after.intervals[well].lag_h.lower == Approx(before.intervals[well].lag_h.lower).epsilon(1e-9));
        CHECK(after.intervals[well].auc.upper == Approx(4 * before.intervals[well].auc.upper).epsilon(1e-9));
    }
}

TEST_CASE("no interval where the curve has no trait or too few readings") {
    const CurveSet set = tests::unfit_curves();
    const Analysed found = analyse(set);
    for (const Trait trait : all_traits) {
        CHECK(std::isnan((found.intervals[0].*trait).lower));  // never measured
        CHECK(std::isnan((found.intervals[1].*trait).lower));  // five readings
    }
    CHECK(found.intervals[3].auc.lower == Approx(found.traits[3].auc));  // level
    CHECK(std::isnan(found.intervals[3].lag_h.lower));
    CHECK(std::isnan(found.intervals[3].time_to_threshold_h.lower));
}

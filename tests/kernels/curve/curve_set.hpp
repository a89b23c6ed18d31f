#pragma once

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "kernels/curve/curve_traits.hpp"
#include "kernels/curve/growth_rate.hpp"
#include "tests/support/reference_table.hpp"

namespace wellsieve::tests {

/// Curves that a test owns: values[time][well].
struct CurveSet {
    std::vector<double> times_h;
    std::vector<double> values;
    std::size_t wells = 0;
    std::vector<std::string> names = {};  ///< of the wells, where they have some

    kernels::curve::Curves view() const { return {values, times_h, wells}; }

    std::size_t well(const std::string& name) const {
        const auto found = std::find(names.begin(), names.end(), name);
        REQUIRE(found != names.end());
        return static_cast<std::size_t>(found - names.begin());
    }

    CurveSet only(std::size_t well) const {
        CurveSet out;
        out.times_h = times_h;
        out.wells = 1;
        for (std::size_t i = 0; i < times_h.size(); ++i)
            out.values.push_back(values[i * wells + well]);
        return out;
    }
};

/// One curve a column.
inline CurveSet of_columns(std::vector<double> times_h, const std::vector<std::vector<double>>& columns) {
    CurveSet out{std::move(times_h), {}, columns.size()};
    for (std::size_t i = 0; i < out.times_h.size(); ++i)
        for (const std::vector<double>& column : columns)
            out.values.push_back(column[i]);
    return out;
}

inline std::vector<double> every_h(double step_h, std::size_t n) {
    std::vector<double> out;
    for (std::size_t i = 0; i < n; ++i)
        out.push_back(step_h * static_cast<double>(i));
    return out;
}

/// K / (1 + (K / N0 − 1) e^(−r max(0, t − lag)))
inline double logistic(double t, double initial, double capacity, double rate, double lag_h = 0) {
    const double growing = std::max(0.0, t - lag_h);
    return capacity / (1 + (capacity / initial - 1) * std::exp(-rate * growing));
}

template <typename F>
std::vector<double> curve_of(const std::vector<double>& times_h, F f) {
    std::vector<double> out;
    for (const double t : times_h)
        out.push_back(f(t));
    return out;
}

/// Many curves that differ: sizes, rates, noise, gaps, death, nothing at all.
inline CurveSet varied_curves(std::size_t wells, std::size_t times, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    CurveSet out;
    out.wells = wells;
    double t = 0;
    for (std::size_t i = 0; i < times; ++i, t += 0.1 + 0.2 * uniform(random))
        out.times_h.push_back(t);
    for (std::size_t well = 0; well < wells * times; ++well)
        out.values.push_back(0);
    for (std::size_t well = 0; well < wells; ++well) {
        const double capacity = well % 7 == 3 ? 0.001 : 0.2 + uniform(random);
        const double rate = 0.2 + uniform(random);
        const double noise = well % 5 == 0 ? 0.0 : 0.01 * uniform(random) * uniform(random);
        const double dies_h = well % 4 == 1 ? t * 0.6 : 2 * t;
        const double gaps = well % 3 == 1 ? 0.2 : well % 11 == 10 ? 1 : 0;
        for (std::size_t i = 0; i < times; ++i) {
            double v =
                logistic(out.times_h[i], 0.01, capacity, rate, well % 2 == 0 ? 0 : 3 * uniform(random));
            v *= std::exp(-0.3 * std::max(0.0, out.times_h[i] - dies_h));
            v += noise * normal(random);
            out.values[i * wells + well] = uniform(random) < gaps ? kernels::curve::undefined : v;
        }
    }
    return out;
}

inline std::vector<kernels::curve::GrowthRate> growth_rates_of(
    const CurveSet& set, const kernels::curve::GrowthRateOptions& options = {},
    std::span<const double> limits = {}) {
    std::vector<kernels::curve::GrowthRate> out(set.wells);
    kernels::curve::growth_rates(set.view(), limits, options, out);
    return out;
}

/// A curve and all that is said of it.
struct Judged {
    kernels::curve::GrowthRate rate;
    kernels::curve::CurveTraits traits;
};

inline std::vector<Judged> judge_all(const CurveSet& set,
                                     const kernels::curve::CurveTraitOptions& options = {},
                                     std::span<const double> limits = {}) {
    auto rates = growth_rates_of(set, {}, limits);
    std::vector<kernels::curve::CurveTraits> traits(set.wells);
    kernels::curve::curve_traits(set.view(), limits, options, rates, traits);
    std::vector<Judged> out;
    for (std::size_t well = 0; well < set.wells; ++well)
        out.push_back({rates[well], traits[well]});
    return out;
}

inline std::vector<double> numbers_of(const kernels::curve::GrowthRate& r) {
    return {r.rate_per_h,
            r.standard_error_per_h,
            r.lower_per_h,
            r.upper_per_h,
            r.ln_intercept,
            r.r_squared,
            r.time_h,
            r.window_start_h,
            r.window_end_h,
            r.noise_sd,
            static_cast<double>(r.window_points)};
}

inline std::vector<double> numbers_of(const kernels::curve::CurveTraits& t) {
    return {t.initial,
            t.lag_h,
            t.doubling_time_h,
            t.maximum,
            t.time_of_maximum_h,
            t.capacity,
            t.yield,
            t.saturation_h,
            t.auc,
            t.ln_auc,
            t.time_to_threshold_h,
            t.death_rate_per_h,
            static_cast<double>(t.phases),
            static_cast<double>(t.usable_points),
            static_cast<double>(t.verdicts.bits())};
}

inline bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (std::bit_cast<std::uint64_t>(a[i]) != std::bit_cast<std::uint64_t>(b[i]) &&
            !(std::isnan(a[i]) && std::isnan(b[i])))
            return false;
    return true;
}

/// To be shown where bits differ.
inline std::string text_of(const std::vector<double>& numbers) {
    std::ostringstream text;
    text.precision(17);
    for (const double x : numbers)
        text << ' ' << x;
    return text.str();
}

inline const std::string growth_data = WELLSIEVE_SHARED_DATA "/growth/";
/// Of the shared data: those that growthrates, gcplyr and growthcurver were run on.
inline const std::vector<std::string> peer_sets{"growthrates_bactgrowth", "gcplyr_isolate",
                                                "growthcurver_growthdata_SIM"};

/// The simulated set as the peers got it: to eight digits.
inline std::vector<double> to_eight_digits(std::vector<double> values) {
    char text[32];
    for (double& v : values) {
        std::snprintf(text, sizeof text, "%.8g", v);
        v = std::strtod(text, nullptr);
    }
    return values;
}

/// A tab-separated table of a time column and one column a well, less its blank.
inline CurveSet read_curves(const std::string& path, double blank = 0) {
    const ReferenceTable table(path);
    CurveSet out;
    out.names.assign(table.names().begin() + 1, table.names().end());
    out.wells = out.names.size();
    out.times_h = table.numbers(table.names()[0]);
    std::vector<std::vector<double>> columns;
    for (const std::string& name : out.names)
        columns.push_back(table.numbers(name));
    for (std::size_t i = 0; i < out.times_h.size(); ++i)
        for (const std::vector<double>& column : columns)
            out.values.push_back(column[i] - blank);
    return out;
}

/// A set of the shared data, as the peers got it.
inline CurveSet peer_curves(const std::string& name) {
    CurveSet out = read_curves(growth_data + name + ".tsv");
    if (name == "growthcurver_growthdata_SIM") {
        out.times_h = to_eight_digits(std::move(out.times_h));
        out.values = to_eight_digits(std::move(out.values));
    }
    return out;
}

/// No curve is here to be fitted: never measured, five readings only, below zero, level.
inline CurveSet unfit_curves() {
    const auto times_h = every_h(1, 12);
    const double missing = kernels::curve::undefined;
    return of_columns(times_h, {curve_of(times_h, [&](double) { return missing; }),
                                curve_of(times_h, [&](double t) { return t < 5 ? 0.1 + 0.1 * t : missing; }),
                                curve_of(times_h, [](double) { return -1.0; }),
                                curve_of(times_h, [](double) { return 0.5; })});
}

}  // namespace wellsieve::tests

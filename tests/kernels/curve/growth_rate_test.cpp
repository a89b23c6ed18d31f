#include "kernels/curve/growth_rate.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::curve::GrowthRate;
using kernels::curve::GrowthRateOptions;
using tests::CurveSet;

namespace {

constexpr double missing = kernels::curve::undefined;

/// Twelve noisy logistic curves; the same for every call.
CurveSet noisy(double step_h = 0.25, std::size_t times = 97) {
    std::mt19937 random(5);
    std::normal_distribution<double> normal(0, 0.002);
    std::vector<std::vector<double>> columns;
    const auto times_h = tests::every_h(step_h, times);
    for (int well = 0; well < 12; ++well)
        columns.push_back(tests::curve_of(times_h, [&](double t) {
            return tests::logistic(t, 0.02, 0.8, 0.3 + 0.04 * well, 0.2 * well) + normal(random);
        }));
    return tests::of_columns(times_h, columns);
}

void check_close(const std::vector<GrowthRate>& a, const std::vector<GrowthRate>& b, double tolerance) {
    for (std::size_t well = 0; well < a.size(); ++well) {
        INFO("well " << well);
        CHECK(a[well].rate_per_h == Approx(b[well].rate_per_h).epsilon(tolerance));
        CHECK(a[well].standard_error_per_h == Approx(b[well].standard_error_per_h).epsilon(tolerance));
        CHECK(a[well].lower_per_h == Approx(b[well].lower_per_h).epsilon(tolerance));
        CHECK(a[well].upper_per_h == Approx(b[well].upper_per_h).epsilon(tolerance));
        CHECK(a[well].window_points == b[well].window_points);
    }
}

}  // namespace

TEST_CASE("growth rates have the same bits as the scalar reference on every target") {
    for (const std::size_t wells : {0, 1, 3, 8, 21})
        for (const std::size_t times : {0, 1, 4, 5, 9, 60}) {
            INFO(wells << " wells, " << times << " times");
            const CurveSet set = tests::varied_curves(wells, times, 12);
            const std::vector<double> limits(wells, 0.03);
            for (const GrowthRateOptions& options :
                 {GrowthRateOptions{}, GrowthRateOptions{2.0, missing, 4, missing},
                  GrowthRateOptions{missing, 1.7, 5, missing},
                  GrowthRateOptions{missing, missing, 3, 0.004}}) {
                std::vector<GrowthRate> expected(wells);
                kernels::curve::growth_rates_reference(set.view(), limits, options, expected);
                tests::for_each_target([&] {
                    const auto got = tests::growth_rates_of(set, options, limits);
                    for (std::size_t well = 0; well < wells; ++well) {
                        INFO("well " << well << ":" << tests::text_of(tests::numbers_of(got[well])));
                        CHECK(tests::same_bits(tests::numbers_of(got[well]),
                                               tests::numbers_of(expected[well])));
                    }
                });
            }
        }
}

TEST_CASE("no window is passed over, whatever the units, the noise and the width") {
    CurveSet set = tests::varied_curves(40, 90, 31);
    for (std::size_t well = 0; well < set.wells; well += 2)  // hardly any noise, late in the run
        for (std::size_t i = 0; i < set.times_h.size(); ++i)
            set.values[i * set.wells + well] =
                tests::logistic(set.times_h[i], 1e-6, 1, 0.9, static_cast<double>(well) / 8);
    for (const double unit : {1e-150, 1e-9, 1.0, 1e9, 1e150})
        for (const double later_h : {0.0, 1e6})
            for (const GrowthRateOptions& options :
                 {GrowthRateOptions{}, GrowthRateOptions{missing, missing, 3, missing, 3.0, false},
                  GrowthRateOptions{missing, 0.1, 3, missing}}) {
                CurveSet scaled = set;
                for (double& v : scaled.values)
                    v *= unit;
                for (double& t : scaled.times_h)
                    t += later_h;
                std::vector<GrowthRate> expected(set.wells);
                kernels::curve::growth_rates_reference(scaled.view(), {}, options, expected);
                tests::for_each_target([&] {
                    const auto got = tests::growth_rates_of(scaled, options);
                    for (std::size_t well = 0; well < set.wells; ++well) {
                        INFO("well " << well << ", unit " << unit << ", " << later_h
                                     << " h later:" << tests::text_of(tests::numbers_of(got[well])));
                        CHECK(tests::same_bits(tests::numbers_of(got[well]),
                                               tests::numbers_of(expected[well])));
                    }
                });
            }
}

TEST_CASE("copies of one curve have the rates that all windows give, on every target") {
    std::mt19937 random(8);
    std::uniform_real_distribution<double> uniform;
    std::normal_distribution<double> normal;
    const auto times_h = tests::every_h(0.25, 90);
    std::size_t with_rate = 0;
    for (int curve = 0; curve < 60; ++curve) {
        const double noise = 0.0003 * std::pow(40, uniform(random));
        const double rate = 0.2 + 0.9 * uniform(random);
        const double lag_h = 5 * uniform(random);
        const bool twice = curve % 3 == 0;  // a second rise, as fast
        std::vector<std::vector<double>> columns;
        for (int copy = 0; copy < 20; ++copy)
            columns.push_back(tests::curve_of(times_h, [&](double t) {
                const double second = twice ? tests::logistic(t, 1e-4, 4, rate, lag_h + 3) : 0;
                const double wild = copy == 3 && t == 12 ? 40 * noise : 0;
                return tests::logistic(t, 0.02, 0.8, rate, lag_h) + second + wild +
                       (copy == 19 ? 0 : noise * normal(random));
            }));
        const CurveSet set = tests::of_columns(times_h, columns);
        GrowthRateOptions options;
        options.noise_sd = noise;
        options.interval = false;
        const std::vector<double> limits(set.wells, curve % 2 == 0 ? 0.03 : 0);
        const auto expected = tests::growth_rates_of(set, options, limits);
        tests::for_each_target([&] {
            std::vector<GrowthRate> got(set.wells);
            kernels::curve::growth_rates_of_copies(set.view(), limits, noise, options, got);
            for (std::size_t well = 0; well < set.wells; ++well) {
                INFO("curve " << curve << ", copy " << well << ":"
                              << tests::text_of(tests::numbers_of(got[well])));
                CHECK(tests::same_bits(tests::numbers_of(got[well]), tests::numbers_of(expected[well])));
                with_rate += std::isnan(got[well].rate_per_h) ? 0 : 1;
            }
        });
    }
    CHECK(with_rate > 1000);
}

TEST_CASE("copies of a curve that shows nothing have no rate") {
    for (const double level : {0.0, 0.001, -1.0, missing}) {
        const CurveSet set = tests::of_columns(
            tests::every_h(0.5, 30), {std::vector<double>(30, level), std::vector<double>(30, level)});
        std::vector<GrowthRate> got(2);
        kernels::curve::growth_rates_of_copies(set.view(), {}, 0.01, {.noise_sd = 0.01, .interval = false},
                                               got);
        CHECK(std::isnan(got[0].rate_per_h));
    }
}

TEST_CASE("a run of minutes has the rates of its clock") {
    CurveSet set = noisy();
    const auto slow = tests::growth_rates_of(set);
    for (double& t : set.times_h)
        t /= 120;
    const auto fast = tests::growth_rates_of(set);
    for (std::size_t well = 0; well < set.wells; ++well) {
        INFO("well " << well);
        CHECK(fast[well].rate_per_h == Approx(120 * slow[well].rate_per_h).epsilon(0.2));
    }
}

TEST_CASE("an exponential has its rate, its intercept and its window") {
    const auto times_h = tests::every_h(0.5, 20);
    const CurveSet set = tests::of_columns(
        times_h, {tests::curve_of(times_h, [](double t) { return 0.01 * std::exp(0.4 * t); })});
    const GrowthRate rate = tests::growth_rates_of(set)[0];
    CHECK(rate.rate_per_h == Approx(0.4).epsilon(1e-10));
    CHECK(rate.ln_intercept == Approx(std::log(0.01)).epsilon(1e-10));
    CHECK(rate.r_squared == Approx(1));
    CHECK(rate.lower_per_h == Approx(0.4).epsilon(0.01));
    CHECK(rate.upper_per_h == Approx(0.4).epsilon(0.01));
    CHECK((rate.window_end_h - rate.window_start_h) * 0.4 >= std::log(2.0));
    CHECK(rate.time_h == (rate.window_start_h + rate.window_end_h) / 2);
}

TEST_CASE("the noise of a curve is that of its readings, whatever its shape") {
    const CurveSet set = noisy(0.1, 240);
    for (const GrowthRate& rate : tests::growth_rates_of(set))
        CHECK(rate.noise_sd == Approx(0.002).epsilon(0.3));
}

TEST_CASE("a few wild readings hardly change the noise") {
    CurveSet set = noisy(0.1, 240);
    for (std::size_t well = 0; well < set.wells; ++well)
        set.values[150 * set.wells + well] = 100;
    for (const GrowthRate& rate : tests::growth_rates_of(set))
        CHECK(rate.noise_sd ==
              Approx(100 * 1e-4).epsilon(0.01));  // not less than a share of the largest value
    for (std::size_t well = 0; well < set.wells; ++well)
        set.values[150 * set.wells + well] = 3;
    for (const GrowthRate& rate : tests::growth_rates_of(set))
        CHECK(rate.noise_sd == Approx(0.002).epsilon(0.4));
}

TEST_CASE("noisy curves: rate near, interval over the truth") {
    const auto rates = tests::growth_rates_of(noisy());
    int covered = 0;
    for (std::size_t well = 0; well < rates.size(); ++well) {
        const double truth = (0.3 + 0.04 * static_cast<double>(well)) * (1 - 0.02 / 0.8);
        CHECK(rates[well].rate_per_h == Approx(truth).epsilon(0.3));
        covered += rates[well].lower_per_h <= truth && truth <= rates[well].upper_per_h;
        CHECK(rates[well].lower_per_h <= rates[well].rate_per_h);
        CHECK(rates[well].rate_per_h <= rates[well].upper_per_h);
    }
    CHECK(covered >= 9);
}

TEST_CASE("scaling the values leaves the rate unchanged") {
    CurveSet set = noisy();
    const auto before = tests::growth_rates_of(set);
    for (double& v : set.values)
        v *= 37.5;
    check_close(tests::growth_rates_of(set), before, 1e-9);
}

TEST_CASE("shifting the time shifts the window and nothing else") {
    CurveSet set = noisy();
    const auto before = tests::growth_rates_of(set);
    for (double& t : set.times_h)
        t += 64;
    const auto after = tests::growth_rates_of(set);
    check_close(after, before, 1e-9);
    for (std::size_t well = 0; well < set.wells; ++well)
        CHECK(after[well].time_h == before[well].time_h + 64);
}

TEST_CASE("readings that are not usable change nothing, wherever they stand") {
    const CurveSet set = noisy();
    const auto before = tests::growth_rates_of(set);
    CurveSet longer = set;
    for (std::size_t i = 0; i < 30; ++i) {
        longer.times_h.push_back(longer.times_h.back() + 0.25);
        for (std::size_t well = 0; well < set.wells; ++well)
            longer.values.push_back(i % 2 == 0 ? missing : std::numeric_limits<double>::infinity());
    }
    const auto after = tests::growth_rates_of(longer);
    for (std::size_t well = 0; well < set.wells; ++well)
        CHECK(tests::same_bits(tests::numbers_of(after[well]), tests::numbers_of(before[well])));
}

TEST_CASE("no rate is made up") {
    const auto times_h = tests::every_h(0.5, 30);
    const auto constant = [](double) { return 0.3; };
    const auto negative = [](double t) { return -0.01 - 0.001 * t; };
    const auto zero = [](double) { return 0.0; };
    const auto falling = [](double t) { return 0.5 * std::exp(-0.2 * t); };
    const auto absent = [](double) { return missing; };
    const auto lone = [](double t) { return t == 3 ? 0.4 : missing; };
    const auto four = [](double t) { return t < 2 ? 0.1 * std::exp(t) : missing; };
    const CurveSet set =
        tests::of_columns(times_h, {tests::curve_of(times_h, constant), tests::curve_of(times_h, negative),
                                    tests::curve_of(times_h, zero), tests::curve_of(times_h, falling),
                                    tests::curve_of(times_h, absent), tests::curve_of(times_h, lone),
                                    tests::curve_of(times_h, four)});
    for (const GrowthRate& rate : tests::growth_rates_of(set)) {
        CHECK(std::isnan(rate.rate_per_h));
        CHECK(std::isnan(rate.upper_per_h));
        CHECK(rate.window_points == 0);
    }
    CHECK(tests::growth_rates_of(tests::of_columns({0.0}, {{0.5}}))[0].window_points == 0);
}

TEST_CASE("a window in hours has that width, one in doublings rises by so many") {
    const CurveSet set = noisy();
    for (const GrowthRate& rate : tests::growth_rates_of(set, {2.0, missing, 3, missing}))
        CHECK(rate.window_end_h - rate.window_start_h == 2.0);
    for (const GrowthRate& rate : tests::growth_rates_of(set, {missing, 2.0, 3, missing}))
        CHECK(rate.rate_per_h * (rate.window_end_h - rate.window_start_h) >=
              0.25 * std::log(0.8 / 0.02) * 0.95);
}

TEST_CASE("readings below the limit of detection are not used") {
    const CurveSet set = noisy();
    const std::vector<double> limits(set.wells, 0.2);
    for (const GrowthRate& rate : tests::growth_rates_of(set, {}, limits))
        CHECK(std::exp(rate.ln_intercept + rate.rate_per_h * rate.window_start_h) > 0.15);
}

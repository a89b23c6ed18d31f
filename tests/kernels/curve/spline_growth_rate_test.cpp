#include "kernels/curve/spline_growth_rate.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "kernels/curve/spline_basis_internal.hpp"
#include "kernels/stats/normal_draws.hpp"
#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::curve;
using tests::ReferenceTable;
using tests::relative_error;

namespace {

std::vector<SplineRate> rates(const Curves& curves, const SplineOptions& options = {}) {
    std::vector<SplineRate> out(curves.wells);
    spline_growth_rates(curves, options, out);
    return out;
}

/// Curves with a lag, with noise, at uneven times, some readings missing or below zero.
tests::CurveSet noisy(std::size_t wells, std::size_t times) {
    tests::CurveSet out;
    out.wells = wells;
    out.values.resize(wells * times);
    std::vector<double> mean(wells), sd(wells, 0.004);
    for (std::size_t i = 0; i < times; ++i) {
        out.times_h.push_back(0.2 * static_cast<double>(i) + 0.05 * static_cast<double>(i % 3));
        for (std::size_t w = 0; w < wells; ++w)
            mean[w] =
                0.03 + 0.8 / (1 + std::exp(4 - (0.5 + 0.1 * static_cast<double>(w % 4)) * out.times_h[i]));
        kernels::stats::normal_draws({9, 1, static_cast<std::uint32_t>(i)}, mean, sd,
                                     std::span(out.values).subspan(i * wells, wells));
    }
    for (std::size_t at = 11; at < out.values.size(); at += 17)
        out.values[at] = at % 2 == 0 ? std::nan("") : -0.01;
    return out;
}

std::vector<double> numbers_of(const SplineRate& r) {
    return {r.rate_per_h, r.standard_error_per_h,       r.time_h, r.ln_value, r.degrees_of_freedom,
            r.r_squared,  static_cast<double>(r.points)};
}

}  // namespace

TEST_CASE("spline rates are those of R's smooth.spline with spar = 0.5") {
    struct Set {
        const char* curves;
        const char* fits;
        std::size_t wells;
    };
    const std::string folder = std::string(WELLSIEVE_SHARED_DATA) + "/growth/";
    for (const Set& set : {Set{"growthrates_bactgrowth", "growthrates_bactgrowth.growthrates", 72},
                           {"growthcurver_growthdata_SIM", "growthcurver_growthdata_SIM.growthrates", 96},
                           {"gcplyr_isolate", "gcplyr_isolate.growthrates", 2}}) {
        if (!ReferenceTable::exists(folder + set.curves + ".tsv")) {
            WARN("not there, not compared: " << set.curves);
            continue;
        }
        const tests::CurveSet plate = tests::read_curves(folder + set.curves + ".tsv");
        const ReferenceTable peer(folder + "ref/" + set.fits + ".tsv");
        const std::vector<SplineRate> ours = rates(plate.view());
        REQUIRE(peer.size() == set.wells);
        for (std::size_t row = 0; row < peer.size(); ++row) {
            INFO(set.curves << " " << peer.text(row, "well"));
            const SplineRate& r = ours[plate.well(peer.text(row, "well"))];
            CHECK(relative_error(r.degrees_of_freedom, peer.number(row, "spline05_df")) < 1e-8);
            CHECK(relative_error(r.r_squared, peer.number(row, "spline05_r2")) < 1e-8);
            // growthrates looks for the steepest point by a search near a grid; ours is never less steep.
            CHECK(r.rate_per_h >= peer.number(row, "spline05_mumax") * (1 - 1e-7));
            CHECK(relative_error(r.rate_per_h, peer.number(row, "spline05_mumax")) < 2e-3);
        }
    }
}

TEST_CASE("slopes between readings are R's, and the number of knots is") {
    const std::string folder = std::string(WELLSIEVE_TEST_DATA) + "/reference/";
    const tests::CurveSet plate = tests::read_curves(folder + "spline_curves.tsv");
    const ReferenceTable expected(folder + "spline_rates.tsv");
    for (std::size_t row = 0; row < expected.size(); ++row) {
        SplineOptions options;
        options.smoothness = expected.number(row, "spar");
        const SplineRate ours = rates(plate.view(), options)[plate.well(expected.text(row, "well"))];
        INFO(expected.text(row, "well") << " spar " << options.smoothness);
        CHECK(relative_error(ours.rate_per_h, expected.number(row, "rate_per_h")) < 1e-7);
        CHECK(std::abs(ours.time_h - expected.number(row, "time_h")) < 1e-3);
        CHECK(relative_error(ours.degrees_of_freedom, expected.number(row, "df")) < 1e-7);
    }
    const ReferenceTable knots(folder + "spline_knots.tsv");
    for (std::size_t row = 0; row < knots.size(); ++row)
        CHECK(spline_internal::knots_for(static_cast<std::size_t>(knots.number(row, "times"))) ==
              static_cast<std::size_t>(knots.number(row, "knots")));
}

TEST_CASE("spline rates agree with the reference on every SIMD target, with the same bits on all") {
    for (const std::size_t times : {4, 5, 9, 31, 70})
        for (const std::size_t wells : {1, 4, 7}) {
            const tests::CurveSet plate = noisy(wells, times);
            std::vector<SplineRate> expected(wells), first;
            spline_growth_rates_reference(plate.view(), {0.4, 4}, expected);
            tests::for_each_target([&] {
                const std::vector<SplineRate> ours = rates(plate.view(), {0.4, 4});
                first = first.empty() ? ours : first;
                for (std::size_t w = 0; w < wells; ++w) {
                    INFO(times << " times, well " << w << " of " << wells);
                    CHECK(tests::same_bits(numbers_of(ours[w]), numbers_of(first[w])));
                    CHECK(ours[w].points == expected[w].points);
                    CHECK(relative_error(ours[w].rate_per_h, expected[w].rate_per_h) < 1e-7);
                    CHECK(relative_error(ours[w].degrees_of_freedom, expected[w].degrees_of_freedom) < 1e-7);
                    if (std::abs(ours[w].time_h - expected[w].time_h) > 1e-3)
                        continue;  // the slope is level
                    CHECK(relative_error(ours[w].ln_value, expected[w].ln_value) < 1e-5);
                    CHECK(relative_error(ours[w].standard_error_per_h, expected[w].standard_error_per_h) <
                          1e-4);
                }
            });
        }
}

TEST_CASE("an exponential curve has its rate whatever the smoothness") {
    tests::CurveSet plate;
    plate.wells = 1;
    for (int i = 0; i < 40; ++i) {
        plate.times_h.push_back(100 + 0.25 * i);
        plate.values.push_back(0.01 * std::exp(0.37 * 0.25 * i));
    }
    for (const double smoothness : {0.1, 0.5, 1.0}) {
        const SplineRate r = rates(plate.view(), {smoothness, 6})[0];
        CHECK(r.rate_per_h == Approx(0.37).epsilon(1e-8));
        CHECK(r.standard_error_per_h == Approx(0).margin(1e-6));
    }
}

TEST_CASE("scale leaves the rate, and appended missing readings leave the curve") {
    tests::CurveSet plate = noisy(3, 45);
    const std::vector<SplineRate> before = rates(plate.view());
    for (double& x : plate.values)
        x *= 7;
    plate.times_h.push_back(99);
    plate.values.insert(plate.values.end(), plate.wells, undefined);
    const std::vector<SplineRate> after = rates(plate.view());
    for (std::size_t w = 0; w < 3; ++w)
        CHECK(after[w].rate_per_h == Approx(before[w].rate_per_h).epsilon(1e-10));
}

TEST_CASE("curves without enough readings have no spline rate") {
    const tests::CurveSet plate = tests::unfit_curves();
    tests::for_each_target([&] {
        const std::vector<SplineRate> r = rates(plate.view());
        CHECK((std::isnan(r[0].rate_per_h) && r[0].points == 0));
        CHECK((std::isnan(r[1].rate_per_h) && r[1].points == 5));
        CHECK(std::isnan(r[2].rate_per_h));
        CHECK(r[3].rate_per_h == Approx(0).margin(1e-12));
        CHECK(std::isnan(
            rates({std::span(plate.values).first(12), std::span(plate.times_h).first(3), 4})[3].rate_per_h));
        CHECK(rates({{}, {}, 0}).empty());
    });
}

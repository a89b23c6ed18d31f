#include "kernels/curve/gaussian_process_rate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
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

std::vector<GaussianProcessRate> rates(const Curves& curves, const GaussianProcessOptions& options = {}) {
    std::vector<GaussianProcessRate> out(curves.wells);
    gaussian_process_rates(curves, options, out);
    return out;
}

double truth(std::size_t well, double t) {
    return 0.03 + 0.8 / (1 + std::exp(4 - (0.5 + 0.1 * static_cast<double>(well % 4)) * t));
}

tests::CurveSet noisy(std::size_t wells, std::size_t times, double noise, bool with_gaps) {
    tests::CurveSet out;
    out.wells = wells;
    out.values.resize(wells * times);
    std::vector<double> mean(wells), sd(wells);
    for (std::size_t i = 0; i < times; ++i) {
        out.times_h.push_back(0.4 * static_cast<double>(i) + 0.1 * static_cast<double>(i % 3));
        for (std::size_t w = 0; w < wells; ++w) {
            mean[w] = truth(w, out.times_h[i]);
            sd[w] = noise * mean[w];
        }
        kernels::stats::normal_draws({9, 2, static_cast<std::uint32_t>(i)}, mean, sd,
                                     std::span(out.values).subspan(i * wells, wells));
    }
    for (std::size_t at = 11; with_gaps && at < out.values.size(); at += 17)
        out.values[at] = at % 2 == 0 ? std::nan("") : -0.01;
    return out;
}

std::vector<double> numbers_of(const GaussianProcessRate& r) {
    return {r.rate_per_h,
            r.standard_error_per_h,
            r.time_h,
            r.ln_value,
            r.length_h,
            r.process_sd,
            r.noise_sd,
            r.log_likelihood,
            static_cast<double>(r.points),
            static_cast<double>(r.length_at_bound)};
}

}  // namespace

TEST_CASE("Gaussian process rates are those of dense matrices and SciPy's minimiser") {
    const std::string folder = std::string(WELLSIEVE_TEST_DATA) + "/reference/";
    const tests::CurveSet plate = tests::read_curves(folder + "gaussian_process_curves.tsv");
    const ReferenceTable expected(folder + "gaussian_process_rates.tsv");
    const std::vector<GaussianProcessRate> ours = rates(plate.view());
    for (std::size_t row = 0; row < expected.size(); ++row) {
        const GaussianProcessRate& r = ours[plate.well(expected.text(row, "well"))];
        INFO(expected.text(row, "well"));
        CHECK_FALSE(r.length_at_bound);
        CHECK(r.points == expected.number(row, "points"));
        CHECK(r.time_h == expected.number(row, "time_h"));
        CHECK(r.log_likelihood == Approx(expected.number(row, "log_likelihood")).margin(1e-4));
        CHECK(r.rate_per_h == Approx(expected.number(row, "rate_per_h")).epsilon(1e-3));
        CHECK(r.standard_error_per_h == Approx(expected.number(row, "standard_error_per_h")).epsilon(1e-2));
        CHECK(r.length_h == Approx(expected.number(row, "length_h")).epsilon(1e-2));
        CHECK(r.noise_sd == Approx(expected.number(row, "noise_sd")).epsilon(1e-2));
    }
}

TEST_CASE("Gaussian process rates agree with the dense reference, with the same bits on every SIMD target") {
    for (const std::size_t times : {4, 7, 25, 40})
        for (const std::size_t wells : {1, 5}) {
            const tests::CurveSet plate = noisy(wells, times, 0.02, true);
            std::vector<GaussianProcessRate> expected(wells), first;
            gaussian_process_rates_reference(plate.view(), {}, expected);
            tests::for_each_target([&] {
                const std::vector<GaussianProcessRate> ours = rates(plate.view());
                first = first.empty() ? ours : first;
                for (std::size_t w = 0; w < wells; ++w) {
                    INFO(times << " times, well " << w << " of " << wells);
                    CHECK(tests::same_bits(numbers_of(ours[w]), numbers_of(first[w])));
                    CHECK(ours[w].points == expected[w].points);
                    CHECK(relative_error(ours[w].rate_per_h, expected[w].rate_per_h) < 1e-5);
                    CHECK(relative_error(ours[w].standard_error_per_h, expected[w].standard_error_per_h) <
                          1e-3);
                    CHECK(relative_error(ours[w].log_likelihood, expected[w].log_likelihood) < 1e-6);
                    CHECK(relative_error(ours[w].noise_sd, expected[w].noise_sd) < 1e-3);
                }
            });
        }
}

TEST_CASE("Gaussian process rates are near AMiGA's, with larger likelihoods") {
    const std::string folder = std::string(WELLSIEVE_SHARED_DATA) + "/growth/";
    if (!ReferenceTable::exists(folder + "growthrates_bactgrowth.tsv")) {
        WARN("not there, not compared: " << folder);
        return;
    }
    const tests::CurveSet plate = tests::read_curves(folder + "growthrates_bactgrowth.tsv");
    const ReferenceTable peer(folder + "ref/growthrates_bactgrowth.amiga_gp.tsv");
    const std::vector<GaussianProcessRate> ours = rates(plate.view());
    std::vector<double> errors;
    int likelier = 0;
    for (std::size_t row = 0; row < peer.size(); ++row) {
        const GaussianProcessRate& r = ours[plate.well(peer.text(row, "well"))];
        errors.push_back(relative_error(r.rate_per_h, peer.number(row, "gr")));
        likelier += r.log_likelihood > peer.number(row, "loglik");
    }
    std::sort(errors.begin(), errors.end());
    REQUIRE(errors.size() == 12);
    // AMiGA's covariance is the squared exponential, which bends less: its rates are lower, its likelihoods
    // too.
    CHECK(errors[6] < 0.15);
    CHECK(errors.back() < 0.25);
    CHECK(likelier >= 11);
}

TEST_CASE("the rate of a noisy curve comes back within its errors") {
    const tests::CurveSet plate = noisy(12, 60, 0.02, false);
    const std::vector<GaussianProcessRate> ours = rates(plate.view());
    for (std::size_t w = 0; w < plate.wells; ++w) {
        double steepest = 0;
        for (double t = 0; t < 24; t += 0.01)
            steepest = std::max(steepest, std::log(truth(w, t + 0.005) / truth(w, t - 0.005)) / 0.01);
        INFO(w);
        CHECK(ours[w].rate_per_h == Approx(steepest).epsilon(0.12));
        CHECK(ours[w].noise_sd == Approx(0.02).epsilon(0.4));
        CHECK(std::abs(ours[w].rate_per_h - steepest) < 4 * ours[w].standard_error_per_h);
    }
}

TEST_CASE("scale leaves the Gaussian process rate, and appended missing readings nearly so") {
    tests::CurveSet plate = noisy(3, 30, 0.02, true);
    const std::vector<GaussianProcessRate> before = rates(plate.view());
    for (double& x : plate.values)
        x *= 8;
    const std::vector<GaussianProcessRate> after = rates(plate.view());
    for (std::size_t w = 0; w < 3; ++w) {
        CHECK(after[w].rate_per_h == Approx(before[w].rate_per_h).epsilon(1e-6));
        CHECK(after[w].time_h == before[w].time_h);
    }
    GaussianProcessOptions fixed;
    fixed.least_length_h = 1;
    fixed.most_length_h = 30;
    const std::vector<GaussianProcessRate> whole = rates(plate.view(), fixed);
    plate.times_h.push_back(20);
    plate.values.insert(plate.values.end(), plate.wells, undefined);
    const std::vector<GaussianProcessRate> longer = rates(plate.view(), fixed);
    for (std::size_t w = 0; w < 3; ++w)
        CHECK(tests::same_bits(numbers_of(longer[w]), numbers_of(whole[w])));
}

TEST_CASE("curves without enough readings have no Gaussian process rate") {
    const tests::CurveSet plate = tests::unfit_curves();
    tests::for_each_target([&] {
        const std::vector<GaussianProcessRate> r = rates(plate.view());
        CHECK((std::isnan(r[0].rate_per_h) && r[0].points == 0));
        CHECK((std::isnan(r[1].rate_per_h) && r[1].points == 5));
        CHECK(std::isnan(r[2].rate_per_h));
        CHECK((std::isnan(r[3].rate_per_h) || std::abs(r[3].rate_per_h) < 1e-9));
        CHECK(rates({{}, {}, 0}).empty());
        CHECK(std::isnan(rates({{}, {}, 2})[1].rate_per_h));
    });
}

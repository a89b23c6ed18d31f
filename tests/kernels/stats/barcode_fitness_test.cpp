#include "kernels/stats/barcode_fitness.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

namespace {

constexpr std::size_t features = 60;
constexpr std::size_t samples = 5;
const std::vector<double> time_points{0.0, 2.5, 6.0, 8.0, 12.0};
const std::vector<std::uint32_t> neutral{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

struct Slopes {
    explicit Slopes(std::size_t n) : slope(n), error(n) {}
    SlopeOut out() { return {slope, error}; }
    std::vector<double> slope, error;
};

/// The rows of one replicate, a column at a time.
struct Replicate {
    explicit Replicate(std::size_t r) : first(r * features) {
        for (std::size_t s = 0; s < samples; ++s)
            for (const double c : column("count_" + std::to_string(s)))
                values.push_back(c);
    }
    std::vector<double> column(const std::string& name) const {
        std::vector<double> out;
        for (std::size_t i = 0; i < features; ++i)
            out.push_back(table.number(first + i, name));
        return out;
    }
    Counts counts() const { return {values, samples}; }

    tests::ReferenceTable table{WELLSIEVE_TEST_DATA "/reference/barcode_fitness.tsv"};
    std::size_t first;
    std::vector<double> values;
};

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double worst = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        worst = std::max(worst, std::abs(a[i] - b[i]));
    return worst;
}

}  // namespace

TEST_CASE("slopes of log ratios are weighted least squares") {
    for (const std::size_t r : {0, 1, 2}) {
        const Replicate replicate(r);
        Slopes all(features), against_neutral(features);
        log_ratio_slopes(replicate.counts(), time_points, {}, all.out());
        log_ratio_slopes(replicate.counts(), time_points, neutral, against_neutral.out());
        CHECK(largest_difference(all.slope, replicate.column("slope")) < 1e-12);
        CHECK(largest_difference(all.error, replicate.column("slope_error")) < 1e-12);
        CHECK(largest_difference(against_neutral.slope, replicate.column("neutral_slope")) < 1e-12);
        CHECK(largest_difference(against_neutral.error, replicate.column("neutral_slope_error")) < 1e-12);
    }
}

TEST_CASE("two samples give the log ratio, with the error of counting") {
    const Replicate replicate(0);
    std::vector<double> ends(replicate.values.begin(), replicate.values.begin() + features);
    ends.insert(ends.end(), replicate.values.end() - features, replicate.values.end());
    Slopes ours(features);
    log_ratio_slopes({ends, 2}, std::vector{0.0, 12.0}, {}, ours.out());
    CHECK(largest_difference(ours.slope, replicate.column("two_point_slope")) < 1e-12);
    CHECK(largest_difference(ours.error, replicate.column("two_point_error")) < 1e-12);
}

TEST_CASE("fitness per generation is the root that an independent solver finds") {
    const tests::ReferenceTable means(WELLSIEVE_TEST_DATA "/reference/barcode_mean_fitness.tsv");
    for (const std::size_t r : {0, 1, 2}) {
        const Replicate replicate(r);
        Slopes ours(features);
        std::vector<double> mean(samples);
        CHECK(fitness_per_generation(replicate.counts(), time_points, neutral, ours.out(), mean) > 0);
        CHECK(largest_difference(ours.slope, replicate.column("fitness")) < 1e-9);
        CHECK(largest_difference(ours.error, replicate.column("fitness_error")) < 1e-9);
        for (std::size_t s = 0; s < samples; ++s)
            CHECK(std::abs(mean[s] - means.number(r, "mean_" + std::to_string(s))) < 1e-9);
        CHECK(fitness_per_generation(replicate.counts(), time_points, {}, ours.out(), mean) > 0);
        CHECK(largest_difference(ours.slope, replicate.column("ungauged_fitness")) < 1e-9);
    }
}

TEST_CASE("a pool that is taken over by its fittest strain still gives each its own fitness") {
    const std::vector<double> truth{0.0, 0.0, 0.3, 0.6, -0.2};
    const std::vector<double> when{0, 2, 4, 6, 8, 10, 12};
    std::vector<double> counts;
    for (const double t : when) {
        std::vector<double> size;
        for (const double s : truth)
            size.push_back(std::exp(s * t));
        const double all = std::accumulate(size.begin(), size.end(), 0.0);
        for (const double n : size)
            counts.push_back(std::round(1e9 * n / all));
    }
    Slopes ours(truth.size());
    std::vector<double> mean(when.size());
    CHECK(fitness_per_generation({counts, when.size()}, when, std::vector<std::uint32_t>{0, 1}, ours.out(),
                                 mean) > 0);
    // ∫x̄ by trapezoids over steps of two generations is good to a percent or so of x̄.
    for (std::size_t i = 0; i < truth.size(); ++i)
        CHECK(std::abs(ours.slope[i] - truth[i]) < 0.01);
    CHECK(mean.back() == Approx(0.58).margin(0.03));
}

TEST_CASE("replicates are joined by REML, and one alone stands for itself") {
    std::vector<double> estimate, error;
    for (const std::size_t r : {0, 1, 2}) {
        const Replicate replicate(r);
        for (const double s : replicate.column("neutral_slope"))
            estimate.push_back(s);
        for (const double s : replicate.column("neutral_slope_error"))
            error.push_back(s);
    }
    std::vector<double> joined(features), joined_error(features), between(features);
    join_replicates(estimate, error, 3, {joined, joined_error, between});
    const tests::ReferenceTable expected(WELLSIEVE_TEST_DATA "/reference/barcode_fitness_joined.tsv");
    CHECK(largest_difference(joined, expected.numbers("estimate")) < 1e-8);
    CHECK(largest_difference(joined_error, expected.numbers("standard_error")) < 1e-8);
    CHECK(largest_difference(between, expected.numbers("between_variance")) < 1e-8);

    join_replicates(std::span(estimate).first(features), std::span(error).first(features), 1,
                    {joined, joined_error, between});
    CHECK(joined[7] == Approx(estimate[7]));
    CHECK(joined_error[7] == Approx(error[7]));
    CHECK(between[7] == 0.0);
}

TEST_CASE("a feature that is never seen has no slope") {
    Slopes ours(2);
    log_ratio_slopes({std::vector<double>{5, 0, 6, 0, 7, 0}, 3}, std::vector{0.0, 1.0, 2.0}, {}, ours.out());
    CHECK(!std::isnan(ours.slope[0]));
    CHECK(std::isnan(ours.slope[1]));
    CHECK(std::isnan(ours.error[1]));
}

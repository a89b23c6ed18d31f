#include "kernels/stats/pool_quality.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "tests/kernels/stats/pooled_screen.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

TEST_CASE("evenness of hand-made samples") {
    const SampleQuality even = sample_quality(std::vector<double>(10, 7.0));
    CHECK(even.reads == 70);
    CHECK(even.mean == 7);
    CHECK(even.gini == Approx(0.0).margin(1e-15));
    CHECK(even.skew_90_10 == 1);
    CHECK(even.zero_share == 0);
    const SampleQuality one_has_all = sample_quality(std::vector<double>{0, 0, 0, 12});
    CHECK(one_has_all.gini == Approx(1.0));
    CHECK(one_has_all.zero_share == 0.75);
    CHECK(one_has_all.median == 0);
    CHECK(std::isinf(one_has_all.skew_90_10));
    // Ranks 1..4: Σ i x = 1 + 4 + 9 + 16 = 30, Σ x = 10, 1 − 2 (4 − 3)/3.
    CHECK(sample_quality(std::vector<double>{4, 2, 3, 1}).gini == Approx(1.0 / 3.0));
    CHECK(std::isnan(sample_quality(std::vector<double>(3, 0.0)).log_gini));
    CHECK(std::isnan(sample_quality({}).median));
}

TEST_CASE("Gini index and dropouts are MAGeCK's") {
    const std::string folder = tests::pooled_folder("mageck_demo2");
    if (folder.empty())
        return;
    const tests::PooledScreen screen(folder + "/ref.mageck2.count.txt", {"L1", "CTRL"}, "sgRNA", "Gene");
    const tests::ReferenceTable summary(folder + "/ref.mageck2.countsummary.txt");
    for (const std::size_t s : {0, 1}) {
        const SampleQuality quality = sample_quality(screen.counts().sample(s));
        CHECK(quality.reads == summary.number(s, "Mapped"));
        CHECK(quality.zero_share * static_cast<double>(screen.size()) ==
              Approx(summary.number(s, "Zerocounts")));
        CHECK(tests::as_printed(quality.log_gini, "%.4f") ==
              Approx(summary.number(s, "GiniIndex")).margin(1.01e-4));
    }
}

TEST_CASE("a bottleneck of known size is found again from neutral barcodes") {
    std::mt19937_64 random(1971);
    for (const double founders : {2000.0, 10'000.0, 50'000.0}) {
        std::vector<double> before, after, passed;
        for (int i = 0; i < 500; ++i)
            before.push_back(std::poisson_distribution<int>(4000)(random));
        double all = 0;
        for (const double c : before) {
            passed.push_back(std::poisson_distribution<int>(founders * c / (500 * 4000.0))(random));
            all += passed.back();
        }
        for (const double p : passed)
            after.push_back(p > 0 ? std::poisson_distribution<int>(2e6 * p / all)(random) : 0);
        CHECK(bottleneck_size(before, after, {}) == Approx(founders).epsilon(0.2));
    }
}

TEST_CASE("a bottleneck is not made up where counting explains the scatter") {
    const std::vector<double> same{100, 200, 300};
    CHECK(std::isinf(bottleneck_size(same, same, {})));
    CHECK(std::isnan(bottleneck_size(same, same, std::vector<std::uint32_t>{1})));
    CHECK(std::isnan(bottleneck_size(std::vector<double>(3, 0.0), same, {})));
}

TEST_CASE("spike-ins on a power law give it back, and amounts from counts") {
    std::vector<double> amounts, counts;
    for (const double amount : {1e3, 1e4, 1e5, 1e6, 1e7}) {
        amounts.push_back(amount);
        counts.push_back(0.02 * std::pow(amount, 0.9));
    }
    amounts.push_back(10.0);
    counts.push_back(0.0);
    const SpikeInFit fit = fit_spike_ins(counts, amounts);
    CHECK(fit.used == 5);
    CHECK(fit.slope == Approx(0.9));
    CHECK(std::exp(fit.intercept) == Approx(0.02));
    CHECK(fit.r_squared == Approx(1.0));
    CHECK(fit.residual_sd == Approx(0.0).margin(1e-7));
    CHECK(amount_of(counts[2], fit) == Approx(1e5));
    CHECK(amount_of(0.0, fit) == 0.0);
    CHECK(0.02 * std::pow(fit.detection_limit, 0.9) == Approx(3.0));
    CHECK(std::isnan(fit_spike_ins(std::vector{5.0, 7.0}, std::vector{2.0, 2.0}).slope));
    CHECK(std::isnan(amount_of(0.0, fit_spike_ins({}, {}))) == false);
}

#include "pipeline/score_pools.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <stdexcept>

#include "pipeline/pool_design.hpp"
#include "pipeline/pool_tables.hpp"
#include "tests/kernels/stats/pooled_screen.hpp"
#include "tests/kernels/stats/simulated_pool.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using namespace wellsieve::tests;

namespace {

/// Samples by turns of the conditions "none" and "drug"; gene g3 drops eightfold under the drug.
PoolCounts made_up_pool(std::size_t samples) {
    PoolSpec spec;
    spec.genes = 100;
    spec.samples = samples;
    spec.jackpot_share = 0.0;
    const std::vector<double> values = pool_without_effects(spec);
    PoolCounts counts;
    counts.counts.assign(values.begin(), values.end());
    const std::size_t features = spec.genes * spec.guides_per_gene;
    for (std::size_t i = 0; i < features; ++i)
        counts.features.push_back({"b" + std::to_string(i), "", "", "g" + std::to_string(i / 4)});
    for (std::size_t s = 0; s < samples; ++s) {
        PoolSample sample;
        sample.name = "s" + std::to_string(s);
        sample.condition = s % 2 == 0 ? "none" : "drug";
        sample.replicate = std::to_string(s / 2 + 1);
        counts.samples.push_back(sample);
        for (std::size_t i = 12; s % 2 == 1 && i < 16; ++i)
            counts.counts[counts.at(s, i)] /= 8;
    }
    return counts;
}

PoolScoreOptions against_none() {
    PoolScoreOptions options;
    options.control = "none";
    return options;
}

}  // namespace

TEST_CASE("a gene that a drug depletes is found, by barcodes and as a group, paired or not") {
    const PoolCounts counts = made_up_pool(6);
    for (const bool paired : {false, true}) {
        PoolScoreOptions options = against_none();
        options.paired = paired;
        options.test = PoolTest::rra;
        std::vector<std::string> warnings;
        const PoolScores scores = score_pool(counts, options, warnings);
        REQUIRE(scores.contrasts.size() == 1);
        const PoolContrast& drug = scores.contrasts[0];
        CHECK(drug.condition == "drug");
        CHECK(scores.grouped_by == "gene");
        CHECK(scores.groups[3] == "g3");
        CHECK(drug.groups.log2_fold_change[3] == Approx(-3.0).margin(0.4));
        CHECK(drug.groups.z[3] == *std::min_element(drug.groups.z.begin(), drug.groups.z.end()));
        CHECK(drug.groups.q_value[3] < 0.01);
        CHECK(drug.groups.depleted.rank[3] == 1);
        CHECK(drug.groups.enriched.score[3] > 0.5);
        for (std::size_t i = 12; i < 16; ++i) {
            CHECK(drug.features.q_value[i] < 0.05);
            CHECK(drug.features.false_sign_rate[i] < 0.01);
            CHECK(std::abs(drug.features.shrunken[i]) < std::abs(drug.features.log2_fold_change[i]) + 1e-12);
        }
        CHECK(scores.calibration.empty());
        CHECK(feature_scores_table(counts, scores).rows() == 400);
        CHECK(group_scores_table(scores).rows() == 100);
    }
}

TEST_CASE("maximum likelihood finds the gene's effect, and the guide that does not work") {
    PoolCounts counts = made_up_pool(6);
    for (const std::size_t s : {1, 3, 5})
        counts.counts[counts.at(s, 12)] *= 8;  // as if the drug had done nothing to it
    PoolScoreOptions options = against_none();
    options.test = PoolTest::mle;
    for (const bool paired : {false, true}) {
        options.paired = paired;
        std::vector<std::string> warnings;
        const PoolScores scores = score_pool(counts, options, warnings);
        const PoolContrast& drug = scores.contrasts[0];
        CHECK(drug.groups.likelihood.effect[3] == Approx(-3.0).margin(0.4));
        CHECK(drug.groups.likelihood.p_value[3] < 0.01);
        CHECK(drug.features.efficiency[12] < 0.05);
        CHECK(drug.features.efficiency[13] > 0.95);
        CHECK(feature_scores_table(counts, scores).find("efficiency") != nullptr);
        CHECK(group_scores_table(scores).find("mle_effect") != nullptr);
    }
}

TEST_CASE("batches are blocks of the design, and refused where they cannot be told from conditions") {
    PoolCounts counts = made_up_pool(8);
    counts.sample_columns = {"run"};
    for (std::size_t s = 0; s < 8; ++s)
        counts.samples[s].other = {s == 7 || s < 3 ? "first" : "second"};
    for (std::size_t s = 3; s < 7; ++s)
        for (std::size_t i = 100; i < 200; ++i)
            counts.counts[counts.at(s, i)] *= 6;  // what the second run reads more of
    PoolScoreOptions options = against_none();
    options.batch = "run";
    const PoolDesign design = lay_out_pool(counts, options);
    const std::vector<double> expected{1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1,
                                       1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 0};
    CHECK(design.matrix == expected);
    std::vector<std::string> warnings;
    const PoolScores blocked = score_pool(counts, options, warnings);
    const PoolScores plain = score_pool(counts, against_none(), warnings);
    double error_blocked = 0.0, error_plain = 0.0;
    for (std::size_t i = 100; i < 200; ++i) {
        error_blocked += blocked.contrasts[0].features.standard_error[i];
        error_plain += plain.contrasts[0].features.standard_error[i];
    }
    CHECK(error_blocked < 0.8 * error_plain);

    for (std::size_t s = 0; s < 8; ++s)
        counts.samples[s].other = {counts.samples[s].condition + "'s"};
    CHECK_THROWS_WITH(score_pool(counts, options, warnings),
                      Catch::Contains("batches of column 'run' cannot be told from conditions") &&
                          Catch::Contains("batch 'none's' has condition 'none' alone"));
    counts.samples[5].other = {""};
    CHECK_THROWS_WITH(score_pool(counts, options, warnings), Catch::Contains("sample 's5'"));
    options.batch = "day";
    CHECK_THROWS_WITH(score_pool(counts, options, warnings), Catch::Contains("no further column 'day'"));
}

TEST_CASE("samples of a third condition are no replicates of those compared, whatever batches they share") {
    PoolCounts counts = made_up_pool(11);
    counts.sample_columns = {"run"};
    const std::vector<std::string> run{"1", "1", "1", "1", "1", "2", "2", "2", "1", "2", "2"};
    for (std::size_t s = 0; s < 11; ++s)
        counts.samples[s].other = {run[s]};
    for (const std::size_t s : {8, 9, 10}) {
        counts.samples[s].condition = "poison";
        for (std::size_t i = 20; i < 24; ++i)
            counts.counts[counts.at(s, i)] = 0;
    }
    PoolScoreOptions options = against_none();
    options.batch = "run";
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(counts, options, warnings);
    REQUIRE(scores.contrasts[0].condition == "drug");
    for (const ReplacedCount& one : scores.contrasts[0].replaced)
        CHECK(counts.samples[one.sample].condition != "poison");
    for (std::size_t i = 20; i < 24; ++i)
        CHECK(scores.contrasts[1].features.log2_fold_change[i] < -6.0);
}

TEST_CASE("batches that are pairs give what pairs give") {
    PoolCounts counts = made_up_pool(6);
    counts.sample_columns = {"run"};
    for (PoolSample& sample : counts.samples)
        sample.other = {"run " + sample.replicate};
    PoolScoreOptions by_batch = against_none(), by_pair = against_none();
    by_batch.batch = "run";
    by_pair.paired = true;
    std::vector<std::string> warnings;
    CHECK(score_pool(counts, by_batch, warnings).contrasts[0].features.p_value ==
          score_pool(counts, by_pair, warnings).contrasts[0].features.p_value);
    by_batch.paired = true;
    CHECK_THROWS_WITH(score_pool(counts, by_batch, warnings), Catch::Contains("conditions and pairs"));
}

TEST_CASE("Wald tests find the gene too") {
    PoolScoreOptions options = against_none();
    options.feature_test = FeatureTest::wald;
    std::vector<std::string> warnings;
    for (const bool paired : {false, true}) {
        options.paired = paired;
        const PoolScores scores = score_pool(made_up_pool(6), options, warnings);
        const FeatureScores& drug = scores.contrasts[0].features;
        for (std::size_t i = 12; i < 16; ++i) {
            CHECK(drug.q_value[i] < 0.01);
            CHECK(drug.false_sign_rate[i] < 0.01);
            CHECK(std::abs(drug.shrunken[i]) < std::abs(drug.log2_fold_change[i]));
        }
        CHECK(std::isinf(drug.df[0]));
        CHECK(drug.dispersion[0] != drug.dispersion[1]);
    }
    options.paired = false;
    const PoolScores single = score_pool(made_up_pool(2), options, warnings);
    CHECK(std::isnan(single.contrasts[0].features.p_value[0]));
    CHECK(std::isfinite(single.contrasts[0].features.log2_fold_change[0]));
}

TEST_CASE("a jackpot is listed with its sample, its distance and what takes its place") {
    PoolCounts counts = made_up_pool(6);
    std::vector<std::uint32_t> others;
    for (const std::size_t s : {0, 1, 3, 4, 5})
        others.push_back(counts.counts[counts.at(s, 40)]);
    const auto [fewest, most] = std::minmax_element(others.begin(), others.end());
    counts.counts[counts.at(2, 40)] *= 100;
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(counts, against_none(), warnings);
    const std::vector<ReplacedCount>& replaced = scores.contrasts[0].replaced;
    const auto jackpot = std::find_if(replaced.begin(), replaced.end(),
                                      [](const ReplacedCount& c) { return c.feature == 40; });
    REQUIRE(jackpot != replaced.end());
    CHECK(jackpot->sample == 2);
    CHECK(jackpot->distance > 6.0);
    CHECK(jackpot->used >= 0.5 * *fewest);  // samples differ in depth
    CHECK(jackpot->used <= 2.0 * *most);
    CHECK(scores.contrasts[0].features.outlying[40] == 1);
    const auto table = outlying_counts_table(counts, scores);
    CHECK(table.rows() == replaced.size());
}

TEST_CASE("four replicates check the error rates, controls too") {
    const PoolCounts counts = made_up_pool(8);
    PoolScoreOptions options = against_none();
    for (int g = 50; g < 100; ++g)
        options.controls.push_back("g" + std::to_string(g));
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(counts, options, warnings);
    REQUIRE(scores.calibration.size() == 3);
    CHECK(scores.calibration[0].condition == "none");
    CHECK(scores.calibration[0].replicates == 4);
    CHECK(scores.calibration[0].features_below_1_percent < 0.04);
    CHECK(scores.calibration[2].replicates == 0);
    CHECK(scores.calibration[2].features_below_5_percent < 0.12);
    CHECK(warnings.empty());
}

TEST_CASE("without replicates there is no p, and the warnings say so") {
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(made_up_pool(2), against_none(), warnings);
    const auto all_missing = [](const std::vector<double>& values) {
        return std::all_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    };
    CHECK(all_missing(scores.contrasts[0].features.p_value));
    CHECK(all_missing(scores.contrasts[0].groups.p_value));
    CHECK(scores.contrasts[0].features.log2_fold_change[12] < -2.0);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("no replicates") != std::string::npos);
    PoolScoreOptions ranks = against_none();
    ranks.test = PoolTest::rra;
    CHECK_FALSE(
        all_missing(score_pool(made_up_pool(2), ranks, warnings).contrasts[0].groups.depleted.p_value));
    CHECK_THAT(warnings.back(), Catch::Contains("do not know what replicates differ by"));
}

TEST_CASE("halves of replicates are compared within their batches") {
    PoolSpec spec;
    spec.genes = 2000;
    spec.samples = 10;
    spec.jackpot_share = 0.0;
    spec.batch = {0, 0, 1, 0, 1, 0, 1, 1, 1, 1};
    spec.batch_sd = 1.5;
    PoolCounts counts;
    const std::vector<double> values = pool_without_effects(spec);
    counts.counts.assign(values.begin(), values.end());
    for (std::size_t i = 0; i < 4 * spec.genes; ++i)
        counts.features.push_back({"b" + std::to_string(i), "", "", "g" + std::to_string(i / 4)});
    counts.sample_columns = {"run"};
    for (std::size_t s = 0; s < spec.samples; ++s)
        counts.samples.push_back({"s" + std::to_string(s),
                                  s < 8 ? "none" : "drug",
                                  not_set,
                                  "",
                                  {"run" + std::to_string(spec.batch[s])}});
    PoolScoreOptions options = against_none();
    options.batch = "run";
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(counts, options, warnings);
    REQUIRE(!scores.calibration.empty());
    CHECK(scores.calibration[0].replicates == 8);
    CHECK(scores.calibration[0].features_below_1_percent > 0.006);
    CHECK(scores.calibration[0].features_below_1_percent < 0.014);
    CHECK(scores.calibration[0].features_below_5_percent > 0.04);
    CHECK(scores.calibration[0].features_below_5_percent < 0.06);
}

TEST_CASE("what cannot be tested has no numbers, and a warning says so") {
    PoolCounts counts = made_up_pool(4);
    counts.counts.assign(counts.counts.size(), 100);
    PoolScoreOptions options = against_none();
    options.test = PoolTest::rra;
    std::vector<std::string> warnings;
    const GroupScores alike = score_pool(counts, options, warnings).contrasts[0].groups;
    CHECK(std::isnan(alike.p_value[0]));
    CHECK(std::isnan(alike.depleted.score[0]));
    CHECK(std::isnan(alike.enriched.p_value[0]));
    CHECK(alike.depleted.rank[0] == 0);
    REQUIRE(warnings.size() == 2);
    CHECK_THAT(warnings[0], Catch::Contains("'drug': most genes and strains move exactly alike"));
    CHECK_THAT(warnings[1], Catch::Contains("'drug': no ranks as MAGeCK gives them"));

    PoolCounts few = made_up_pool(4);
    for (PoolFeature& feature : few.features)
        feature.gene = feature.gene.size() > 2 ? "" : feature.gene;
    warnings.clear();
    CHECK(std::isnan(score_pool(few, against_none(), warnings).contrasts[0].groups.p_value[0]));
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], Catch::Contains("takes 20 of them, not 10"));
}

TEST_CASE("options that do not fit the samples are refused with what to do") {
    PoolCounts counts = made_up_pool(4);
    std::vector<std::string> warnings;
    PoolScoreOptions options = against_none();
    options.control = "placebo";
    CHECK_THROWS_WITH(score_pool(counts, options, warnings), Catch::Contains("'placebo'"));
    options = against_none();
    options.controls = {"NTC"};
    CHECK_THROWS_WITH(score_pool(counts, options, warnings), Catch::Contains("'NTC'"));
    options = against_none();
    options.paired = true;
    counts.samples[3].replicate = "9";
    CHECK_THROWS_WITH(score_pool(counts, options, warnings), Catch::Contains("'9'"));
    for (std::size_t i = 0; i < counts.features.size(); ++i)
        counts.counts[counts.at(1, i)] = 0;
    CHECK_THROWS_WITH(score_pool(counts, against_none(), warnings), Catch::Contains("'s1'"));
}

TEST_CASE("the quality of each sample is told") {
    const PoolCounts counts = made_up_pool(4);
    const std::vector<QcMetric> metrics = pool_quality(counts, {});
    CHECK(metrics.size() == std::size_t{4} * 7);
    const auto of = [](const std::vector<QcMetric>& all, const std::string& metric) {
        return *std::find_if(all.begin(), all.end(), [&](const QcMetric& m) { return m.metric == metric; });
    };
    CHECK(of(metrics, "replicate_correlation").subject == "s0");
    CHECK(of(metrics, "replicate_correlation").value > 0.8);
    PoolCounts from_reads = counts;
    from_reads.tallies.resize(4);
    from_reads.tallies[0].of = {50, 10, 0,  0,  0, 5,
                                5,  10, 10, 10, 0, 0};  // the ten duplicates have a barcode
    CHECK(of(pool_quality(from_reads, {}), "mapped_share").value == 0.7);
    PoolCounts of_two_times = counts;
    for (std::size_t s = 0; s < 4; ++s)
        of_two_times.samples[s].time_h = s < 2 ? 0.0 : 24.0;
    CHECK(std::isnan(of(pool_quality(of_two_times, {}), "replicate_correlation").value));
    PoolCounts of_two_generations = counts;
    of_two_generations.sample_columns = {"generations"};
    for (std::size_t s = 0; s < 4; ++s)
        of_two_generations.samples[s].other = {s < 2 ? "0" : "8"};
    PoolScoreOptions along;
    along.time = "generations";
    CHECK(std::isnan(of(pool_quality(of_two_generations, along), "replicate_correlation").value));
}

TEST_CASE("without controls all barcodes tell how many cells founded a sample, at least") {
    std::mt19937_64 random(12);
    PoolCounts counts = made_up_pool(2);
    double passed = 0.0;
    constexpr double founders = 20'000.0;
    constexpr double reads = 4e6;
    std::vector<double> cells;
    for (std::size_t f = 0; f < 400; ++f) {
        counts.counts[counts.at(0, f)] =
            static_cast<std::uint32_t>(std::poisson_distribution<int>(reads / 400)(random));
        cells.push_back(std::poisson_distribution<int>(founders / 400)(random));
        passed += cells.back();
    }
    for (std::size_t f = 0; f < 400; ++f)
        counts.counts[counts.at(1, f)] =
            static_cast<std::uint32_t>(std::poisson_distribution<int>(reads * cells[f] / passed)(random));
    const auto found = [&](const PoolScoreOptions& options, const std::string& metric) {
        std::vector<std::string> warnings;
        const std::vector<QcMetric> qc = score_pool(counts, options, warnings).qc;
        const auto at = std::find_if(qc.begin(), qc.end(), [&](const auto& m) { return m.metric == metric; });
        return at == qc.end() ? not_set : at->value;
    };
    CHECK(found(against_none(), "least_bottleneck_size") == Approx(founders).epsilon(0.2));
    CHECK(std::isnan(found(against_none(), "bottleneck_size")));
    PoolScoreOptions by_controls = against_none();
    by_controls.controls = {"g50", "g51", "g52", "g53", "g54", "g55", "g56", "g57", "g58", "g59"};
    const double neutral = found(by_controls, "bottleneck_size");
    CHECK(std::isnan(found(by_controls, "least_bottleneck_size")));
    for (std::size_t f = 0; f < 100;
         ++f)  // what a selection takes is no narrower bottleneck for the controls
        counts.counts[counts.at(1, f)] /= 4;
    CHECK(found(against_none(), "least_bottleneck_size") < founders / 10.0);
    CHECK(found(by_controls, "bottleneck_size") > neutral / 3.0);
}

TEST_CASE("controls that the library lacks are told, samples without a condition refused") {
    PoolCounts counts = made_up_pool(6);
    PoolScoreOptions options = against_none();
    options.controls = {"g50", "g51", "g52x"};
    std::vector<std::string> warnings;
    score_pool(counts, options, warnings);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("1 of 3 controls") == 0);
    CHECK(warnings[0].find("'g52x'") != std::string::npos);
    counts.samples[2].condition.clear();
    CHECK_THROWS_WITH(score_pool(counts, against_none(), warnings), Catch::Contains("'s2'"));
}

TEST_CASE("controls that one sample lacks are not what counts are normalised by, in either test") {
    PoolCounts counts = made_up_pool(6);
    PoolScoreOptions options = against_none();
    options.test = PoolTest::rra;
    options.controls = {"g50", "g51"};
    for (std::size_t i = 200; i < 208; ++i)
        counts.counts[counts.at(1, i)] = 0;
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(counts, options, warnings);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("no control barcode is in every sample") == 0);
    CHECK(scores.contrasts[0].groups.z[3] < -3.0);
    CHECK(scores.contrasts[0].groups.depleted.rank[3] == 1);
    CHECK(scores.contrasts[0].groups.depleted.score[3] < 0.01);
}

TEST_CASE("spike-ins give amounts, and changes that shares hide") {
    PoolCounts counts = made_up_pool(6);
    PoolScoreOptions options = against_none();
    // The last ten features were spiked in at the same amounts everywhere. Under the drug all else falls
    // fourfold, and each sample was sequenced to another depth.
    const std::size_t features = counts.features.size();
    for (std::size_t k = 0; k < 10; ++k)
        options.spike_ins.emplace_back("b" + std::to_string(features - 10 + k), 100.0 * std::exp2(k));
    const auto per_amount = [](std::size_t s) { return 0.5 + 0.2 * static_cast<double>(s); };
    for (std::size_t s = 0; s < 6; ++s)
        for (std::size_t i = 0; i < features; ++i) {
            std::uint32_t& count = counts.counts[counts.at(s, i)];
            const double kept = i >= features - 10 ? options.spike_ins[i + 10 - features].second
                                                   : count / (s % 2 == 1 ? 4.0 : 1.0);
            count = static_cast<std::uint32_t>(per_amount(s) * kept);
        }
    options.normalise = PoolNormalisation::spike_in;
    std::vector<std::string> warnings;
    const PoolScores by_spikes = score_pool(counts, options, warnings);
    CHECK(warnings.empty());
    std::vector<double> changes = by_spikes.contrasts[0].features.log2_fold_change;
    std::nth_element(changes.begin(), changes.begin() + 200, changes.end());
    CHECK(changes[200] == Approx(-2.0).margin(0.15));
    REQUIRE(by_spikes.amounts.size() == 6 * features);
    for (std::size_t s = 0; s < 6; ++s)
        for (std::size_t i = 0; i < features; i += 7)
            if (const double count = counts.counts[counts.at(s, i)]; count > 50)
                CHECK(by_spikes.amounts[s * features + i] == Approx(count / per_amount(s)).epsilon(0.05));
    CHECK(amounts_table(counts, by_spikes).rows() == 6 * features);
    options.normalise = PoolNormalisation::tmm;
    const PoolScores by_shares = score_pool(counts, options, warnings);
    changes = by_shares.contrasts[0].features.log2_fold_change;
    std::nth_element(changes.begin(), changes.begin() + 200, changes.end());
    CHECK(changes[200] == Approx(0.0).margin(0.15));
    options.spike_ins = {{"b1", 100.0}};
    warnings.clear();
    const PoolScores one = score_pool(counts, options, warnings);
    CHECK(std::isnan(one.amounts[0]));
    CHECK(std::count_if(warnings.begin(), warnings.end(), [](const std::string& w) {
              return w.find("fewer than two amounts") != std::string::npos;
          }) == 6);
    options.spike_ins = {{"phage", 100.0}};
    CHECK_THROWS_WITH(score_pool(counts, options, warnings), Catch::Contains("'phage'"));
}

TEST_CASE("a pool with next to no reads has fold changes and no p") {
    PoolCounts counts = made_up_pool(4);
    std::fill(counts.counts.begin(), counts.counts.end(), 0);
    for (std::size_t s = 0; s < 4; ++s)
        counts.counts[counts.at(s, s)] = 2;
    PoolScoreOptions options = against_none();
    options.normalise = PoolNormalisation::total;
    options.controls = {"g1"};
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(counts, options, warnings);
    const FeatureScores& drug = scores.contrasts[0].features;
    CHECK(drug.log2_fold_change[0] < 0.0);
    CHECK(drug.log2_fold_change[1] > 0.0);
    CHECK(std::isnan(drug.p_value[0]));
    CHECK(std::isnan(drug.standard_error[0]));
    CHECK(scores.calibration.empty());
}

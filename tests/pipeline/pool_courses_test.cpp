#include "pipeline/pool_courses.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <stdexcept>

#include "pipeline/pool_design.hpp"
#include "pipeline/pool_tables.hpp"
#include "pipeline/score_pools.hpp"

using namespace wellsieve::pipeline;

namespace {

constexpr std::size_t genes = 400;
constexpr std::size_t guides = 4;
constexpr std::size_t features = genes * guides;

/// Cultures that share one start and then go their own way: growth by the truth, a random walk of each
/// barcode in each culture, and negative binomial sequencing.
struct Cultures {
    explicit Cultures(unsigned seed, double hit_share) : random(seed) {
        std::uniform_real_distribution<double> uniform;
        std::normal_distribution<double> normal;
        for (std::size_t g = 0; g < genes; ++g) {
            const double effect = uniform(random) < hit_share ? -0.25 : 0.0;
            for (std::size_t k = 0; k < guides; ++k)
                fitness.push_back(effect);
        }
        for (std::size_t i = 0; i < features; ++i) {
            start.push_back(std::exp(0.8 * normal(random)));
            counts.features.push_back({"b" + std::to_string(i), "", "", "g" + std::to_string(i / guides), 0});
        }
        counts.sample_columns = {"generations"};
    }

    /// A culture from generation 0, where it is of condition "start", to `times`.
    void add(const std::string& condition, const std::string& replicate, const std::vector<double>& times) {
        std::normal_distribution<double> normal;
        std::vector<double> abundance = start;
        double now = 0.0;
        for (const double time : times) {
            const double drift = 0.02 * std::sqrt(time - now);
            for (std::size_t i = 0; i < features; ++i)
                abundance[i] *= std::exp(fitness[i] * (time - now) + drift * normal(random));
            now = time;
            PoolSample sample;
            sample.name = "s" + std::to_string(counts.samples.size());
            sample.condition = time == 0.0 ? "start" : condition;
            sample.replicate = replicate;
            sample.other = {std::to_string(time)};
            counts.samples.push_back(sample);
            sequence(abundance);
        }
    }

    void sequence(const std::vector<double>& abundance) {
        double total = 0.0;
        for (const double a : abundance)
            total += a;
        for (const double a : abundance) {
            std::gamma_distribution<double> rate(50.0, 400.0 * features * a / total / 50.0);
            counts.counts.push_back(std::poisson_distribution<std::uint32_t>(rate(random) + 1e-9)(random));
        }
    }

    std::mt19937_64 random;
    std::vector<double> fitness, start;
    PoolCounts counts;
};

PoolScoreOptions per_generation() {
    PoolScoreOptions options;
    options.control = "start";
    options.time = "generations";
    return options;
}

double share_below(const std::vector<double>& p, double threshold) {
    return static_cast<double>(std::count_if(p.begin(), p.end(), [&](double v) { return v < threshold; })) /
           static_cast<double>(p.size());
}

double root_mean_square(const std::vector<double>& found, const std::vector<double>& truth) {
    double sum = 0.0;
    for (std::size_t i = 0; i < found.size(); ++i)
        sum += (found[i] - truth[i]) * (found[i] - truth[i]);
    return std::sqrt(sum / static_cast<double>(found.size()));
}

double metric(const PoolScores& scores, const std::string& subject, const std::string& name) {
    const auto found = std::find_if(scores.qc.begin(), scores.qc.end(), [&](const QcMetric& m) {
        return m.subject == subject && m.metric == name;
    });
    REQUIRE(found != scores.qc.end());
    return found->value;
}

}  // namespace

TEST_CASE("fitness per generation is that of the simulated cultures") {
    Cultures cultures(3, 0.1);
    for (const char* replicate : {"1", "2", "3"})
        cultures.add("selected", replicate, {0, 4, 8, 12});
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(cultures.counts, per_generation(), warnings);
    REQUIRE(scores.courses.size() == 1);
    const PoolCourse& course = scores.courses[0];
    CHECK(course.condition == "selected");
    CHECK(course.features.replicates == std::vector<std::uint32_t>(features, 3));
    CHECK(root_mean_square(course.features.fitness, cultures.fitness) < 0.015);
    CHECK(root_mean_square(course.features.shrunken, cultures.fitness) < 0.015);
    double worst = 0.0;
    std::size_t called = 0, wrong = 0, hits = 0;
    for (std::size_t g = 0; g < genes; ++g) {
        const double truth = cultures.fitness[g * guides];
        worst = std::max(worst, std::abs(course.groups.fitness[g] - truth));
        hits += truth != 0.0;
        called += truth != 0.0 && course.groups.q_value[g] < 0.05;
        wrong += truth == 0.0 && course.groups.q_value[g] < 0.05;
    }
    CHECK(worst < 0.03);
    CHECK(called == hits);
    CHECK(wrong <= 2);
    // The mean fitness rises as hits vanish; it is what the truth's shares say.
    CHECK(metric(scores, "s1", "mean_fitness") < metric(scores, "s3", "mean_fitness"));
    CHECK(feature_fitness_table(cultures.counts, scores).rows() == features);
    CHECK(group_fitness_table(scores).rows() == genes);
    // Each time is compared with the start.
    REQUIRE(scores.contrasts.size() == 3);
    CHECK(scores.contrasts[2].condition == "selected at 12");
    const auto hit = static_cast<std::size_t>(
        std::find(cultures.fitness.begin(), cultures.fitness.end(), -0.25) - cultures.fitness.begin());
    CHECK(scores.contrasts[2].features.log2_fold_change[hit] ==
          Approx(-0.25 * 12 / std::log(2.0)).margin(0.8));
}

TEST_CASE("p of cultures without effects is uniform, where samples of one culture are no replicates") {
    Cultures cultures(5, 0.0);
    for (const char* replicate : {"1", "2", "3", "4"})
        cultures.add("selected", replicate, {0, 4, 8, 12});
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(cultures.counts, per_generation(), warnings);
    const std::vector<double>& p = scores.courses[0].features.p_value;
    CHECK(share_below(p, 0.01) < 0.018);
    CHECK(share_below(p, 0.05) < 0.07);
    CHECK(share_below(p, 0.05) > 0.03);
    CHECK(share_below(scores.courses[0].groups.p_value, 0.01) < 0.025);
    CHECK(*std::min_element(scores.courses[0].features.false_sign_rate.begin(),
                            scores.courses[0].features.false_sign_rate.end()) > 0.05);
}

TEST_CASE("two samples a culture tell their error by replicates, and one culture gives no p") {
    Cultures cultures(7, 0.1);
    for (const char* replicate : {"1", "2", "3"})
        cultures.add("selected", replicate, {0, 10});
    std::vector<std::string> warnings;
    const PoolScores three = score_pool(cultures.counts, per_generation(), warnings);
    CHECK(warnings.empty());
    CHECK(root_mean_square(three.courses[0].features.fitness, cultures.fitness) < 0.025);
    // Sequencing has a variance of 1/50 beyond Poisson's at either end, the walk 0.02² · 10.
    CHECK(metric(three, "s1", "additive_log_variance") == Approx(2.0 / 50 + 0.004).epsilon(0.35));
    CHECK(three.contrasts[0].condition == "selected");
    Cultures alone(7, 0.1);
    alone.add("selected", "1", {0, 5, 10});
    const PoolScores one = score_pool(alone.counts, per_generation(), warnings);
    CHECK(root_mean_square(one.courses[0].features.fitness, alone.fitness) < 0.04);
    for (const std::vector<double>* p : {&one.courses[0].features.p_value, &one.courses[0].groups.p_value,
                                         &one.contrasts[0].features.p_value})
        CHECK(std::all_of(p->begin(), p->end(), [](double v) { return std::isnan(v); }));
}

TEST_CASE("replicates of few barcodes are said to tell no error beyond counting") {
    constexpr std::size_t few = 8;
    Cultures cultures(7, 0.0);
    for (const char* replicate : {"1", "2", "3"})
        cultures.add("selected", replicate, {0, 10});
    PoolCounts counts = cultures.counts;
    counts.features.resize(few);
    counts.counts.clear();
    for (std::size_t s = 0; s < counts.samples.size(); ++s)
        for (std::size_t i = 0; i < few; ++i)
            counts.counts.push_back(cultures.counts.counts[cultures.counts.at(s, i)]);
    std::vector<std::string> warnings;
    const PoolScores scores = score_pool(counts, per_generation(), warnings);
    CHECK(std::any_of(warnings.begin(), warnings.end(), [](const std::string& warning) {
        return warning.find("what replicates of 'selected' differ by beyond counting is not known") == 0;
    }));
    CHECK(metric(scores, "s1", "counting_error_factor_end") == 1.0);
}

TEST_CASE("courses begin at the control's sample of their replicate, or at the one that all share") {
    Cultures cultures(9, 0.1);
    cultures.add("start", "1", {0});
    cultures.add("drug", "1", {4, 8});
    cultures.add("drug", "2", {8});
    cultures.add("none", "2", {4, 8});
    const std::vector<double> times = sample_times(cultures.counts, per_generation());
    std::vector<std::string> warnings;
    const auto drug = courses_of(cultures.counts, times, "drug", "start", warnings);
    REQUIRE(drug.size() == 2);
    CHECK(drug[0].samples == std::vector<std::size_t>{0, 1, 2});
    CHECK(drug[1].samples == std::vector<std::size_t>{0, 3});
    CHECK(drug[1].times == std::vector<double>{0, 8});
    CHECK(courses_of(cultures.counts, times, "start", "start", warnings).empty());
    CHECK(warnings.empty());
    // Where the control goes on, it has a course of its own, and is compared with at each time.
    PoolScoreOptions options = per_generation();
    options.control = "none";
    const PoolDesign design = lay_out_pool(cultures.counts, options);
    CHECK(design.cells.size() == 5);
    CHECK(design.cells[0].name == "none at 4");
    REQUIRE(design.comparisons.size() == 3);
    CHECK(design.cells[design.comparisons[2].cell].name == "drug at 8");
    CHECK(design.cells[design.comparisons[2].against].name == "none at 8");
    courses_of(cultures.counts, times, "start", "none", warnings);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("'s0'") != std::string::npos);
}

TEST_CASE("times that are not told, or told twice, are refused") {
    Cultures cultures(11, 0.1);
    cultures.add("selected", "1", {0, 5});
    cultures.add("selected", "2", {0, 5});
    std::vector<std::string> warnings;
    PoolScoreOptions options = per_generation();
    options.time = "hours";
    CHECK_THROWS_WITH(score_pool(cultures.counts, options, warnings), Catch::Contains("'hours'"));
    options.time = "time_h";
    CHECK_THROWS_WITH(score_pool(cultures.counts, options, warnings), Catch::Contains("'s0'"));
    PoolCounts odd = cultures.counts;
    odd.samples[1].other = {"5 h"};
    CHECK_THROWS_WITH(score_pool(odd, per_generation(), warnings), Catch::Contains("'s1'"));
    PoolCounts twice = cultures.counts;
    twice.samples[3].replicate = "1";
    CHECK_THROWS_WITH(score_pool(twice, per_generation(), warnings), Catch::Contains("'s1' and 's3'"));
}

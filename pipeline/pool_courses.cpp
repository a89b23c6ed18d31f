#include "pipeline/pool_courses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "kernels/stats/barcode_fitness.hpp"
#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/distributions.hpp"
#include "kernels/stats/moderated_t.hpp"
#include "kernels/stats/multiple_testing.hpp"
#include "kernels/stats/replicate_error.hpp"
#include "kernels/stats/shrinkage.hpp"
#include "kernels/stats/variance_trend.hpp"
#include "pipeline/median.hpp"
#include "pipeline/pool_design.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;

/// What all conditions share.
struct Pool {
    const PoolCounts& counts;
    const PoolGroups groups;
    std::vector<std::uint32_t> neutral;  ///< whose median is 0

    std::size_t features() const { return counts.features.size(); }
};

/// The lines of all replicates; a block a replicate.
struct Lines {
    std::size_t replicates = 0;
    std::vector<double> slope, standard_error;
    std::vector<double> abundance;  ///< [feature], mean ln of count + ½
};

std::vector<double> block_of(const Pool& pool, const std::vector<std::size_t>& samples) {
    std::vector<double> out;
    for (const std::size_t s : samples) {
        const auto first = pool.counts.counts.begin() + static_cast<std::ptrdiff_t>(s * pool.features());
        out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(pool.features()));
    }
    return out;
}

void fit_replicate(const Pool& pool, const ReplicateCourse& course, const std::string& condition,
                   Lines& lines, std::vector<QcMetric>& qc, std::vector<std::string>& warnings) {
    const std::vector<double> values = block_of(pool, course.samples);
    std::vector<double> slope(pool.features()), error(pool.features()), mean(course.samples.size());
    const stats::Counts counts{values, course.samples.size()};
    if (stats::fitness_per_generation(counts, course.times, pool.neutral, {slope, error}, mean) == 0)
        warnings.push_back(fmt::format("the mean fitness of replicate '{}' of '{}' did not settle",
                                       course.replicate, condition));
    for (std::size_t k = 0; k < course.samples.size(); ++k) {
        const PoolSample& sample = pool.counts.samples[course.samples[k]];
        if (sample.condition == condition)
            qc.push_back({"", sample.name, "mean_fitness", mean[k]});
    }
    lines.replicates += 1;
    lines.slope.insert(lines.slope.end(), slope.begin(), slope.end());
    lines.standard_error.insert(lines.standard_error.end(), error.begin(), error.end());
    lines.abundance.resize(pool.features(), 0.0);
    for (std::size_t i = 0; i < values.size(); ++i)
        lines.abundance[i % pool.features()] +=
            std::log(values[i] + 0.5) / static_cast<double>(course.samples.size());
}

/// Replicates of a first and a last sample alone tell their errors by each other.
void errors_between_replicates(const Pool& pool, const std::vector<ReplicateCourse>& courses,
                               const std::string& condition, Lines& lines, std::vector<QcMetric>& qc,
                               std::vector<std::string>& warnings) {
    const bool only_ends = std::all_of(courses.begin(), courses.end(),
                                       [](const ReplicateCourse& c) { return c.samples.size() == 2; });
    if (!only_ends || courses.size() < 2)
        return;
    const std::size_t n = pool.features();
    std::vector<double> ratio(lines.slope), in, out, variance(lines.slope.size());
    for (std::size_t r = 0; r < courses.size(); ++r) {
        for (const auto& [sample, ends] :
             {std::pair(courses[r].samples[0], &in), std::pair(courses[r].samples[1], &out)})
            for (std::size_t i = 0; i < n; ++i)
                ends->push_back(pool.counts.counts[pool.counts.at(sample, i)] + 0.5);
        for (std::size_t i = 0; i < n; ++i)
            ratio[r * n + i] *= courses[r].times[1] - courses[r].times[0];
    }
    std::vector<double> of_in(courses.size()), of_out(courses.size()), additive(courses.size());
    const stats::ReplicateRatios ratios{ratio, in, out, courses.size()};
    const stats::ErrorModel model{of_in, of_out, additive};
    if (stats::fit_error_model(ratios, model) == 0)
        warnings.push_back(
            fmt::format("what replicates of '{}' differ by beyond counting is not known: errors of their "
                        "fitness may be too small",
                        condition));
    stats::error_variances(ratios, model, variance);
    for (std::size_t r = 0; r < courses.size(); ++r) {
        const double span = courses[r].times[1] - courses[r].times[0];
        for (std::size_t i = 0; i < n; ++i)
            lines.standard_error[r * n + i] = std::sqrt(variance[r * n + i]) / span;
        const std::string& last = pool.counts.samples[courses[r].samples[1]].name;
        qc.push_back({"", last, "counting_error_factor_start", of_in[r]});
        qc.push_back({"", last, "counting_error_factor_end", of_out[r]});
        qc.push_back({"", last, "additive_log_variance", additive[r]});
    }
}

/// Means and variances between replicates, and the moderated t of the mean.
struct BetweenReplicates {
    std::vector<double> mean, error, p;
    std::vector<std::uint32_t> replicates;
};

BetweenReplicates between_replicates(const Lines& lines) {
    const std::size_t n = lines.abundance.size();
    BetweenReplicates out{std::vector<double>(n, not_set), std::vector<double>(n, not_set),
                          std::vector<double>(n, not_set), std::vector<std::uint32_t>(n, 0)};
    std::vector<double> variance(n, 0.0), df(n, 0.0), prior(n), moderated(n);
    for (std::size_t i = 0; i < n; ++i) {
        double sum = 0.0, squares = 0.0;
        for (std::size_t r = 0; r < lines.replicates; ++r)
            if (const double s = lines.slope[r * n + i]; !std::isnan(s)) {
                sum += s;
                ++out.replicates[i];
            }
        const auto m = static_cast<double>(out.replicates[i]);
        if (out.replicates[i] == 0)
            continue;
        out.mean[i] = sum / m;
        for (std::size_t r = 0; r < lines.replicates; ++r)
            if (const double s = lines.slope[r * n + i]; !std::isnan(s))
                squares += (s - out.mean[i]) * (s - out.mean[i]);
        df[i] = m - 1.0;
        variance[i] = df[i] > 0.0 ? squares / df[i] : 0.0;
    }
    const double total_df = std::accumulate(df.begin(), df.end(), 0.0);
    if (!(total_df > 0.0))
        return out;
    const double prior_df = stats::fit_variance_trend(variance, df, lines.abundance, prior);
    for (std::size_t i = 0; i < n; ++i) {
        stats::squeeze_variance({&variance[i], 1}, {&df[i], 1}, {prior_df, prior[i]}, {&moderated[i], 1});
        out.error[i] = std::sqrt(moderated[i] / static_cast<double>(out.replicates[i]));
        out.p[i] =
            stats::student_t_two_sided_p(out.mean[i] / out.error[i], std::min(prior_df + df[i], total_df));
    }
    return out;
}

FeatureFitness feature_fitness(const Lines& lines) {
    const std::size_t n = lines.abundance.size();
    BetweenReplicates between = between_replicates(lines);
    FeatureFitness out;
    for (std::vector<double>* column :
         {&out.fitness, &out.standard_error, &out.between_variance, &out.shrunken, &out.shrunken_sd})
        column->resize(n);
    stats::join_replicates(lines.slope, lines.standard_error, lines.replicates,
                           {out.fitness, out.standard_error, out.between_variance});
    out.replicates = std::move(between.replicates);
    out.p_value = std::move(between.p);
    out.q_value.resize(n);
    stats::benjamini_hochberg(out.p_value, out.q_value);
    std::vector<double> own(n), weight(n);
    const std::vector<double>& error = lines.replicates > 1 ? between.error : out.standard_error;
    stats::shrink_effects(out.fitness, error, stats::fit_effect_prior(out.fitness, error),
                          {out.shrunken, out.shrunken_sd, own, weight});
    out.false_sign_rate.resize(n, not_set);
    for (std::size_t i = 0; i < n; ++i)
        if (out.shrunken_sd[i] > 0.0)
            out.false_sign_rate[i] = stats::normal_cdf(-std::abs(out.shrunken[i]) / out.shrunken_sd[i]);
    return out;
}

/// The mean over replicates of slopes in units of their scatter, none beyond what one replicate may say.
std::vector<double> bounded_effects(const Lines& lines) {
    constexpr double held_within = 2.25;
    constexpr double mad_of_normal = 0.67448975019608171;
    const std::size_t n = lines.abundance.size();
    std::vector<double> out(n, 0.0), seen(n, 0.0);
    for (std::size_t r = 0; r < lines.replicates; ++r) {
        std::vector<double> size;
        for (std::size_t i = 0; i < n; ++i)
            if (const double s = lines.slope[r * n + i]; !std::isnan(s))
                size.push_back(std::abs(s));
        const double scale = median_of(size) / mad_of_normal;
        for (std::size_t i = 0; i < n; ++i)
            if (const double s = lines.slope[r * n + i]; !std::isnan(s) && scale > 0.0) {
                out[i] += std::clamp(s / scale, -held_within, held_within);
                seen[i] += 1.0;
            }
    }
    for (std::size_t i = 0; i < n; ++i)
        out[i] = seen[i] > 0.0 ? out[i] / seen[i] : not_set;
    return out;
}

GroupFitness group_fitness(const Pool& pool, const Lines& lines, const FeatureFitness& features) {
    const std::size_t n = pool.groups.names.size();
    stats::GroupTest test = stats::competitive_test(bounded_effects(lines), pool.groups.of, n);
    GroupFitness out;
    out.features = std::move(test.features);
    out.z = std::move(test.z);
    out.p_value = std::move(test.p);
    out.q_value = std::move(test.fdr);
    if (lines.replicates < 2)
        for (std::vector<double>* column : {&out.p_value, &out.q_value})
            std::fill(column->begin(), column->end(), not_set);
    std::vector<std::vector<std::size_t>> members(n);
    for (std::size_t i = 0; i < pool.features(); ++i)
        if (pool.groups.of[i] != stats::no_group)
            members[pool.groups.of[i]].push_back(i);
    for (const std::vector<std::size_t>& own : members) {
        std::vector<double> fitness, error;
        for (const std::size_t i : own) {
            fitness.push_back(features.fitness[i]);
            error.push_back(features.standard_error[i]);
        }
        const stats::EffectPrior joined = stats::fit_effect_prior(fitness, error);
        out.fitness.push_back(joined.mean);
        out.standard_error.push_back(std::sqrt(joined.mean_variance));
        out.between_variance.push_back(joined.variance);
    }
    return out;
}

/// The samples of one condition and replicate, or of all replicates.
std::vector<std::size_t> samples_of(const PoolCounts& counts, const std::string& condition,
                                    const std::string* replicate) {
    std::vector<std::size_t> out;
    for (std::size_t s = 0; s < counts.samples.size(); ++s)
        if (counts.samples[s].condition == condition &&
            (replicate == nullptr || counts.samples[s].replicate == *replicate))
            out.push_back(s);
    return out;
}

void sort_by_time(const PoolCounts& counts, const std::vector<double>& times,
                  std::vector<std::size_t>& samples) {
    std::stable_sort(samples.begin(), samples.end(), [&](auto a, auto b) { return times[a] < times[b]; });
    for (std::size_t k = 1; k < samples.size(); ++k)
        if (times[samples[k]] == times[samples[k - 1]])
            throw std::invalid_argument(
                fmt::format("samples '{}' and '{}' are the same replicate at the same time",
                            counts.samples[samples[k - 1]].name, counts.samples[samples[k]].name));
}

}  // namespace

std::vector<ReplicateCourse> courses_of(const PoolCounts& counts, const std::vector<double>& times,
                                        const std::string& condition, const std::string& control,
                                        std::vector<std::string>& warnings) {
    std::vector<std::string> replicates;
    for (const std::size_t s : samples_of(counts, condition, nullptr))
        if (const std::string& name = counts.samples[s].replicate;
            std::find(replicates.begin(), replicates.end(), name) == replicates.end())
            replicates.push_back(name);
    std::vector<ReplicateCourse> out;
    for (const std::string& replicate : replicates) {
        std::vector<std::size_t> own = samples_of(counts, condition, &replicate);
        sort_by_time(counts, times, own);
        std::vector<std::size_t> before;
        if (condition != control)
            before = samples_of(counts, control, &replicate);
        if (condition != control && before.empty())
            before = samples_of(counts, control, nullptr);
        std::erase_if(before, [&](std::size_t s) { return times[s] >= times[own.front()]; });
        sort_by_time(counts, times, before);
        ReplicateCourse course{replicate, before, {}};
        course.samples.insert(course.samples.end(), own.begin(), own.end());
        for (const std::size_t s : course.samples)
            course.times.push_back(times[s]);
        if (course.samples.size() > 1)
            out.push_back(std::move(course));
        else if (condition != control)
            warnings.push_back(fmt::format("sample '{}' is alone in time: it has no fitness",
                                           counts.samples[own.front()].name));
    }
    return out;
}

std::vector<PoolCourse> score_courses(const PoolCounts& counts, const PoolScoreOptions& options,
                                      std::span<const std::uint32_t> controls, std::vector<QcMetric>& qc,
                                      std::vector<std::string>& warnings) {
    const std::vector<double> times = sample_times(counts, options);
    Pool pool{counts, group_features(counts), {controls.begin(), controls.end()}};
    if (controls.empty()) {
        pool.neutral.resize(pool.features());
        std::iota(pool.neutral.begin(), pool.neutral.end(), 0u);
    }
    std::vector<std::string> conditions;
    for (const PoolSample& sample : counts.samples)
        if (std::find(conditions.begin(), conditions.end(), sample.condition) == conditions.end())
            conditions.push_back(sample.condition);
    std::vector<PoolCourse> out;
    for (const std::string& condition : conditions) {
        const std::vector<ReplicateCourse> courses =
            courses_of(counts, times, condition, options.control, warnings);
        if (courses.empty())
            continue;
        Lines lines;
        for (const ReplicateCourse& course : courses)
            fit_replicate(pool, course, condition, lines, qc, warnings);
        errors_between_replicates(pool, courses, condition, lines, qc, warnings);
        PoolCourse scored{condition, feature_fitness(lines), {}};
        scored.groups = group_fitness(pool, lines, scored.features);
        out.push_back(std::move(scored));
    }
    return out;
}

}  // namespace wellsieve::pipeline

#include "pipeline/score_pools.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/dispersion.hpp"
#include "kernels/stats/distributions.hpp"
#include "kernels/stats/guide_effects.hpp"
#include "kernels/stats/mageck_guides.hpp"
#include "kernels/stats/mageck_rra.hpp"
#include "kernels/stats/map_dispersion.hpp"
#include "kernels/stats/multiple_testing.hpp"
#include "kernels/stats/pool_quality.hpp"
#include "kernels/stats/quasi_likelihood.hpp"
#include "kernels/stats/shrinkage.hpp"
#include "kernels/stats/size_factors.hpp"
#include "kernels/stats/wald_test.hpp"
#include "pipeline/median.hpp"
#include "pipeline/pool_courses.hpp"
#include "pipeline/pool_design.hpp"
#include "pipeline/pool_feba.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;

/// Everything about a pool that its contrasts share.
struct Pool {
    const PoolCounts& counts;
    const PoolScoreOptions& options;
    std::vector<std::uint32_t> controls;
    std::vector<double> values;  ///< [sample][feature]
    PoolDesign design;
    PoolGroups groups;

    stats::Counts matrix() const { return {values, counts.samples.size()}; }
    bool replicated() const { return counts.samples.size() > design.coefficients; }
};

/// Feature and group results of one contrast on some counts.
struct Tested {
    FeatureScores features;
    stats::GroupTest groups;
    std::vector<ReplacedCount> replaced;
    std::vector<double> counts;  ///< without outlying ones
};

void fill_false_sign_rates(FeatureScores& scores) {
    scores.false_sign_rate.resize(scores.shrunken.size(), not_set);
    for (std::size_t i = 0; i < scores.shrunken.size(); ++i)
        if (scores.shrunken_sd[i] > 0.0)
            scores.false_sign_rate[i] =
                stats::normal_cdf(-std::abs(scores.shrunken[i]) / scores.shrunken_sd[i]);
}

FeatureScores quasi_likelihood(stats::Counts counts, const stats::LogLinearDesign& design,
                               const std::vector<double>& contrast,
                               const std::vector<std::uint32_t>& outlying) {
    const std::vector<double> replaced(outlying.begin(), outlying.end());
    stats::Dispersions dispersions = stats::estimate_dispersions(counts, design);
    stats::QuasiLikelihoodTest test =
        stats::quasi_likelihood_test(counts, design, dispersions.trended, dispersions.average_log2, contrast,
                                     replaced, stats::DispersionPrior::robust);
    FeatureScores out;
    out.average_log2_cpm = std::move(dispersions.average_log2);
    out.dispersion = std::move(dispersions.trended);
    out.log2_fold_change = std::move(test.log2_fold_change);
    out.standard_error = std::move(test.standard_error);
    out.df = std::move(test.df);
    out.p_value = std::move(test.p);
    const std::size_t n = out.p_value.size();
    out.shrunken.resize(n);
    out.shrunken_sd.resize(n);
    std::vector<double> own(n), weight(n);
    const stats::EffectPrior prior = stats::fit_effect_prior(out.log2_fold_change, out.standard_error);
    stats::shrink_effects(out.log2_fold_change, out.standard_error, prior,
                          {out.shrunken, out.shrunken_sd, own, weight});
    return out;
}

FeatureScores wald(stats::Counts counts, const stats::LogLinearDesign& design,
                   const std::vector<double>& contrast) {
    constexpr double usual_dispersion = 0.05;
    stats::MapDispersions dispersions = stats::estimate_map_dispersions(counts, design);
    stats::WaldTest test = stats::wald_test(counts, design, dispersions.dispersion,
                                            {dispersions.base_mean, dispersions.trend}, contrast);
    FeatureScores out;
    out.average_log2_cpm = stats::average_log2_cpm(counts, design.offset, usual_dispersion);
    out.dispersion = std::move(dispersions.dispersion);
    out.log2_fold_change = std::move(test.log2_fold_change);
    out.standard_error = std::move(test.standard_error);
    out.df.assign(out.standard_error.size(), std::numeric_limits<double>::infinity());
    out.p_value = std::move(test.p);
    out.shrunken = std::move(test.shrunken);
    out.shrunken_sd = std::move(test.shrunken_sd);
    return out;
}

/// Which samples are of the two sides of a contrast, of a design whose first `cells` columns are those of
/// cells: what batches and pairs add to a sample's weight makes it no replicate of another condition's.
std::vector<double> sides(const stats::LogLinearDesign& design, std::size_t cells,
                          const std::vector<double>& contrast) {
    std::vector<double> matrix;
    for (std::size_t s = 0; s < design.offset.size(); ++s)
        for (std::size_t c = 0; c < cells; ++c)
            matrix.push_back(design.matrix[s * design.coefficients + c]);
    return stats::sample_weights({matrix, cells, design.offset}, std::span(contrast).first(cells));
}

Tested test_contrast(const Pool& pool, stats::Counts raw, const stats::LogLinearDesign& design,
                     std::size_t cells, const std::vector<double>& contrast) {
    const std::vector<double> side = sides(design, cells, contrast);
    const auto outlying = stats::outlying_counts(raw, design.offset, side);
    Tested out;
    out.counts = stats::replace_outlying(raw, design.offset, side, outlying);
    const stats::Counts counts{out.counts, raw.samples};
    std::vector<std::uint32_t> replaced(counts.features(), 0);
    for (const stats::OutlyingCount& one : outlying) {
        ++replaced[one.feature];
        out.replaced.push_back(
            {one.feature, one.sample, one.distance, counts.sample(one.sample)[one.feature]});
    }
    const bool by_wald =
        pool.options.feature_test == FeatureTest::wald && counts.samples > design.coefficients;
    out.features =
        by_wald ? wald(counts, design, contrast) : quasi_likelihood(counts, design, contrast, replaced);
    out.features.outlying = std::move(replaced);
    out.features.q_value.resize(counts.features());
    stats::benjamini_hochberg(out.features.p_value, out.features.q_value);
    fill_false_sign_rates(out.features);
    out.groups =
        stats::competitive_test(stats::robust_effects(counts, design, cells, contrast, pool.controls),
                                pool.groups.of, pool.groups.names.size());
    return out;
}

std::vector<double> group_medians(const std::vector<double>& values, const PoolGroups& groups) {
    std::vector<std::vector<double>> members(groups.names.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (groups.of[i] != stats::no_group)
            members[groups.of[i]].push_back(values[i]);
    std::vector<double> out;
    for (const std::vector<double>& own : members)
        out.push_back(median_of(own));
    return out;
}

/// MAGeCK's normalised counts of some samples, one block a sample.
std::vector<double> normalised(const Pool& pool, const std::vector<std::size_t>& samples) {
    const std::size_t features = pool.counts.features.size();
    std::vector<double> out;
    for (const std::size_t s : samples)
        out.insert(out.end(), pool.values.begin() + static_cast<std::ptrdiff_t>(s * features),
                   pool.values.begin() + static_cast<std::ptrdiff_t>((s + 1) * features));
    std::vector<double> factor(samples.size());
    const stats::Counts counts{out, samples.size()};
    stats::mageck_median_factors(counts, pool.controls, factor);
    if (!std::all_of(factor.begin(), factor.end(), [](double f) { return f > 0.0; }))
        stats::total_factors(counts, {}, factor);  // a sample without a read of a control
    for (std::size_t s = 0; s < samples.size(); ++s)
        for (std::size_t i = 0; i < features; ++i)
            out[s * features + i] *= 1.0 / factor[s];
    return out;
}

AggregatedRanks aggregate(const std::vector<double>& score, const std::vector<std::uint32_t>& gene,
                          double alpha, const Pool& pool) {
    const std::size_t n = pool.groups.names.size();
    AggregatedRanks out{std::vector<double>(n), std::vector<double>(n), std::vector<double>(n),
                        std::vector<std::uint32_t>(n), std::vector<std::uint32_t>(n)};
    std::vector<std::uint32_t> guides(n);
    std::vector<std::uint8_t> skipped(n, 0);
    for (std::size_t g = 0; g < n; ++g)
        skipped[g] = pool.groups.names[g] == "NA" || pool.groups.names[g] == "na";
    stats::mageck_rra({score, gene, pool.controls, skipped}, alpha,
                      {out.score, out.p_value, out.fdr, out.rank, guides, out.good});
    return out;
}

AggregatedRanks no_ranks(std::size_t groups) {
    const std::vector<double> unknown(groups, not_set);
    const std::vector<std::uint32_t> none(groups, 0);
    return {unknown, unknown, unknown, none, none};
}

/// MAGeCK's own analysis of one comparison, with its own normalisation.
void aggregate_ranks(const Pool& pool, const PoolComparison& comparison, GroupScores& out,
                     std::vector<std::string>& warnings) {
    std::vector<std::size_t> samples = pool.design.cells[comparison.against].samples;
    const std::vector<std::size_t>& treated = pool.design.cells[comparison.cell].samples;
    const std::size_t features = pool.counts.features.size();
    const std::size_t control_values = samples.size() * features;
    const std::size_t controls = samples.size();
    samples.insert(samples.end(), treated.begin(), treated.end());
    const std::vector<double> values = normalised(pool, samples);
    std::vector<std::vector<double>> column(8, std::vector<double>(features));
    std::vector<std::uint8_t> valid(features);
    const stats::MageckGuidesOut guides{column[0], column[1], column[2], column[3], column[4],
                                        column[5], column[6], column[7], valid};
    const stats::MeanVarianceLine line =
        stats::mageck_guides({std::span(values).first(control_values), controls},
                             {std::span(values).subspan(control_values), treated.size()}, guides);
    if (!std::isfinite(line.slope)) {
        warnings.push_back(
            fmt::format("condition '{}': no ranks as MAGeCK gives them, for counts do not tell how scatter "
                        "grows with them: "
                        "all are alike, or most barcodes have none",
                        pool.design.cells[comparison.cell].name));
        out.depleted = out.enriched = no_ranks(pool.groups.names.size());
        return;
    }
    std::vector<std::uint32_t> gene = pool.groups.of;
    for (std::size_t i = 0; i < features; ++i)
        if (valid[i] == 0)
            gene[i] = stats::no_gene;
    std::vector<double> negated;
    for (const double score : column[5])
        negated.push_back(-score);
    out.depleted = aggregate(column[5], gene, stats::mageck_alpha_low(column[6], valid), pool);
    out.enriched = aggregate(negated, gene, stats::mageck_alpha_high(column[7], valid), pool);
}

/// Effects of genes on all their guides at once.
void fit_likelihood(const Pool& pool, const PoolComparison& comparison, const Tested& tested,
                    PoolContrast& out) {
    std::vector<std::size_t> own{0};
    for (std::size_t c = pool.design.cells.size(); c < pool.design.coefficients; ++c)
        own.push_back(c);
    std::vector<double> dispersion = out.features.dispersion;
    for (double& phi : dispersion)
        phi = std::isnan(phi) ? 0.0 : phi;  // nothing is known of the scatter, and no p is given
    const std::vector<double> contrast = pool.design.contrast(comparison);
    stats::GuideEffects found = stats::fit_guide_effects({{tested.counts, pool.counts.samples.size()},
                                                          pool.design.view(),
                                                          own,
                                                          contrast,
                                                          dispersion,
                                                          pool.groups.of},
                                                         pool.groups.names.size());
    for (std::vector<double>* column : {&found.effect, &found.standard_error})
        for (double& value : *column)
            value /= std::numbers::ln2;
    if (!pool.replicated())
        std::fill(found.p.begin(), found.p.end(), not_set);
    std::vector<double> q(found.p.size());
    stats::benjamini_hochberg(found.p, q);
    out.features.efficiency = std::move(found.efficiency);
    out.groups.likelihood = {std::move(found.effect), std::move(found.standard_error), std::move(found.p),
                             std::move(q)};
}

double share_below(const std::vector<double>& p, double threshold) {
    double below = 0.0;
    double all = 0.0;
    for (const double value : p)
        if (!std::isnan(value)) {
            all += 1.0;
            below += value < threshold;
        }
    return all > 0.0 ? below / all : not_set;
}

/// Two halves of replicates: an intercept, the half, and a column for each of their batches but the first.
struct Halves {
    std::vector<std::size_t> samples;
    std::vector<double> matrix;
    std::size_t coefficients = 2;
};

/// Every second replicate against the others. Batches are shared out first, so that no half has one of its
/// own where that can be helped; where they cannot be told from the halves they are left out.
Halves halve(const PoolDesign& design, std::vector<std::size_t> samples) {
    std::vector<std::uint32_t> batches;
    if (!design.batch.empty()) {
        std::stable_sort(samples.begin(), samples.end(),
                         [&](std::size_t a, std::size_t b) { return design.batch[a] < design.batch[b]; });
        for (const std::size_t s : samples)
            if (batches.empty() || batches.back() != design.batch[s])
                batches.push_back(design.batch[s]);
    }
    const auto laid_out = [&](std::size_t columns) {
        Halves out{samples, {}, 2 + columns};
        for (std::size_t k = 0; k < samples.size(); ++k) {
            out.matrix.insert(out.matrix.end(), {1.0, k % 2 == 0 ? 0.0 : 1.0});
            for (std::size_t b = 1; b <= columns; ++b)
                out.matrix.push_back(design.batch[samples[k]] == batches[b] ? 1.0 : 0.0);
        }
        return out;
    };
    Halves in_batches = laid_out(batches.empty() ? 0 : batches.size() - 1);
    const std::vector<double> offset(samples.size(), 0.0);
    const bool told_apart = in_batches.coefficients < samples.size() &&
                            stats::independent_columns({in_batches.matrix, in_batches.coefficients,
                                                        offset}) == in_batches.coefficients;
    return told_apart ? in_batches : laid_out(0);
}

/// Nothing differs between halves of replicates, so p should be uniform.
PoolCalibration calibrate(const Pool& pool, const PoolCell& cell) {
    const std::size_t features = pool.counts.features.size();
    const Halves halves = halve(pool.design, cell.samples);
    std::vector<double> values, offset;
    for (const std::size_t s : halves.samples) {
        const auto first = pool.values.begin() + static_cast<std::ptrdiff_t>(s * features);
        values.insert(values.end(), first, first + static_cast<std::ptrdiff_t>(features));
        offset.push_back(pool.design.offset[s]);
    }
    std::vector<double> contrast(halves.coefficients, 0.0);
    contrast[1] = 1.0;
    const Tested tested = test_contrast(pool, {values, offset.size()},
                                        {halves.matrix, halves.coefficients, offset}, 2, contrast);
    return {cell.name, offset.size(), share_below(tested.features.p_value, 0.01),
            share_below(tested.features.p_value, 0.05), share_below(tested.groups.p, 0.01)};
}

std::vector<PoolCalibration> calibrations(const Pool& pool) {
    constexpr std::size_t least_replicates = 4;
    std::vector<PoolCalibration> out;
    for (const PoolCell& cell : pool.design.cells)
        if (cell.samples.size() >= least_replicates)
            out.push_back(calibrate(pool, cell));
    return out;
}

PoolCalibration calibrate_by_controls(const Pool& pool, const PoolContrast& contrast) {
    std::vector<double> p;
    for (const std::uint32_t i : pool.controls)
        p.push_back(contrast.features.p_value[i]);
    return {contrast.condition, 0, share_below(p, 0.01), share_below(p, 0.05), not_set};
}

/// Counts of the samples together.
std::vector<double> pooled(const Pool& pool, const std::vector<std::size_t>& samples) {
    const std::size_t features = pool.counts.features.size();
    std::vector<double> out(features, 0.0);
    for (const std::size_t s : samples)
        for (std::size_t i = 0; i < features; ++i)
            out[i] += pool.values[s * features + i];
    return out;
}

/// How many cells founded each sample, by what became of the controls' shares since the samples that it is
/// compared with: those of its own replicate, where there are such. Without controls by the shares of all
/// barcodes; what selection moved then counts as chance, so there were at least as many founders.
void add_bottlenecks(const Pool& pool, std::vector<QcMetric>& qc) {
    for (const PoolComparison& comparison : pool.design.comparisons)
        for (const std::size_t s : pool.design.cells[comparison.cell].samples) {
            std::vector<std::size_t> before = pool.design.cells[comparison.against].samples;
            const auto is_own = [&](std::size_t b) {
                return pool.counts.samples[b].replicate == pool.counts.samples[s].replicate;
            };
            if (std::any_of(before.begin(), before.end(), is_own))
                std::erase_if(before, [&](std::size_t b) { return !is_own(b); });
            qc.push_back({"", pool.counts.samples[s].name,
                          pool.controls.empty() ? "least_bottleneck_size" : "bottleneck_size",
                          stats::bottleneck_size(pooled(pool, before), pooled(pool, {s}), pool.controls)});
        }
}

void warn_of_missing_replicates(const Pool& pool, std::vector<std::string>& warnings) {
    if (pool.replicated())
        return;
    warnings.push_back(fmt::format("the pool has no replicates: fold changes are given without p-values{}",
                                   pool.options.test == PoolTest::rra
                                       ? "; those of MAGeCK's ranks compare genes with each other, and do "
                                         "not know what replicates differ by"
                                       : ""));
}

void warn_of_untested(const std::string& condition, const GroupScores& groups,
                      std::vector<std::string>& warnings) {
    if (std::any_of(groups.p_value.begin(), groups.p_value.end(), [](double p) { return !std::isnan(p); }))
        return;
    const auto filled = static_cast<std::size_t>(
        std::count_if(groups.features.begin(), groups.features.end(), [](std::uint32_t n) { return n > 0; }));
    warnings.push_back(
        filled < stats::least_groups
            ? fmt::format("condition '{}': genes and strains are compared with each other, which takes {} of "
                          "them, not {}: they get no p-values",
                          condition, stats::least_groups, filled)
            : fmt::format("condition '{}': most genes and strains move exactly alike: they get no p-values",
                          condition));
}

Pool prepare(const PoolCounts& counts, const PoolScoreOptions& options, std::vector<std::string>& warnings) {
    Pool pool{counts,
              options,
              control_features(counts, options, warnings),
              {counts.counts.begin(), counts.counts.end()},
              {},
              group_features(counts)};
    pool.design = design_pool(counts, pool.matrix(), options, pool.controls, warnings);
    return pool;
}

}  // namespace

PoolScores score_pool(const PoolCounts& counts, const PoolScoreOptions& options,
                      std::vector<std::string>& warnings) {
    const Pool pool = prepare(counts, options, warnings);
    PoolScores out;
    out.grouped_by = pool.groups.kind;
    out.groups = pool.groups.names;
    out.controls = pool.controls;
    warn_of_missing_replicates(pool, warnings);
    for (const PoolComparison& comparison : pool.design.comparisons) {
        Tested tested = test_contrast(pool, pool.matrix(), pool.design.view(), pool.design.cells.size(),
                                      pool.design.contrast(comparison));
        PoolContrast contrast{pool.design.cells[comparison.cell].name,
                              std::move(tested.features),
                              {},
                              std::move(tested.replaced)};
        contrast.groups.features = std::move(tested.groups.features);
        contrast.groups.log2_fold_change = group_medians(contrast.features.log2_fold_change, pool.groups);
        contrast.groups.z = std::move(tested.groups.z);
        contrast.groups.p_value = std::move(tested.groups.p);
        contrast.groups.q_value = std::move(tested.groups.fdr);
        if (!pool.replicated())
            for (std::vector<double>* column : {&contrast.groups.p_value, &contrast.groups.q_value})
                std::fill(column->begin(), column->end(), not_set);
        else if (!pool.groups.names.empty())
            warn_of_untested(contrast.condition, contrast.groups, warnings);
        if (options.test == PoolTest::rra && !pool.groups.names.empty())
            aggregate_ranks(pool, comparison, contrast.groups, warnings);
        if (options.test == PoolTest::mle && !pool.groups.names.empty())
            fit_likelihood(pool, comparison, tested, contrast);
        out.contrasts.push_back(std::move(contrast));
    }
    add_bottlenecks(pool, out.qc);
    out.along = options.time;
    if (!options.time.empty())
        out.courses = score_courses(counts, options, pool.controls, out.qc, warnings);
    if (!options.spike_ins.empty())
        out.amounts = amounts_by(counts, spike_ins(counts, options), out.qc, warnings);
    if (options.test == PoolTest::feba)
        out.feba = score_feba(counts, options, pool.design, pool.groups, out.qc, warnings);
    out.calibration = calibrations(pool);
    for (const PoolContrast& contrast : out.contrasts)
        out.calibration.push_back(calibrate_by_controls(pool, contrast));
    std::erase_if(out.calibration,
                  [](const PoolCalibration& c) { return std::isnan(c.features_below_1_percent); });
    return out;
}

}  // namespace wellsieve::pipeline

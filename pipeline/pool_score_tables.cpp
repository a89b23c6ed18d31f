#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "formats/results/schema.hpp"
#include "pipeline/pool_tables.hpp"

namespace wellsieve::pipeline {
namespace {

namespace results = formats::results;
using results::Categorical;
using results::ResultTable;

/// The names of blocks, each as often as it has rows.
template <typename Block>
Categorical block_column(const std::vector<Block>& blocks, std::size_t rows, std::string Block::*name) {
    Categorical column;
    for (const Block& block : blocks) {
        column.codes.insert(column.codes.end(), rows, static_cast<std::int32_t>(column.categories.size()));
        column.categories.push_back(block.*name);
    }
    return column;
}

/// The same names for each block.
Categorical name_column(const std::vector<std::string>& names, std::size_t conditions) {
    Categorical column{{}, names, false};
    for (std::size_t c = 0; c < conditions; ++c)
        for (std::size_t i = 0; i < names.size(); ++i)
            column.codes.push_back(static_cast<std::int32_t>(i));
    return column;
}

std::vector<std::string> feature_names(const PoolCounts& counts) {
    std::vector<std::string> names;
    for (const PoolFeature& feature : counts.features)
        names.push_back(feature.id);
    return names;
}

/// One column of all blocks, one below the other; NaN or 0 where a block lacks it.
template <typename Block, typename Get>
auto stacked(const std::vector<Block>& blocks, std::size_t rows, Get get) {
    using Column = std::decay_t<std::invoke_result_t<Get, const Block&>>;
    using Value = typename Column::value_type;
    Column out;
    for (const Block& block : blocks) {
        const Column& values = get(block);
        if (values.empty())
            out.insert(out.end(), rows,
                       std::is_floating_point_v<Value> ? static_cast<Value>(not_set) : Value{});
        out.insert(out.end(), values.begin(), values.end());
    }
    return out;
}

/// Adds columns of all blocks to a table, by name and member of what `part` takes of a block.
template <typename Block, typename Part = std::identity>
auto column_adder(ResultTable& table, const std::vector<Block>& blocks, std::size_t rows, Part part = {}) {
    return [&table, &blocks, rows, part](const std::string& name, auto member) {
        table.add(name, stacked(
                            blocks, rows, [&](const Block& block) -> const auto& {
                                return std::invoke(member, std::invoke(part, block));
                            }));
    };
}

void add_ranks(ResultTable& table, const PoolScores& scores, const std::string& name,
               AggregatedRanks GroupScores::*direction) {
    const auto add = column_adder(
        table, scores.contrasts, scores.groups.size(), [direction](const PoolContrast& c) -> const auto& {
            return c.groups.*direction;
        });
    add(name + "_rho", &AggregatedRanks::score);
    add(name + "_p_value", &AggregatedRanks::p_value);
    add(name + "_fdr", &AggregatedRanks::fdr);
    add(name + "_rank", &AggregatedRanks::rank);
    add(name + "_good", &AggregatedRanks::good);
}

}  // namespace

ResultTable feature_scores_table(const PoolCounts& counts, const PoolScores& scores) {
    const std::size_t rows = counts.features.size();
    ResultTable table = results::make_table(results::table_name::feature_scores);
    table.add("condition", block_column(scores.contrasts, rows, &PoolContrast::condition));
    table.add("feature", name_column(feature_names(counts), scores.contrasts.size()));
    const auto add = column_adder(table, scores.contrasts, rows, &PoolContrast::features);
    add("average_log2_cpm", &FeatureScores::average_log2_cpm);
    add("dispersion", &FeatureScores::dispersion);
    add("log2_fold_change", &FeatureScores::log2_fold_change);
    add("standard_error", &FeatureScores::standard_error);
    add("shrunken", &FeatureScores::shrunken);
    add("shrunken_sd", &FeatureScores::shrunken_sd);
    add("false_sign_rate", &FeatureScores::false_sign_rate);
    add("p_value", &FeatureScores::p_value);
    add("q_value", &FeatureScores::q_value);
    add("outlying", &FeatureScores::outlying);
    add("efficiency", &FeatureScores::efficiency);
    return table;
}

ResultTable outlying_counts_table(const PoolCounts& counts, const PoolScores& scores) {
    Categorical condition, feature{{}, feature_names(counts), false}, sample;
    for (const PoolSample& one : counts.samples)
        sample.categories.push_back(one.name);
    std::vector<std::int64_t> count;
    std::vector<double> distance, used;
    for (const PoolContrast& contrast : scores.contrasts) {
        for (const ReplacedCount& one : contrast.replaced) {
            condition.codes.push_back(static_cast<std::int32_t>(condition.categories.size()));
            feature.codes.push_back(static_cast<std::int32_t>(one.feature));
            sample.codes.push_back(static_cast<std::int32_t>(one.sample));
            count.push_back(counts.counts[counts.at(one.sample, one.feature)]);
            distance.push_back(one.distance);
            used.push_back(one.used);
        }
        condition.categories.push_back(contrast.condition);
    }
    ResultTable table = results::make_table(results::table_name::outlying_counts);
    table.add("condition", std::move(condition));
    table.add("feature", std::move(feature));
    table.add("sample", std::move(sample));
    table.add("count", std::move(count));
    table.add("distance", std::move(distance));
    table.add("used", std::move(used));
    return table;
}

ResultTable group_scores_table(const PoolScores& scores) {
    const std::size_t rows = scores.groups.size();
    ResultTable table = results::make_table(results::table_name::group_scores);
    table.add("condition", block_column(scores.contrasts, rows, &PoolContrast::condition));
    table.add("group", name_column(scores.groups, scores.contrasts.size()));
    const auto add = column_adder(table, scores.contrasts, rows, &PoolContrast::groups);
    add("n_features", &GroupScores::features);
    add("log2_fold_change", &GroupScores::log2_fold_change);
    add("z", &GroupScores::z);
    add("p_value", &GroupScores::p_value);
    add("q_value", &GroupScores::q_value);
    add_ranks(table, scores, "depleted", &GroupScores::depleted);
    add_ranks(table, scores, "enriched", &GroupScores::enriched);
    const auto add_likelihood = column_adder(
        table, scores.contrasts, rows,
        [](const PoolContrast& c) -> const auto& { return c.groups.likelihood; });
    add_likelihood("mle_effect", &LikelihoodEffects::effect);
    add_likelihood("mle_standard_error", &LikelihoodEffects::standard_error);
    add_likelihood("mle_p_value", &LikelihoodEffects::p_value);
    add_likelihood("mle_q_value", &LikelihoodEffects::q_value);
    return table;
}

ResultTable feature_fitness_table(const PoolCounts& counts, const PoolScores& scores) {
    const std::size_t rows = counts.features.size();
    ResultTable table = results::make_table(results::table_name::feature_fitness);
    table.add("condition", block_column(scores.courses, rows, &PoolCourse::condition));
    table.add("feature", name_column(feature_names(counts), scores.courses.size()));
    const auto add = column_adder(table, scores.courses, rows, &PoolCourse::features);
    add("replicates", &FeatureFitness::replicates);
    add("fitness", &FeatureFitness::fitness);
    add("standard_error", &FeatureFitness::standard_error);
    add("between_variance", &FeatureFitness::between_variance);
    add("shrunken", &FeatureFitness::shrunken);
    add("shrunken_sd", &FeatureFitness::shrunken_sd);
    add("false_sign_rate", &FeatureFitness::false_sign_rate);
    add("p_value", &FeatureFitness::p_value);
    add("q_value", &FeatureFitness::q_value);
    return table;
}

ResultTable group_fitness_table(const PoolScores& scores) {
    const std::size_t rows = scores.groups.size();
    ResultTable table = results::make_table(results::table_name::group_fitness);
    table.add("condition", block_column(scores.courses, rows, &PoolCourse::condition));
    table.add("group", name_column(scores.groups, scores.courses.size()));
    const auto add = column_adder(table, scores.courses, rows, &PoolCourse::groups);
    add("n_features", &GroupFitness::features);
    add("fitness", &GroupFitness::fitness);
    add("standard_error", &GroupFitness::standard_error);
    add("between_variance", &GroupFitness::between_variance);
    add("z", &GroupFitness::z);
    add("p_value", &GroupFitness::p_value);
    add("q_value", &GroupFitness::q_value);
    return table;
}

ResultTable amounts_table(const PoolCounts& counts, const PoolScores& scores) {
    ResultTable table = results::make_table(results::table_name::amounts);
    table.add("sample", block_column(counts.samples, counts.features.size(), &PoolSample::name));
    table.add("feature", name_column(feature_names(counts), counts.samples.size()));
    table.add("amount", scores.amounts);
    return table;
}

ResultTable feba_table(const PoolScores& scores) {
    const std::size_t rows = scores.groups.size();
    ResultTable table = results::make_table(results::table_name::feba);
    table.add("sample", block_column(scores.feba, rows, &FebaSample::sample));
    table.add("group", name_column(scores.groups, scores.feba.size()));
    const auto add = column_adder(table, scores.feba, rows);
    add("n_features", &FebaSample::features);
    add("fitness", &FebaSample::fitness);
    add("t", &FebaSample::t);
    add("naive_variance", &FebaSample::naive_variance);
    add("estimated_variance", &FebaSample::estimated_variance);
    return table;
}

}  // namespace wellsieve::pipeline

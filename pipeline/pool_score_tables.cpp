#include <cstdint>
#include <string>
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

/// One column of all blocks, one below the other; `missing` where a block lacks it.
template <typename T, typename Block, typename Get>
std::vector<T> stacked(const std::vector<Block>& blocks, std::size_t rows, T missing, Get get) {
    std::vector<T> out;
    for (const Block& block : blocks) {
        const std::vector<T>& values = get(block);
        if (values.empty())
            out.insert(out.end(), rows, missing);
        out.insert(out.end(), values.begin(), values.end());
    }
    return out;
}

void add_ranks(ResultTable& table, const PoolScores& scores, const std::string& name,
               AggregatedRanks GroupScores::*direction) {
    const std::size_t rows = scores.groups.size();
    const auto add = [&](const char* column, auto AggregatedRanks::*member, auto missing) {
        table.add(name + column,
                  stacked(
                      scores.contrasts, rows, missing, [&](const PoolContrast& c) -> const auto& {
                          return (c.groups.*direction).*member;
                      }));
    };
    add("_rho", &AggregatedRanks::score, not_set);
    add("_p_value", &AggregatedRanks::p_value, not_set);
    add("_fdr", &AggregatedRanks::fdr, not_set);
    add("_rank", &AggregatedRanks::rank, std::uint32_t{0});
    add("_good", &AggregatedRanks::good, std::uint32_t{0});
}

}  // namespace

ResultTable feature_scores_table(const PoolCounts& counts, const PoolScores& scores) {
    const std::size_t rows = counts.features.size();
    ResultTable table = results::make_table(results::table_name::feature_scores);
    table.add("condition", block_column(scores.contrasts, rows, &PoolContrast::condition));
    table.add("feature", name_column(feature_names(counts), scores.contrasts.size()));
    const auto shared = [&](const std::vector<double>& values) {
        return stacked(
            scores.contrasts, rows, not_set, [&](const PoolContrast&) -> const auto& { return values; });
    };
    table.add("average_log2_cpm", shared(scores.average_log2_cpm));
    table.add("dispersion", shared(scores.dispersion));
    const auto add = [&](const char* column, std::vector<double> FeatureScores::*member) {
        table.add(column, stacked(
                              scores.contrasts, rows, not_set, [&](const PoolContrast& c) -> const auto& {
                                  return c.features.*member;
                              }));
    };
    add("log2_fold_change", &FeatureScores::log2_fold_change);
    add("standard_error", &FeatureScores::standard_error);
    add("shrunken", &FeatureScores::shrunken);
    add("shrunken_sd", &FeatureScores::shrunken_sd);
    add("false_sign_rate", &FeatureScores::false_sign_rate);
    add("p_value", &FeatureScores::p_value);
    add("q_value", &FeatureScores::q_value);
    table.add("outlying", stacked(
                              scores.contrasts, rows, std::uint32_t{0},
                              [](const PoolContrast& c) -> const auto& { return c.features.outlying; }));
    add("efficiency", &FeatureScores::efficiency);
    return table;
}

ResultTable group_scores_table(const PoolScores& scores) {
    const std::size_t rows = scores.groups.size();
    ResultTable table = results::make_table(results::table_name::group_scores);
    table.add("condition", block_column(scores.contrasts, rows, &PoolContrast::condition));
    table.add("group", name_column(scores.groups, scores.contrasts.size()));
    table.add("n_features", stacked(
                                scores.contrasts, rows, std::uint32_t{0},
                                [](const PoolContrast& c) -> const auto& { return c.groups.features; }));
    const auto add = [&](const char* column, std::vector<double> GroupScores::*member) {
        table.add(column, stacked(
                              scores.contrasts, rows, not_set, [&](const PoolContrast& c) -> const auto& {
                                  return c.groups.*member;
                              }));
    };
    add("log2_fold_change", &GroupScores::log2_fold_change);
    add("z", &GroupScores::z);
    add("p_value", &GroupScores::p_value);
    add("q_value", &GroupScores::q_value);
    add_ranks(table, scores, "depleted", &GroupScores::depleted);
    add_ranks(table, scores, "enriched", &GroupScores::enriched);
    const auto add_likelihood = [&](const char* column, std::vector<double> LikelihoodEffects::*member) {
        table.add(column, stacked(scores.contrasts, rows, not_set, [&](const PoolContrast& c) -> const auto& {
                      return c.groups.likelihood.*member;
                  }));
    };
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
    const auto add = [&](const char* column, auto FeatureFitness::*member, auto missing) {
        table.add(column, stacked(
                              scores.courses, rows, missing, [&](const PoolCourse& c) -> const auto& {
                                  return c.features.*member;
                              }));
    };
    add("replicates", &FeatureFitness::replicates, std::uint32_t{0});
    add("fitness", &FeatureFitness::fitness, not_set);
    add("standard_error", &FeatureFitness::standard_error, not_set);
    add("between_variance", &FeatureFitness::between_variance, not_set);
    add("shrunken", &FeatureFitness::shrunken, not_set);
    add("shrunken_sd", &FeatureFitness::shrunken_sd, not_set);
    add("false_sign_rate", &FeatureFitness::false_sign_rate, not_set);
    add("p_value", &FeatureFitness::p_value, not_set);
    add("q_value", &FeatureFitness::q_value, not_set);
    return table;
}

ResultTable group_fitness_table(const PoolScores& scores) {
    const std::size_t rows = scores.groups.size();
    ResultTable table = results::make_table(results::table_name::group_fitness);
    table.add("condition", block_column(scores.courses, rows, &PoolCourse::condition));
    table.add("group", name_column(scores.groups, scores.courses.size()));
    const auto add = [&](const char* column, auto GroupFitness::*member, auto missing) {
        table.add(column, stacked(
                              scores.courses, rows,
                              missing, [&](const PoolCourse& c) -> const auto& { return c.groups.*member; }));
    };
    add("n_features", &GroupFitness::features, std::uint32_t{0});
    add("fitness", &GroupFitness::fitness, not_set);
    add("standard_error", &GroupFitness::standard_error, not_set);
    add("between_variance", &GroupFitness::between_variance, not_set);
    add("z", &GroupFitness::z, not_set);
    add("p_value", &GroupFitness::p_value, not_set);
    add("q_value", &GroupFitness::q_value, not_set);
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
    const auto add = [&](const char* column, auto FebaSample::*member, auto missing) {
        table.add(column, stacked(
                              scores.feba, rows,
                              missing, [&](const FebaSample& s) -> const auto& { return s.*member; }));
    };
    add("n_features", &FebaSample::features, std::uint32_t{0});
    add("fitness", &FebaSample::fitness, not_set);
    add("t", &FebaSample::t, not_set);
    add("naive_variance", &FebaSample::naive_variance, not_set);
    add("estimated_variance", &FebaSample::estimated_variance, not_set);
    return table;
}

}  // namespace wellsieve::pipeline

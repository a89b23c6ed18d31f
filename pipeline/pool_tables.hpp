#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/results/table.hpp"
#include "pipeline/pool_data.hpp"
#include "pipeline/pool_scores.hpp"

namespace wellsieve::pipeline {

/// The tables `samples` and `features` of a result file.
formats::results::ResultTable samples_table(const PoolCounts& counts);
formats::results::ResultTable features_table(const PoolCounts& counts);

/// The table `suspects`.
formats::results::ResultTable suspects_table(const PoolCounts& counts);

/// The tables `feature_scores` and `group_scores`: a block of rows a condition.
formats::results::ResultTable feature_scores_table(const PoolCounts& counts, const PoolScores& scores);
formats::results::ResultTable group_scores_table(const PoolScores& scores);

/// The table `outlying_counts`: a row a condition, feature and sample.
formats::results::ResultTable outlying_counts_table(const PoolCounts& counts, const PoolScores& scores);

/// The table `amounts`: a block of rows a sample.
formats::results::ResultTable amounts_table(const PoolCounts& counts, const PoolScores& scores);

/// The table `feba`: a block of rows a sample.
formats::results::ResultTable feba_table(const PoolScores& scores);

/// The tables `feature_fitness` and `group_fitness`: a block of rows a condition with a course.
formats::results::ResultTable feature_fitness_table(const PoolCounts& counts, const PoolScores& scores);
formats::results::ResultTable group_fitness_table(const PoolScores& scores);

/// The files of reads as rows of the table `inputs`: what was counted is used, all else rejected.
std::vector<InputFile> read_inputs(const PoolCounts& counts);

/// Why reads of that fate are not counted; empty where they are.
std::string_view reason_of(ReadFate fate);

/// Why reads were not counted, a row a file and fate, and the commonest sequences that the library lacks.
std::vector<ScreenReject> read_rejects(const PoolCounts& counts);

/// counts.csv as MAGeCK has it: sgRNA, Gene, and a column a sample, parted by tabs.
std::string mageck_table(const PoolCounts& counts);

}  // namespace wellsieve::pipeline

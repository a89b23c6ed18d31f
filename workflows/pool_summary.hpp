#pragma once

#include <string>

#include "pipeline/pool_scores.hpp"

namespace wellsieve::workflows {

/// What a person wants to know of a scored pool: a line a condition, and the check of its error rates; or
/// why nothing was scored.
std::string pool_summary(const pipeline::PoolScores& scores);

}  // namespace wellsieve::workflows

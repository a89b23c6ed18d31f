#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/pool_data.hpp"
#include "pipeline/pool_scores.hpp"

namespace wellsieve::pipeline {

/// The samples of one replicate of a condition, ascending in time; those of the control that went before
/// stand first.
struct ReplicateCourse {
    std::string replicate;
    std::vector<std::size_t> samples;
    std::vector<double> times;
};

/// The courses of a condition. A replicate starts from the control's sample of the same replicate, or from
/// the one that all share. One with fewer than two samples is told in `warnings` and left out. Throws
/// std::invalid_argument where two samples are the same replicate at the same time.
std::vector<ReplicateCourse> courses_of(const PoolCounts& counts, const std::vector<double>& times,
                                        const std::string& condition, const std::string& control,
                                        std::vector<std::string>& warnings);

/// Fitness per unit of time in each condition that has samples of two times or more, the control's own
/// included: weighted lines through log shares in each replicate, the rise of the mean fitness taken off,
/// joined over replicates by random effects. p is that of a moderated t between replicates, because samples
/// of one culture are no replicates. Groups take the random-effects mean of their features, and a competitive
/// test. Mean fitness of each sample, and what replicates of two samples differ by beyond counting, go to
/// `qc`. kernels/stats has the formulas. `controls` may be empty.
std::vector<PoolCourse> score_courses(const PoolCounts& counts, const PoolScoreOptions& options,
                                      std::span<const std::uint32_t> controls, std::vector<QcMetric>& qc,
                                      std::vector<std::string>& warnings);

}  // namespace wellsieve::pipeline

#include "workflows/pool_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <vector>

namespace wellsieve::workflows {
namespace {

using pipeline::GroupScores;
using pipeline::PoolCalibration;
using pipeline::PoolContrast;
using pipeline::PoolScores;

constexpr double called_below = 0.05;

std::size_t called(const std::vector<double>& q) {
    return static_cast<std::size_t>(
        std::count_if(q.begin(), q.end(), [](double v) { return v < called_below; }));
}

/// The names of the three groups with the lowest (sign 1) or highest (sign −1) z of that sign.
std::string foremost(const PoolScores& scores, const GroupScores& groups, double sign) {
    constexpr std::size_t shown = 3;
    std::vector<std::size_t> order;
    for (std::size_t g = 0; g < groups.z.size(); ++g)
        if (sign * groups.z[g] < 0.0)
            order.push_back(g);
    const std::size_t n = std::min(shown, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(n), order.end(),
                      [&](auto a, auto b) { return sign * groups.z[a] < sign * groups.z[b]; });
    std::string text;
    for (std::size_t i = 0; i < n; ++i)
        text += (text.empty() ? "" : ", ") + scores.groups[order[i]];
    return text.empty() ? "none" : text;
}

std::string contrast_line(const PoolScores& scores, const PoolContrast& contrast) {
    std::string text = fmt::format("{}: ", contrast.condition);
    const bool tested = std::any_of(contrast.features.p_value.begin(), contrast.features.p_value.end(),
                                    [](double p) { return !std::isnan(p); });
    if (tested)
        text += fmt::format("{} of {} barcodes{} move, at a false discovery rate of 5 %; ",
                            called(contrast.features.q_value), contrast.features.q_value.size(),
                            scores.groups.empty()
                                ? ""
                                : fmt::format(" and {} of {} {}s", called(contrast.groups.q_value),
                                              scores.groups.size(), scores.grouped_by));
    else
        text += "no p-values, for want of replicates or of reads; ";
    const auto outlying =
        std::accumulate(contrast.features.outlying.begin(), contrast.features.outlying.end(), 0u);
    if (outlying > 0)
        text += fmt::format("{} outlying counts replaced; ", outlying);
    return text + fmt::format("most depleted {}; most enriched {}\n", foremost(scores, contrast.groups, 1.0),
                              foremost(scores, contrast.groups, -1.0));
}

std::string course_line(const PoolScores& scores, const pipeline::PoolCourse& course,
                        const std::string& time) {
    const bool tested = std::any_of(course.features.p_value.begin(), course.features.p_value.end(),
                                    [](double p) { return !std::isnan(p); });
    const std::string moved =
        tested ? fmt::format("{} of {} barcodes and {} of {} {}s differ, at a false discovery rate of 5 %",
                             called(course.features.q_value), course.features.q_value.size(),
                             called(course.groups.q_value), scores.groups.size(), scores.grouped_by)
               : "no p-values, for want of replicates";
    return fmt::format("fitness of {} along {}: {}\n", course.condition, time, moved);
}

std::string calibration_line(const PoolCalibration& check, const std::string& grouped_by) {
    const std::string what = check.replicates > 0 ? fmt::format("halves of the {} replicates of {}",
                                                                check.replicates, check.condition)
                                                  : fmt::format("control barcodes in {}", check.condition);
    std::string text =
        fmt::format("calibration, {}: p below 0.01 for {:.2f} %, below 0.05 for {:.2f} % of barcodes", what,
                    100 * check.features_below_1_percent, 100 * check.features_below_5_percent);
    if (!std::isnan(check.groups_below_1_percent))
        text +=
            fmt::format("; below 0.01 for {:.2f} % of {}s", 100 * check.groups_below_1_percent, grouped_by);
    return text + "\n";
}

}  // namespace

std::string pool_summary(const PoolScores& scores) {
    if (scores.contrasts.empty())
        return "nothing is scored: [[pools]] names no control, the condition that the others are compared "
               "with\n";
    std::string text;
    for (const PoolContrast& contrast : scores.contrasts)
        text += contrast_line(scores, contrast);
    for (const pipeline::PoolCourse& course : scores.courses)
        text += course_line(scores, course, scores.along);
    for (const PoolCalibration& check : scores.calibration)
        text += calibration_line(check, scores.grouped_by);
    if (scores.calibration.empty())
        text += "calibration: not checked, which takes four replicates of a condition, or control barcodes\n";
    return text;
}

}  // namespace wellsieve::workflows

#include "pipeline/pool_design.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <stdexcept>

#include "kernels/stats/size_factors.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;

std::vector<std::string> other_conditions(const std::vector<PoolSample>& samples,
                                          const std::string& control) {
    std::vector<std::string> out;
    for (const PoolSample& sample : samples)
        if (sample.condition != control && std::find(out.begin(), out.end(), sample.condition) == out.end())
            out.push_back(sample.condition);
    return out;
}

/// Replicates in order of their first sample; each must have a sample of the control and be told apart.
std::vector<std::string> pairs_of(const std::vector<PoolSample>& samples, const std::string& control) {
    std::vector<std::string> pairs;
    std::set<std::string> with_control;
    for (const PoolSample& sample : samples) {
        if (sample.replicate.empty())
            throw std::invalid_argument(
                fmt::format("sample '{}' has no replicate; pairs need one for each sample", sample.name));
        if (std::find(pairs.begin(), pairs.end(), sample.replicate) == pairs.end())
            pairs.push_back(sample.replicate);
        if (sample.condition == control)
            with_control.insert(sample.replicate);
    }
    for (const std::string& pair : pairs)
        if (with_control.count(pair) == 0)
            throw std::invalid_argument(fmt::format(
                "replicate '{}' has no sample of condition '{}' to be paired with", pair, control));
    return pairs;
}

double total_of(stats::Counts values, std::size_t s) {
    const auto row = values.sample(s);
    return std::accumulate(row.begin(), row.end(), 0.0);
}

/// ln of factors, on the scale of library sizes.
std::vector<double> offsets_of(stats::Counts values, std::vector<double> factor) {
    double shift = 0.0;
    for (std::size_t s = 0; s < values.samples; ++s)
        shift += (std::log(total_of(values, s)) - std::log(factor[s])) / static_cast<double>(values.samples);
    for (double& f : factor)
        f = std::log(f) + shift;
    return factor;
}

void warn_of_normalisation(stats::Counts values, const std::vector<double>& offset, bool by_controls,
                           std::vector<std::string>& warnings) {
    std::vector<double> factor = offset;
    for (double& f : factor)
        f = std::exp(f);
    const stats::NormalisationCheck check = stats::check_normalisation(values, factor);
    if (check.largest_zero_share > stats::many_zeros)
        warnings.push_back(
            fmt::format("{:.0f} % of the barcodes of a sample have no read: its normalisation is shaky",
                        100 * check.largest_zero_share));
    if (check.smallest_factor < stats::smallest_usual_factor ||
        check.largest_factor > stats::largest_usual_factor)
        warnings.push_back(fmt::format("samples differ in depth: size factors from {:.2f} to {:.2f}",
                                       check.smallest_factor, check.largest_factor));
    if (check.largest_moving_share > stats::many_moving && !by_controls)
        warnings.push_back(fmt::format(
            "{:.0f} % of the barcodes move between two samples: normalise by controls, because no other "
            "normalisation holds where many move",
            100 * check.largest_moving_share));
}

std::vector<double> normalise(stats::Counts values, PoolNormalisation form,
                              std::span<const std::uint32_t> controls, std::vector<std::string>& warnings) {
    std::vector<double> factor(values.samples);
    if (form == PoolNormalisation::automatic)
        form = controls.empty() ? PoolNormalisation::tmm : PoolNormalisation::control;
    if (form == PoolNormalisation::tmm) {
        stats::tmm_factors(values, factor);
        for (std::size_t s = 0; s < values.samples; ++s)
            factor[s] *= total_of(values, s);
    } else if (form == PoolNormalisation::total) {
        stats::total_factors(values, {}, factor);
    } else {
        const bool by_controls = form == PoolNormalisation::control;
        stats::median_ratio_factors(values, by_controls ? controls : std::span<const std::uint32_t>{},
                                    factor);
    }
    if (std::any_of(factor.begin(), factor.end(), [](double f) { return !(f > 0.0) || !std::isfinite(f); })) {
        warnings.push_back(fmt::format("no {}barcode is in every sample: normalised by library size instead",
                                       form == PoolNormalisation::control ? "control " : ""));
        form = PoolNormalisation::total;
        stats::total_factors(values, {}, factor);
    }
    std::vector<double> offset = offsets_of(values, std::move(factor));
    warn_of_normalisation(values, offset, form == PoolNormalisation::control, warnings);
    return offset;
}

std::string unknown_control(const std::string& name) {
    return fmt::format("no barcode, gene or strain of the library is called '{}'", name);
}

}  // namespace

std::vector<double> PoolDesign::contrast(std::size_t condition) const {
    std::vector<double> out(coefficients, 0.0);
    out[1 + condition] = 1.0;
    return out;
}

std::vector<std::uint32_t> control_features(const PoolCounts& counts, const PoolScoreOptions& options,
                                            std::vector<std::string>& warnings) {
    const std::set<std::string> names(options.controls.begin(), options.controls.end());
    std::set<std::string> unknown = names;
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < counts.features.size(); ++i) {
        const PoolFeature& feature = counts.features[i];
        if (names.count(feature.id) + names.count(feature.gene) + names.count(feature.strain) == 0)
            continue;
        out.push_back(static_cast<std::uint32_t>(i));
        for (const std::string* name : {&feature.id, &feature.gene, &feature.strain})
            unknown.erase(*name);
    }
    if (!unknown.empty() && out.empty())
        throw std::invalid_argument(unknown_control(*unknown.begin()));
    if (!unknown.empty())
        warnings.push_back(fmt::format("{} of {} controls are not used: {}", unknown.size(), names.size(),
                                       unknown_control(*unknown.begin())));
    std::sort(out.begin(), out.end(),
              [&](auto a, auto b) { return counts.features[a].id < counts.features[b].id; });
    return out;
}

PoolDesign lay_out_pool(const std::vector<PoolSample>& samples, const PoolScoreOptions& options) {
    PoolDesign design;
    design.conditions = other_conditions(samples, options.control);
    for (const PoolSample& sample : samples)
        if (sample.condition.empty())
            throw std::invalid_argument(fmt::format(
                "sample '{}' has no condition; name it, or take the sample out of the sample sheet",
                sample.name));
    const auto is_control = [&](const PoolSample& s) { return s.condition == options.control; };
    if (std::none_of(samples.begin(), samples.end(), is_control))
        throw std::invalid_argument(fmt::format("no sample has the condition '{}'", options.control));
    if (design.conditions.empty())
        throw std::invalid_argument(fmt::format("every sample has the condition '{}'", options.control));
    const std::vector<std::string> pairs =
        options.paired ? pairs_of(samples, options.control) : std::vector<std::string>{};
    design.coefficients = 1 + design.conditions.size() + (pairs.empty() ? 0 : pairs.size() - 1);
    if (design.coefficients > stats::most_coefficients)
        throw std::invalid_argument(
            fmt::format("{} conditions and pairs are more than {} can be compared at once",
                        design.coefficients, stats::most_coefficients));
    for (const PoolSample& sample : samples) {
        design.matrix.push_back(1.0);
        for (const std::string& condition : design.conditions)
            design.matrix.push_back(sample.condition == condition ? 1.0 : 0.0);
        for (std::size_t p = 1; p < pairs.size(); ++p)
            design.matrix.push_back(sample.replicate == pairs[p] ? 1.0 : 0.0);
    }
    return design;
}

PoolDesign design_pool(const PoolCounts& counts, stats::Counts values, const PoolScoreOptions& options,
                       std::span<const std::uint32_t> controls, std::vector<std::string>& warnings) {
    PoolDesign design = lay_out_pool(counts.samples, options);
    if (options.normalise == PoolNormalisation::control && controls.empty())
        throw std::invalid_argument("normalise = \"control\" needs controls = [...]");
    for (std::size_t s = 0; s < values.samples; ++s)
        if (!(total_of(values, s) > 0.0))
            throw std::invalid_argument(fmt::format(
                "sample '{}' has no count; take it out of the sample sheet", counts.samples[s].name));
    design.offset = normalise(values, options.normalise, controls, warnings);
    return design;
}

}  // namespace wellsieve::pipeline

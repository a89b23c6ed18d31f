#include "pipeline/pool_design.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <stdexcept>

#include "kernels/stats/competitive_test.hpp"
#include "kernels/stats/pool_quality.hpp"
#include "kernels/stats/size_factors.hpp"

namespace wellsieve::pipeline {
namespace {

namespace stats = kernels::stats;

/// The number in a text, NaN where there is anything else.
double number_in(const std::string& text) {
    double value = not_set;
    const char* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    return parsed.ec == std::errc() && parsed.ptr == end ? value : not_set;
}

/// Cells in order of their first sample, but those of a condition together, ascending in time.
std::vector<PoolCell> cells_of(const PoolCounts& counts, const std::vector<double>& times,
                               const std::string& control) {
    std::vector<std::string> conditions{control};
    for (const PoolSample& sample : counts.samples)
        if (std::find(conditions.begin(), conditions.end(), sample.condition) == conditions.end())
            conditions.push_back(sample.condition);
    std::vector<PoolCell> cells;
    for (const std::string& condition : conditions) {
        std::map<double, std::vector<std::size_t>> by_time;
        for (std::size_t s = 0; s < counts.samples.size(); ++s)
            if (counts.samples[s].condition == condition)
                by_time[std::isnan(times[s]) ? 0.0 : times[s]].push_back(s);
        for (auto& [time, samples] : by_time) {
            const double told = times[samples.front()];
            std::string name = by_time.size() > 1 ? fmt::format("{} at {:.6g}", condition, told) : condition;
            cells.push_back({std::move(name), condition, told, std::move(samples)});
        }
    }
    return cells;
}

std::vector<PoolComparison> comparisons_of(const std::vector<PoolCell>& cells, const std::string& control) {
    std::vector<PoolComparison> out;
    for (std::size_t c = 0; c < cells.size(); ++c) {
        if (cells[c].condition == control)
            continue;
        std::size_t against = 0;
        for (std::size_t k = 0; k < cells.size(); ++k)
            if (cells[k].condition == control && cells[k].time == cells[c].time)
                against = k;
        out.push_back({c, against});
    }
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

/// The batch of each sample, by the column that the options name.
std::vector<std::string> batches_of(const PoolCounts& counts, const std::string& name) {
    const auto own = std::find(counts.sample_columns.begin(), counts.sample_columns.end(), name);
    if (own == counts.sample_columns.end())
        throw std::invalid_argument(fmt::format("batch: the sample sheet has no further column '{}'", name));
    std::vector<std::string> out;
    for (const PoolSample& sample : counts.samples) {
        out.push_back(sample.other[static_cast<std::size_t>(own - counts.sample_columns.begin())]);
        if (out.back().empty())
            throw std::invalid_argument(
                fmt::format("batch: sample '{}' has nothing in column '{}'", sample.name, name));
    }
    return out;
}

/// Samples that share a text, in order of their first one.
std::vector<std::string> distinct(const std::vector<std::string>& texts) {
    std::vector<std::string> out;
    for (const std::string& text : texts)
        if (std::find(out.begin(), out.end(), text) == out.end())
            out.push_back(text);
    return out;
}

/// A batch all of whose samples stand in one cell; empty where there is none.
std::string lonely_batch(const std::vector<PoolCell>& cells, const std::vector<std::string>& batch) {
    for (const std::string& name : distinct(batch)) {
        const auto has = [&](const PoolCell& cell) {
            return std::any_of(cell.samples.begin(), cell.samples.end(),
                               [&](std::size_t s) { return batch[s] == name; });
        };
        if (std::count_if(cells.begin(), cells.end(), has) == 1)
            return fmt::format(" (batch '{}' has condition '{}' alone)", name,
                               std::find_if(cells.begin(), cells.end(), has)->name);
    }
    return {};
}

/// Throws where conditions, pairs and batches cannot be told from each other.
void check_estimable(const PoolDesign& design, const PoolScoreOptions& options,
                     const std::vector<std::string>& batch) {
    const std::vector<double> offset(design.matrix.size() / design.coefficients, 0.0);
    if (stats::independent_columns({design.matrix, design.coefficients, offset}) == design.coefficients)
        return;
    if (batch.empty())
        throw std::invalid_argument(
            "conditions cannot be told from pairs: each replicate needs samples of "
            "the control and of what is compared with it");
    throw std::invalid_argument(
        fmt::format("batches of column '{}' cannot be told from {}{}; without another sheet, leave batch out",
                    options.batch, options.paired ? "conditions and pairs" : "conditions",
                    lonely_batch(design.cells, batch)));
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
                              std::span<const std::uint32_t> chosen, std::vector<std::string>& warnings) {
    std::vector<double> factor(values.samples);
    if (form == PoolNormalisation::automatic)
        form = chosen.empty() ? PoolNormalisation::tmm : PoolNormalisation::control;
    if (form == PoolNormalisation::tmm) {
        stats::tmm_factors(values, factor);
        for (std::size_t s = 0; s < values.samples; ++s)
            factor[s] *= total_of(values, s);
    } else if (form == PoolNormalisation::total) {
        stats::total_factors(values, {}, factor);
    } else {
        const bool by_chosen = form != PoolNormalisation::median;
        stats::median_ratio_factors(values, by_chosen ? chosen : std::span<const std::uint32_t>{}, factor);
    }
    if (std::any_of(factor.begin(), factor.end(), [](double f) { return !(f > 0.0) || !std::isfinite(f); })) {
        warnings.push_back(fmt::format("no {}barcode is in every sample: normalised by library size instead",
                                       form == PoolNormalisation::control    ? "control "
                                       : form == PoolNormalisation::spike_in ? "spiked-in "
                                                                             : ""));
        form = PoolNormalisation::total;
        stats::total_factors(values, {}, factor);
    }
    std::vector<double> offset = offsets_of(values, std::move(factor));
    const bool by_chosen = form == PoolNormalisation::control || form == PoolNormalisation::spike_in;
    warn_of_normalisation(values, offset, by_chosen, warnings);
    return offset;
}

std::string unknown_control(const std::string& name) {
    return fmt::format("no barcode, gene or strain of the library is called '{}'", name);
}

}  // namespace

std::vector<double> PoolDesign::contrast(const PoolComparison& comparison) const {
    std::vector<double> out(coefficients, 0.0);
    out[comparison.cell] = 1.0;
    if (comparison.against > 0)  // the intercept is the first cell's
        out[comparison.against] = -1.0;
    return out;
}

std::vector<std::string> PoolDesign::compared() const {
    std::vector<std::string> out;
    for (const PoolComparison& comparison : comparisons)
        out.push_back(cells[comparison.cell].name);
    return out;
}

PoolGroups group_features(const PoolCounts& counts) {
    const bool by_gene = std::any_of(counts.features.begin(), counts.features.end(),
                                     [](const PoolFeature& f) { return !f.gene.empty(); });
    PoolGroups groups{by_gene ? "gene" : "strain", {}, {}};
    std::map<std::string, std::uint32_t> index;
    for (const PoolFeature& feature : counts.features) {
        const std::string& name = by_gene ? feature.gene : feature.strain;
        if (name.empty()) {
            groups.of.push_back(stats::no_group);
            continue;
        }
        const auto [at, is_new] = index.try_emplace(name, static_cast<std::uint32_t>(groups.names.size()));
        if (is_new)
            groups.names.push_back(name);
        groups.of.push_back(at->second);
    }
    return groups;
}

std::vector<double> sample_times(const PoolCounts& counts, const PoolScoreOptions& options) {
    std::vector<double> out(counts.samples.size(), not_set);
    if (options.time.empty())
        return out;
    const auto own = std::find(counts.sample_columns.begin(), counts.sample_columns.end(), options.time);
    const auto column = static_cast<std::size_t>(own - counts.sample_columns.begin());
    if (own == counts.sample_columns.end() && options.time != "time_h")
        throw std::invalid_argument(fmt::format("the sample sheet has no column '{}'", options.time));
    for (std::size_t s = 0; s < out.size(); ++s) {
        const PoolSample& sample = counts.samples[s];
        out[s] = own == counts.sample_columns.end() ? sample.time_h : number_in(sample.other[column]);
        if (!std::isfinite(out[s]))
            throw std::invalid_argument(
                fmt::format("sample '{}' has no number in column '{}'", sample.name, options.time));
    }
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

SpikeIns spike_ins(const PoolCounts& counts, const PoolScoreOptions& options) {
    SpikeIns out;
    for (const auto& [name, amount] : options.spike_ins) {
        const std::size_t before = out.feature.size();
        for (std::uint32_t i = 0; i < counts.features.size(); ++i)
            if (counts.features[i].id == name || counts.features[i].strain == name) {
                out.feature.push_back(i);
                out.amount.push_back(amount);
            }
        if (out.feature.size() == before)
            throw std::invalid_argument(
                fmt::format("spike_ins: no barcode or strain of the library is called '{}'", name));
    }
    return out;
}

std::vector<double> amounts_by(const PoolCounts& counts, const SpikeIns& known, std::vector<QcMetric>& qc,
                               std::vector<std::string>& warnings) {
    std::vector<double> out;
    for (std::size_t s = 0; s < counts.samples.size(); ++s) {
        std::vector<double> seen;
        for (const std::uint32_t i : known.feature)
            seen.push_back(counts.counts[counts.at(s, i)]);
        const stats::SpikeInFit fit = stats::fit_spike_ins(seen, known.amount);
        const std::string& name = counts.samples[s].name;
        for (const auto& [metric, value] :
             {std::pair("spike_in_slope", fit.slope), std::pair("spike_in_r_squared", fit.r_squared),
              std::pair("detection_limit", fit.detection_limit)})
            qc.push_back({"", name, metric, value});
        if (std::isnan(fit.slope))
            warnings.push_back(fmt::format(
                "sample '{}' has reads of fewer than two amounts of spike-ins: no amounts are given", name));
        for (std::size_t i = 0; i < counts.features.size(); ++i)
            out.push_back(stats::amount_of(counts.counts[counts.at(s, i)], fit));
    }
    return out;
}

PoolDesign lay_out_pool(const PoolCounts& counts, const PoolScoreOptions& options) {
    const std::vector<PoolSample>& samples = counts.samples;
    for (const PoolSample& sample : samples)
        if (sample.condition.empty())
            throw std::invalid_argument(fmt::format(
                "sample '{}' has no condition; name it, or take the sample out of the sample sheet",
                sample.name));
    const auto is_control = [&](const PoolSample& s) { return s.condition == options.control; };
    if (std::none_of(samples.begin(), samples.end(), is_control))
        throw std::invalid_argument(fmt::format("no sample has the condition '{}'", options.control));
    PoolDesign design;
    design.cells = cells_of(counts, sample_times(counts, options), options.control);
    design.comparisons = comparisons_of(design.cells, options.control);
    if (design.comparisons.empty())
        throw std::invalid_argument(fmt::format("every sample has the condition '{}'", options.control));
    const std::vector<std::string> pairs =
        options.paired ? pairs_of(samples, options.control) : std::vector<std::string>{};
    const std::vector<std::string> batch =
        options.batch.empty() ? std::vector<std::string>{} : batches_of(counts, options.batch);
    const std::vector<std::string> batches = distinct(batch);
    const std::size_t of_pairs = pairs.empty() ? 0 : pairs.size() - 1;
    const std::size_t of_batches = batches.empty() ? 0 : batches.size() - 1;
    design.coefficients = design.cells.size() + of_pairs + of_batches;
    if (design.coefficients > stats::most_coefficients)
        throw std::invalid_argument(fmt::format(
            "{} conditions, times, pairs and batches are more than the {} that can be compared at once",
            design.coefficients, stats::most_coefficients));
    design.matrix.assign(samples.size() * design.coefficients, 0.0);
    for (std::size_t c = 0; c < design.cells.size(); ++c)
        for (const std::size_t s : design.cells[c].samples)
            design.matrix[s * design.coefficients + c] = 1.0;
    for (std::size_t s = 0; s < samples.size(); ++s) {
        double* row = &design.matrix[s * design.coefficients];
        row[0] = 1.0;
        for (std::size_t p = 1; p < pairs.size(); ++p)
            row[design.cells.size() + p - 1] = samples[s].replicate == pairs[p] ? 1.0 : 0.0;
        for (std::size_t b = 1; b < batches.size(); ++b)
            row[design.cells.size() + of_pairs + b - 1] = batch[s] == batches[b] ? 1.0 : 0.0;
    }
    check_estimable(design, options, batch);
    for (const std::string& own : batch)
        design.batch.push_back(
            static_cast<std::uint32_t>(std::find(batches.begin(), batches.end(), own) - batches.begin()));
    return design;
}

PoolDesign design_pool(const PoolCounts& counts, stats::Counts values, const PoolScoreOptions& options,
                       std::span<const std::uint32_t> controls, std::vector<std::string>& warnings) {
    PoolDesign design = lay_out_pool(counts, options);
    if (options.normalise == PoolNormalisation::control && controls.empty())
        throw std::invalid_argument("normalise = \"control\" needs controls = [...]");
    for (std::size_t s = 0; s < values.samples; ++s)
        if (!(total_of(values, s) > 0.0))
            throw std::invalid_argument(fmt::format(
                "sample '{}' has no count; take it out of the sample sheet", counts.samples[s].name));
    const std::vector<std::uint32_t> spiked = spike_ins(counts, options).feature;
    if (options.normalise == PoolNormalisation::spike_in && spiked.empty())
        throw std::invalid_argument("normalise = \"spike_in\" needs spike_ins = {...}");
    design.offset = normalise(values, options.normalise,
                              options.normalise == PoolNormalisation::spike_in ? spiked : controls, warnings);
    return design;
}

}  // namespace wellsieve::pipeline

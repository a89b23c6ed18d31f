#include "pipeline/measure_quality.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <unordered_map>

#include "kernels/plate/agreement.hpp"
#include "kernels/plate/median_polish.hpp"
#include "kernels/plate/quality.hpp"
#include "pipeline/median.hpp"
#include "pipeline/role_selection.hpp"

namespace wellsieve::pipeline {
namespace {

namespace plate = kernels::plate;
using formats::plates::Role;
using plate::Summary;

class TraitQuality {
  public:
    TraitQuality(Screen& screen, const TraitColumn& trait) : screen_(screen), trait_(trait) {}

    void run() {
        const auto sample = summaries(wells_with_role(screen_, Role::sample));
        const auto parent = summaries(wells_with_role(screen_, Role::parent));
        const auto positive = summaries(wells_with_role(screen_, Role::positive));
        const auto negative = summaries(wells_with_role(screen_, Role::negative));
        measure_position_effects();
        for (std::size_t p = 0; p < screen_.plates.plates.size(); ++p) {
            add(p, "samples_measured", static_cast<double>(sample[p].count));
            add(p, "sample_median", sample[p].median);
            add(p, "sample_mad", sample[p].mad);
            add(p, "parent_mean", parent[p].mean);
            add(p, "parent_cv", plate::coefficient_of_variation(parent[p]));
            add(p, "z_prime", plate::z_prime(positive[p], negative[p]));
            add(p, "z_prime_robust", plate::z_prime_robust(positive[p], negative[p]));
            add(p, "ssmd", plate::ssmd(positive[p], negative[p]));
            add(p, "ssmd_robust", plate::ssmd_robust(positive[p], negative[p]));
            add(p, "ssmd_unbiased", plate::ssmd_unbiased(positive[p], negative[p]));
            add(p, "signal_to_background", plate::signal_to_background(positive[p], negative[p]));
            add(p, "signal_to_noise", plate::signal_to_noise(positive[p], negative[p]));
            add(p, "signal_window", plate::signal_window(positive[p], negative[p]));
            add(p, "edge_effect", edge_effect_[p]);
            add(p, "row_effect", row_effect_[p]);
            add(p, "column_effect", column_effect_[p]);
        }
    }

  private:
    void add(std::size_t p, const char* metric, double value) {
        if (std::isfinite(value))
            screen_.qc.push_back({screen_.plates.plates[p].name, trait_.options.name, metric, value});
    }

    std::vector<Summary> summaries(const std::vector<std::uint8_t>& selected) const {
        return summaries_of(trait_.corrected, selected);
    }

    std::vector<Summary> summaries_of(const std::vector<double>& values,
                                      const std::vector<std::uint8_t>& selected) const {
        std::vector<Summary> found(screen_.plates.plates.size());
        for (const PlateRun& run : plate_runs(screen_))
            plate::summarise(run.of(values), run.of(selected), run.shape,
                             std::span(found).subspan(run.first_plate, run.shape.plates));
        return found;
    }

    /// Samples at the edge against those inside, and the spread of a median polish's rows and columns.
    void measure_position_effects() {
        const std::vector<std::uint8_t> sample = wells_with_role(screen_, Role::sample);
        std::vector<std::uint8_t> edge(sample.size());
        std::vector<std::uint8_t> interior(sample.size());
        std::vector<double> residuals(sample.size());
        std::vector<double> rows;
        std::vector<double> columns;
        for (const PlateRun& run : plate_runs(screen_)) {
            std::vector<std::uint8_t> at_edge(run.shape.wells());
            plate::mark_edge(run.shape.rows, run.shape.columns, at_edge);
            for (std::size_t i = 0; i < run.shape.size(); ++i) {
                const std::size_t well = run.first_well + i;
                edge[well] = sample[well] & at_edge[i % run.shape.wells()];
                interior[well] = sample[well] & (at_edge[i % run.shape.wells()] ^ 1);
            }
            std::vector<double> row_effects(run.shape.plates * run.shape.rows);
            std::vector<double> column_effects(run.shape.plates * run.shape.columns);
            std::vector<plate::PolishFit> fits(run.shape.plates);
            plate::median_polish(run.of(trait_.corrected), run.of(sample), run.shape, plate::polish_rule_r,
                                 {run.of(residuals), row_effects, column_effects, fits});
            rows.insert(rows.end(), row_effects.begin(), row_effects.end());
            columns.insert(columns.end(), column_effects.begin(), column_effects.end());
        }
        const auto at_edge = summaries(edge);
        const auto inside = summaries(interior);
        const auto residual = summaries_of(residuals, sample);
        std::size_t row = 0;
        std::size_t column = 0;
        for (std::size_t p = 0; p < residual.size(); ++p) {
            const auto shape = screen_.plates.plates[p].shape;
            edge_effect_.push_back(plate::edge_effect(at_edge[p], inside[p]));
            row_effect_.push_back(plate::line_effect(std::span(rows).subspan(row, shape.rows), residual[p]));
            column_effect_.push_back(
                plate::line_effect(std::span(columns).subspan(column, shape.columns), residual[p]));
            row += shape.rows;
            column += shape.columns;
        }
    }

    Screen& screen_;
    const TraitColumn& trait_;
    std::vector<double> edge_effect_, row_effect_, column_effect_;
};

constexpr double clear_rise = 20;  ///< times the noise

/// Half of the rise that growth needs, and clear of the noise: often growth above a blank that nobody took
/// off.
bool rises_too_little(const kernels::curve::GrowthRate& rate, const kernels::curve::CurveTraits& traits,
                      double min_fold_change) {
    const double fold = traits.maximum / traits.initial;
    return traits.verdicts.has(kernels::curve::Verdict::no_growth) && fold < min_fold_change &&
           fold > (1 + min_fold_change) / 2 && traits.maximum - traits.initial > clear_rise * rate.noise_sd;
}

/// Cultures of one plate that grow faster than any microbe.
struct ImplausibleRates {
    std::size_t wells = 0;
    double largest_per_h = 0;

    void add(const kernels::curve::GrowthRate& rate, const kernels::curve::CurveTraits& traits) {
        if (!traits.verdicts.has(kernels::curve::Verdict::implausible_rate))
            return;
        ++wells;
        largest_per_h = std::max(largest_per_h, rate.rate_per_h);
    }
};

void warn_of(const ImplausibleRates& rates, const PlateData& plate, const std::string& readout,
             std::vector<std::string>& warnings) {
    if (rates.wells > 0)
        warnings.push_back(fmt::format(
            "plate '{}': {} curves of readout '{}' rise faster than any microbe grows, by up to {:.3g} 1/h "
            "(implausible_rate); check the unit of time and the blank, and whether it is an assay and no "
            "growth",
            plate.name, rates.wells, readout, rates.largest_per_h));
}

/// How many curves of cultures each verdict holds for, and the blanks that grow.
void count_verdicts(Screen& screen, const CurveColumn& curves) {
    const double min_fold_change = screen.options.curves.min_fold_change;
    std::size_t at = 0;
    for (std::size_t p = 0; p < screen.plates.plates.size(); ++p) {
        const PlateData& plate = screen.plates.plates[p];
        std::map<std::string, double> counts;
        std::vector<std::string> growing_blanks;
        std::size_t without_blank = 0;
        std::size_t small_rises = 0;
        ImplausibleRates implausible;
        for (; at < curves.wells.size() && curves.wells[at] < screen.well_begin[p + 1]; ++at) {
            const auto well = static_cast<std::uint32_t>(curves.wells[at] - screen.well_begin[p]);
            const Role role = plate.wells[well].role;
            if (role == Role::blank && std::isfinite(curves.rates[at].rate_per_h))
                growing_blanks.push_back(well_name(plate.shape.well(well)));
            if (role != Role::blank && role != Role::empty) {
                ++counts["curves_" + std::string(verdict_name(curves.found[at].verdicts))];
                implausible.add(curves.rates[at], curves.found[at]);
                small_rises += rises_too_little(curves.rates[at], curves.found[at], min_fold_change) ? 1 : 0;
            }
            without_blank += curves.found[at].verdicts.has(kernels::curve::Verdict::blank_grows) ? 1 : 0;
        }
        for (const auto& [metric, count] : counts)
            screen.qc.push_back({plate.name, curves.readout, metric, count});
        if (without_blank > 0)
            screen.warnings.push_back(
                fmt::format("plate '{}': the blanks grow in readout '{}', so {} of its curves have no traits "
                            "(blank_grows); mask blanks that are contaminated, or give blank = a number",
                            plate.name, curves.readout, without_blank));
        warn_of(implausible, plate, curves.readout, screen.warnings);
        if (small_rises > 0)
            screen.warnings.push_back(fmt::format(
                "plate '{}': {} curves of readout '{}' rise clearly, but less than {:g}-fold (no_growth); if "
                "the medium's own reading is still in them, subtract a blank, or give a lower "
                "min_fold_change",
                plate.name, small_rises, curves.readout, min_fold_change));
        if (growing_blanks.empty())
            continue;
        screen.qc.push_back(
            {plate.name, curves.readout, "growing_blanks", static_cast<double>(growing_blanks.size())});
        screen.warnings.push_back(fmt::format(
            "plate '{}': the blanks {} grow in readout '{}' and raise what is subtracted; mask them if "
            "they are contaminated",
            plate.name, fmt::join(growing_blanks, ", "), curves.readout));
    }
}

void add_screen_metric(Screen& screen, const TraitColumn& trait, const char* metric, double value) {
    if (std::isfinite(value))
        screen.qc.push_back({"", trait.options.name, metric, value});
}

/// The first two measured wells of each strain that has two.
struct Pairs {
    std::vector<double> first, second;
};

Pairs replicate_pairs(const Screen& screen, const TraitColumn& trait) {
    std::unordered_map<std::string_view, std::size_t>
        seen;  // strain → its first well; SIZE_MAX once it is paired
    Pairs pairs;
    for (std::size_t p = 0; p < screen.plates.plates.size(); ++p)
        for (std::size_t i = 0; i < screen.plates.plates[p].wells.size(); ++i) {
            const WellAnnotation& annotation = screen.plates.plates[p].wells[i];
            const std::size_t well = screen.well_begin[p] + i;
            if (annotation.role != Role::sample || !std::isfinite(trait.normalised[well]))
                continue;
            const auto [entry, added] = seen.try_emplace(annotation.strain, well);
            if (added || entry->second == SIZE_MAX)
                continue;
            pairs.first.push_back(trait.normalised[entry->second]);
            pairs.second.push_back(trait.normalised[well]);
            entry->second = SIZE_MAX;
        }
    return pairs;
}

}  // namespace

void measure_quality(Screen& screen) {
    screen.qc.clear();
    for (const TraitColumn& trait : screen.traits)
        TraitQuality(screen, trait).run();
    for (const CurveColumn& curves : screen.curves)
        count_verdicts(screen, curves);
}

void measure_agreement(Screen& screen) {
    for (const TraitColumn& trait : screen.traits) {
        const Pairs pairs = replicate_pairs(screen, trait);
        add_screen_metric(screen, trait, "replicate_pearson", plate::pearson(pairs.first, pairs.second));
        add_screen_metric(screen, trait, "replicate_spearman", plate::spearman(pairs.first, pairs.second));
        add_screen_metric(screen, trait, "repeatability_sd",
                          plate::repeatability_sd(pairs.first, pairs.second));
        std::vector<double> medians;
        for (const QcMetric& metric : screen.qc)
            if (metric.subject == trait.options.name && metric.metric == "sample_median")
                medians.push_back(metric.value);
        add_screen_metric(screen, trait, "drift_per_plate", plate::theil_sen_slope(medians));
        add_screen_metric(screen, trait, "drift_correlation", plate::drift_correlation(medians));
    }
}

}  // namespace wellsieve::pipeline

#include "pipeline/normalise_traits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "formats/error.hpp"
#include "kernels/plate/loess_surface.hpp"
#include "kernels/plate/median_polish.hpp"
#include "kernels/plate/normalise.hpp"
#include "kernels/plate/quadratic_surface.hpp"
#include "kernels/plate/summary.hpp"
#include "pipeline/role_selection.hpp"

namespace wellsieve::pipeline {
namespace {

namespace plate = kernels::plate;
using formats::plates::Flag;
using formats::plates::Role;
using plate::Location;
using plate::Scale;
using plate::Summary;

/// Plates with fewer samples than this are too small to take the samples' median for neutral.
constexpr std::size_t many_samples = 48;
/// A parent that stands once on a plate corrects it no better than one well is read.
constexpr std::size_t least_parents = 2;

/// Up to this share of wells without growth or product is set aside for the sake of the log2 scale.
constexpr double dead_share = 0.02;

/// The roles of the screen's wells.
struct Roles {
    explicit Roles(const Screen& screen)
        : sample(wells_with_role(screen, Role::sample)),
          parent(wells_with_role(screen, Role::parent)),
          positive(wells_with_role(screen, Role::positive)),
          negative(wells_with_role(screen, Role::negative)) {}

    /// Neither blank nor empty.
    bool holds_cells(std::size_t i) const { return (sample[i] | parent[i] | positive[i] | negative[i]) != 0; }

    std::vector<std::uint8_t> sample, parent, positive, negative;
};

class TraitNormaliser {
  public:
    TraitNormaliser(Screen& screen, const Roles& roles, TraitColumn& trait)
        : screen_(screen), roles_(roles), trait_(trait), runs_(plate_runs(screen)) {}

    void run() {
        choose_scale();
        choose_normalisation();
        trait_.normalised = trait_.corrected;
        measure_distance_to_target();
        if (trait_.scale == pipeline::Scale::log2)
            take_logarithms();
        normalise();
        adjust_variance();
    }

  private:
    bool additive() const {
        return trait_.scale == pipeline::Scale::log2 || trait_.options.goal == Goal::target;
    }

    std::vector<Summary> summaries(const std::vector<std::uint8_t>& selected) const {
        std::vector<Summary> found(screen_.plates.plates.size());
        for (const PlateRun& run : runs_)
            plate::summarise(run.of(trait_.normalised), run.of(selected), run.shape,
                             std::span(found).subspan(run.first_plate, run.shape.plates));
        return found;
    }

    std::size_t least_measured(const std::vector<std::uint8_t>& selected) const {
        std::size_t least = SIZE_MAX;
        for (std::size_t p = 0; p + 1 < screen_.well_begin.size(); ++p) {
            std::size_t measured = 0;
            std::size_t samples = 0;
            for (std::size_t i = screen_.well_begin[p]; i < screen_.well_begin[p + 1]; ++i) {
                const bool finite = std::isfinite(trait_.corrected[i]);
                measured += finite && selected[i] != 0;
                samples += finite && roles_.sample[i] != 0;
            }
            if (samples > 0)
                least = std::min(least, measured);
        }
        return least == SIZE_MAX ? 0 : least;
    }

    bool any_measured() const {
        for (std::size_t i = 0; i < trait_.corrected.size(); ++i)
            if (roles_.holds_cells(i) && std::isfinite(trait_.corrected[i]))
                return true;
        return false;
    }

    void choose_scale() {
        using S = pipeline::Scale;
        trait_.scale = trait_.options.scale;
        if (trait_.scale != S::automatic)
            return;
        if (is_a_time(trait_.options.feature)) {
            trait_.scale = S::linear;
            trait_.choice = "linear scale, since differences of times count and not their ratios";
            return;
        }
        if (is_of_excursions(trait_.options.feature) || trait_.options.feature == Feature::change ||
            trait_.options.feature == Feature::specific_rate) {
            trait_.scale = S::linear;
            trait_.choice = "linear scale, since 0 is a value like others";
            return;
        }
        std::size_t measured = 0;
        std::size_t without_logarithm = 0;
        for (std::size_t i = 0; i < trait_.corrected.size(); ++i)
            if (roles_.holds_cells(i) && std::isfinite(trait_.corrected[i])) {
                ++measured;
                without_logarithm += trait_.corrected[i] <= 0;
            }
        const bool few = static_cast<double>(without_logarithm) <= dead_share * static_cast<double>(measured);
        trait_.scale = few ? S::log2 : S::linear;
        trait_.choice = measured == 0 ? "no well has a value"
                                      : fmt::format("{} scale, since {} of {} values are 0 or below",
                                                    to_string(trait_.scale), without_logarithm, measured);
    }

    void chose(std::string_view what) {
        if (!trait_.choice.empty())
            trait_.choice += "; ";
        trait_.choice += what;
    }

    void choose_normalisation() {
        using N = Normalisation;
        trait_.normalisation = trait_.options.normalise;
        if (trait_.normalisation != N::automatic)
            return;
        const std::size_t parents = least_measured(roles_.parent);
        const std::size_t samples = least_measured(roles_.sample);
        const std::size_t controls =
            std::min(least_measured(roles_.positive), least_measured(roles_.negative));
        if (parents >= least_parents) {
            trait_.normalisation = N::parent;
            chose(fmt::format("against the parent of the same plate, which has {} wells or more on each",
                              parents));
        } else if (samples >= many_samples) {
            trait_.normalisation = N::median;
            chose(fmt::format(
                "against the plate's median, since no parent stands twice on each plate and plates hold {} "
                "samples or more, most of them taken to be neutral",
                samples));
        } else if (controls >= 3) {
            trait_.normalisation = N::control;
            chose(fmt::format("between the plate's controls, {} wells or more of each", controls));
        } else {
            trait_.normalisation = N::none;
            if (!any_measured())
                return;
            chose("not normalised: plates hold neither parents nor controls, and too few samples");
            screen_.warnings.push_back(
                fmt::format("{}: not normalised, so plates are not comparable", trait_.options.name));
        }
    }

    void measure_distance_to_target() {
        if (trait_.options.goal != Goal::target)
            return;
        const double target = trait_.options.target;
        const bool ratio = trait_.scale == pipeline::Scale::log2;
        for (double& value : trait_.normalised)
            value = ratio ? -std::abs(std::log2(value / target)) : -std::abs(value - target);
        trait_.scale = pipeline::Scale::linear;
        chose(ratio ? "minus the log2 distance to the target" : "minus the distance to the target");
    }

    void take_logarithms() {
        for (std::size_t i = 0; i < trait_.normalised.size(); ++i)
            if (roles_.holds_cells(i) && trait_.normalised[i] <= 0)
                reject(i, "is 0 or below, and has no logarithm");
        plate::log2_values(trait_.normalised, trait_.normalised);
    }

    void reject(std::size_t well, std::string_view reason) {
        trait_.flags[well] = Flag::underflow;
        const auto after = std::upper_bound(screen_.well_begin.begin(), screen_.well_begin.end(), well);
        const auto p = static_cast<std::size_t>(after - screen_.well_begin.begin() - 1);
        const PlateData& plate = screen_.plates.plates[p];
        const auto index = static_cast<std::uint32_t>(well - screen_.well_begin[p]);
        screen_.plates.rejects.push_back(
            {"trait", plate.series.front().source,
             fmt::format("plate '{}', well {}", plate.name, well_name(plate.shape.well(index))),
             fmt::format("trait '{}' {}", trait_.options.name, reason)});
    }

    /// The summaries of wells that a normalisation stands on; each plate with samples must have some.
    std::vector<Summary> need(const std::vector<std::uint8_t>& selected, std::string_view what) const {
        std::vector<Summary> found = summaries(selected);
        const std::vector<Summary> samples = summaries(roles_.sample);
        for (std::size_t p = 0; p < found.size(); ++p)
            if (found[p].count == 0 && samples[p].count > 0)
                throw formats::FormatError(
                    screen_.plates.plates[p].series.front().source,
                    fmt::format("plate '{}'", screen_.plates.plates[p].name),
                    fmt::format("has no measured {} well for trait '{}', which normalise = \"{}\" needs",
                                what, trait_.options.name, to_string(trait_.normalisation)));
        return found;
    }

    template <typename Make>
    void standardise(Make scale_of) {
        std::vector<Scale> scales;
        for (std::size_t p = 0; p < screen_.plates.plates.size(); ++p)
            scales.push_back(scale_of(p));
        for (const PlateRun& run : runs_)
            plate::standardise(run.of(trait_.normalised), run.shape,
                               std::span(scales).subspan(run.first_plate, run.shape.plates),
                               run.of(trait_.normalised));
    }

    void scale_to(const std::vector<Summary>& reference, Location kind) {
        standardise([&](std::size_t p) {
            return additive() ? plate::subtract(kind, reference[p]) : plate::divide_by(kind, reference[p]);
        });
    }

    void scale_to_parents() {
        const std::vector<Summary> parents = need(roles_.parent, "parent");
        standardise([&](std::size_t p) {
            const Location kind = parents[p].count < parents_for_median ? Location::mean : Location::median;
            return additive() ? plate::subtract(kind, parents[p]) : plate::divide_by(kind, parents[p]);
        });
    }

    const std::vector<std::uint8_t>& percent_control() const {
        if (least_measured(roles_.parent) > 0)
            return roles_.parent;
        return least_measured(roles_.positive) > 0 ? roles_.positive : roles_.negative;
    }

    void normalise() {
        using N = Normalisation;
        switch (trait_.normalisation) {
            case N::automatic:
            case N::none:
                return;
            case N::parent:
                return scale_to_parents();
            case N::mean:
                return scale_to(summaries(roles_.sample), Location::mean);
            case N::median:
                return scale_to(summaries(roles_.sample), Location::median);
            case N::shorth:
                return scale_to(summaries(roles_.sample), Location::shorth);
            case N::negatives:
                return scale_to(need(roles_.negative, "negative"), Location::median);
            case N::control:
                return between_controls();
            case N::percent_of_control: {
                const auto control = need(percent_control(), "control");
                return standardise([&](std::size_t p) { return plate::percent_of_control(control[p]); });
            }
            case N::zscore: {
                const auto samples = summaries(roles_.sample);
                return standardise([&](std::size_t p) { return plate::z_score(samples[p]); });
            }
            case N::robust_zscore: {
                const auto samples = summaries(roles_.sample);
                return standardise([&](std::size_t p) { return plate::robust_z_score(samples[p]); });
            }
            case N::polish:
                return polish();
            case N::spatial:
            case N::loess:
                return remove_surface();
        }
    }

    /// 0 at the negatives, 1 at the positives: percent inhibition with the sides exchanged.
    void between_controls() {
        const auto positive = need(roles_.positive, "positive");
        const auto negative = need(roles_.negative, "negative");
        standardise([&](std::size_t p) {
            return plate::normalised_percent_inhibition(Location::mean, negative[p], positive[p]);
        });
    }

    void polish() {
        for (const PlateRun& run : runs_) {
            std::vector<double> residuals(run.shape.size());
            std::vector<double> rows(run.shape.plates * run.shape.rows);
            std::vector<double> columns(run.shape.plates * run.shape.columns);
            std::vector<plate::PolishFit> fits(run.shape.plates);
            plate::median_polish(run.of(trait_.normalised), run.of(roles_.sample), run.shape,
                                 plate::polish_rule_b_score, {residuals, rows, columns, fits});
            std::copy(residuals.begin(), residuals.end(), run.of(trait_.normalised).begin());
        }
    }

    void remove_surface() {
        for (const PlateRun& run : runs_) {
            const std::span<double> values = run.of(trait_.normalised);
            std::vector<double> surface(run.shape.size());
            std::vector<plate::SurfaceFit> fits(run.shape.plates);
            if (trait_.normalisation == Normalisation::loess)
                plate::loess_surface(values, run.of(roles_.sample), run.shape, plate::loess_span, surface);
            else
                plate::quadratic_surface(values, run.of(roles_.sample), run.shape,
                                         plate::SurfaceMethod::huber, surface, fits);
            for (std::size_t i = 0; i < surface.size(); ++i)
                values[i] -= surface[i];
        }
    }

    /// Divides by the robust spread of the samples, of the plate or of all plates of one replicate.
    void adjust_variance() {
        if (trait_.options.variance == Variance::none)
            return;
        if (trait_.options.variance == Variance::plate) {
            const auto samples = summaries(roles_.sample);
            return standardise([&](std::size_t p) { return plate::adjust_variance(samples[p]); });
        }
        std::map<std::string, std::vector<double>> pools;
        for (std::size_t p = 0; p < screen_.plates.plates.size(); ++p)
            for (std::size_t i = screen_.well_begin[p]; i < screen_.well_begin[p + 1]; ++i)
                if (roles_.sample[i] != 0 && std::isfinite(trait_.normalised[i]))
                    pools[screen_.plates.plates[p].replicate].push_back(trait_.normalised[i]);
        std::map<std::string, Summary> spread;
        for (const auto& [replicate, values] : pools)
            plate::summarise(values, {}, {1, 1, values.size()}, std::span(&spread[replicate], 1));
        standardise([&](std::size_t p) {
            return plate::adjust_variance(spread[screen_.plates.plates[p].replicate]);
        });
    }

    Screen& screen_;
    const Roles& roles_;
    TraitColumn& trait_;
    std::vector<PlateRun> runs_;
};

}  // namespace

void normalise_traits(Screen& screen) {
    const Roles roles(screen);
    for (TraitColumn& trait : screen.traits)
        TraitNormaliser(screen, roles, trait).run();
    std::sort(screen.plates.rejects.begin(), screen.plates.rejects.end());
}

}  // namespace wellsieve::pipeline

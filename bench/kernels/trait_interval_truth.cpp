// Intervals of growth traits against known truth: writes the table of kernels/curve/README.md to standard
// output.

#include <algorithm>
#include <array>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <vector>

#include "bench/kernels/known_curves.hpp"
#include "kernels/curve/curve_bootstrap.hpp"

namespace {

namespace bench = wellsieve::bench;
namespace curve = wellsieve::kernels::curve;
using bench::KnownCurves;
using curve::CurveTraits;
using curve::TraitInterval;
using curve::TraitIntervals;

constexpr std::size_t curves_a_cell = 1000;

struct NamedTrait {
    const char* name;
    double CurveTraits::*value;
    TraitInterval TraitIntervals::*interval;
};

constexpr std::array named_traits{
    NamedTrait{"start level", &CurveTraits::initial, &TraitIntervals::initial},
    NamedTrait{"lag", &CurveTraits::lag_h, &TraitIntervals::lag_h},
    NamedTrait{"maximum", &CurveTraits::maximum, &TraitIntervals::maximum},
    NamedTrait{"capacity", &CurveTraits::capacity, &TraitIntervals::capacity},
    NamedTrait{"yield", &CurveTraits::yield, &TraitIntervals::yield},
    NamedTrait{"saturation", &CurveTraits::saturation_h, &TraitIntervals::saturation_h},
    NamedTrait{"area", &CurveTraits::auc, &TraitIntervals::auc},
    NamedTrait{"ln area", &CurveTraits::ln_auc, &TraitIntervals::ln_auc},
    NamedTrait{"time to 0.2", &CurveTraits::time_to_threshold_h, &TraitIntervals::time_to_threshold_h}};

struct Analysed {
    std::vector<curve::GrowthRate> rates = std::vector<curve::GrowthRate>(curves_a_cell);
    std::vector<CurveTraits> traits = std::vector<CurveTraits>(curves_a_cell);
    std::vector<TraitIntervals> intervals = std::vector<TraitIntervals>(curves_a_cell);
};

Analysed analyse(const KnownCurves& cell, bool with_intervals) {
    curve::CurveTraitOptions options;
    options.threshold = 0.2;
    Analysed out;
    curve::growth_rates(cell.view(), {}, {}, out.rates);
    curve::curve_traits(cell.view(), {}, options, out.rates, out.traits);
    if (with_intervals)
        curve::bootstrap_traits(cell.view(), {}, options, curve::rates_in_similar_windows({}), out.rates,
                                out.traits, {}, out.intervals);
    return out;
}

/// How many intervals there are, and how many of them hold the truth.
struct Coverage {
    double given = 0;
    double held = 0;

    double share() const { return held / given; }
};

/// What the curves without noise give is the truth.
Coverage coverage_of(const NamedTrait& trait, const Analysed& noisy, const Analysed& clean) {
    Coverage out;
    for (std::size_t well = 0; well < curves_a_cell; ++well) {
        const TraitInterval& interval = noisy.intervals[well].*trait.interval;
        const double truth = clean.traits[well].*trait.value;
        if (std::isnan(interval.lower) || std::isnan(truth))
            continue;
        ++out.given;
        out.held += interval.lower <= truth && truth <= interval.upper;
    }
    return out;
}

/// Over the cells of one noise.
struct Summary {
    double lowest = 1;
    double highest = 0;
    Coverage all;

    void add(const Coverage& cell) {
        lowest = std::min(lowest, cell.share());
        highest = std::max(highest, cell.share());
        all.given += cell.given;
        all.held += cell.held;
    }
};

}  // namespace

int main() {
    constexpr std::size_t noises = bench::reader_noises.size();
    std::array<std::array<Summary, noises>, named_traits.size()> summaries;
    for (const bench::NamedModel& model : bench::growth_models)
        for (const double sampling : bench::samplings_min) {
            if (model.log_of == bench::verhulst_logistic)
                continue;
            const Analysed clean = analyse({model.log_of, curves_a_cell, sampling, 0}, false);
            for (std::size_t noise = 1; noise < noises; ++noise) {
                const Analysed noisy =
                    analyse({model.log_of, curves_a_cell, sampling, bench::reader_noises[noise]}, true);
                for (std::size_t i = 0; i < named_traits.size(); ++i)
                    summaries[i][noise].add(coverage_of(named_traits[i], noisy, clean));
            }
        }
    std::cout << "| trait";
    for (std::size_t noise = 1; noise < noises; ++noise)
        std::cout << " | " << bench::reader_noises[noise];
    std::cout << " |\n| ---";
    for (std::size_t noise = 1; noise < noises; ++noise)
        std::cout << " | ---";
    std::cout << " |\n" << std::fixed << std::setprecision(0);
    for (std::size_t i = 0; i < named_traits.size(); ++i) {
        std::cout << "| " << named_traits[i].name;
        for (std::size_t noise = 1; noise < noises; ++noise) {
            const Summary& s = summaries[i][noise];
            std::cout << " | " << 100 * s.all.share() << " (" << 100 * s.lowest << " … " << 100 * s.highest
                      << ")";
        }
        std::cout << " |\n";
    }
    return 0;
}

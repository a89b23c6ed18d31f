#include "kernels/stats/strain_means.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>
#include <limits>
#include <tuple>
#include <vector>

#include "kernels/stats/moderated_t.hpp"
#include "kernels/stats/order_statistics_internal.hpp"
#include "kernels/stats/robust_prior.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// The wells of one strain in one batch.
struct Cell {
    std::uint32_t strain;
    std::uint32_t batch;
    double wells;
    double mean;
    double squares;  ///< Σ (y − mean)²
};

struct Sums {
    double squares = 0.0;
    double df = 0.0;
};

std::vector<std::size_t> wells_in_order(const StrainWells& wells) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < wells.value.size(); ++i)
        if (!std::isnan(wells.value[i]))
            order.push_back(i);
    const auto key = [&](std::size_t i) {
        return std::tuple(wells.strain[i], wells.batch[i], wells.value[i]);
    };
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return order;
}

Cell make_cell(const StrainWells& wells, std::span<const std::size_t> members) {
    Cell cell{wells.strain[members[0]], wells.batch[members[0]], static_cast<double>(members.size()), 0.0,
              0.0};
    for (const std::size_t i : members)
        cell.mean += wells.value[i];
    cell.mean /= cell.wells;
    for (const std::size_t i : members)
        cell.squares += (wells.value[i] - cell.mean) * (wells.value[i] - cell.mean);
    return cell;
}

std::vector<Cell> make_cells(const StrainWells& wells) {
    const std::vector<std::size_t> order = wells_in_order(wells);
    std::vector<Cell> cells;
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last < order.size() && wells.strain[order[last]] == wells.strain[order[first]] &&
               wells.batch[order[last]] == wells.batch[order[first]])
            ++last;
        cells.push_back(make_cell(wells, std::span(order).subspan(first, last - first)));
        first = last;
    }
    return cells;
}

/// Calls body with the cells of each strain.
template <typename Body>
void for_each_strain(std::span<const Cell> cells, Body body) {
    for (std::size_t first = 0; first < cells.size();) {
        std::size_t last = first;
        while (last < cells.size() && cells[last].strain == cells[first].strain)
            ++last;
        body(cells.subspan(first, last - first));
        first = last;
    }
}

double total_wells(std::span<const Cell> cells) {
    double wells = 0.0;
    for (const Cell& c : cells)
        wells += c.wells;
    return wells;
}

Sums within_batches(std::span<const Cell> cells) {
    Sums sums;
    for (const Cell& c : cells) {
        sums.squares += c.squares;
        sums.df += c.wells - 1.0;
    }
    return sums;
}

Sums between_batches(std::span<const Cell> cells) {
    double sum = 0.0;
    for (const Cell& c : cells)
        sum += c.wells * c.mean;
    const double mean = sum / total_wells(cells);
    Sums sums{0.0, static_cast<double>(cells.size()) - 1.0};
    for (const Cell& c : cells)
        sums.squares += c.wells * (c.mean - mean) * (c.mean - mean);
    return sums;
}

/// n_i − Σ_j n_ij²/n_i, the weight of σ_sb² in the expected sum of squares between batches.
double interaction_weight(std::span<const Cell> cells) {
    const double wells = total_wells(cells);
    double squares = 0.0;
    for (const Cell& c : cells)
        squares += c.wells * c.wells;
    return wells - squares / wells;
}

bool is_reference(std::uint32_t strain, const StrainModelOptions& options) {
    return std::find(options.references.begin(), options.references.end(), strain) !=
           options.references.end();
}

/// The scatter of a strain's wells; none between batches for a reference.
struct Scatter {
    std::uint32_t strain;
    Sums within, between;
    double interaction_weight;
};

std::vector<Scatter> scatter_of_strains(std::span<const Cell> cells, const StrainModelOptions& options) {
    std::vector<Scatter> scatter;
    for_each_strain(cells, [&](std::span<const Cell> strain) {
        const bool counts = !is_reference(strain[0].strain, options);
        scatter.push_back({strain[0].strain, within_batches(strain),
                           counts ? between_batches(strain) : Sums{},
                           counts ? interaction_weight(strain) : 0.0});
    });
    return scatter;
}

/// Variances of strains, drawn towards a prior that strains with a bad well do not draw.
class Variances {
  public:
    explicit Variances(const std::vector<Sums>& strains) {
        for (const Sums& strain : strains) {
            observed.push_back(strain.df > 0.0 ? strain.squares / strain.df : nan_value);
            df.push_back(strain.df);
            total_df += strain.df;
        }
        prior_ = fit_robust_prior(observed, comparable_df());
        for (const double d : prior_.df)
            most_prior_df_ = std::max(most_prior_df_, d);
    }

    double moderated(std::size_t k) const {
        double variance;
        squeeze_variance({&observed[k], 1}, {&df[k], 1}, {prior_.df[k], prior_.variance[k]}, {&variance, 1});
        return variance;
    }
    double moderated_df(std::size_t k) const {
        const double known = df[k] + prior_.df[k];
        return known > 0.0 ? std::min(known, total_df) : total_df;
    }
    bool is_outlier(std::size_t k) const { return prior_.df[k] < 0.5 * most_prior_df_; }

    std::vector<double> observed, df;
    double total_df = 0.0;

  private:
    /// The robust prior compares all variances as if they had the most degrees of freedom: strains with many
    /// times the wells of others, the parent and controls, are left out of it.
    std::vector<double> comparable_df() const {
        constexpr double many_times = 4.0;
        constexpr std::ptrdiff_t fewest = 10;
        std::vector<double> known;
        std::copy_if(df.begin(), df.end(), std::back_inserter(known), [](double d) { return d > 0.0; });
        const double most = many_times * median(known);
        std::vector<double> comparable = df;
        if (std::count_if(known.begin(), known.end(), [&](double d) { return d <= most; }) >= fewest)
            std::replace_if(
                comparable.begin(), comparable.end(), [&](double d) { return d > most; }, 0.0);
        return comparable;
    }

    RobustPrior prior_;
    double most_prior_df_ = 0.0;
};

template <typename Part>
Variances variances_of(const std::vector<Scatter>& strains, Part part) {
    std::vector<Sums> sums;
    for (const Scatter& strain : strains)
        sums.push_back(part(strain));
    return Variances(sums);
}

/// The scatter of all strains but outlying ones, whose bad wells would be in the errors of all.
StrainVariance pooled_variance(const std::vector<Scatter>& strains, const Variances& within,
                               const Variances& between, double fewest_interaction_df) {
    Sums residual, batches;
    double weight = 0.0;
    for (std::size_t k = 0; k < strains.size(); ++k) {
        if (within.is_outlier(k) || between.is_outlier(k))
            continue;
        residual.squares += strains[k].within.squares;
        residual.df += strains[k].within.df;
        batches.squares += strains[k].between.squares;
        batches.df += strains[k].between.df;
        weight += strains[k].interaction_weight;
    }
    const bool enough = batches.df > 0.0 && batches.df >= fewest_interaction_df;
    StrainVariance pooled{nan_value, residual.df, nan_value, batches.df, enough, false};
    if (residual.df > 0.0)
        pooled.residual = residual.squares / residual.df;
    if (residual.df > 0.0 && batches.df > 0.0)
        pooled.interaction = std::max(0.0, (batches.squares - batches.df * pooled.residual) / weight);
    if (within.total_df == 0.0 && batches.df > 0.0) {
        pooled.residual = batches.squares / batches.df;
        pooled.residual_df = batches.df;
        pooled.interaction_estimable = true;
        pooled.residual_includes_interaction = true;
    }
    return pooled;
}

/// Of a batch mean in the mean of its strain; by wells where there is no interaction to weigh against.
double cell_weight(const Cell& cell, double interaction, double residual) {
    return interaction > 0.0 ? 1.0 / (interaction + residual / cell.wells) : cell.wells;
}

double known_interaction(const StrainVariance& variance) {
    return variance.interaction_estimable && !variance.residual_includes_interaction ? variance.interaction
                                                                                     : 0.0;
}

/// A strain's variances, observed and moderated, and the degrees of freedom that this has.
struct OwnVariance {
    double observed, df, moderated, moderated_df;
    bool is_between_batches;

    OwnVariance(const Variances& all, std::size_t k, bool between_batches)
        : observed(all.observed[k]),
          df(all.df[k]),
          moderated(all.moderated(k)),
          moderated_df(all.moderated_df(k)),
          is_between_batches(between_batches) {}
};

/// Satterthwaite's degrees of freedom of a sum of two squared errors.
double df_of_sum(double interaction, double interaction_df, double residual, double residual_df) {
    const double squared = interaction + residual;
    return squared * squared /
           (interaction * interaction / interaction_df +
            (residual > 0.0 ? residual * residual / residual_df : 0.0));
}

struct Interaction {
    double variance, df;
};

void weighted_mean(std::span<const Cell> cells, const OwnVariance& own, Interaction interaction,
                   const StrainMeansOut& out) {
    const std::size_t i = cells[0].strain;
    double sum_w = 0.0;
    double sum_wy = 0.0;
    double squares_w = 0.0;
    for (const Cell& c : cells) {
        const double w = cell_weight(c, interaction.variance, own.moderated);
        sum_w += w;
        sum_wy += w * c.mean;
        squares_w += w * w;
    }
    out.wells[i] = total_wells(cells);
    out.batches[i] = static_cast<double>(cells.size());
    out.variance[i] = own.observed;
    out.df[i] = own.df;
    out.moderated_variance[i] = own.moderated;
    out.mean[i] = sum_wy / sum_w;
    const double squared_error = interaction.variance > 0.0 ? 1.0 / sum_w : own.moderated / sum_w;
    out.standard_error[i] = std::sqrt(squared_error);
    if (interaction.variance > 0.0 && std::isfinite(squared_error)) {
        out.between_batches[i] = std::min(squared_error, interaction.variance * squares_w / (sum_w * sum_w));
        out.error_df[i] = df_of_sum(out.between_batches[i], interaction.df,
                                    squared_error - out.between_batches[i], own.moderated_df);
    } else {
        out.between_batches[i] = own.is_between_batches ? squared_error : 0.0;
        out.error_df[i] = own.moderated_df;
    }
}

void clear(const StrainMeansOut& out) {
    for (const auto& column : {out.wells, out.batches, out.df, out.between_batches, out.error_df})
        std::fill(column.begin(), column.end(), 0.0);
    for (const auto& column : {out.mean, out.standard_error, out.variance, out.moderated_variance})
        std::fill(column.begin(), column.end(), nan_value);
}

}  // namespace

StrainVariance strain_means(const StrainWells& wells, const StrainModelOptions& options,
                            const StrainMeansOut& out) {
    assert(wells.strain.size() == wells.value.size() && wells.batch.size() == wells.value.size());
    const std::vector<Cell> cells = make_cells(wells);
    const std::vector<Scatter> strains = scatter_of_strains(cells, options);
    const Variances within = variances_of(strains, [](const Scatter& s) { return s.within; });
    const Variances between = variances_of(strains, [](const Scatter& s) { return s.between; });
    const Variances of_single_wells =
        variances_of(strains, [](const Scatter& s) { return s.within.df > 0.0 ? Sums{} : s.between; });
    const StrainVariance pooled = pooled_variance(strains, within, between, options.fewest_interaction_df);
    const bool singles_known =
        pooled.residual_includes_interaction || of_single_wells.total_df >= options.fewest_interaction_df;
    clear(out);
    std::size_t k = 0;
    for_each_strain(cells, [&](std::span<const Cell> strain) {
        const bool by_batches = singles_known && within.df[k] == 0.0;
        const OwnVariance own(by_batches ? of_single_wells : within, k, by_batches);
        weighted_mean(strain, own, {by_batches ? 0.0 : known_interaction(pooled), pooled.interaction_df},
                      out);
        ++k;
    });
    return pooled;
}

std::vector<SharedLoading> batch_weights(const StrainWells& wells, const StrainVariance& variance,
                                         std::span<const double> moderated_variance) {
    const double interaction = known_interaction(variance);
    std::vector<SharedLoading> weights;
    const std::vector<Cell> cells = make_cells(wells);
    for_each_strain(cells, [&](std::span<const Cell> strain) {
        double sum = 0.0;
        for (const Cell& c : strain)
            sum += cell_weight(c, interaction, moderated_variance[c.strain]);
        for (const Cell& c : strain)
            weights.push_back(
                {c.strain, c.batch, cell_weight(c, interaction, moderated_variance[c.strain]) / sum});
    });
    return weights;
}

double heritability(double strain_variance, double interaction, double residual, double batches,
                    double wells) noexcept {
    return strain_variance / (strain_variance + interaction / batches + residual / (batches * wells));
}

double repeatability(double strain_variance, double residual) noexcept {
    return strain_variance / (strain_variance + residual);
}

}  // namespace wellsieve::kernels::stats

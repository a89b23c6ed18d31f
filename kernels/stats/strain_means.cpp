#include "kernels/stats/strain_means.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <tuple>
#include <vector>

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

StrainVariance pooled_variance(std::span<const Cell> cells, const StrainModelOptions& options) {
    Sums within, between;
    double weight = 0.0;
    for_each_strain(cells, [&](std::span<const Cell> strain) {
        const Sums w = within_batches(strain);
        within = {within.squares + w.squares, within.df + w.df};
        if (is_reference(strain[0].strain, options))
            return;
        const Sums b = between_batches(strain);
        between = {between.squares + b.squares, between.df + b.df};
        weight += interaction_weight(strain);
    });
    const bool enough = between.df > 0.0 && between.df >= options.fewest_interaction_df;
    StrainVariance pooled{nan_value, within.df, nan_value, between.df, {}, enough, false};
    if (within.df > 0.0)
        pooled.residual = within.squares / within.df;
    if (within.df > 0.0 && between.df > 0.0)
        pooled.interaction = std::max(0.0, (between.squares - between.df * pooled.residual) / weight);
    if (within.df == 0.0 && between.df > 0.0) {
        pooled.residual = between.squares / between.df;
        pooled.residual_df = between.df;
        pooled.interaction_estimable = true;
        pooled.residual_includes_interaction = true;
    }
    return pooled;
}

void observed_columns(std::span<const Cell> cells, bool between, const StrainModelOptions& options,
                      const StrainMeansOut& out) {
    for (const auto& column : {out.wells, out.batches, out.df})
        std::fill(column.begin(), column.end(), 0.0);
    for (const auto& column : {out.mean, out.standard_error, out.variance})
        std::fill(column.begin(), column.end(), nan_value);
    for_each_strain(cells, [&](std::span<const Cell> strain) {
        const std::uint32_t i = strain[0].strain;
        out.wells[i] = total_wells(strain);
        out.batches[i] = static_cast<double>(strain.size());
        if (between && is_reference(i, options))
            return;
        const Sums sums = between ? between_batches(strain) : within_batches(strain);
        out.df[i] = sums.df;
        if (sums.df > 0.0)
            out.variance[i] = sums.squares / sums.df;
    });
}

/// Of a batch mean in the mean of its strain; by wells where there is no interaction to weigh against.
double cell_weight(const Cell& cell, double interaction, double residual) {
    return interaction > 0.0 ? 1.0 / (interaction + residual / cell.wells) : cell.wells;
}

double known_interaction(const StrainVariance& variance) {
    return variance.interaction_estimable && !variance.residual_includes_interaction ? variance.interaction
                                                                                     : 0.0;
}

void weighted_mean(std::span<const Cell> cells, double interaction, const StrainMeansOut& out) {
    const std::size_t i = cells[0].strain;
    const double residual = out.moderated_variance[i];
    double sum_w = 0.0;
    double sum_wy = 0.0;
    for (const Cell& c : cells) {
        const double w = cell_weight(c, interaction, residual);
        sum_w += w;
        sum_wy += w * c.mean;
    }
    out.mean[i] = sum_wy / sum_w;
    out.standard_error[i] = interaction > 0.0 ? 1.0 / std::sqrt(sum_w) : std::sqrt(residual / sum_w);
}

}  // namespace

StrainVariance strain_means(const StrainWells& wells, const StrainModelOptions& options,
                            const StrainMeansOut& out) {
    assert(wells.strain.size() == wells.value.size() && wells.batch.size() == wells.value.size());
    const std::vector<Cell> cells = make_cells(wells);
    StrainVariance pooled = pooled_variance(cells, options);
    observed_columns(cells, pooled.residual_includes_interaction, options, out);
    pooled.prior = fit_variance_prior(out.variance, out.df);
    squeeze_variance(out.variance, out.df, pooled.prior, out.moderated_variance);
    const double interaction = known_interaction(pooled);
    for_each_strain(cells, [&](std::span<const Cell> strain) { weighted_mean(strain, interaction, out); });
    for (std::size_t i = 0; i < out.wells.size(); ++i)
        if (out.wells[i] == 0.0)
            out.moderated_variance[i] = nan_value;
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

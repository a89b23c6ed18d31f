#include "kernels/stats/genome_centring.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

using Rows = std::vector<std::size_t>;

std::vector<double> picked(std::span<const double> values, const Rows& rows) {
    std::vector<double> out;
    for (const std::size_t i : rows)
        out.push_back(values[i]);
    return out;
}

void shift(std::span<double> values, const Rows& rows, double by) {
    for (const std::size_t i : rows)
        values[i] -= by;
}

double silverman_width(std::span<const double> sorted) {
    const auto n = static_cast<double>(sorted.size());
    double mean = 0.0;
    for (const double v : sorted)
        mean += v / n;
    double squares = 0.0;
    for (const double v : sorted)
        squares += (v - mean) * (v - mean);
    const double sd = std::sqrt(squares / std::max(n - 1.0, 1.0));
    const double quartiles = (quantile_of_sorted(sorted, 0.75) - quantile_of_sorted(sorted, 0.25)) / 1.34;
    return 0.9 * (quartiles > 0.0 ? std::min(sd, quartiles) : sd) * std::pow(n, -0.2);
}

/// Normal kernels on values, at one place.
struct Kernels {
    double height = 0.0;  ///< their sum
    double mean = 0.0;    ///< of the values, weighted by their kernels: nearer the top of the density
};

Kernels kernels_at(double x, std::span<const double> sorted, double width) {
    constexpr double reach = 9.0;  // beyond it a kernel adds less than the last digit
    Kernels out;
    for (auto v = std::lower_bound(sorted.begin(), sorted.end(), x - reach * width);
         v != sorted.end() && *v <= x + reach * width; ++v) {
        const double distance = (*v - x) / width;
        const double weight = std::exp(-0.5 * distance * distance);
        out.height += weight;
        out.mean += weight * *v;
    }
    out.mean /= out.height;
    return out;
}

std::map<std::uint32_t, Rows> rows_of_scaffolds(std::span<const double> values, const GenePlaces& places) {
    std::map<std::uint32_t, Rows> out;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isnan(values[i]))
            out[places.scaffold.empty() ? 0 : places.scaffold[i]].push_back(i);
    return out;
}

}  // namespace

std::vector<double> running_medians(std::span<const double> values, std::size_t window) {
    assert(window % 2 == 1 && window <= values.size());
    const std::size_t half = window / 2;
    std::vector<double> out(values.size());
    std::vector<double> own;
    for (std::size_t i = half; i + half < values.size(); ++i) {
        const auto around = values.subspan(i - half, window);
        own.assign(around.begin(), around.end());
        out[i] = median_reordering(own);
    }
    std::fill_n(out.begin(), half, out[half]);
    std::fill_n(out.rbegin(), half, out[values.size() - 1 - half]);
    return out;
}

double density_mode(std::span<const double> values) {
    if (values.empty())
        return nan_value;
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const double width = silverman_width(sorted);
    if (!(width > 0.0))
        return quantile_of_sorted(sorted, 0.5);
    double best = sorted.front();
    double highest = 0.0;
    for (double x = sorted.front(); x <= sorted.back(); x += width / 4.0)
        if (const double height = kernels_at(x, sorted, width).height; height > highest) {
            highest = height;
            best = x;
        }
    constexpr int most_steps = 1000;
    for (int i = 0; i < most_steps; ++i) {
        const double before = std::exchange(best, kernels_at(best, sorted, width).mean);
        if (std::abs(best - before) <= 1e-12 * width)
            break;
    }
    return best;
}

void centre_along_genome(std::span<double> values, const GenePlaces& places, const GenomeCentring& options) {
    const bool told = !places.scaffold.empty();
    for (auto& [scaffold, rows] : rows_of_scaffolds(values, places)) {
        if (told && rows.size() < options.least_genes_of_scaffold) {
            for (const std::size_t i : rows)
                values[i] = nan_value;
            continue;
        }
        shift(values, rows, median(picked(values, rows)));
        Rows placed;
        for (const std::size_t i : rows)
            if (told && !std::isnan(places.position[i]))
                placed.push_back(i);
        if (placed.size() < options.window)
            continue;
        std::stable_sort(placed.begin(), placed.end(), [&](std::size_t a, std::size_t b) {
            return places.position[a] < places.position[b];
        });
        const std::vector<double> trend = running_medians(picked(values, placed), options.window);
        for (std::size_t k = 0; k < placed.size(); ++k)
            values[placed[k]] -= trend[k];
        shift(values, rows, density_mode(picked(values, rows)));
    }
}

}  // namespace wellsieve::kernels::stats

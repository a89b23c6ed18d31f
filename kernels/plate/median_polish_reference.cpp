#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/plate/median_polish.hpp"
#include "kernels/plate/summary_internal.hpp"

namespace wellsieve::kernels::plate {
namespace {

/// One plate, step by step as R's medpolish does it.
struct Plate {
    Plate(const Shape& shape, const double* x, const std::uint8_t* selected)
        : rows(shape.rows), columns(shape.columns), row_effects(rows), column_effects(columns) {
        for (std::size_t well = 0; well < shape.wells(); ++well)
            z.push_back(is_used(x[well], selected, well) ? x[well] + 0.0 : Summary::undefined);
    }

    static double median(std::vector<double> values) {
        std::erase_if(values, [](double value) { return std::isnan(value); });
        std::sort(values.begin(), values.end());
        return values.empty() ? Summary::undefined : middle(values.data(), values.size());
    }

    static double centre(std::vector<double>& effects) {
        const double delta = median(effects);
        for (double& effect : effects)
            effect -= delta;
        return delta;
    }

    /// Takes its median off a line of n wells; the sum of absolute values of what is left.
    double sweep(std::size_t first, std::size_t step, std::size_t n, double& effect) {
        std::vector<double> line;
        for (std::size_t i = 0; i < n; ++i)
            line.push_back(z[first + i * step]);
        const double delta = median(line);
        effect += delta;
        double sum = 0;
        for (std::size_t i = 0; i < n; ++i) {
            double& rest = z[first + i * step];
            rest -= delta;
            sum += std::isnan(rest) ? 0 : std::abs(rest);
        }
        return sum;
    }

    double iterate() {
        for (std::size_t row = 0; row < rows; ++row)
            sweep(row * columns, 1, columns, row_effects[row]);
        overall += centre(column_effects);
        double sum = 0;
        for (std::size_t column = 0; column < columns; ++column)
            sum += sweep(column, columns, rows, column_effects[column]);
        overall += centre(row_effects);
        return sum;
    }

    std::size_t rows;
    std::size_t columns;
    std::vector<double> z;
    std::vector<double> row_effects;
    std::vector<double> column_effects;
    double overall = 0;
};

PolishFit fit(Plate& plate, const PolishRule& rule) {
    PolishFit out;
    double old_sum = 0;
    while (!out.converged && out.iterations < rule.max_iterations) {
        const double sum = plate.iterate();
        ++out.iterations;
        out.converged = sum == 0 || std::abs(sum - old_sum) < rule.tolerance * sum;
        old_sum = sum;
    }
    out.overall = plate.overall;
    return out;
}

double or_zero(double effect) {
    return std::isnan(effect) ? 0 : effect;
}

}  // namespace

void median_polish_reference(std::span<const double> values, Selection selected, const Shape& shape,
                             const PolishRule& rule, const PolishOutput& out) noexcept {
    for (std::size_t p = 0; p < shape.plates; ++p) {
        const double* x = values.data() + p * shape.wells();
        Plate plate(shape, x, selected.empty() ? nullptr : selected.data() + p * shape.wells());
        out.fits[p] = fit(plate, rule);
        double* row_effects = out.row_effects.data() + p * shape.rows;
        double* column_effects = out.column_effects.data() + p * shape.columns;
        std::transform(plate.row_effects.begin(), plate.row_effects.end(), row_effects, or_zero);
        std::transform(plate.column_effects.begin(), plate.column_effects.end(), column_effects, or_zero);
        for (std::size_t well = 0; well < shape.wells(); ++well) {
            const double effects = row_effects[well / shape.columns] + column_effects[well % shape.columns];
            out.residuals[p * shape.wells() + well] =
                std::isfinite(x[well]) ? x[well] - (out.fits[p].overall + effects) : Summary::undefined;
        }
    }
}

}  // namespace wellsieve::kernels::plate

#include "kernels/curve/reader_response.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/curve/curves.hpp"

namespace wellsieve::kernels::curve {
namespace {

constexpr int halvings = 60;
constexpr double rounding = 1e-12;

/// Whether c₀ + c₁ x + c₂ x² … is below 0 by more than its rounding.
bool is_negative(const std::vector<double>& coefficients, double x) {
    double value = 0;
    double size = 0;
    for (std::size_t i = coefficients.size(); i-- > 0;) {
        value = value * x + coefficients[i];
        size = size * std::abs(x) + std::abs(coefficients[i]);
    }
    return value < -rounding * size;
}

std::vector<double> derivative_of(std::span<const double> coefficients) {
    std::vector<double> out;
    for (std::size_t i = 1; i < coefficients.size(); ++i)
        out.push_back(static_cast<double>(i) * coefficients[i]);
    return out;
}

/// Where the sign changes between 0 and `largest`, ascending: once at most between two turns.
std::vector<double> sign_changes(const std::vector<double>& coefficients, double largest) {
    if (coefficients.size() < 2)
        return {};
    std::vector<double> ends = sign_changes(derivative_of(coefficients), largest);
    ends.push_back(largest);
    std::vector<double> out;
    double begin = 0;
    for (const double end : ends) {
        const bool negative = is_negative(coefficients, begin);
        if (is_negative(coefficients, end) != negative) {
            double low = begin;
            double high = end;
            for (int i = 0; i < halvings; ++i) {
                const double middle = (low + high) / 2;
                (is_negative(coefficients, middle) == negative ? low : high) = middle;
            }
            out.push_back(high);
        }
        begin = end;
    }
    return out;
}

}  // namespace

double polynomial_response(std::span<const double> coefficients, double measured) noexcept {
    double value = 0;
    for (std::size_t i = coefficients.size(); i-- > 0;)
        value = (value + coefficients[i]) * measured;
    return value;
}

double polynomial_turn(std::span<const double> coefficients, double largest) {
    std::vector<double> slope;
    for (std::size_t i = 0; i < coefficients.size(); ++i)
        slope.push_back(static_cast<double>(i + 1) * coefficients[i]);
    const std::vector<double> turns = sign_changes(slope, largest);
    return turns.empty() ? undefined : turns.front();
}

double tabulated_response(std::span<const double> measured, std::span<const double> truth,
                          double value) noexcept {
    assert(measured.size() >= 2 && truth.size() == measured.size());
    if (value > measured.back())
        return std::numeric_limits<double>::infinity();
    const auto above = std::lower_bound(measured.begin() + 1, measured.end() - 1, value);
    const auto i = static_cast<std::size_t>(above - measured.begin());
    const double share = (value - measured[i - 1]) / (measured[i] - measured[i - 1]);
    return truth[i - 1] + share * (truth[i] - truth[i - 1]);
}

}  // namespace wellsieve::kernels::curve

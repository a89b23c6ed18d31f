#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kernels/plate/loess_weights_internal.hpp"

namespace wellsieve::kernels::plate {
namespace {

constexpr std::size_t terms = 6;
using Terms = std::array<double, terms>;

/// Centred on the target and scaled to the bandwidth, which keeps the equations well conditioned.
Terms local_terms(const Place& place, const Place& target, double bandwidth) {
    const double x = (place.row - target.row) / bandwidth;
    const double y = (place.column - target.column) / bandwidth;
    return {1, x, y, x * x, x * y, y * y};
}

/// First column of the inverse of a positive definite matrix by LDLᵀ; NaN where it is singular.
Terms first_of_inverse(std::array<Terms, terms>& a) {
    for (std::size_t j = 0; j < terms; ++j) {
        const double before = a[j][j];
        for (std::size_t k = 0; k < j; ++k)
            a[j][j] -= a[j][k] * a[j][k] * a[k][k];
        if (!(a[j][j] > 1e-10 * before))
            a[j][j] = std::numeric_limits<double>::quiet_NaN();
        for (std::size_t i = j + 1; i < terms; ++i) {
            for (std::size_t k = 0; k < j; ++k)
                a[i][j] -= a[i][k] * a[j][k] * a[k][k];
            a[i][j] /= a[j][j];
        }
    }
    Terms x{1};
    for (std::size_t i = 1; i < terms; ++i)
        for (std::size_t k = 0; k < i; ++k)
            x[i] -= a[i][k] * x[k];
    for (std::size_t i = terms; i-- > 0;) {
        x[i] /= a[i][i];
        for (std::size_t k = i + 1; k < terms; ++k)
            x[i] -= a[k][i] * x[k];
    }
    return x;
}

double tricube(double squared_distance, double squared_bandwidth) {
    if (squared_distance >= squared_bandwidth)
        return 0;
    const double u = std::sqrt(squared_distance / squared_bandwidth);
    const double v = 1 - u * u * u;
    return v * v * v;
}

}  // namespace

LoessWeights::LoessWeights(std::vector<Place> places, double span)
    : places_(std::move(places)), squared_distances_(places_.size()) {
    const auto n = static_cast<double>(places_.size());
    // R adds the same hundred thousandth before it rounds down.
    neighbours_ = std::min(places_.size(), static_cast<std::size_t>(n * span + 1e-5));
}

void LoessWeights::at(Place target, std::span<double> weights) {
    if (neighbours_ < terms)
        return std::fill(weights.begin(), weights.end(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const double x = places_[i].row - target.row;
        const double y = places_[i].column - target.column;
        squared_distances_[i] = x * x + y * y;
    }
    sorted_ = squared_distances_;
    std::nth_element(sorted_.begin(), sorted_.begin() + (neighbours_ - 1), sorted_.end());
    const double squared_bandwidth = sorted_[neighbours_ - 1];
    const double bandwidth = std::sqrt(squared_bandwidth);
    std::array<Terms, terms> a{};
    for (std::size_t i = 0; i < places_.size(); ++i) {
        weights[i] = tricube(squared_distances_[i], squared_bandwidth);
        if (weights[i] == 0)
            continue;
        const Terms t = local_terms(places_[i], target, bandwidth);
        for (std::size_t j = 0; j < terms; ++j)
            for (std::size_t k = 0; k <= j; ++k)
                a[j][k] += weights[i] * t[j] * t[k];
    }
    const Terms c = first_of_inverse(a);
    for (std::size_t i = 0; i < places_.size(); ++i) {
        const Terms t = local_terms(places_[i], target, bandwidth);
        double fitted = c[0];
        for (std::size_t j = 1; j < terms; ++j)
            fitted += c[j] * t[j];
        weights[i] *= fitted;
    }
}

}  // namespace wellsieve::kernels::plate

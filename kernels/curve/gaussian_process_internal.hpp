#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "kernels/curve/exp_log.hpp"
#include "kernels/curve/gaussian_process_rate.hpp"

namespace wellsieve::kernels::curve::gaussian_process_internal {

inline constexpr double least_noise = 1e-6;  ///< variance of the noise over that of the process
inline constexpr double most_noise = 10;

/// Looks for the largest likelihood in (ln length, ln noise ratio): on a grid, then along the axes about the
/// best point, by half as far when no neighbour is better. Fixed in the number of its steps.
class Search {
  public:
    using Point = std::array<double, 2>;

    Search() = default;
    Search(double least_length, double most_length)
        : low_{natural_log(least_length), natural_log(least_noise)},
          high_{natural_log(most_length), natural_log(most_noise)},
          step_{(high_[0] - low_[0]) / (2 * lengths), (high_[1] - low_[1]) / (2 * noises)} {}

    static constexpr int evaluations() noexcept { return lengths * noises + 4 * rounds; }

    Point next() const noexcept {
        if (told_ < lengths * noises) {
            const int length = told_ % lengths;
            const int noise = told_ / lengths;
            return {low_[0] + (length + 0.5) * 2 * step_[0], low_[1] + (noise + 0.5) * 2 * step_[1]};
        }
        const int direction = (told_ - lengths * noises) % 4;
        Point out = centre_;
        const auto axis = static_cast<std::size_t>(direction / 2);
        out[axis] = std::clamp(out[axis] + (direction % 2 == 0 ? step_[axis] : -step_[axis]), low_[axis],
                               high_[axis]);
        return out;
    }

    void tell(double likelihood) noexcept {
        if (likelihood > best_) {
            best_ = likelihood;
            best_at_ = next();
        }
        ++told_;
        if (told_ < lengths * noises || (told_ - lengths * noises) % 4 != 0)
            return;
        if (told_ > lengths * noises && best_at_ == centre_)
            step_ = {step_[0] / 2, step_[1] / 2};
        centre_ = best_at_;
    }

    Point best() const noexcept { return best_at_; }
    double likelihood() const noexcept { return best_; }
    bool length_at_bound() const noexcept { return best_at_[0] <= low_[0] || best_at_[0] >= high_[0]; }

  private:
    static constexpr int lengths = 5;
    static constexpr int noises = 4;
    static constexpr int rounds = 24;

    Point low_{};
    Point high_{};
    Point step_{};
    Point centre_{};
    Point best_at_{};
    double best_ = -std::numeric_limits<double>::infinity();
    int told_ = 0;
};

/// Bounds of the length for the times of a plate.
inline Search search_of(const Curves& curves, const GaussianProcessOptions& options) {
    const double duration = curves.times_h.back() - curves.times_h.front();
    const double least = std::isnan(options.least_length_h)
                             ? 2 * duration / static_cast<double>(curves.times() - 1)
                             : options.least_length_h;
    const double most = std::isnan(options.most_length_h) ? 3 * duration : options.most_length_h;
    return {least, std::max(least, most)};
}

inline std::uint32_t points_needed(const GaussianProcessOptions& options) {
    return std::max(options.min_points, 4u);
}

}  // namespace wellsieve::kernels::curve::gaussian_process_internal

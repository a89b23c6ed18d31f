#include "kernels/stats/lowess.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <optional>

#include "kernels/stats/order_statistics_internal.hpp"

namespace wellsieve::kernels::stats {
namespace {

constexpr double nearly_none = 0.001;  // of the widest distance: weight 1 within
constexpr double nearly_all = 0.999;   // weight 0 beyond

double cube(double v) {
    return v * v * v;
}

class Smoother {
  public:
    Smoother(std::span<const double> x, std::span<const double> y, const LowessOptions& options)
        : x_(x),
          y_(y),
          size_(neighbours(options.span, x.size())),
          step_(options.step * (x.back() - x.front())),
          robustness_(x.size(), 1.0),
          weight_(x.size()) {}

    std::vector<double> fit() {
        const std::size_t n = x_.size();
        std::vector<double> out(n);
        std::size_t left = 0;
        std::optional<std::size_t> last;
        for (std::size_t i = 0; i < n;) {
            while (left + size_ < n && x_[i] - x_[left] > x_[left + size_] - x_[i])
                ++left;
            out[i] = line_at(x_[i], left).value_or(y_[i]);
            if (last)
                interpolate(out, *last, i);
            last = i;
            i = next_after(i, out, *last);
        }
        return out;
    }

    /// False where the residuals are as good as none.
    bool weigh_by(const std::vector<double>& fitted) {
        std::vector<double> size(x_.size());
        double sum = 0.0;
        for (std::size_t i = 0; i < size.size(); ++i) {
            size[i] = std::abs(y_[i] - fitted[i]);
            sum += size[i];
        }
        const double reach = 6.0 * median(size);
        if (reach < 1e-7 * sum / static_cast<double>(size.size()))
            return false;
        for (std::size_t i = 0; i < size.size(); ++i) {
            const double u = size[i] / reach;
            robustness_[i] = u <= nearly_none ? 1.0 : u > nearly_all ? 0.0 : (1.0 - u * u) * (1.0 - u * u);
        }
        return true;
    }

  private:
    static std::size_t neighbours(double span, std::size_t n) {
        const auto wanted = static_cast<std::size_t>(span * static_cast<double>(n) + 1e-7);
        return std::min(std::max<std::size_t>(wanted, 2), n);
    }

    /// The next point to fit: the last one within a step, or the next one. Points at the same x are given the
    /// fit of `last`, which moves on to them.
    std::size_t next_after(std::size_t i, std::vector<double>& out, std::size_t& last) const {
        const double reach = x_[i] + step_;
        std::size_t next = i + 1;
        for (; next < x_.size() && x_[next] <= reach; ++next)
            if (x_[next] == x_[last]) {
                out[next] = out[last];
                last = next;
            }
        return std::max(last + 1, next - 1);
    }

    void interpolate(std::vector<double>& out, std::size_t from, std::size_t to) const {
        for (std::size_t k = from + 1; k < to; ++k) {
            const double part = (x_[k] - x_[from]) / (x_[to] - x_[from]);
            out[k] = part * out[to] + (1.0 - part) * out[from];
        }
    }

    /// The local line at one x; nothing where no point has a weight.
    std::optional<double> line_at(double at, std::size_t left) {
        const double range = x_.back() - x_.front();
        const double reach = std::max(at - x_[left], x_[left + size_ - 1] - at);
        double total = 0.0;
        std::size_t end = left;  // points at the same distance as the farthest count as well
        for (; end < x_.size(); ++end) {
            const double distance = std::abs(x_[end] - at);
            weight_[end] = 0.0;
            if (distance <= nearly_all * reach)
                weight_[end] = robustness_[end] *
                               (distance <= nearly_none * reach ? 1.0 : cube(1.0 - cube(distance / reach)));
            else if (x_[end] > at)
                break;
            total += weight_[end];
        }
        if (!(total > 0.0))
            return std::nullopt;
        double mean_x = 0.0, mean_y = 0.0, xx = 0.0, xy = 0.0;
        for (std::size_t k = left; k < end; ++k) {
            mean_x += weight_[k] / total * x_[k];
            mean_y += weight_[k] / total * y_[k];
        }
        for (std::size_t k = left; k < end; ++k) {
            xx += weight_[k] / total * (x_[k] - mean_x) * (x_[k] - mean_x);
            xy += weight_[k] / total * (x_[k] - mean_x) * (y_[k] - mean_y);
        }
        const bool spread_enough = reach > 0.0 && std::sqrt(xx) > 0.001 * range;
        return mean_y + (spread_enough ? xy / xx * (at - mean_x) : 0.0);
    }

    std::span<const double> x_, y_;
    std::size_t size_;
    double step_;
    std::vector<double> robustness_, weight_;
};

}  // namespace

std::vector<double> lowess(std::span<const double> x, std::span<const double> y,
                           const LowessOptions& options) {
    assert(x.size() == y.size());
    if (x.size() < 2)
        return {y.begin(), y.end()};
    Smoother smoother(x, y, options);
    std::vector<double> out = smoother.fit();
    for (unsigned round = 0; round < options.iterations && smoother.weigh_by(out); ++round)
        out = smoother.fit();
    return out;
}

}  // namespace wellsieve::kernels::stats

#include "kernels/stats/local_mean.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

namespace wellsieve::kernels::stats {
namespace {

/// The end of a cell: its place, its bandwidth, and the mean of each column there.
struct Vertex {
    double x;
    double bandwidth;
    std::vector<double> mean;
};

class LocalMeans {
  public:
    LocalMeans(std::span<const double> x, std::span<const double> values, double share)
        : x_(x.begin(), x.end()), values_(values), order_(x.size()) {
        std::iota(order_.begin(), order_.end(), 0u);
        std::sort(order_.begin(), order_.end(),
                  [&](auto a, auto b) { return x[a] != x[b] ? x[a] < x[b] : a < b; });
        for (std::size_t i = 0; i < x_.size(); ++i)
            x_[i] = x[order_[i]];
        neighbours_ = static_cast<std::size_t>(share * static_cast<double>(x.size()));
        vertices_.push_back(vertex(x_.front()));
        grow(vertex(x_.back()));
    }

    void fill(std::span<double> out) const {
        const std::size_t n = x_.size();
        std::size_t cell = 1;
        for (std::size_t i = 0; i < n; ++i) {
            while (cell + 1 < vertices_.size() && vertices_[cell].x < x_[i])
                ++cell;
            const Vertex& low = vertices_[cell - 1];
            const Vertex& high = vertices_[cell];
            const double part = high.x > low.x ? (x_[i] - low.x) / (high.x - low.x) : 0.0;
            for (std::size_t c = 0; c < low.mean.size(); ++c)
                out[c * n + order_[i]] = low.mean[c] * (1.0 - part) + high.mean[c] * part;
        }
    }

  private:
    std::vector<double> x_;  ///< ascending
    std::span<const double> values_;
    std::vector<std::uint32_t> order_;
    std::size_t neighbours_;
    std::vector<Vertex> vertices_;  ///< ascending

    /// Distance to the k-th nearest point.
    double bandwidth(double x) const {
        const std::size_t n = x_.size();
        if (neighbours_ >= n)
            return std::max(x - x_.front(), x_.back() - x) * static_cast<double>(neighbours_) /
                   static_cast<double>(n);
        auto right = static_cast<std::size_t>(std::lower_bound(x_.begin(), x_.end(), x) - x_.begin());
        std::size_t left = right;
        while (right - left < neighbours_)
            if (right == n || (left > 0 && x - x_[left - 1] <= x_[right] - x))
                --left;
            else
                ++right;
        return std::max(x - x_[left], x_[right - 1] - x);
    }

    Vertex vertex(double x) const {
        const std::size_t n = x_.size();
        const double h = bandwidth(x);
        Vertex out{x, h, std::vector<double>(values_.size() / n, 0.0)};
        const auto first = std::lower_bound(x_.begin(), x_.end(), x - h) - x_.begin();
        double total = 0.0;
        for (auto i = static_cast<std::size_t>(first); i < n && x_[i] <= x + h; ++i) {
            const double w = weight(std::abs(x_[i] - x), h);
            total += w;
            for (std::size_t c = 0; c < out.mean.size(); ++c)
                out.mean[c] += w * values_[c * n + order_[i]];
        }
        for (double& mean : out.mean)
            mean /= total;
        return out;
    }

    static double weight(double distance, double h) {
        if (h == 0.0)
            return 1.0;
        const double u = distance / h;
        const double inner = 1.0 - u * u * u;
        return u < 1.0 ? inner * inner * inner : 0.0;
    }

    /// Adds the vertices of the cell from the last one to `high`, and `high`.
    void grow(Vertex high) {
        constexpr double cut = 0.8;
        const Vertex& low = vertices_.back();
        const double width = high.x - low.x;
        const double h = std::min(low.bandwidth, high.bandwidth);
        const double score = h > 0.0 ? width / h : 2.0 * width / (x_.back() - x_.front());
        const double middle = (low.x + high.x) / 2.0;
        if (score > cut && low.x < middle && middle < high.x) {
            grow(vertex(middle));
            grow(std::move(high));
        } else {
            vertices_.push_back(std::move(high));
        }
    }
};

}  // namespace

void local_means(std::span<const double> x, std::span<const double> values, double share,
                 std::span<double> out) {
    assert(values.size() == out.size() && (x.empty() || values.size() % x.size() == 0));
    if (x.size() < 2 || share * static_cast<double>(x.size()) < 2.0) {
        std::copy(values.begin(), values.end(), out.begin());
        return;
    }
    LocalMeans(x, values, share).fill(out);
}

double local_share(std::size_t n) noexcept {
    constexpr double few = 50.0;
    return n <= 50 ? 1.0 : 0.25 + 0.75 * std::sqrt(few / static_cast<double>(n));
}

}  // namespace wellsieve::kernels::stats

#include "kernels/stats/zero_patterns.hpp"

#include <Eigen/Dense>
#include <map>
#include <string>

namespace wellsieve::kernels::stats {
namespace {

constexpr double as_good_as_zero = 1e-4;

/// Samples of the pattern, and independent columns of the design over them.
void reduce_design(const LogLinearDesign& design, const std::string& vanishing, ZeroPattern& out) {
    for (std::size_t s = 0; s < vanishing.size(); ++s)
        if (vanishing[s] == '0')
            out.samples.push_back(static_cast<std::uint32_t>(s));
    const auto rows = static_cast<Eigen::Index>(out.samples.size());
    const auto columns = static_cast<Eigen::Index>(design.coefficients);
    if (rows == 0)
        return;
    Eigen::MatrixXd x(rows, columns);
    for (Eigen::Index r = 0; r < rows; ++r)
        for (Eigen::Index c = 0; c < columns; ++c)
            x(r, c) = design.matrix[out.samples[static_cast<std::size_t>(r)] * design.coefficients +
                                    static_cast<std::size_t>(c)];
    const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(x);
    out.coefficients = static_cast<std::size_t>(qr.rank());
    for (Eigen::Index r = 0; r < rows; ++r)
        for (Eigen::Index c = 0; c < qr.rank(); ++c)
            out.matrix.push_back(x(r, qr.colsPermutation().indices()(c)));
}

}  // namespace

std::vector<ZeroPattern> zero_patterns(Counts counts, std::span<const double> mean,
                                       const LogLinearDesign& design) {
    const std::size_t features = counts.features();
    std::map<std::string, ZeroPattern> found;
    std::string vanishing;
    for (std::size_t i = 0; i < features; ++i) {
        vanishing.assign(counts.samples, '0');
        for (std::size_t s = 0; s < counts.samples; ++s)
            if (counts.sample(s)[i] < as_good_as_zero && mean[s * features + i] < as_good_as_zero)
                vanishing[s] = '1';
        found[vanishing].features.push_back(static_cast<std::uint32_t>(i));
    }
    std::vector<ZeroPattern> out;
    for (auto& [key, pattern] : found) {
        reduce_design(design, key, pattern);
        out.push_back(std::move(pattern));
    }
    return out;
}

std::vector<double> gather(Counts counts, std::span<const std::uint32_t> samples,
                           std::span<const std::uint32_t> features) {
    std::vector<double> out;
    out.reserve(samples.size() * features.size());
    for (const std::uint32_t s : samples)
        for (const std::uint32_t i : features)
            out.push_back(counts.sample(s)[i]);
    return out;
}

}  // namespace wellsieve::kernels::stats

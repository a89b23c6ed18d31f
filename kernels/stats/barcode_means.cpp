#include "kernels/stats/barcode_means.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

namespace wellsieve::kernels::stats {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// A barcode that takes part.
struct Usable {
    double estimate;
    double variance;
    double df;
    std::uint32_t strain;
};

std::vector<Usable> usable_barcodes(const StrainBarcodes& barcodes) {
    const bool with_errors = std::any_of(barcodes.standard_error.begin(), barcodes.standard_error.end(),
                                         [](double s) { return s > 0.0 && std::isfinite(s); });
    std::vector<Usable> out;
    for (std::size_t i = 0; i < barcodes.estimate.size(); ++i) {
        const double s = barcodes.standard_error[i];
        const bool known = s > 0.0 && std::isfinite(s);
        if (barcodes.strain[i] != no_strain && std::isfinite(barcodes.estimate[i]) && known == with_errors)
            out.push_back({barcodes.estimate[i], known ? s * s : 0.0, barcodes.df[i], barcodes.strain[i]});
    }
    return out;
}

/// Weighted sums of the barcodes of each strain.
struct Sums {
    explicit Sums(std::size_t strains)
        : count(strains, 0.0), weight(strains, 0.0), weight2(strains, 0.0), mean(strains, 0.0) {}

    template <typename Weight>
    void add(const std::vector<Usable>& barcodes, Weight weight_of) {
        for (const Usable& one : barcodes) {
            const double w = weight_of(one);
            count[one.strain] += 1.0;
            weight[one.strain] += w;
            weight2[one.strain] += w * w;
            mean[one.strain] += w * one.estimate;
        }
        for (std::size_t s = 0; s < mean.size(); ++s)
            mean[s] /= weight[s];
    }

    std::vector<double> count, weight, weight2, mean;
};

BarcodeScatter scatter_of(const std::vector<Usable>& barcodes, std::size_t strains) {
    const auto weight_of = [](const Usable& one) { return one.variance > 0.0 ? 1.0 / one.variance : 1.0; };
    Sums sums(strains);
    sums.add(barcodes, weight_of);
    double excess = 0.0;
    for (const Usable& one : barcodes) {
        const double w = weight_of(one);
        const double from_mean = one.estimate - sums.mean[one.strain];
        excess += w * from_mean * from_mean;
        excess -= w * one.variance * (1.0 - w / sums.weight[one.strain]);
    }
    double scale = 0.0;
    double df = 0.0;
    for (std::size_t s = 0; s < strains; ++s)
        if (sums.count[s] > 1.0) {
            scale += sums.weight[s] - sums.weight2[s] / sums.weight[s];
            df += sums.count[s] - 1.0;
        }
    return {df > 0.0 ? std::max(0.0, excess / scale) : missing, df};
}

}  // namespace

BarcodeScatter barcode_means(const StrainBarcodes& barcodes, const BarcodeMeansOut& out) {
    const std::size_t strains = out.mean.size();
    assert(barcodes.estimate.size() == barcodes.strain.size());
    const std::vector<Usable> usable = usable_barcodes(barcodes);
    const BarcodeScatter scatter = scatter_of(usable, strains);
    const double between = scatter.df > 0.0 ? scatter.variance : 0.0;
    const auto total = [&](const Usable& one) { return one.variance + between; };
    const auto weight_of = [&](const Usable& one) { return total(one) > 0.0 ? 1.0 / total(one) : 1.0; };
    Sums sums(strains);
    sums.add(usable, weight_of);
    std::vector<double> variance(strains, 0.0);
    std::vector<double> shared(strains, 0.0);
    std::vector<double> uncertainty(strains, 0.0);  // of the variance, as Σ part²/df
    for (const Usable& one : usable) {
        const double share = weight_of(one) / sums.weight[one.strain];
        const double own = share * share * one.variance;
        variance[one.strain] += own + share * share * between;
        shared[one.strain] += share * share * between;
        if (one.df > 0.0)
            uncertainty[one.strain] += own * own / one.df;
    }
    for (std::size_t s = 0; s < strains; ++s) {
        const bool known = variance[s] > 0.0;
        out.barcodes[s] = sums.count[s];
        out.mean[s] = sums.count[s] > 0.0 ? sums.mean[s] : missing;
        out.standard_error[s] = known ? std::sqrt(variance[s]) : missing;
        const double spread = uncertainty[s] + (scatter.df > 0.0 ? shared[s] * shared[s] / scatter.df : 0.0);
        out.df[s] = known ? variance[s] * variance[s] / spread : missing;
    }
    return scatter;
}

}  // namespace wellsieve::kernels::stats

#pragma once

#include <cstdint>
#include <span>

namespace wellsieve::kernels::stats {

/// One element a barcode: its estimate (NaN is missing), the standard error of that with its degrees of
/// freedom (NaN: not known), and its strain, numbered from 0.
struct StrainBarcodes {
    std::span<const double> estimate;
    std::span<const double> standard_error;
    std::span<const double> df;
    std::span<const std::uint32_t> strain;
};

/// `strain` of a barcode that stands for none.
inline constexpr std::uint32_t no_strain = UINT32_MAX;

/// One element a strain. A strain without a usable barcode has a count of 0 and NaN elsewhere.
struct BarcodeMeansOut {
    std::span<double> barcodes;
    std::span<double> mean;            ///< weighted by 1/(s_i² + τ²)
    std::span<double> standard_error;  ///< 1/√Σ weights; NaN where nothing tells the size of the error
    std::span<double> df;              ///< Welch and Satterthwaite's; infinite where no part has any
};

/// How much barcodes of one strain differ beyond their own errors.
struct BarcodeScatter {
    double variance;  ///< τ², by moments over all strains, not below 0; NaN when df is 0
    double df;        ///< Σ (barcodes of a strain − 1)
};

/// Means of strains over their barcodes, y_i ~ N(θ_strain, s_i² + τ²), with one τ² for all strains: that of
/// a single strain cannot be told from its few barcodes, and barcodes of one strain differ for the same
/// reasons in all (clones, second mutations). τ² by the moments of DerSimonian & Laird 1986, Q and its
/// expectation summed over strains. A barcode without a standard error takes no part where others have one;
/// where none has, τ² holds all the scatter. A single barcode has the error √(s² + τ²). Allocates a few
/// columns of strains.
BarcodeScatter barcode_means(const StrainBarcodes& barcodes, const BarcodeMeansOut& out);

}  // namespace wellsieve::kernels::stats

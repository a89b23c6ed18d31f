#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "kernels/sequence/barcode_index.hpp"
#include "kernels/sequence/construct.hpp"
#include "kernels/sequence/packing.hpp"

namespace wellsieve::kernels::sequence {

/// Reads within a text, as split_records finds them.
struct Reads {
    std::string_view text;
    std::span<const std::uint32_t> bases_begin;
    std::span<const std::uint32_t> quality_begin;  ///< empty: no qualities
    std::span<const std::uint32_t> length;
};

/// What became of a read. The first five are credited to a barcode.
enum class Outcome : std::uint8_t {
    exact,
    one_mismatch,
    two_mismatches,
    n_rescued,      ///< as one that agrees in all known bases
    indel_rescued,  ///< the flanks stand one base too near or too far
    ambiguous,      ///< several barcodes explain the read too equally
    low_quality,    ///< more errors to expect in the barcode than the options allow
    no_match,       ///< a place, but no barcode
    no_anchor,      ///< no flank, or the read ends before the barcode does
};
inline constexpr std::size_t outcome_count = 9;
constexpr bool is_credited(Outcome outcome) noexcept {
    return outcome <= Outcome::indel_rescued;
}
std::string_view name(Outcome outcome) noexcept;

struct MatchOptions {
    std::uint32_t flank_mismatches = 2;    ///< of 12 bases or more; one of 6 to 11, none of fewer
    std::uint32_t barcode_mismatches = 1;  ///< at most what the index allows
    std::uint32_t unknown_bases = 2;       ///< at most 3; in place of mismatches
    bool rescue_indels = true;
    /// P(barcode | read) = Π (1 − e) or e/3 over bases, among the barcodes of the library, that a credit
    /// needs. Without `use_quality` each base has e = 0.001, so that only equally good ones are ambiguous.
    double least_posterior = 0.99;
    bool use_quality = true;
    std::uint32_t quality_offset = 33;
    double most_expected_errors = 1e9;  ///< in the bases of the barcode; above it low_quality
};

/// What match_barcodes works from; made once, used by any number of threads. Holds a reference to the index.
class Matcher {
  public:
    Matcher(const BarcodeIndex& index, const Construct& construct, const MatchOptions& options);
    ~Matcher();
    Matcher(Matcher&&) noexcept;
    Matcher& operator=(Matcher&&) noexcept;

    struct Plan;
    const Plan& plan() const noexcept { return *plan_; }

  private:
    std::unique_ptr<Plan> plan_;
};

/// One element a read. `begin` and `length` say where the barcode lies in the read, from its first letter as
/// sequenced, or no_place and 0: what could not be matched can so be named.
struct MatchOut {
    std::span<std::uint32_t> barcode;  ///< row of the library or no_barcode
    std::span<Outcome> outcome;
    std::span<std::uint32_t> begin;
    std::span<std::uint8_t> length;
    std::span<std::uint8_t> reverse;  ///< 1: on the other strand
};

/// Finds the barcode of each read. Flanks: the place with the fewest mismatches in the left flank, checked
/// against the right one; without left flank by the right one alone; flanks one base too near or far give a
/// barcode with an indel. The barcode is then looked up exactly, with unknown bases, within the mismatches.
/// Where the library has others within two mismatches the base qualities decide. Each read is credited once
/// at most. Allocates nothing; the same result on every SIMD target.
void match_barcodes(const Matcher& matcher, const Reads& reads, const MatchOut& out) noexcept;

/// The same without SIMD.
void match_barcodes_reference(const Matcher& matcher, const Reads& reads, const MatchOut& out) noexcept;

}  // namespace wellsieve::kernels::sequence

#pragma once

#include <cstdint>
#include <string_view>

#include "kernels/sequence/construct.hpp"

namespace wellsieve::kernels::sequence {

/// Finds what stands between the flanks of a construct, whatever it is: the way to barcodes that no library
/// lists. The left flank stands where it has the fewest mismatches (two of 12 bases or more, one of 6 to 11, none
/// of fewer), the first such place; the right one likewise among the lengths that are allowed. With one flank
/// `shortest` and `longest` are the same.
class BetweenFlanks {
  public:
    BetweenFlanks(const Construct& construct, std::uint32_t shortest, std::uint32_t longest);

    struct Part {
        std::uint32_t begin = 0;
        std::uint32_t length = 0;  ///< 0: not found
    };
    /// In a read as it is written in the direction of the flanks.
    Part find(std::string_view bases) const noexcept;

  private:
    struct Flank {
        std::uint64_t bases = 0;
        std::uint64_t compared = 0;  ///< a bit at 2 i for each base that is not N
        std::uint32_t length = 0;
        std::uint32_t allowed = 0;
    };
    static Flank flank(std::string_view bases);
    static std::uint32_t find_flank(const Flank& flank, std::string_view bases, std::uint32_t first,
                                    std::uint32_t last) noexcept;

    Flank left_;
    Flank right_;
    std::uint32_t first_;
    std::uint32_t last_;
    std::uint32_t shortest_;
    std::uint32_t longest_;
};

}  // namespace wellsieve::kernels::sequence

#include "kernels/sequence/between_flanks.hpp"

#include <algorithm>
#include <bit>

#include "kernels/sequence/bases.hpp"
#include "kernels/sequence/packing.hpp"

namespace wellsieve::kernels::sequence {
namespace {

constexpr std::uint32_t longest_flank = 16;

}  // namespace

BetweenFlanks::Flank BetweenFlanks::flank(std::string_view bases) {
    Flank out;
    out.length = static_cast<std::uint32_t>(bases.size());
    out.allowed = out.length >= 12 ? 2 : out.length >= 6 ? 1 : 0;
    const PackedBases packed = pack(bases);
    out.bases = packed.words[0];
    for (std::uint32_t i = 0; i < out.length; ++i)
        out.compared |= std::uint64_t{(packed.unknown >> i & 1) == 0} << 2 * i;
    return out;
}

BetweenFlanks::BetweenFlanks(const Construct& construct, std::uint32_t shortest, std::uint32_t longest)
    : left_(flank(std::string_view(construct.left_flank)
                      .substr(construct.left_flank.size() -
                              std::min<std::size_t>(construct.left_flank.size(), longest_flank)))),
      right_(flank(std::string_view(construct.right_flank).substr(0, longest_flank))),
      first_(construct.first),
      last_(construct.last),
      shortest_(shortest),
      longest_(longest) {}

/// Where the flank begins, from `first` to `last`; no_place where it does not.
std::uint32_t BetweenFlanks::find_flank(const Flank& flank, std::string_view bases, std::uint32_t first,
                                        std::uint32_t last) noexcept {
    std::uint32_t best = no_place;
    std::uint32_t fewest = flank.allowed + 1;
    std::uint64_t window = 0;
    std::uint64_t unknown = 0;
    const auto end = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(bases.size(), std::uint64_t{last} + flank.length));
    for (std::uint32_t i = first; i < end; ++i) {
        const std::uint32_t place = 2 * (flank.length - 1);
        window = window >> 2 | std::uint64_t{base_code(bases[i])} << place;
        unknown = unknown >> 2 | std::uint64_t{!is_base(bases[i])} << place;
        if (i + 1 < first + flank.length)
            continue;
        const auto count = static_cast<std::uint32_t>(
            std::popcount((differing(window, flank.bases) | unknown) & flank.compared));
        if (count < fewest) {
            fewest = count;
            best = i + 1 - flank.length;
        }
    }
    return best;
}

BetweenFlanks::Part BetweenFlanks::find(std::string_view bases) const noexcept {
    std::uint32_t begin = no_place;
    if (left_.length > 0) {
        const std::uint32_t first = first_ - std::min(first_, left_.length);
        const std::uint32_t place = find_flank(left_, bases, first, last_ - std::min(last_, left_.length));
        if (place == no_place)
            return {};
        begin = place + left_.length;
        if (right_.length == 0)
            return begin + longest_ <= bases.size() ? Part{begin, longest_} : Part{};
        const std::uint32_t end = find_flank(right_, bases, begin + shortest_, begin + longest_);
        return end == no_place ? Part{} : Part{begin, end - begin};
    }
    const std::uint64_t last = std::min<std::uint64_t>(std::uint64_t{last_} + longest_, 0xFFFFFF00);
    const std::uint32_t end =
        find_flank(right_, bases, first_ + longest_, static_cast<std::uint32_t>(last));
    return end == no_place ? Part{} : Part{end - longest_, longest_};
}

}  // namespace wellsieve::kernels::sequence

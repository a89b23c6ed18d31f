#include "kernels/sequence/merge_umis.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>

#include "kernels/sequence/bits_internal.hpp"

namespace wellsieve::kernels::sequence {
namespace {

constexpr std::uint32_t nothing = 0xFFFFFFFF;

bool explains(std::uint32_t common, std::uint32_t rare) {
    return std::uint64_t{common} + 1 >= 2 * std::uint64_t{rare};
}

/// Rows of UMIs by their bases: open addressing, at most half full.
class UmiTable {
  public:
    UmiTable(std::span<const std::uint64_t> umis, std::vector<std::uint32_t>& slots)
        : umis_(umis), slots_(slots) {
        slots_.assign(std::bit_ceil(2 * umis.size()), nothing);
        for (std::uint32_t row = 0; row < umis.size(); ++row)
            slots_[place(umis[row])] = row;
    }

    /// `nothing` where there is none.
    std::uint32_t find(std::uint64_t umi) const { return slots_[place(umi)]; }

  private:
    std::size_t place(std::uint64_t umi) const {
        std::size_t at = mix(umi) & (slots_.size() - 1);
        while (slots_[at] != nothing && umis_[slots_[at]] != umi)
            at = (at + 1) & (slots_.size() - 1);
        return at;
    }

    std::span<const std::uint64_t> umis_;
    std::vector<std::uint32_t>& slots_;
};

/// Goes through UMIs from the commonest on; `visit_near(row, visit)` shows those one base away.
template <typename VisitNear>
std::size_t merge(std::span<const std::uint32_t> reads, std::span<std::uint32_t> head, UmiScratch& scratch,
                  VisitNear visit_near) {
    std::fill(head.begin(), head.end(), nothing);
    scratch.order.resize(reads.size());
    std::iota(scratch.order.begin(), scratch.order.end(), 0u);
    std::sort(scratch.order.begin(), scratch.order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return reads[a] != reads[b] ? reads[a] > reads[b] : a < b;
    });
    std::size_t molecules = 0;
    for (const std::uint32_t first : scratch.order) {
        if (head[first] != nothing)
            continue;
        ++molecules;
        head[first] = first;
        scratch.waiting.assign(1, first);
        while (!scratch.waiting.empty()) {
            const std::uint32_t row = scratch.waiting.back();
            scratch.waiting.pop_back();
            visit_near(row, [&](std::uint32_t other) {
                if (head[other] == nothing && explains(reads[row], reads[other])) {
                    head[other] = first;
                    scratch.waiting.push_back(other);
                }
            });
        }
    }
    return molecules;
}

}  // namespace

std::size_t merge_umis(std::span<const std::uint64_t> umis, std::span<const std::uint32_t> reads,
                       std::uint32_t length, std::span<std::uint32_t> head, UmiScratch& scratch) {
    assert(length <= longest_umi && umis.size() == reads.size() && umis.size() == head.size());
    if (umis.size() < 2) {
        std::fill(head.begin(), head.end(), 0u);
        return umis.size();
    }
    const UmiTable table(umis, scratch.slots);
    return merge(reads, head, scratch, [&](std::uint32_t row, auto visit) {
        for (std::uint32_t base = 0; base < length; ++base)
            for (std::uint64_t change = 1; change <= 3; ++change)
                if (const std::uint32_t other = table.find(umis[row] ^ change << 2 * base); other != nothing)
                    visit(other);
    });
}

std::size_t merge_umis_reference(std::span<const std::uint64_t> umis, std::span<const std::uint32_t> reads,
                                 std::uint32_t /*length*/, std::span<std::uint32_t> head,
                                 UmiScratch& scratch) {
    return merge(reads, head, scratch, [&](std::uint32_t row, auto visit) {
        for (std::uint32_t other = 0; other < umis.size(); ++other)
            if (std::popcount(differing(umis[row], umis[other])) == 1)
                visit(other);
    });
}

}  // namespace wellsieve::kernels::sequence

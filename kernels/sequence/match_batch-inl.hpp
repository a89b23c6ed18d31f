// Reads matched some at a time. Compiled for each target.

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/sequence/matcher-inl.hpp"

#if defined(WELLSIEVE_KERNELS_SEQUENCE_MATCH_BATCH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_SEQUENCE_MATCH_BATCH_INL
#undef WELLSIEVE_KERNELS_SEQUENCE_MATCH_BATCH_INL
#else
#define WELLSIEVE_KERNELS_SEQUENCE_MATCH_BATCH_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::sequence::HWY_NAMESPACE {

/// Some reads on their way: what each waits for from memory is fetched while others are worked on.
template <typename Letters>
class MatchBatch {
  public:
    MatchBatch(const Matcher::Plan& plan, const Reads& reads, const MatchOut& out)
        : plan_(plan), index_(*plan.index), matcher_(plan), careful_(plan), reads_(reads), out_(out) {}

    static constexpr std::size_t size = 32;

    void run(std::size_t first, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            placed_[i] = within_reach(first + i) && matcher_.place(read(first + i), call_[i], match_[i]);
            if (placed_[i]) {
                hash_[i] = hash(call_[i].bases, call_[i].length);
                index_.prefetch_exact(hash_[i]);
            }
        }
        for (std::size_t i = 0; i < count; ++i)
            if (placed_[i]) {
                exact_[i] = index_.find_exact_alone(call_[i].bases, call_[i].length, hash_[i]);
                if (exact_[i].row == no_barcode)
                    index_.prefetch_parts(call_[i].bases, call_[i].length);
            }
        for (std::size_t i = 0; i < count; ++i)
            if (placed_[i] && exact_[i].row == no_barcode)
                index_.prefetch_rows(call_[i].bases, call_[i].length);
        for (std::size_t i = 0; i < count; ++i) {
            if (placed_[i] && matcher_.settle(call_[i], exact_[i], match_[i]))
                write(first + i, match_[i]);
            else
                write(first + i, within_reach(first + i) ? matcher_.match(read(first + i))
                                                         : careful_.match(read(first + i)));
        }
    }

  private:
    const Matcher::Plan& plan_;
    const BarcodeIndex& index_;
    ReadMatcher<Letters> matcher_;
    ReadMatcher<OneLetter> careful_;
    const Reads& reads_;
    const MatchOut& out_;
    std::array<Call, size> call_;
    std::array<std::uint64_t, size> hash_;
    std::array<Match, size> match_;
    std::array<BarcodeIndex::Exact, size> exact_;
    std::array<bool, size> placed_;

    /// May Letters read a little behind the read?
    HWY_INLINE bool within_reach(std::size_t i) const {
        return std::size_t{reads_.bases_begin[i]} + reads_.length[i] + Letters::reach <= reads_.text.size();
    }

    HWY_INLINE Read read(std::size_t i) const {
        const bool has_quality = !reads_.quality_begin.empty() && plan_.options.use_quality;
        return {reads_.text.data() + reads_.bases_begin[i],
                has_quality ? reads_.text.data() + reads_.quality_begin[i] : nullptr, reads_.length[i]};
    }

    HWY_INLINE void write(std::size_t i, const Match& match) const {
        out_.barcode[i] = match.barcode;
        out_.outcome[i] = match.outcome;
        out_.begin[i] = match.begin;
        out_.length[i] = static_cast<std::uint8_t>(match.length);
        out_.reverse[i] = match.reverse ? 1 : 0;
    }
};

template <typename Letters>
void match_reads(const Matcher::Plan& plan, const Reads& reads, const MatchOut& out) {
    MatchBatch<Letters> batch(plan, reads, out);
    const std::size_t count = reads.length.size();
    for (std::size_t first = 0; first < count; first += MatchBatch<Letters>::size)
        batch.run(first, std::min(MatchBatch<Letters>::size, count - first));
}

}  // namespace wellsieve::kernels::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

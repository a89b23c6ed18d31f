// Which barcode of the library a sequence between its flanks is. Compiled for each target.

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "kernels/sequence/matcher_internal.hpp"

#if defined(WELLSIEVE_KERNELS_SEQUENCE_BARCODE_CALL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_SEQUENCE_BARCODE_CALL_INL
#undef WELLSIEVE_KERNELS_SEQUENCE_BARCODE_CALL_INL
#else
#define WELLSIEVE_KERNELS_SEQUENCE_BARCODE_CALL_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::sequence::HWY_NAMESPACE {

struct Match {
    std::uint32_t barcode = no_barcode;
    Outcome outcome = Outcome::no_anchor;
    std::uint32_t begin = no_place;
    std::uint32_t length = 0;
    bool reverse = false;
    bool between_flanks = false;  ///< both were there
};

/// A barcode as sequenced, in the direction of the library; qualities as in the read.
struct Call {
    PackedBases bases;
    const char* quality = nullptr;
    std::uint32_t length = 0;
    bool reverse = false;
    unsigned char quality_of(std::uint32_t i) const {
        return static_cast<unsigned char>(quality[reverse ? length - 1 - i : i]);
    }
};

/// Weighs a call against the library; its matches have no place in the read yet.
class BarcodeCaller {
  public:
    explicit BarcodeCaller(const Matcher::Plan& plan) : plan_(plan), index_(*plan.index) {}

    Match look_up(const Call& call, const BarcodeIndex::Exact& exact) const {
        Match match{no_barcode, Outcome::no_match, 0, 0};
        if (call.quality != nullptr && expected_error(call) > plan_.most_error) {
            match.outcome = Outcome::low_quality;
            return match;
        }
        if (exact.row != no_barcode) {
            settle(match, call, exact);
            return match;
        }
        Candidates found;
        const auto unknown = static_cast<std::uint32_t>(std::popcount(call.bases.unknown));
        if (unknown != 0 && unknown <= plan_.options.unknown_bases)
            index_.find_with_unknown(call.bases, call.length, found);
        if (unknown < plan_.options.barcode_mismatches)
            index_.find_near(call.bases, call.length, found);
        drop_far(found, std::max(plan_.options.barcode_mismatches, unknown));
        if (found.count == 1 && found.found[0].alone && !found.overflow)
            settle_near(match, call, found.found[0]);
        else if (found.count != 0)
            decide(call, found, match);
        return match;
    }

    /// Of a row that was found, which its neighbours in the library may make ambiguous.
    void settle(Match& match, const Call& call, const BarcodeIndex::Exact& exact) const {
        match.outcome = Outcome::exact;
        match.barcode = exact.row;
        if (!exact.alone) {
            Candidates only;
            only.found[only.count++] = {exact.row, 0, false};
            decide(call, only, match);
        }
    }

    /// Between flanks, where barcodes are one base longer or shorter.
    Match rescue(const Call& call) const {
        Candidates found;
        for (const std::uint32_t whole : plan_.lengths)
            if (whole + 1 == call.length || whole == call.length + 1)
                index_.find_indel(call.bases, call.length, whole, found);
        Match match{no_barcode, Outcome::no_match};
        if (found.count == 1 && !found.overflow) {
            match.barcode = found.found[0].barcode;
            match.outcome = Outcome::indel_rescued;
        } else if (found.count > 1) {
            match.outcome = Outcome::ambiguous;
        }
        return match;
    }

  private:
    const Matcher::Plan& plan_;
    const BarcodeIndex& index_;

    static void drop_far(Candidates& found, std::uint32_t most) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < found.count; ++i)
            if (found.found[i].mismatches <= most)
                found.found[kept++] = found.found[i];
        found.count = kept;
    }

    std::uint64_t expected_error(const Call& call) const {
        std::uint64_t sum = 0;
        if (plan_.most_error != no_error_bound)
            for (std::uint32_t i = 0; i < call.length; ++i)
                sum += plan_.error[call.quality_of(i)];
        return sum;
    }

    /// What a barcode's mismatches at known bases cost; more than the table of weights holds counts alike.
    std::uint32_t cost(const Call& call, std::uint32_t row) const {
        const PackedBases barcode = index_.bases(row);
        std::uint32_t sum = 0;
        for (std::uint32_t word = 0; word < 2; ++word)
            for (std::uint64_t bits = differing(call.bases.words[word], barcode.words[word]); bits != 0;
                 bits &= bits - 1) {
                const std::uint32_t i = 32 * word + static_cast<std::uint32_t>(std::countr_zero(bits)) / 2;
                if ((call.bases.unknown >> i & 1) == 0)
                    sum += call.quality != nullptr ? plan_.mismatch_cost[call.quality_of(i)]
                                                   : plan_.plain_mismatch_cost;
            }
        return sum;
    }

    /// The best of the candidates, if others and its neighbours in the library leave it the posterior.
    void decide(const Call& call, const Candidates& found, Match& match) const {
        std::array<std::uint32_t, Candidates::capacity> costs;
        std::size_t best = 0;
        for (std::size_t i = 0; i < found.count; ++i) {
            costs[i] = cost(call, found.found[i].barcode);
            if (costs[i] < costs[best])
                best = i;
        }
        const std::uint32_t row = found.found[best].barcode;
        std::uint64_t others = found.overflow ? ~std::uint64_t{0} >> 1 : 0;
        for (std::size_t i = 0; i < found.count; ++i)
            if (i != best)
                others += weight(costs[best], costs[i]);
        for (const std::uint32_t neighbour : index_.neighbours(row))
            if (std::none_of(found.found.begin(), found.found.begin() + found.count,
                             [&](const Candidate& c) { return c.barcode == neighbour; }))
                others += weight(costs[best], cost(call, neighbour));
        if (others > plan_.most_weight) {
            match.outcome = Outcome::ambiguous;
            match.barcode = no_barcode;
            return;
        }
        settle_near(match, call, found.found[best]);
    }

    static void settle_near(Match& match, const Call& call, const Candidate& candidate) {
        match.barcode = candidate.barcode;
        match.outcome =
            call.bases.unknown != 0 ? Outcome::n_rescued : static_cast<Outcome>(candidate.mismatches);
    }

    std::uint64_t weight(std::uint32_t best, std::uint32_t other) const {
        if (other <= best)
            return plan_.weight[0];
        return other - best < plan_.weight.size() ? plan_.weight[other - best] : 0;
    }
};

}  // namespace wellsieve::kernels::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

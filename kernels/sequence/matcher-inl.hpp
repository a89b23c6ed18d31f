// Where in a read the barcode stands. Compiled for each target with letters taken sixteen at once, and one by
// one.

#include <algorithm>
#include <array>
#include <cstdint>

#include "kernels/sequence/barcode_call-inl.hpp"
#include "kernels/sequence/letters-inl.hpp"
#include "kernels/sequence/matcher_internal.hpp"

#if defined(WELLSIEVE_KERNELS_SEQUENCE_MATCHER_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_SEQUENCE_MATCHER_INL
#undef WELLSIEVE_KERNELS_SEQUENCE_MATCHER_INL
#else
#define WELLSIEVE_KERNELS_SEQUENCE_MATCHER_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::sequence::HWY_NAMESPACE {

/// May read fifteen letters behind the last.
struct SixteenLetters {
    static constexpr std::uint32_t reach = letters_at_once;
    static std::uint32_t equal(const char* letters, const Flank& flank) {
        return equal_letters(letters, flank.letters.data());
    }
    HWY_INLINE static void pack(const char* letters, std::uint32_t length, PackedBases& out) {
        pack_letters(letters, length, out);
    }
};

struct OneLetter {
    static constexpr std::uint32_t reach = 0;
    static std::uint32_t equal(const char* letters, const Flank& flank) {
        std::uint32_t equal = 0;
        for (std::uint32_t i = 0; i < flank.size; ++i)
            equal += (letters[i] & 0xDF) == flank.letters[i];
        return equal;
    }
    static void pack(const char* letters, std::uint32_t length, PackedBases& out) {
        out = sequence::pack({letters, length});
    }
};

struct Read {
    const char* bases;
    const char* quality;  ///< null: none
    std::uint32_t length;
};

template <typename Letters>
class ReadMatcher {
  public:
    explicit ReadMatcher(const Matcher::Plan& plan) : plan_(plan), index_(*plan.index), caller_(plan) {}

    Match match(const Read& read) const {
        Match best;
        for (const Strand& strand : plan_.strands) {
            Match here = match_on(strand, read);
            here.reverse = strand.reverse;
            if (is_credited(here.outcome))
                return here;
            if (here.outcome < best.outcome)
                best = here;
        }
        return best;
    }

    /// Where most reads end: the barcode between both flanks on the first strand. False: it is not so easy.
    HWY_INLINE bool place(const Read& read, Call& call, Match& match) const {
        if (plan_.construct.search != Search::flanks || read.length < plan_.lengths.back())
            return false;
        const Strand& strand = plan_.strands.front();
        const auto [first, last] = places(strand, read);
        const Place left = find_left(strand.left, read, first, last);
        if (!left.found() || strand.right.size == 0)
            return false;
        const Place length = find_length(strand, read, left.begin, plan_.lengths);
        if (!length.found())
            return false;
        set_call(strand, read, left.begin, length.begin, call);
        match.barcode = no_barcode;
        match.outcome = Outcome::no_match;
        match.begin = left.begin;
        match.length = length.begin;
        match.reverse = strand.reverse;
        match.between_flanks = true;
        return true;
    }

    /// Fills in what stands at that place. False: `match` may find more on the other strand.
    HWY_INLINE bool settle(const Call& call, const BarcodeIndex::Exact& exact, Match& match) const {
        if (exact.row != no_barcode && exact.alone && plan_.most_error == no_error_bound) {
            match.outcome = Outcome::exact;
            match.barcode = exact.row;
            return true;
        }
        Match found = caller_.look_up(call, exact);
        if (found.outcome == Outcome::no_match && plan_.options.rescue_indels)
            found = caller_.rescue(call);
        match.barcode = found.barcode;
        match.outcome = found.outcome;
        return is_credited(found.outcome) || plan_.strands.size() == 1;
    }

  private:
    const Matcher::Plan& plan_;
    const BarcodeIndex& index_;
    BarcodeCaller caller_;

    struct Place {
        std::uint32_t begin = no_place;
        std::uint32_t mismatches = no_place;
        bool found() const { return begin != no_place; }
    };

    Match match_on(const Strand& strand, const Read& read) const {
        switch (plan_.construct.search) {
            case Search::flanks:
                return by_flanks(strand, read);
            case Search::offsets:
                return by_offsets(strand, read);
            case Search::pattern:
                return by_pattern(strand, read);
        }
        return {};
    }

    // --- flanks

    Match by_flanks(const Strand& strand, const Read& read) const {
        const std::uint32_t shortest = plan_.lengths.back();
        if (read.length < shortest)
            return {};
        const auto [first, last] = places(strand, read);
        const Place left = find_left(strand.left, read, first, last);
        Match match;
        if (left.found()) {
            match = from_left(strand, read, left.begin);
            if (match.between_flanks || match.outcome != Outcome::no_match)
                return match;
        }
        if (strand.right.size != 0)
            if (const Match other = from_right(strand, read, first, last);
                is_credited(other.outcome) || !left.found())
                match = other;
        return match.outcome == Outcome::no_anchor ? by_known_offsets(strand, read) : match;
    }

    /// Without a flank: exactly, and one barcode only.
    Match by_known_offsets(const Strand& strand, const Read& read) const {
        Match match;
        for (const std::uint32_t offset : plan_.construct.offsets)
            for (const std::uint32_t length : plan_.lengths) {
                if (offset + length > read.length)
                    continue;
                const std::uint32_t begin = strand.reverse ? read.length - offset - length : offset;
                const Match here = resolve_exactly(strand, read, begin, length);
                if (here.outcome == Outcome::no_match)
                    continue;
                if (match.outcome != Outcome::no_anchor && match.barcode != here.barcode)
                    return {no_barcode, Outcome::ambiguous, begin, length};
                match = here;
            }
        return match;
    }

    struct Range {
        std::uint32_t first;
        std::uint32_t last;
    };

    /// Where a barcode may begin in a read that is long enough for the shortest.
    HWY_INLINE Range places(const Strand& strand, const Read& read) const {
        const std::uint32_t shortest = plan_.lengths.back();
        const std::uint32_t first = std::min(plan_.construct.first, read.length);
        const std::uint32_t last = std::min(plan_.construct.last, read.length - shortest);
        if (!strand.reverse)
            return {first, last};
        const std::uint32_t longest = std::min(plan_.lengths.front(), read.length);
        return {read.length - std::min(last + longest, read.length),
                read.length - std::min(first + shortest, read.length)};
    }

    /// The first place with the fewest mismatches.
    HWY_INLINE Place find_left(const Flank& flank, const Read& read, std::uint32_t first,
                               std::uint32_t last) const {
        Place best;
        if (flank.size == 0)
            return best;
        const std::uint32_t known = flank.known[flank.size];
        best.mismatches = flank.allowed + 1;
        for (std::uint32_t begin = std::max(first, flank.size); begin <= last; ++begin) {
            const std::uint32_t mismatches = known - Letters::equal(read.bases + begin - flank.size, flank);
            if (mismatches >= best.mismatches)
                continue;
            best = {begin, mismatches};
            if (mismatches == 0)
                break;
        }
        return best;
    }

    /// Mismatches of a flank that begins at `begin`; no_place when it does not fit, or too little of it is
    /// within the read to tell.
    HWY_INLINE std::uint32_t fit_right(const Flank& flank, const Read& read, std::uint32_t begin) const {
        std::uint32_t known = flank.known[flank.size];
        std::uint32_t mismatches;
        std::uint32_t allowed = flank.allowed;
        if (begin + flank.size <= read.length) {
            mismatches = known - Letters::equal(read.bases + begin, flank);
        } else {
            const std::uint32_t size = begin < read.length ? read.length - begin : 0;
            known = flank.known[size];
            if (known < least_flank && known < flank.known[flank.size])
                return no_place;
            mismatches = known;
            for (std::uint32_t i = 0; i < size; ++i)
                mismatches -= (read.bases[begin + i] & 0xDF) == flank.letters[i];
            allowed = allowed_in_flank(known, plan_.options.flank_mismatches);
        }
        return mismatches <= allowed ? mismatches : no_place;
    }

    Match from_left(const Strand& strand, const Read& read, std::uint32_t begin) const {
        if (strand.right.size == 0)
            return any_length(strand, read, begin);
        Place length = find_length(strand, read, begin, plan_.lengths);
        Match match;
        if (length.found())
            match = resolve(strand, read, begin, length.begin);
        else if (plan_.options.rescue_indels)
            length = find_length(strand, read, begin, plan_.indel_lengths);
        if (!length.found())
            return any_length(strand, read, begin);
        if (plan_.options.rescue_indels && !is_credited(match.outcome) &&
            (match.outcome == Outcome::no_match || match.outcome == Outcome::no_anchor))
            match = rescue(strand, read, begin, length.begin);
        match.between_flanks = true;
        return match;
    }

    /// Of the lengths the one behind which the right flank fits best, as Place::begin.
    HWY_INLINE Place find_length(const Strand& strand, const Read& read, std::uint32_t begin,
                                 const std::vector<std::uint32_t>& lengths) const {
        Place length;
        for (const std::uint32_t choice : lengths)
            if (begin + choice <= read.length)
                if (const std::uint32_t m = fit_right(strand.right, read, begin + choice);
                    m < length.mismatches)
                    length = {choice, m};
        return length;
    }

    Match from_right(const Strand& strand, const Read& read, std::uint32_t first, std::uint32_t last) const {
        Place best;
        const std::uint32_t end = std::min(last + plan_.lengths.front(), read.length);
        for (std::uint32_t begin = first + plan_.lengths.back(); begin <= end; ++begin) {
            const std::uint32_t m = fit_right(strand.right, read, begin);
            if (m >= best.mismatches)
                continue;
            best = {begin, m};
            if (m == 0)
                break;
        }
        Match match;
        if (!best.found())
            return match;
        for (const std::uint32_t length : plan_.lengths)
            if (best.begin >= length)
                keep_better(match, resolve(strand, read, best.begin - length, length));
        return match;
    }

    Match any_length(const Strand& strand, const Read& read, std::uint32_t begin) const {
        Match match;
        for (const std::uint32_t length : plan_.lengths)
            if (begin + length <= read.length)
                keep_better(match, resolve(strand, read, begin, length));
        return match;
    }

    static void keep_better(Match& best, const Match& other) {
        if (other.outcome < best.outcome)
            best = other;
    }

    // --- places given

    Match by_offsets(const Strand& strand, const Read& read) const {
        Match match;
        for (const bool exactly : {true, false})
            for (const std::uint32_t offset : plan_.construct.offsets)
                for (const std::uint32_t length : plan_.lengths) {
                    if (offset + length > read.length)
                        continue;
                    const std::uint32_t begin = strand.reverse ? read.length - offset - length : offset;
                    const Match here = exactly ? resolve_exactly(strand, read, begin, length)
                                               : resolve(strand, read, begin, length);
                    if (is_credited(here.outcome))
                        return here;
                    keep_better(match, here);
                }
        return match;
    }

    Match by_pattern(const Strand& strand, const Read& read) const {
        const Pattern& pattern = plan_.pattern;
        const auto size = static_cast<std::uint32_t>(pattern.allowed.size());
        if (read.length < size)
            return {};
        const std::uint32_t last = std::min(plan_.construct.last, read.length - size);
        const auto letter = [&](std::uint32_t i) {
            return strand.reverse ? complement(read.bases[read.length - 1 - i]) : read.bases[i];
        };
        for (std::uint32_t begin = plan_.construct.first; begin <= last; ++begin) {
            std::uint32_t i = 0;
            while (i < size && (pattern.allowed[i] & letter_set(letter(begin + i))) != 0)
                ++i;
            if (i == size)
                return at_pattern(strand, read, begin);
        }
        return {};
    }

    Match at_pattern(const Strand& strand, const Read& read, std::uint32_t begin) const {
        std::array<char, longest_packed> bases;
        std::array<char, longest_packed> quality;
        const auto length = static_cast<std::uint32_t>(plan_.pattern.places.size());
        for (std::uint32_t i = 0; i < length; ++i) {
            const std::uint32_t place = begin + plan_.pattern.places[i];
            const std::uint32_t at = strand.reverse ? read.length - 1 - place : place;
            bases[i] = strand.reverse ? complement(read.bases[at]) : read.bases[at];
            quality[i] = read.quality != nullptr ? read.quality[at] : 0;
        }
        const Call call{sequence::pack({bases.data(), length}),
                        read.quality != nullptr ? quality.data() : nullptr, length, false};
        const std::uint32_t front = begin + plan_.pattern.places.front();
        const std::uint32_t back = begin + plan_.pattern.places.back();
        Match match = caller_.look_up(call, index_.find_exact_alone(call.bases, length));
        match.begin = strand.reverse ? read.length - 1 - back : front;
        match.length = back - front + 1;
        return match;
    }

    static char complement(char c) { return is_base(c) ? base_letter(base_code(c) ^ 2) : 'N'; }
    static std::uint8_t letter_set(char c) {
        return is_base(c) ? static_cast<std::uint8_t>(1 << base_code(c)) : std::uint8_t{16};
    }

    // --- the barcode

    /// Member by member: a whole Call that is copied right after its members were written waits for them.
    HWY_INLINE static void set_call(const Strand& strand, const Read& read, std::uint32_t begin,
                                    std::uint32_t length, Call& call) {
        Letters::pack(read.bases + begin, length, call.bases);
        if (strand.reverse)
            call.bases = reverse_complement(call.bases, length);
        call.quality = read.quality != nullptr ? read.quality + begin : nullptr;
        call.length = length;
        call.reverse = strand.reverse;
    }

    static Call call_at(const Strand& strand, const Read& read, std::uint32_t begin, std::uint32_t length) {
        Call call;
        set_call(strand, read, begin, length, call);
        return call;
    }

    Match resolve_exactly(const Strand& strand, const Read& read, std::uint32_t begin,
                          std::uint32_t length) const {
        const Call call = call_at(strand, read, begin, length);
        const BarcodeIndex::Exact exact = index_.find_exact_alone(call.bases, length);
        Match match{no_barcode, Outcome::no_match, begin, length};
        if (exact.row != no_barcode)
            caller_.settle(match, call, exact);
        return match;
    }

    Match resolve(const Strand& strand, const Read& read, std::uint32_t begin, std::uint32_t length) const {
        const Call call = call_at(strand, read, begin, length);
        Match match = caller_.look_up(call, index_.find_exact_alone(call.bases, length));
        match.begin = begin;
        match.length = length;
        return match;
    }

    Match rescue(const Strand& strand, const Read& read, std::uint32_t begin, std::uint32_t length) const {
        Match match = caller_.rescue(call_at(strand, read, begin, length));
        match.begin = begin;
        match.length = length;
        return match;
    }
};

}  // namespace wellsieve::kernels::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

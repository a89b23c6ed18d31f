// Sixteen letters of a read at once.

#include <hwy/highway.h>

#include <cstdint>

#include "kernels/sequence/bases.hpp"

#if defined(WELLSIEVE_KERNELS_SEQUENCE_LETTERS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef WELLSIEVE_KERNELS_SEQUENCE_LETTERS_INL
#undef WELLSIEVE_KERNELS_SEQUENCE_LETTERS_INL
#else
#define WELLSIEVE_KERNELS_SEQUENCE_LETTERS_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::uint32_t letters_at_once = 16;

#if HWY_TARGET == HWY_SCALAR

HWY_INLINE void pack_sixteen(const char* letters, std::uint32_t& codes, std::uint32_t& unknown) {
    const PackedBases packed = pack({letters, letters_at_once});
    codes = static_cast<std::uint32_t>(packed.words[0]);
    unknown = static_cast<std::uint32_t>(packed.unknown);
}

HWY_INLINE std::uint32_t equal_letters(const char* letters, const char* wanted) {
    std::uint32_t equal = 0;
    for (std::uint32_t i = 0; i < letters_at_once; ++i)
        equal += (letters[i] & 0xDF) == wanted[i];
    return equal;
}

#else

using Letters = hn::Full128<std::uint8_t>;

/// Codes of sixteen bases in 32 bits, and a bit for each that is unknown.
HWY_INLINE void pack_sixteen(const char* letters, std::uint32_t& codes, std::uint32_t& unknown) {
    const Letters d;
    const hn::Full128<std::uint16_t> d16;
    const hn::Full128<std::uint32_t> d32;
    const hn::Full128<std::uint64_t> d64;
    alignas(16) static constexpr std::uint8_t letter_of[16] = {0, 'A', 0, 'C', 'T', 0, 0, 'G',
                                                               0, 0,   0, 0,   0,   0, 0, 0};
    const auto read = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(letters));
    const auto upper = hn::And(read, hn::Set(d, 0xDF));
    const auto known =
        hn::Eq(hn::TableLookupBytes(hn::Load(d, letter_of), hn::And(read, hn::Set(d, 0x0F))), upper);
    const auto kept = hn::BitCast(d16, hn::And(read, hn::VecFromMask(d, known)));
    const auto one = hn::And(hn::ShiftRight<1>(kept), hn::Set(d16, 0x0303));
    const auto two = hn::BitCast(d32, hn::And(hn::Or(one, hn::ShiftRight<6>(one)), hn::Set(d16, 0x000F)));
    const auto four = hn::BitCast(d64, hn::And(hn::Or(two, hn::ShiftRight<12>(two)), hn::Set(d32, 0x00FF)));
    const auto eight = hn::And(hn::Or(four, hn::ShiftRight<24>(four)), hn::Set(d64, 0xFFFF));
    codes = static_cast<std::uint32_t>(hn::ExtractLane(eight, 0) | hn::ExtractLane(eight, 1) << 16);
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, known, bits);
    unknown = ~(std::uint32_t{bits[0]} | std::uint32_t{bits[1]} << 8) & 0xFFFF;
}

/// In how many of sixteen places letters, in either case, are as wanted.
HWY_INLINE std::uint32_t equal_letters(const char* letters, const char* wanted) {
    const Letters d;
    const auto read = hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(letters));
    const auto upper = hn::And(read, hn::Set(d, 0xDF));
    return static_cast<std::uint32_t>(
        hn::CountTrue(d, hn::Eq(upper, hn::LoadU(d, reinterpret_cast<const std::uint8_t*>(wanted)))));
}

#endif

/// May read up to fifteen letters behind the last.
HWY_INLINE void pack_letters(const char* letters, std::uint32_t length, PackedBases& out) {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint64_t unknown_at = 0;
    for (std::uint32_t i = 0; i < length; i += letters_at_once) {
        std::uint32_t codes;
        std::uint32_t unknown;
        pack_sixteen(letters + i, codes, unknown);
        if (const std::uint32_t left = length - i; left < letters_at_once) {
            codes &= (std::uint32_t{1} << 2 * left) - 1;
            unknown &= (std::uint32_t{1} << left) - 1;
        }
        (i < 32 ? low : high) |= std::uint64_t{codes} << (i % 32 * 2);
        unknown_at |= std::uint64_t{unknown} << i;
    }
    out.words[0] = low;
    out.words[1] = high;
    out.unknown = unknown_at;
}

}  // namespace wellsieve::kernels::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif

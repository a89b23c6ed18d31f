#include "kernels/sequence/bases.hpp"

namespace wellsieve::kernels::sequence {
namespace {

/// Groups of `width` bits, 1 or 2, in the opposite order.
std::uint64_t reversed(std::uint64_t bits, unsigned width) {
    if (width == 1)
        bits = (bits >> 1 & 0x5555555555555555u) | (bits & 0x5555555555555555u) << 1;
    bits = (bits >> 2 & 0x3333333333333333u) | (bits & 0x3333333333333333u) << 2;
    bits = (bits >> 4 & 0x0F0F0F0F0F0F0F0Fu) | (bits & 0x0F0F0F0F0F0F0F0Fu) << 4;
    return __builtin_bswap64(bits);
}

void clear_base(PackedBases& bases, std::uint32_t i) {
    bases.words[i / 32] &= ~(std::uint64_t{3} << (2 * (i % 32)));
}

}  // namespace

std::string to_text(const PackedBases& bases, std::uint32_t length) {
    std::string text(length, 'N');
    for (std::uint32_t i = 0; i < length; ++i)
        if ((bases.unknown >> i & 1) == 0)
            text[i] = base_letter(base_at(bases, i));
    return text;
}

PackedBases reverse_complement(const PackedBases& bases, std::uint32_t length) noexcept {
    if (length == 0)
        return {};
    const std::uint32_t front = longest_packed - length;  // free places before the first, all 64 being turned
    const std::uint64_t low = reversed(bases.words[1], 2);
    const std::uint64_t high = reversed(bases.words[0], 2);
    const std::uint32_t shift = 2 * (front % 32);
    PackedBases out;
    out.words[0] = front >= 32 ? high >> shift : shift == 0 ? low : low >> shift | high << (64 - shift);
    out.words[1] = front >= 32 ? 0 : high >> shift;
    constexpr std::uint64_t complement = 0xAAAAAAAAAAAAAAAAu;  // A and T, C and G differ by 2
    out.words[0] ^= length >= 32 ? complement : complement >> (64 - 2 * length);
    out.words[1] ^= length <= 32 ? 0 : complement >> (128 - 2 * length);
    out.unknown = reversed(bases.unknown, 1) >> front;
    for (std::uint64_t bits = out.unknown; bits != 0; bits &= bits - 1)
        clear_base(out, static_cast<std::uint32_t>(std::countr_zero(bits)));
    return out;
}

std::string reverse_complement(std::string_view bases) {
    std::string out(bases.size(), 'N');
    for (std::size_t i = 0; i < bases.size(); ++i)
        if (is_base(bases[i]))
            out[bases.size() - 1 - i] = base_letter(base_code(bases[i]) ^ 2);
    return out;
}

}  // namespace wellsieve::kernels::sequence

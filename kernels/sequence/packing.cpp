#include "kernels/sequence/packing.hpp"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sequence/packing.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include "kernels/sequence/letters-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::sequence::HWY_NAMESPACE {

void pack_each(std::string_view text, std::span<const std::uint32_t> begin, std::uint32_t length,
               std::span<PackedBases> out) {
    const std::uint32_t whole = (length + letters_at_once - 1) / letters_at_once * letters_at_once;
    const std::size_t last = text.size() >= whole ? text.size() - whole : 0;
    for (std::size_t i = 0; i < begin.size(); ++i)
        if (begin[i] <= last && text.size() >= whole)
            pack_letters(text.data() + begin[i], length, out[i]);
        else
            pack_bases_reference(text, begin.subspan(i, 1), length, out.subspan(i, 1));
}

}  // namespace wellsieve::kernels::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::sequence {
namespace {

HWY_EXPORT(pack_each);

}  // namespace

void pack_bases(std::string_view text, std::span<const std::uint32_t> begin, std::uint32_t length,
                std::span<PackedBases> out) noexcept {
    assert(length <= longest_packed && out.size() == begin.size());
    HWY_DYNAMIC_DISPATCH(pack_each)(text, begin, length, out);
}

void pack_bases_reference(std::string_view text, std::span<const std::uint32_t> begin, std::uint32_t length,
                          std::span<PackedBases> out) noexcept {
    assert(length <= longest_packed && out.size() == begin.size());
    for (std::size_t i = 0; i < begin.size(); ++i)
        if (begin[i] == no_place)
            out[i] = {{0, 0}, length < 64 ? (std::uint64_t{1} << length) - 1 : ~std::uint64_t{0}};
        else
            out[i] = pack(text.substr(begin[i], length));
}

}  // namespace wellsieve::kernels::sequence
#endif

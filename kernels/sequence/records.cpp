#include "kernels/sequence/records.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/sequence/records.cpp"
#include <hwy/foreach_target.h>
// foreach_target comes before what is compiled for each target.
#include <hwy/highway.h>

#ifndef WELLSIEVE_RECORDS_SHARED
#define WELLSIEVE_RECORDS_SHARED
namespace wellsieve::kernels::sequence::records_internal {

inline constexpr std::size_t lines_of_record = 4;

/// Where each of the four lines ends: at its `\n`, or at the end of the text.
using LineEnds = std::array<std::uint32_t, lines_of_record>;

inline std::uint32_t without_return(const char* text, std::uint32_t begin, std::uint32_t end) {
    return end > begin && text[end - 1] == '\r' ? end - 1 : end;
}

/// Writes record `i`, which starts at `begin`, or says what is wrong with it.
inline RecordDefect take_record(const char* text, std::uint32_t begin, const LineEnds& ends, std::size_t i,
                                const RecordsOut& out) {
    const std::uint32_t bases = ends[0] + 1;
    const std::uint32_t plus = ends[1] + 1;
    const std::uint32_t quality = ends[2] + 1;
    if (begin == ends[0] || text[begin] != '@')
        return RecordDefect::no_at_sign;
    if (plus == ends[2] || text[plus] != '+')
        return RecordDefect::no_plus_sign;
    const std::uint32_t length = without_return(text, bases, ends[1]) - bases;
    if (without_return(text, quality, ends[3]) - quality != length)
        return RecordDefect::unequal_lengths;
    out.name_begin[i] = begin + 1;
    out.name_length[i] = without_return(text, begin + 1, ends[0]) - begin - 1;
    out.bases_begin[i] = bases;
    out.quality_begin[i] = quality;
    out.length[i] = length;
    return RecordDefect::none;
}

/// Blank lines at the end of the text belong to no record.
inline bool only_blank_lines_left(std::string_view text, SplitResult& result) {
    if (text.substr(result.bytes).find_first_not_of("\r\n") != std::string_view::npos)
        return false;
    result.defect = RecordDefect::none;
    result.bytes = text.size();
    return true;
}

/// The text from result.bytes on has fewer than four line ends, in `ends`: nothing, blank lines, a last
/// record without its line end, or a torn one.
inline void take_rest(std::string_view text, std::span<const std::uint32_t> ends, const RecordsOut& out,
                      SplitResult& result) {
    if (only_blank_lines_left(text, result) || result.records == out.length.size())
        return;
    result.defect = RecordDefect::truncated;
    if (ends.size() + 1 != lines_of_record)
        return;
    const LineEnds last{ends[0], ends[1], ends[2], static_cast<std::uint32_t>(text.size())};
    const RecordDefect defect =
        take_record(text.data(), static_cast<std::uint32_t>(result.bytes), last, result.records, out);
    if (defect == RecordDefect::unequal_lengths)
        return;  // torn within the qualities
    result.defect = defect;
    if (defect == RecordDefect::none) {
        ++result.records;
        result.bytes = text.size();
    }
}

}  // namespace wellsieve::kernels::sequence::records_internal
#endif

HWY_BEFORE_NAMESPACE();
namespace wellsieve::kernels::sequence::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

inline constexpr std::size_t bytes_at_once = 64;

/// A bit for each line end among 64 bytes.
HWY_INLINE std::uint64_t line_ends(const std::uint8_t* bytes) {
    const hn::CappedTag<std::uint8_t, bytes_at_once> d;
    const auto wanted = hn::Set(d, std::uint8_t{'\n'});
    const std::size_t lanes = hn::Lanes(d);
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < bytes_at_once; i += lanes) {
        std::uint64_t part = 0;
        hn::StoreMaskBits(d, hn::Eq(hn::LoadU(d, bytes + i), wanted), reinterpret_cast<std::uint8_t*>(&part));
        bits |= part << i;
    }
    return bits;
}

SplitResult split_in_lanes(std::string_view text, const RecordsOut& out) {
    constexpr std::size_t room = 1024;
    std::array<std::uint32_t, room + bytes_at_once> ends;
    std::size_t waiting = 0;
    SplitResult result;
    std::size_t scanned = 0;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    while (scanned < text.size()) {
        while (scanned < text.size() && waiting < room) {
            std::uint64_t bits;
            if (text.size() - scanned >= bytes_at_once) {
                bits = line_ends(bytes + scanned);
            } else {
                std::array<std::uint8_t, bytes_at_once> last{};
                std::memcpy(last.data(), bytes + scanned, text.size() - scanned);
                bits = line_ends(last.data());
            }
            for (; bits != 0; bits &= bits - 1)
                ends[waiting++] =
                    static_cast<std::uint32_t>(scanned) + static_cast<std::uint32_t>(std::countr_zero(bits));
            scanned = std::min(scanned + bytes_at_once, text.size());
        }
        std::size_t taken = 0;
        for (; taken + records_internal::lines_of_record <= waiting;
             taken += records_internal::lines_of_record) {
            if (result.records == out.length.size())
                return result;
            const records_internal::LineEnds four{ends[taken], ends[taken + 1], ends[taken + 2],
                                                  ends[taken + 3]};
            result.defect = records_internal::take_record(
                text.data(), static_cast<std::uint32_t>(result.bytes), four, result.records, out);
            if (result.defect != RecordDefect::none) {
                records_internal::only_blank_lines_left(text, result);
                return result;
            }
            ++result.records;
            result.bytes = four[3] + 1;
        }
        std::copy(ends.begin() + taken, ends.begin() + waiting, ends.begin());
        waiting -= taken;
    }
    records_internal::take_rest(text, std::span(ends).first(waiting), out, result);
    return result;
}

}  // namespace wellsieve::kernels::sequence::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace wellsieve::kernels::sequence {
namespace {

HWY_EXPORT(split_in_lanes);

void check(std::string_view text, const RecordsOut& out) {
    const std::size_t room = out.length.size();
    assert(text.size() < 0xFFFFFFFF && out.name_begin.size() == room && out.name_length.size() == room);
    assert(out.bases_begin.size() == room && out.quality_begin.size() == room);
    static_cast<void>(text), static_cast<void>(room);
}

}  // namespace

SplitResult split_records(std::string_view text, const RecordsOut& out) noexcept {
    check(text, out);
    return HWY_DYNAMIC_DISPATCH(split_in_lanes)(text, out);
}

SplitResult split_records_reference(std::string_view text, const RecordsOut& out) noexcept {
    check(text, out);
    SplitResult result;
    records_internal::LineEnds ends{};
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\n')
            continue;
        ends[lines++] = static_cast<std::uint32_t>(at);
        if (lines < ends.size())
            continue;
        if (result.records == out.length.size())
            return result;
        result.defect = records_internal::take_record(text.data(), static_cast<std::uint32_t>(result.bytes),
                                                      ends, result.records, out);
        if (result.defect != RecordDefect::none) {
            records_internal::only_blank_lines_left(text, result);
            return result;
        }
        ++result.records;
        result.bytes = at + 1;
        lines = 0;
    }
    records_internal::take_rest(text, std::span(ends).first(lines), out, result);
    return result;
}

}  // namespace wellsieve::kernels::sequence
#endif

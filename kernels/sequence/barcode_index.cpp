#include "kernels/sequence/barcode_index.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <numeric>

#include "kernels/sequence/bits_internal.hpp"

namespace wellsieve::kernels::sequence {
namespace {

void add(Candidates& out, const Candidate& candidate) noexcept {
    for (std::size_t i = 0; i < out.count; ++i)
        if (out.found[i].barcode == candidate.barcode)
            return;
    if (out.count == Candidates::capacity)
        out.overflow = true;
    else
        out.found[out.count++] = candidate;
}

std::uint64_t part_bucket(std::uint64_t bits, std::size_t starts) noexcept {
    return mix(bits) & (starts - 2);  // starts − 1 is a power of two
}

}  // namespace

BarcodeIndex::BarcodeIndex(std::span<const std::string_view> rows, std::uint32_t allowed_mismatches)
    : allowed_mismatches_(allowed_mismatches) {
    assert(allowed_mismatches <= 2 && rows.size() < no_barcode);
    store(rows);
    fill_slots();
    list_parts();
    list_neighbours();
    mark_alone(slots_);
    for (std::vector<PartTable>& parts : parts_)
        for (PartTable& part : parts)
            mark_alone(part.rows);
}

BarcodeIndex BarcodeIndex::exact_only(std::span<const std::string_view> rows) {
    BarcodeIndex index;
    index.store(rows);
    index.fill_slots();
    return index;
}

void BarcodeIndex::mark_alone(std::vector<Entry>& entries) const {
    for (Entry& e : entries)
        e.alone = e.row != no_barcode && neighbours(e.row).empty() ? 1 : 0;
}

BarcodeIndex::Entry BarcodeIndex::entry(std::uint32_t row) const {
    return {low_[row], row, lengths_of_[row], 0};
}

void BarcodeIndex::store(std::span<const std::string_view> rows) {
    low_.resize(rows.size());
    lengths_of_.resize(rows.size());
    const auto longest =
        std::max_element(rows.begin(), rows.end(), [](auto a, auto b) { return a.size() < b.size(); });
    if (longest != rows.end() && longest->size() > 32)
        high_.resize(rows.size());
    std::array<bool, longest_packed + 1> seen{};
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        const std::string_view text = rows[row];
        const PackedBases bases = pack(text);
        if (text.empty() || text.size() > longest_packed || bases.unknown != 0) {
            unusable_.push_back(row);
            continue;
        }
        low_[row] = bases.words[0];
        if (!high_.empty())
            high_[row] = bases.words[1];
        lengths_of_[row] = static_cast<std::uint8_t>(text.size());
        seen[text.size()] = true;
    }
    for (std::uint32_t length = 1; length <= longest_packed; ++length)
        if (seen[length])
            lengths_.push_back(length);
}

void BarcodeIndex::fill_slots() {
    slots_.assign(std::bit_ceil(size() + size() / 2 + 2), Entry{});
    const std::uint64_t mask = slots_.size() - 1;
    for (std::uint32_t row = 0; row < size(); ++row) {
        if (lengths_of_[row] == 0)
            continue;
        const std::uint32_t first = find_exact(bases(row), length(row));
        if (first != no_barcode) {
            duplicates_.emplace_back(first, row);
            continue;
        }
        std::uint64_t place = hash(bases(row), length(row)) & mask;
        while (slots_[place].row != no_barcode)
            place = (place + 1) & mask;
        slots_[place] = entry(row);
    }
}

std::uint32_t BarcodeIndex::find_exact(const PackedBases& wanted,
                                       std::uint32_t wanted_length) const noexcept {
    return find_exact_alone(wanted, wanted_length).row;
}

void BarcodeIndex::prefetch_parts(const PackedBases& wanted, std::uint32_t wanted_length) const noexcept {
    for (const PartTable& part : parts_[wanted_length])
        __builtin_prefetch(
            &part.starts[part_bucket(slice(wanted, part.begin, part.end - part.begin), part.starts.size())]);
}

void BarcodeIndex::prefetch_rows(const PackedBases& wanted, std::uint32_t wanted_length) const noexcept {
    for (const PartTable& part : parts_[wanted_length])
        __builtin_prefetch(
            part.rows.data() +
            part.starts[part_bucket(slice(wanted, part.begin, part.end - part.begin), part.starts.size())]);
}

/// Rows of that length, of equal ones the first.
std::vector<std::uint32_t> BarcodeIndex::first_rows(std::uint32_t wanted_length) const {
    std::vector<std::uint32_t> rows;
    auto later = duplicates_.begin();
    for (std::uint32_t row = 0; row < size(); ++row) {
        if (later != duplicates_.end() && later->second == row)
            ++later;
        else if (lengths_of_[row] == wanted_length)
            rows.push_back(row);
    }
    return rows;
}

BarcodeIndex::PartTable BarcodeIndex::list_part(std::span<const std::uint32_t> rows, std::uint32_t begin,
                                                std::uint32_t end) const {
    PartTable part{begin, end, std::vector<std::uint32_t>(std::bit_ceil(rows.size() + 1) + 1),
                   std::vector<Entry>(rows.size())};
    const auto bucket = [&](std::uint32_t row) {
        return part_bucket(slice(bases(row), begin, end - begin), part.starts.size());
    };
    for (const std::uint32_t row : rows)
        ++part.starts[bucket(row) + 1];
    std::partial_sum(part.starts.begin(), part.starts.end(), part.starts.begin());
    std::vector<std::uint32_t> next = part.starts;
    for (const std::uint32_t row : rows)
        part.rows[next[bucket(row)]++] = entry(row);
    return part;
}

void BarcodeIndex::list_parts() {
    if (allowed_mismatches_ == 0)
        return;
    const std::uint32_t count = allowed_mismatches_ + 1;
    for (const std::uint32_t length : lengths_) {
        const std::vector<std::uint32_t> rows = first_rows(length);
        for (std::uint32_t k = 0; k < count; ++k)
            if (const std::uint32_t begin = k * length / count, end = (k + 1) * length / count; begin < end)
                parts_[length].push_back(list_part(rows, begin, end));
    }
}

template <typename Visit>
void BarcodeIndex::visit_part(const PartTable& part, std::uint64_t bits, Visit visit) const noexcept {
    const std::uint64_t bucket = part_bucket(bits, part.starts.size());
    for (std::uint32_t i = part.starts[bucket]; i < part.starts[bucket + 1]; ++i)
        visit(part.rows[i]);
}

void BarcodeIndex::find_near(const PackedBases& wanted, std::uint32_t wanted_length,
                             Candidates& out) const noexcept {
    if (wanted_length > longest_packed)
        return;
    for (const PartTable& part : parts_[wanted_length])
        visit_part(part, slice(wanted, part.begin, part.end - part.begin), [&](const Entry& entry) {
            if (const std::uint32_t distance = mismatches(wanted, bases(entry), allowed_mismatches_);
                distance <= allowed_mismatches_)
                add(out, {entry.row, distance, entry.alone != 0});
        });
}

void BarcodeIndex::find_with_unknown(const PackedBases& wanted, std::uint32_t wanted_length,
                                     Candidates& out) const noexcept {
    const auto count = static_cast<std::uint32_t>(std::popcount(wanted.unknown));
    if (count > 3)
        return;
    for (std::uint32_t choice = 0; choice < std::uint32_t{1} << 2 * count; ++choice) {
        PackedBases filled = wanted;
        for (std::uint32_t k = 0; k < count; ++k)
            set_base(filled, static_cast<std::uint32_t>(std::countr_zero(filled.unknown)),
                     choice >> 2 * k & 3);
        if (const Exact exact = find_exact_alone(filled, wanted_length); exact.row != no_barcode)
            add(out, {exact.row, count, exact.alone});
    }
}

void BarcodeIndex::find_indel(const PackedBases& wanted, std::uint32_t wanted_length, std::uint32_t length,
                              Candidates& out) const noexcept {
    assert(wanted_length + 1 == length || wanted_length == length + 1);
    if (wanted.unknown != 0 || length > longest_packed || wanted_length > longest_packed ||
        parts_[length].size() < 2)
        return;
    const auto check = [&](const Entry& entry) {
        const PackedBases barcode = bases(entry);
        const std::uint32_t i = first_difference(wanted, barcode);
        const bool alike = wanted_length < length
                               ? without_base(barcode, std::min(i, length - 1)) == wanted
                               : without_base(wanted, std::min(i, wanted_length - 1)) == barcode;
        if (alike)
            add(out, {entry.row, 1, entry.alone != 0});
    };
    const PartTable& front = parts_[length].front();
    const PartTable& back = parts_[length].back();
    const std::uint32_t back_size = back.end - back.begin;
    if (front.end <= wanted_length)
        visit_part(front, slice(wanted, 0, front.end), check);
    if (back_size <= wanted_length)
        visit_part(back, slice(wanted, wanted_length - back_size, back_size), check);
}

}  // namespace wellsieve::kernels::sequence

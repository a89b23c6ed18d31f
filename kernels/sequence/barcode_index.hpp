#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/sequence/bases.hpp"

namespace wellsieve::kernels::sequence {

inline constexpr std::uint32_t no_barcode = 0xFFFFFFFF;

/// A row of the library that resembles what was looked for.
struct Candidate {
    std::uint32_t barcode = no_barcode;
    std::uint32_t mismatches = 0;  ///< unknown bases included
    bool alone = false;            ///< nothing else in the library is within two mismatches of it
};

/// What a search found: all barcodes within the bound, at most `capacity` of them.
struct Candidates {
    static constexpr std::size_t capacity = 16;
    std::array<Candidate, capacity> found{};
    std::size_t count = 0;
    bool overflow = false;  ///< there were more
};

/// A library of barcodes, found exactly, with Ns, or within one or two mismatches. Exact: one table of
/// hashes. Mismatches: m allowed ones leave one of m + 1 parts of a barcode untouched, so barcodes are listed
/// by each of their parts (pigeonhole; a table of all neighbours is 40 times larger for a third more speed).
/// Built in linear time; up to 5 million barcodes of mixed lengths from 1 to 64. Read by any number of
/// threads.
class BarcodeIndex {
  public:
    /// Rows keep their numbers. A row that is empty, longer than 64 or not of A, C, G, T (either case) is
    /// in `unusable` and found never; of rows with the same bases the first is found. `allowed_mismatches`
    /// 0 to 2. Allocates; throws std::bad_alloc.
    explicit BarcodeIndex(std::span<const std::string_view> rows, std::uint32_t allowed_mismatches = 1);
    /// For find_exact alone, which needs neither parts nor neighbours.
    static BarcodeIndex exact_only(std::span<const std::string_view> rows);

    std::size_t size() const noexcept { return lengths_of_.size(); }
    std::uint32_t allowed_mismatches() const noexcept { return allowed_mismatches_; }
    std::span<const std::uint32_t> lengths() const noexcept { return lengths_; }  ///< distinct, ascending
    std::uint32_t length(std::uint32_t row) const noexcept { return lengths_of_[row]; }
    PackedBases bases(std::uint32_t row) const noexcept {
        return {{low_[row], high_.empty() ? 0 : high_[row]}, 0};
    }

    std::span<const std::uint32_t> unusable() const noexcept { return unusable_; }
    /// First row with these bases, and a later one.
    std::span<const std::pair<std::uint32_t, std::uint32_t>> duplicates() const noexcept {
        return duplicates_;
    }

    /// no_barcode where there is none, or a base is unknown.
    std::uint32_t find_exact(const PackedBases& bases, std::uint32_t length) const noexcept;

    /// The same, and whether nothing else in the library is within two mismatches.
    struct Exact {
        std::uint32_t row = no_barcode;
        bool alone = true;
    };
    Exact find_exact_alone(const PackedBases& bases, std::uint32_t length) const noexcept {
        return find_exact_alone(bases, length, hash(bases, length));
    }
    /// With the hash at hand.
    Exact find_exact_alone(const PackedBases& bases, std::uint32_t length,
                           std::uint64_t hash_of_bases) const noexcept;

    /// Fetch from memory what find_exact, and what find_near first and then, will read: for callers with
    /// many searches at hand. Nothing depends on them but time.
    void prefetch_exact(std::uint64_t hash_of_bases) const noexcept {
        __builtin_prefetch(&slots_[hash_of_bases & (slots_.size() - 1)]);
    }
    void prefetch_parts(const PackedBases& bases, std::uint32_t length) const noexcept;
    void prefetch_rows(const PackedBases& bases, std::uint32_t length) const noexcept;

    /// Every barcode of that length that agrees in all known bases, for at most three unknown ones.
    void find_with_unknown(const PackedBases& bases, std::uint32_t length, Candidates& out) const noexcept;

    /// Every barcode of that length within the allowed mismatches; an unknown base is one.
    void find_near(const PackedBases& bases, std::uint32_t length, Candidates& out) const noexcept;

    /// Every barcode of `length` that becomes `bases` by one deletion (bases_length = length − 1) or one
    /// insertion (length + 1) and no mismatch. Needs allowed_mismatches() ≥ 1.
    void find_indel(const PackedBases& bases, std::uint32_t bases_length, std::uint32_t length,
                    Candidates& out) const noexcept;

    /// Barcodes of the same length within two mismatches of this one, nearest first, at most 32. Rows with
    /// the same bases are not among them.
    std::span<const std::uint32_t> neighbours(std::uint32_t row) const noexcept;

  private:
    /// A row with the bases by which most others can be told from it without another look at memory.
    struct Entry {
        std::uint64_t low = 0;
        std::uint32_t row = no_barcode;
        std::uint16_t length = 0;
        std::uint16_t alone = 0;
    };
    /// Rows by one part of their bases: those of bucket b are rows[starts[b]] to rows[starts[b + 1] − 1].
    struct PartTable {
        std::uint32_t begin = 0;
        std::uint32_t end = 0;
        std::vector<std::uint32_t> starts;
        std::vector<Entry> rows;
    };

    std::uint32_t allowed_mismatches_ = 0;
    std::vector<std::uint64_t> low_;
    std::vector<std::uint64_t> high_;  ///< empty when no barcode is longer than 32
    std::vector<std::uint8_t> lengths_of_;
    std::vector<std::uint32_t> lengths_;
    std::vector<std::uint32_t> unusable_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> duplicates_;
    std::vector<Entry> slots_;
    std::array<std::vector<PartTable>, longest_packed + 1> parts_;
    std::vector<std::uint32_t> neighbour_starts_;
    std::vector<std::uint32_t> neighbour_rows_;

    BarcodeIndex() = default;
    void store(std::span<const std::string_view> rows);
    void fill_slots();
    void list_parts();
    void list_neighbours();
    std::vector<std::uint32_t> first_rows(std::uint32_t length) const;
    PartTable list_part(std::span<const std::uint32_t> rows, std::uint32_t begin, std::uint32_t end) const;
    Entry entry(std::uint32_t row) const;
    void mark_alone(std::vector<Entry>& entries) const;
    PackedBases bases(const Entry& entry) const noexcept {
        return {{entry.low, high_.empty() ? 0 : high_[entry.row]}, 0};
    }
    template <typename Visit>
    void visit_part(const PartTable& part, std::uint64_t bits, Visit visit) const noexcept;
};

inline BarcodeIndex::Exact BarcodeIndex::find_exact_alone(const PackedBases& wanted,
                                                          std::uint32_t wanted_length,
                                                          std::uint64_t hash_of_bases) const noexcept {
    if (wanted.unknown != 0)
        return {};
    const std::uint64_t mask = slots_.size() - 1;
    for (std::uint64_t place = hash_of_bases & mask;; place = (place + 1) & mask) {
        const Entry& slot = slots_[place];
        if (slot.row == no_barcode)
            return {};
        if (slot.low == wanted.words[0] && slot.length == wanted_length &&
            (high_.empty() ? 0 : high_[slot.row]) == wanted.words[1])
            return {slot.row, slot.alone != 0};
    }
}

}  // namespace wellsieve::kernels::sequence

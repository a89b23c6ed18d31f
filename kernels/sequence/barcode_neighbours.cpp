#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "kernels/sequence/barcode_index.hpp"
#include "kernels/sequence/bits_internal.hpp"

namespace wellsieve::kernels::sequence {
namespace {

constexpr std::uint32_t most_neighbours = 32;
constexpr std::uint32_t most_mismatches = 2;

struct Pair {
    std::uint32_t row;
    std::uint32_t mismatches;
    std::uint32_t neighbour;
    auto operator<=>(const Pair&) const = default;
};

/// Two mismatches leave two of four quarters untouched: rows are compared with those that share two of them.
class NeighbourSearch {
  public:
    NeighbourSearch(const BarcodeIndex& index, std::vector<std::uint32_t> rows, std::uint32_t length)
        : index_(index), rows_(std::move(rows)), length_(length) {}

    void run(std::vector<std::uint8_t>& found_of, std::vector<Pair>& pairs) {
        for (std::uint32_t a = 0; a < 4; ++a)
            for (std::uint32_t b = a + 1; b < 4; ++b) {
                sort_by(a, b);
                for (std::size_t bucket = 0; bucket + 1 < starts_.size(); ++bucket)
                    compare(bucket, a, b, found_of, pairs);
            }
    }

  private:
    const BarcodeIndex& index_;
    std::vector<std::uint32_t> rows_;
    std::uint32_t length_;
    std::vector<std::uint32_t> starts_;
    std::vector<std::uint32_t> sorted_;

    std::uint32_t quarter(std::uint32_t k) const { return k * length_ / 4; }

    std::uint64_t quarter_bits(const PackedBases& bases, std::uint32_t k) const {
        return slice(bases, quarter(k), quarter(k + 1) - quarter(k));
    }

    void sort_by(std::uint32_t a, std::uint32_t b) {
        starts_.assign(std::bit_ceil(rows_.size() + 1) + 1, 0);
        sorted_.resize(rows_.size());
        const auto bucket = [&](std::uint32_t row) {
            const PackedBases bases = index_.bases(row);
            return mix(quarter_bits(bases, a) | quarter_bits(bases, b) << 32) & (starts_.size() - 2);
        };
        for (const std::uint32_t row : rows_)
            ++starts_[bucket(row) + 1];
        std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
        std::vector<std::uint32_t> next = starts_;
        for (const std::uint32_t row : rows_)
            sorted_[next[bucket(row)]++] = row;
    }

    /// A pair that shares more than two quarters is taken once: by its first two.
    bool first_shared(const PackedBases& x, const PackedBases& y, std::uint32_t a, std::uint32_t b) const {
        std::uint32_t shared = 0;
        for (std::uint32_t k = 0; k <= b; ++k)
            shared += quarter_bits(x, k) == quarter_bits(y, k);
        return shared == 2 && quarter_bits(x, a) == quarter_bits(y, a) &&
               quarter_bits(x, b) == quarter_bits(y, b);
    }

    void compare(std::size_t bucket, std::uint32_t a, std::uint32_t b, std::vector<std::uint8_t>& found_of,
                 std::vector<Pair>& pairs) const {
        for (std::uint32_t i = starts_[bucket]; i < starts_[bucket + 1]; ++i) {
            const PackedBases x = index_.bases(sorted_[i]);
            for (std::uint32_t j = i + 1; j < starts_[bucket + 1]; ++j) {
                std::uint8_t& found_i = found_of[sorted_[i]];
                std::uint8_t& found_j = found_of[sorted_[j]];
                if (found_i == most_neighbours && found_j == most_neighbours)
                    continue;
                const PackedBases y = index_.bases(sorted_[j]);
                const std::uint32_t distance = mismatches(x, y, most_mismatches);
                if (distance > most_mismatches || !first_shared(x, y, a, b))
                    continue;
                if (found_i < most_neighbours)
                    pairs.push_back({sorted_[i], distance, sorted_[j]}), ++found_i;
                if (found_j < most_neighbours)
                    pairs.push_back({sorted_[j], distance, sorted_[i]}), ++found_j;
            }
        }
    }
};

}  // namespace

void BarcodeIndex::list_neighbours() {
    std::vector<std::uint8_t> found_of(size(), 0);
    std::vector<Pair> pairs;
    for (const std::uint32_t length : lengths_)
        NeighbourSearch(*this, first_rows(length), length).run(found_of, pairs);
    std::sort(pairs.begin(), pairs.end());
    neighbour_starts_.assign(size() + 1, 0);
    neighbour_rows_.reserve(pairs.size());
    for (const Pair& pair : pairs) {
        ++neighbour_starts_[pair.row + 1];
        neighbour_rows_.push_back(pair.neighbour);
    }
    std::partial_sum(neighbour_starts_.begin(), neighbour_starts_.end(), neighbour_starts_.begin());
}

std::span<const std::uint32_t> BarcodeIndex::neighbours(std::uint32_t row) const noexcept {
    return std::span(neighbour_rows_)
        .subspan(neighbour_starts_[row], neighbour_starts_[row + 1] - neighbour_starts_[row]);
}

}  // namespace wellsieve::kernels::sequence

#include "kernels/sequence/cluster_barcodes.hpp"

#include <algorithm>

#include "kernels/sequence/bits_internal.hpp"

namespace wellsieve::kernels::sequence {
namespace {

constexpr std::uint32_t nothing = 0xFFFFFFFF;

struct Listed {
    std::uint64_t key;
    std::uint32_t row;
};

class Clusters {
  public:
    Clusters(const SeenBarcodes& seen, const ClusterOptions& options)
        : seen_(seen), options_(options), parent_(seen.bases.size(), nothing) {}

    void by_shared_parts() {
        if (options_.distance == 0)
            return;
        for (std::uint32_t third = 0; third < 3; ++third)
            group([&](std::uint32_t row, auto list) {
                const std::uint32_t length = seen_.length[row];
                const std::uint32_t begin = length * third / 3;
                list(length, begin, length * (third + 1) / 3 - begin);
            });
        for (const bool at_front : {true, false})
            group([&](std::uint32_t row, auto list) {
                const std::uint32_t length = seen_.length[row];
                for (const std::uint32_t shorter : {length, length - 1}) {
                    const std::uint32_t half = at_front ? shorter / 2 : shorter - shorter / 2;
                    list(64 + shorter, at_front ? 0 : length - half, half);
                }
            });
    }

    void by_all_pairs() {
        for (std::uint32_t row = 0; row < seen_.bases.size(); ++row)
            for (std::uint32_t other = 0; other < seen_.bases.size(); ++other)
                if (is_much_commoner(other, row) && is_near(row, other))
                    offer(row, other);
    }

    std::vector<std::uint32_t> barcodes() && {
        for (const std::uint32_t row : by_reads())
            parent_[row] = parent_[row] == nothing ? row : parent_[parent_[row]];
        return std::move(parent_);
    }

  private:
    bool is_commoner(std::uint32_t a, std::uint32_t b) const {
        return seen_.reads[a] != seen_.reads[b] ? seen_.reads[a] > seen_.reads[b] : a < b;
    }

    bool is_much_commoner(std::uint32_t a, std::uint32_t b) const {
        return seen_.reads[a] > seen_.reads[b] &&
               static_cast<double>(seen_.reads[a]) >= options_.ratio * static_cast<double>(seen_.reads[b]);
    }

    bool is_near(std::uint32_t a, std::uint32_t b) const {
        if (seen_.length[a] == seen_.length[b])
            return mismatches(seen_.bases[a], seen_.bases[b]) <= options_.distance;
        if (seen_.length[a] > seen_.length[b])
            std::swap(a, b);
        if (options_.distance == 0 || seen_.length[b] - seen_.length[a] != 1)
            return false;
        const std::uint32_t extra =
            std::min<std::uint32_t>(first_difference(seen_.bases[a], seen_.bases[b]), seen_.length[a]);
        return without_base(seen_.bases[b], extra) == seen_.bases[a];
    }

    void offer(std::uint32_t row, std::uint32_t other) {
        if (parent_[row] == nothing || is_commoner(other, parent_[row]))
            parent_[row] = other;
    }

    std::vector<std::uint32_t> by_reads() const {
        std::vector<std::uint32_t> order(seen_.bases.size());
        for (std::uint32_t row = 0; row < order.size(); ++row)
            order[row] = row;
        std::sort(order.begin(), order.end(), [&](auto a, auto b) { return is_commoner(a, b); });
        return order;
    }

    /// Compares those that `parts(row, list)` lists under one part of their bases; `kind` keeps parts of one
    /// kind to themselves.
    template <typename Parts>
    void group(Parts parts) {
        std::vector<Listed> listed;
        for (std::uint32_t row = 0; row < seen_.bases.size(); ++row)
            parts(row, [&](std::uint32_t kind, std::uint32_t begin, std::uint32_t count) {
                listed.push_back({mix(part_of(row, begin, count) ^ mix(kind)), row});
            });
        std::sort(listed.begin(), listed.end(), [&](const Listed& a, const Listed& b) {
            return a.key != b.key ? a.key < b.key : is_commoner(a.row, b.row);
        });
        for (std::size_t begin = 0, end = 0; begin < listed.size(); begin = end) {
            while (end < listed.size() && listed[end].key == listed[begin].key)
                ++end;
            for (std::size_t i = begin; i < end; ++i)
                find_parent(listed, begin, listed[i].row);
        }
    }

    std::uint64_t part_of(std::uint32_t row, std::uint32_t begin, std::uint32_t count) const {
        const PackedBases part = front(begin < 32 ? behind(seen_.bases[row], begin)
                                                  : behind({{seen_.bases[row].words[1], 0}, 0}, begin - 32),
                                       count);
        return hash(part, count);
    }

    void find_parent(const std::vector<Listed>& listed, std::size_t at, std::uint32_t row) {
        for (; is_much_commoner(listed[at].row, row); ++at)
            if (is_near(row, listed[at].row))
                return offer(row, listed[at].row);
    }

    const SeenBarcodes& seen_;
    ClusterOptions options_;
    std::vector<std::uint32_t> parent_;
};

}  // namespace

std::vector<std::uint32_t> cluster_barcodes(const SeenBarcodes& seen, const ClusterOptions& options) {
    Clusters clusters(seen, options);
    clusters.by_shared_parts();
    return std::move(clusters).barcodes();
}

std::vector<std::uint32_t> cluster_barcodes_reference(const SeenBarcodes& seen,
                                                      const ClusterOptions& options) {
    Clusters clusters(seen, options);
    clusters.by_all_pairs();
    return std::move(clusters).barcodes();
}

}  // namespace wellsieve::kernels::sequence

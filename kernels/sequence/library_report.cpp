#include "kernels/sequence/library_report.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "kernels/sequence/bits_internal.hpp"

namespace wellsieve::kernels::sequence {
namespace {

constexpr std::uint32_t most_shift = 3;
constexpr std::uint32_t least_homopolymer = 5;

/// Rows by the hash of a part of their bases.
class PartList {
  public:
    void add(const PackedBases& part, std::uint32_t length, std::uint32_t row) {
        rows_.emplace_back(hash(part, length), row);
    }
    void sort() { std::sort(rows_.begin(), rows_.end()); }

    template <typename Visit>
    void visit(const PackedBases& part, std::uint32_t length, Visit visit) const {
        const std::uint64_t key = hash(part, length);
        for (auto at = std::lower_bound(rows_.begin(), rows_.end(), std::pair{key, std::uint32_t{0}});
             at != rows_.end() && at->first == key; ++at)
            visit(at->second);
    }

  private:
    std::vector<std::pair<std::uint64_t, std::uint32_t>> rows_;
};

/// Rows that the index finds: usable, and of equal ones the first.
std::vector<std::uint32_t> distinct_rows(const BarcodeIndex& index) {
    std::vector<std::uint32_t> rows;
    for (std::uint32_t row = 0; row < index.size(); ++row)
        if (index.length(row) != 0 && index.find_exact(index.bases(row), index.length(row)) == row)
            rows.push_back(row);
    return rows;
}

std::vector<LookAlikes> find_neighbours(const BarcodeIndex& index, const std::vector<std::uint32_t>& rows) {
    std::vector<LookAlikes> out;
    for (const std::uint32_t row : rows)
        for (const std::uint32_t other : index.neighbours(row))
            out.push_back({std::min(row, other), std::max(row, other),
                           mismatches(index.bases(row), index.bases(other))});
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::vector<LookAlikes> find_shifted(const BarcodeIndex& index, const std::vector<std::uint32_t>& rows) {
    std::vector<LookAlikes> out;
    for (std::uint32_t shift = 1; shift <= most_shift; ++shift) {
        PartList fronts;
        for (const std::uint32_t row : rows)
            if (const std::uint32_t length = index.length(row); length > shift)
                fronts.add(front(index.bases(row), length - shift), length - shift, row);
        fronts.sort();
        for (const std::uint32_t row : rows) {
            const std::uint32_t length = index.length(row);
            if (length <= shift)
                continue;
            const PackedBases rest = behind(index.bases(row), shift);
            fronts.visit(rest, length - shift, [&](std::uint32_t other) {
                if (other != row && index.length(other) == length &&
                    front(index.bases(other), length - shift) == rest)
                    out.push_back({row, other, shift});
            });
        }
    }
    return out;
}

std::vector<LookAlikes> find_reverse_complements(const BarcodeIndex& index,
                                                 const std::vector<std::uint32_t>& rows) {
    std::vector<LookAlikes> out;
    for (const std::uint32_t row : rows) {
        const std::uint32_t length = index.length(row);
        const std::uint32_t other = index.find_exact(reverse_complement(index.bases(row), length), length);
        if (other != no_barcode && other >= row)
            out.push_back({row, other, 0});
    }
    return out;
}

std::uint32_t longest_run(const PackedBases& bases, std::uint32_t length) {
    std::uint32_t longest = 0;
    for (std::uint32_t i = 0, run = 0; i < length; ++i) {
        run = i > 0 && base_at(bases, i) == base_at(bases, i - 1) ? run + 1 : 1;
        longest = std::max(longest, run);
    }
    return longest;
}

template <typename Wanted>
std::uint64_t rows_among(const std::vector<LookAlikes>& pairs, Wanted wanted) {
    std::set<std::uint32_t> rows;
    for (const LookAlikes& pair : pairs)
        if (wanted(pair))
            rows.insert({pair.first, pair.second});
    return rows.size();
}

std::vector<LibraryCost> estimate_costs(const LibraryReport& report, double error) {
    const auto any = [](const LookAlikes&) { return true; };
    const auto by = [](std::uint32_t n) { return [n](const LookAlikes& pair) { return pair.by == n; }; };
    std::vector<LibraryCost> costs;
    costs.push_back({"unusable", report.unusable.size(), 1, 0});
    costs.push_back({"duplicates", rows_among(report.duplicates, any), 1, 0});
    costs.push_back({"one mismatch apart", rows_among(report.neighbours, by(1)), error, error / 3});
    costs.push_back(
        {"two mismatches apart", rows_among(report.neighbours, by(2)), 2 * error / 3, error * error / 9});
    double chance = 1;
    for (std::uint32_t shift = 1; shift <= most_shift; ++shift) {
        chance /= 4;
        costs.push_back(
            {"shifted by " + std::to_string(shift), rows_among(report.shifted, by(shift)), 0, chance});
    }
    const auto of_itself = [](const LookAlikes& pair) { return pair.first == pair.second; };
    costs.push_back(
        {"reverse complements", rows_among(report.reverse_complements, std::not_fn(of_itself)), 0, 0});
    costs.push_back({"self-complementary", rows_among(report.reverse_complements, of_itself), 0, 0});
    costs.push_back({"homopolymers", report.homopolymers.size(), error, 0});
    return costs;
}

}  // namespace

LibraryReport report_library(const BarcodeIndex& index, double error) {
    const std::vector<std::uint32_t> rows = distinct_rows(index);
    LibraryReport report;
    report.rows = index.size();
    report.unusable.assign(index.unusable().begin(), index.unusable().end());
    for (const auto& [first, later] : index.duplicates())
        report.duplicates.push_back({first, later, 0});
    report.neighbours = find_neighbours(index, rows);
    report.shifted = find_shifted(index, rows);
    report.reverse_complements = find_reverse_complements(index, rows);
    for (const std::uint32_t row : rows)
        if (const std::uint32_t run = longest_run(index.bases(row), index.length(row));
            run >= least_homopolymer)
            report.homopolymers.push_back({row, run});
    report.costs = estimate_costs(report, error);
    return report;
}

}  // namespace wellsieve::kernels::sequence

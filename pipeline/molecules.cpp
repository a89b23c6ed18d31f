#include "pipeline/molecules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <queue>
#include <span>
#include <tuple>
#include <utility>

#include "formats/scratch_file.hpp"
#include "kernels/sequence/merge_umis.hpp"

namespace wellsieve::pipeline {
namespace {

constexpr std::uint32_t fates_of_file = umi_source(1, ReadFate{});
static_assert(read_fates <= fates_of_file);
constexpr std::size_t least_rows = std::size_t{1} << 16;

auto key(const UmiReads& row) {
    return std::tie(row.cell, row.umi, row.source);
}

/// Sorts, and makes one row of those that differ in nothing.
void sort_and_sum(std::vector<UmiReads>& rows) {
    std::sort(rows.begin(), rows.end(), [](const UmiReads& a, const UmiReads& b) { return key(a) < key(b); });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (kept > 0 && key(rows[kept - 1]) == key(rows[i]))
            rows[kept - 1].reads += rows[i].reads;
        else
            rows[kept++] = rows[i];
    rows.resize(kept);
}

/// A sorted run of the scratch file, read a piece at a time.
class Run {
  public:
    Run(const formats::ScratchFile& file, std::uint64_t begin, std::uint64_t end, std::size_t piece)
        : file_(&file), next_(begin), end_(end), piece_(piece) {
        fill();
    }

    bool empty() const { return at_ == rows_.size(); }
    const UmiReads& front() const { return rows_[at_]; }
    void pop() {
        if (++at_ == rows_.size())
            fill();
    }

  private:
    void fill() {
        rows_.resize(std::min<std::uint64_t>(piece_, end_ - next_));
        at_ = 0;
        file_->read(next_ * sizeof(UmiReads), std::as_writable_bytes(std::span(rows_)));
        next_ += rows_.size();
    }

    const formats::ScratchFile* file_;
    std::uint64_t next_;
    std::uint64_t end_;
    std::size_t piece_;
    std::vector<UmiReads> rows_;
    std::size_t at_ = 0;
};

}  // namespace

struct Molecules::Rows {
    Rows(std::size_t most, std::filesystem::path where) : capacity(most), folder(std::move(where)) {}

    std::mutex mutex;
    std::size_t capacity;
    std::filesystem::path folder;
    std::vector<UmiReads> held;
    std::optional<formats::ScratchFile> file;
    std::vector<std::uint64_t> run_ends;  ///< in rows of the scratch file

    void add(std::span<const UmiReads> rows) {
        const std::lock_guard lock(mutex);
        if (!held.empty() && held.size() + rows.size() > capacity) {
            sort_and_sum(held);
            if (held.size() + rows.size() > capacity / 2)
                put_aside();
        }
        held.insert(held.end(), rows.begin(), rows.end());
    }

    /// Makes a run of the sorted rows in memory.
    void put_aside() {
        if (!file)
            file.emplace(folder);
        file->append(std::as_bytes(std::span(held)));
        run_ends.push_back((run_ends.empty() ? 0 : run_ends.back()) + held.size());
        held.clear();
    }

    /// Shows every row, ascending, those alike as one.
    template <typename Visit>
    void for_each(Visit visit) {
        sort_and_sum(held);
        if (run_ends.empty()) {
            for (const UmiReads& row : held)
                visit(row);
            return;
        }
        put_aside();
        held.shrink_to_fit();
        for_each_of_runs(visit);
    }

    template <typename Visit>
    void for_each_of_runs(Visit visit) {
        std::vector<Run> runs;
        const auto behind = [&](std::size_t a, std::size_t b) {
            return key(runs[b].front()) < key(runs[a].front());
        };
        std::priority_queue<std::size_t, std::vector<std::size_t>, decltype(behind)> first(behind);
        for (std::size_t i = 0; i < run_ends.size(); ++i)
            runs.emplace_back(*file, i == 0 ? 0 : run_ends[i - 1], run_ends[i],
                              std::max<std::size_t>(capacity / run_ends.size(), 1024));
        for (std::size_t i = 0; i < runs.size(); ++i)
            if (!runs[i].empty())
                first.push(i);
        UmiReads sum;
        sum.reads = 0;
        while (!first.empty()) {
            const std::size_t i = first.top();
            first.pop();
            if (sum.reads > 0 && key(sum) == key(runs[i].front())) {
                sum.reads += runs[i].front().reads;
            } else {
                if (sum.reads > 0)
                    visit(sum);
                sum = runs[i].front();
            }
            runs[i].pop();
            if (!runs[i].empty())
                first.push(i);
        }
        if (sum.reads > 0)
            visit(sum);
    }
};

namespace {

/// Takes the rows of one cell after the other and puts molecules in the place of reads.
class CellCounter {
  public:
    CellCounter(const UmiOptions& options, PoolCounts& counts) : options_(options), counts_(counts) {}

    void add(const UmiReads& row) {
        if (!rows_.empty() && rows_.back().cell != row.cell)
            count_cell();
        rows_.push_back(row);
    }

    void finish() {
        count_cell();
        counts_.choices.push_back(fmt::format(
            "counts are molecules: {} from {} reads and {} UMIs, of which {} are misreads of others",
            molecules_, reads_, umis_seen_, umis_seen_ - molecules_));
        if (crowded_ > 0)
            counts_.choices.push_back(fmt::format(
                "{} counts have more than a tenth of all {} UMIs of {} bases: molecules that share one are "
                "counted once",
                crowded_, std::exp2(2.0 * options_.length), options_.length));
    }

  private:
    void count_cell() {
        if (rows_.empty())
            return;
        umis_.clear();
        reads_of_.clear();
        for (const UmiReads& row : rows_) {
            if (umis_.empty() || umis_.back() != row.umi) {
                umis_.push_back(row.umi);
                reads_of_.push_back(0);
            }
            reads_of_.back() += row.reads;
            reads_ += row.reads;
        }
        head_.resize(umis_.size());
        std::size_t molecules = umis_.size();
        if (options_.mismatches > 0)
            molecules = kernels::sequence::merge_umis(umis_, reads_of_, options_.length, head_, scratch_);
        molecules_ += molecules;
        umis_seen_ += umis_.size();
        crowded_ += 10.0 * static_cast<double>(molecules) > std::exp2(2.0 * options_.length);
        counts_.counts[rows_.front().cell] = static_cast<std::uint32_t>(molecules);
        set_fates();
        rows_.clear();
    }

    /// The read that stands for a molecule is one of its commonest UMI.
    void set_fates() {
        ReadTally& of_sample = counts_.tallies[rows_.front().cell / counts_.features.size()];
        std::size_t umi = 0;
        for (std::size_t i = 0; i < rows_.size(); ++umi) {
            std::size_t best = i;
            const std::size_t begin = i;
            for (; i < rows_.size() && rows_[i].umi == umis_[umi]; ++i)
                if (fate_of(rows_[i]) < fate_of(rows_[best]))
                    best = i;
            const bool counts_once = options_.mismatches == 0 || head_[umi] == umi;
            for (std::size_t row = begin; row < i; ++row) {
                const std::uint64_t further = rows_[row].reads - (counts_once && row == best ? 1u : 0u);
                for (ReadTally* tally :
                     {&of_sample, &counts_.files[rows_[row].source / fates_of_file].tally}) {
                    tally->of[fate_of(rows_[row])] -= further;
                    tally->of[static_cast<std::size_t>(ReadFate::duplicate)] += further;
                }
            }
        }
    }

    static std::size_t fate_of(const UmiReads& row) { return row.source % fates_of_file; }

    const UmiOptions& options_;
    PoolCounts& counts_;
    std::vector<UmiReads> rows_;  ///< of the cell at hand
    std::vector<std::uint64_t> umis_;
    std::vector<std::uint32_t> reads_of_;
    std::vector<std::uint32_t> head_;
    kernels::sequence::UmiScratch scratch_;
    std::uint64_t reads_ = 0;
    std::uint64_t umis_seen_ = 0;
    std::uint64_t molecules_ = 0;
    std::uint64_t crowded_ = 0;
};

}  // namespace

Molecules::Molecules(const UmiOptions& options, std::size_t memory_bytes, std::filesystem::path folder)
    : rows_(std::make_unique<Rows>(std::max(least_rows, memory_bytes / sizeof(UmiReads)), std::move(folder))),
      options_(options) {}

Molecules::~Molecules() = default;

void Molecules::add(std::vector<UmiReads>& rows) {
    sort_and_sum(rows);
    rows_->add(rows);
    rows.clear();
}

void Molecules::finish(PoolCounts& counts) {
    CellCounter counter(options_, counts);
    rows_->for_each([&](const UmiReads& row) { counter.add(row); });
    counter.finish();
}

}  // namespace wellsieve::pipeline

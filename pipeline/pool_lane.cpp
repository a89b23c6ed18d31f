#include "pipeline/pool_lane.hpp"

#include <fmt/format.h>

#include <optional>

#include "formats/error.hpp"
#include "formats/reads/read_source.hpp"
#include "pipeline/parallel.hpp"

namespace wellsieve::pipeline {
namespace {

namespace reads = formats::reads;

/// A block on its way takes its text, and the tables of its records, which are as long for the shortest
/// reads.
constexpr std::size_t memory_per_text_byte = 2;

std::string reader_of(const reads::ReadFileKind& kind) {
    const bool own_text = kind.format == reads::ReadFormat::fastq || kind.format == reads::ReadFormat::fasta;
    return own_text ? fmt::format("{}, {}", format_name(kind.format), packing_name(kind.packing))
                    : std::string(format_name(kind.format));
}

}  // namespace

/// The files that are still to be read, and what their readers said.
struct PoolLane::Files {
    PoolCounts& counts;
    PoolLaneOptions options;
    std::mutex mutex = {};
    std::size_t next = 0;
    std::vector<std::string> remarks = {};

    std::optional<std::uint32_t> take() {
        const std::lock_guard lock(mutex);
        return next < counts.files.size() ? std::optional(static_cast<std::uint32_t>(next++)) : std::nullopt;
    }

    void set_aside(const PoolFile& file, std::size_t part, std::string_view reason) {
        const std::lock_guard lock(mutex);
        counts.rejects.push_back({"file", file.names[part], "", std::string(reason)});
    }

    void note(const std::string& name, std::string_view remark) {
        if (remark.empty())
            return;
        const std::lock_guard lock(mutex);
        remarks.push_back(fmt::format("{}: {}", name, remark));
    }

    reads::ReadGroup open(const PoolFile& file, std::uint32_t number) const {
        std::vector<std::unique_ptr<reads::ReadSource>> sources;
        reads::ReadSourceOptions source;
        source.file = number;
        source.block_bytes = options.block_bytes;
        source.reference = options.reference;
        source.keep_going = options.keep_going;
        source.executor = parallel_for_index;
        for (const std::string& path : file.paths)
            sources.push_back(reads::open_reads(path, source));
        return reads::ReadGroup(std::move(sources), file.names, options.keep_going);
    }
};

namespace {

/// Gives the batches of one file after the other.
class BatchSource {
  public:
    explicit BatchSource(PoolLane::Files& files) : files_(&files) {}

    std::optional<ReadBatch> operator()() {
        while (true) {
            if (!group_ && !open_next())
                return std::nullopt;
            ReadBatch batch;
            batch.file = number_;
            batch.phred_offset = group_->source(0).kind().phred_offset;
            if (read(batch))
                return batch;
            group_.reset();
        }
    }

  private:
    bool open_next() {
        while (const auto number = files_->take()) {
            number_ = *number;
            PoolFile& file = files_->counts.files[number_];
            try {
                group_.emplace(files_->open(file, number_));
                file.reader = reader_of(group_->source(0).kind());
                return true;
            } catch (const formats::FormatError& error) {
                if (!files_->options.keep_going)
                    throw;
                files_->set_aside(file, 0, error.what());
            }
        }
        return false;
    }

    bool read(ReadBatch& batch) {
        const PoolFile& file = files_->counts.files[number_];
        try {
            if (group_->next(batch.blocks))
                return !files_->options.keep_going || keep_sound_records(batch);
        } catch (const formats::FormatError& error) {
            if (!files_->options.keep_going)
                throw;
            files_->set_aside(file, 0, error.what());
            return false;
        }
        for (std::size_t part = 0; part < group_->size(); ++part) {
            if (!group_->source(part).damage().empty())
                files_->set_aside(file, part, group_->source(part).damage());
            files_->note(file.names[part], group_->source(part).remark());
        }
        if (!group_->damage().empty())
            files_->set_aside(file, group_->damaged(), group_->damage());
        return false;
    }

    /// A file ends before its first record that is none, or is of another read than its mate: told here,
    /// since the stages have later batches on their way already.
    bool keep_sound_records(ReadBatch& batch) {
        const PoolFile& file = files_->counts.files[number_];
        const std::optional<BadRecord> bad = find_bad_record(batch, file.names);
        if (!bad)
            return true;
        files_->set_aside(file, bad->part, fmt::format("{}: {}", bad->place, bad->why));
        for (reads::ReadBlock& block : batch.blocks)
            reads::keep_records(block, bad->record);
        group_.reset();
        return bad->record > 0;
    }

    PoolLane::Files* files_;
    std::optional<reads::ReadGroup> group_ = std::nullopt;
    std::uint32_t number_ = 0;
};

}  // namespace

PoolLane::PoolLane(PoolCounts& counts, const PoolOptions& options, std::vector<IndexSet> index_sets,
                   PoolLaneOptions lane_options)
    : counts_(counts),
      files_(new Files{counts, std::move(lane_options)}),
      count_(counts, options.umi, files_->options.umi_bytes, files_->options.scratch_folder) {
    find_.plan = std::make_shared<PoolPlan>(options, counts.features, std::move(index_sets));
    for (const PoolFile& file : counts.files) {
        split_.names.push_back(file.names);
        find_.file_samples.push_back(file.sample);
        find_.file_index_sets.push_back(file.index_set);
    }
}

PoolLane::~PoolLane() = default;

void PoolLane::add_to(Flow& flow, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i) {
        const std::string name =
            fmt::format("reads of pool '{}'{}", counts_.name, width > 1 ? fmt::format(" ({})", i + 1) : "");
        auto blocks = flow.source<ReadBatch>(name, BatchSource(*files_), [](const ReadBatch& batch) {
            return batch.bytes() * memory_per_text_byte;
        });
        flow.accumulate(flow.stage(flow.stage(blocks, split_), find_), count_);
    }
}

void PoolLane::finish() {
    count_.finish();
    std::sort(counts_.rejects.begin(), counts_.rejects.end());
    std::sort(files_->remarks.begin(), files_->remarks.end());
    counts_.notes.insert(counts_.notes.end(), files_->remarks.begin(), files_->remarks.end());
}

}  // namespace wellsieve::pipeline

#include "workflows/simulate/pool_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>

#include "formats/atomic_file.hpp"
#include "formats/gzip_text.hpp"
#include "pipeline/parallel.hpp"

namespace wellsieve::workflows::simulate {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t reads_per_block = 10'000;
constexpr std::uint64_t blocks_at_once = 16;

/// Not synced: reads can be made again.
class ReadFile {
  public:
    ReadFile(const fs::path& path, const std::string& compression)
        : path_(path), compression_(compression), file_(path, std::ios::binary) {}

    std::string packed(std::string text) const {
        return compression_ == "gzip"   ? formats::gzip_member(text)
               : compression_ == "bgzf" ? formats::bgzf_blocks(text)
                                        : text;
    }
    void write(const std::string& bytes) {
        errno = 0;
        file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        check();
    }
    void close() {
        if (compression_ == "bgzf")
            file_ << formats::bgzf_end();
        file_.close();
        check();
    }

  private:
    fs::path path_;
    std::string compression_;
    std::ofstream file_;

    void check() const {
        if (!file_)
            throw formats::OutputError(path_, "write", errno);
    }
};

void write_sample(const PoolSpec& spec, std::uint64_t seed, const Pool& pool, std::uint32_t sample,
                  std::uint64_t reads, const fs::path& folder, std::vector<std::uint64_t>& counts) {
    const ReadMaker maker(spec, seed, pool, sample);
    const auto path = [&](bool mates) { return folder / read_file_name(spec, pool.samples[sample], mates); };
    ReadFile first(path(false), spec.compression);
    std::optional<ReadFile> second;
    if (spec.paired)
        second.emplace(path(true), spec.compression);
    const std::uint64_t blocks = (reads + reads_per_block - 1) / reads_per_block;
    for (std::uint64_t begin = 0; begin < blocks; begin += blocks_at_once) {
        std::vector<ReadMaker::Block> made(std::min(blocks_at_once, blocks - begin));
        pipeline::parallel_for_index(made.size(), [&](std::size_t i) {
            const std::uint64_t block = begin + i;
            const std::uint64_t count = std::min(reads_per_block, reads - block * reads_per_block);
            made[i] = maker.make(block, static_cast<std::uint32_t>(count));
            made[i].reads = first.packed(std::move(made[i].reads));
            if (second)
                made[i].mates = second->packed(std::move(made[i].mates));
        });
        for (const ReadMaker::Block& block : made) {
            first.write(block.reads);
            if (second)
                second->write(block.mates);
            for (const std::uint32_t guide : block.guide)
                if (guide != no_guide)
                    ++counts[guide];
        }
    }
    first.close();
    if (second)
        second->close();
}

std::string_view name(LookAlike look_alike) {
    return look_alike == LookAlike::shifted     ? "shifted"
           : look_alike == LookAlike::neighbour ? "neighbour"
                                                : "";
}

std::string_view group_column(const Pool& pool) {
    return pool.strains.empty() ? "gene" : "strain";
}

}  // namespace

std::string read_file_name(const PoolSpec& spec, const PoolSample& sample, bool mates) {
    return fmt::format("{}_R{}.fastq{}", sample.name, mates ? 2 : 1, spec.compression == "none" ? "" : ".gz");
}

PoolCounts write_pool_reads(const PoolSpec& spec, std::uint64_t seed, const Pool& pool,
                            const fs::path& folder) {
    PoolCounts counts(pool.samples.size(), std::vector<std::uint64_t>(pool.guides.size(), 0));
    const std::uint64_t samples = pool.samples.size();
    for (std::uint32_t sample = 0; sample < samples; ++sample) {
        const std::uint64_t reads = spec.reads * (sample + 1) / samples - spec.reads * sample / samples;
        write_sample(spec, seed, pool, sample, reads, folder, counts[sample]);
    }
    return counts;
}

std::string library_csv(const Pool& pool) {
    std::string text = fmt::format("id,barcode,{}\n", group_column(pool));
    for (std::uint32_t i = 0; i < pool.guides.size(); ++i)
        text += fmt::format("{},{},{}\n", guide_name(i), pool.guides[i].barcode,
                            group_name(pool, pool.guides[i].gene));
    return text;
}

std::string samples_csv(const PoolSpec& spec, const Pool& pool) {
    std::string text = "sample,file,condition,time_h,replicate,generations\n";
    for (const PoolSample& sample : pool.samples)
        text += fmt::format("{},{},{},{},{},{}\n", sample.name, read_file_name(spec, sample, false),
                            sample.time_point == 0 ? "start" : "selected", 2 * sample.generations,
                            sample.replicate, sample.generations);
    return text;
}

std::string truth_pool_csv(const Pool& pool, const PoolCounts& counts) {
    std::string text = fmt::format("id,{},look_alike,effect_per_generation", group_column(pool));
    for (const PoolSample& sample : pool.samples)
        text += fmt::format(",{},{}_jackpot", sample.name, sample.name);
    for (std::uint32_t i = 0; i < pool.guides.size(); ++i) {
        const Guide& guide = pool.guides[i];
        text += fmt::format("\n{},{},{},{}", guide_name(i), group_name(pool, guide.gene),
                            name(guide.look_alike), guide.effect);
        for (std::size_t s = 0; s < pool.samples.size(); ++s) {
            const auto& jackpots = pool.samples[s].jackpots;
            text += fmt::format(",{},{}", counts[s][i],
                                std::binary_search(jackpots.begin(), jackpots.end(), i) ? 1 : 0);
        }
    }
    return text + "\n";
}

std::string truth_genes_csv(const Pool& pool) {
    std::string text = fmt::format("{},effect_per_generation\n", group_column(pool));
    for (std::uint32_t group = 0; group < pool.gene_effects.size(); ++group)
        text += fmt::format("{},{}\n", group_name(pool, group), pool.gene_effects[group]);
    return text;
}

}  // namespace wellsieve::workflows::simulate

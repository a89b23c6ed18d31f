#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "formats/reads/counts_table.hpp"
#include "formats/reads/library.hpp"
#include "formats/reads/read_source.hpp"
#include "formats/reads/sample_sheet.hpp"
#include "kernels/sequence/records.hpp"
#include "tests/fuzz/targets.hpp"

namespace wellsieve::tests::fuzz {
namespace {

using namespace formats::reads;

/// Bytes as a file in memory.
class MemoryFile {
  public:
    explicit MemoryFile(std::string_view bytes) : handle_(memfd_create("fuzz", 0)) {
        require(handle_ >= 0 &&
                    ::write(handle_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
                "a file in memory");
    }
    ~MemoryFile() { ::close(handle_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    std::string path() const { return "/proc/self/fd/" + std::to_string(handle_); }

  private:
    int handle_;
};

struct Split {
    explicit Split(std::size_t room)
        : name_begin(room), name_length(room), bases_begin(room), quality_begin(room), length(room) {}
    kernels::sequence::RecordsOut out() {
        return {name_begin, name_length, bases_begin, quality_begin, length};
    }
    bool operator==(const Split&) const = default;

    std::vector<std::uint32_t> name_begin, name_length, bases_begin, quality_begin, length;
};

void split_text(std::string_view text) {
    const std::size_t room = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) / 4 + 1;
    Split fast(room);
    Split plain(room);
    const auto result = kernels::sequence::split_records(text, fast.out());
    require(result == kernels::sequence::split_records_reference(text, plain.out()) && fast == plain,
            "records are split as line by line");
    for (std::size_t i = 0; i < result.records; ++i)
        require(std::size_t{fast.quality_begin[i]} + fast.length[i] <= text.size(),
                "a record ends in the text");
}

/// All text of a file that goes on to its last whole record; each block checked.
std::string text_of_reads(const std::string& path, std::size_t block_bytes) {
    const auto source = open_reads(path, {.block_bytes = block_bytes, .keep_going = true});
    std::string text;
    ReadBlock block;
    while (source->next(block)) {
        require(block.byte_offset == text.size(), "a block says where it stands");
        const auto lines = std::count(block.text.view().begin(), block.text.view().end(), '\n');
        require(static_cast<std::uint64_t>(lines) == std::uint64_t{4} * block.records, "whole records");
        split_text(block.text.view());
        text += block.text.view();
    }
    return text;
}

void read_reads(std::string_view bytes) {
    const MemoryFile file(bytes);
    std::string text;
    std::string by_small_blocks;
    const bool taken = accepts([&] { text = text_of_reads(file.path(), 1 << 20); });
    require(taken == accepts([&] { by_small_blocks = text_of_reads(file.path(), 64); }) &&
                text == by_small_blocks,
            "the same reads in blocks of any size");
}

void parse_any_library(std::string_view text) {
    accepts([&] {
        const Library library = parse_library("fuzz", std::string(text));
        std::set<std::string_view> barcodes;
        for (const LibraryEntry& entry : library.entries) {
            require(entry.barcode.find_first_not_of("ACGT") == entry.barcode.npos, "a barcode is of bases");
            require(barcodes.insert(entry.barcode).second, "a barcode is one entry");
            require(entry.first_part <= entry.barcode.size(), "a pair has two parts");
        }
    });
}

void parse_any_counts(std::string_view text) {
    accepts([&] {
        const CountsTable table = parse_counts_table("fuzz", text);
        require(table.counts.size() == table.ids.size() * table.samples.size(),
                "a count a feature and sample");
        require(table.genes.size() == table.ids.size() && table.barcodes.size() == table.ids.size(),
                "a gene and a barcode a feature");
    });
}

void parse_any_sheet(std::string_view text) {
    for (const SampleSource source : {SampleSource::reads, SampleSource::counts})
        accepts([&] {
            const SampleSheet sheet = parse_sample_sheet("fuzz", text, source);
            for (const SampleRow& row : sheet.rows)
                require(row.other.size() == sheet.other_columns.size(), "a cell a column");
        });
}

}  // namespace

std::vector<Target> read_targets() {
    return {{"reads", read_reads},
            {"records", split_text},
            {"library", parse_any_library},
            {"counts_table", parse_any_counts},
            {"sample_sheet", parse_any_sheet}};
}

}  // namespace wellsieve::tests::fuzz

#include "pipeline/molecules.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "formats/atomic_file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::pipeline;

namespace {

/// Two files of one sample and three features, as CountBarcodes leaves them before molecules are told apart.
PoolCounts counts_of(const std::vector<UmiReads>& rows) {
    PoolCounts counts;
    counts.samples.resize(1);
    counts.features.resize(3);
    counts.files.resize(2);
    counts.tallies.resize(1);
    counts.counts.assign(3, 0);
    for (const UmiReads& row : rows) {
        counts.counts[row.cell] += row.reads;
        counts.tallies[0].of[row.source % 16] += row.reads;
        counts.files[row.source / 16].tally.of[row.source % 16] += row.reads;
    }
    return counts;
}

UmiReads read_of(std::uint64_t cell, std::uint64_t umi, std::uint32_t file, ReadFate fate) {
    return {cell, umi, umi_source(file, fate), 1};
}

std::uint64_t of(const ReadTally& tally, ReadFate fate) {
    return tally.of[static_cast<std::size_t>(fate)];
}

}  // namespace

TEST_CASE("the best read of a molecule's own UMI stays, all others are duplicates") {
    const std::vector<UmiReads> reads = {
        read_of(1, 0, 0, ReadFate::one_mismatch), read_of(1, 0, 1, ReadFate::exact),
        read_of(1, 0, 0, ReadFate::exact),        read_of(1, 1, 1, ReadFate::exact),  // a misread of UMI 0
        read_of(1, 10, 1, ReadFate::n_rescued),   read_of(2, 0, 0, ReadFate::exact)};
    PoolCounts counts = counts_of(reads);
    Molecules molecules({UmiPlace::reads, 0, 4, 1}, 0, "");
    std::vector<UmiReads> rows = reads;
    molecules.add(rows);
    CHECK(rows.empty());
    molecules.finish(counts);
    CHECK(counts.counts == std::vector<std::uint32_t>{0, 2, 1});
    CHECK(of(counts.tallies[0], ReadFate::duplicate) == 3);
    CHECK(of(counts.tallies[0], ReadFate::n_rescued) == 1);
    CHECK(of(counts.tallies[0], ReadFate::one_mismatch) == 0);
    CHECK(of(counts.files[0].tally, ReadFate::exact) == 2);
    CHECK(of(counts.files[1].tally, ReadFate::exact) == 0);
    CHECK(of(counts.files[1].tally, ReadFate::duplicate) == 2);
    CHECK(counts.tallies[0].total() == reads.size());
}

TEST_CASE("rows that go to a scratch file give the same molecules as rows in memory") {
    std::mt19937 draw(3);
    std::vector<UmiReads> reads;
    for (std::size_t i = 0; i < 400'000; ++i)
        reads.push_back(
            read_of(draw() % 3, draw() % (1u << 20), draw() % 4 == 0, static_cast<ReadFate>(draw() % 4)));
    PoolCounts in_memory = counts_of(reads);
    PoolCounts on_disk = in_memory;
    const wellsieve::tests::TemporaryFolder folder;
    Molecules roomy({UmiPlace::reads, 0, 10, 1}, std::size_t{1} << 28, "/dev/null/none");
    Molecules cramped({UmiPlace::reads, 0, 10, 1}, 0, folder.path() / "new");
    for (std::size_t begin = 0; begin < reads.size(); begin += 10'000) {
        std::vector<UmiReads> some(reads.begin() + static_cast<std::ptrdiff_t>(begin),
                                   reads.begin() + static_cast<std::ptrdiff_t>(begin + 10'000));
        std::vector<UmiReads> same = some;
        roomy.add(some);
        cramped.add(same);
    }
    CHECK(std::filesystem::exists(folder.path() / "new"));
    CHECK(std::filesystem::is_empty(folder.path() / "new"));
    roomy.finish(in_memory);
    cramped.finish(on_disk);
    CHECK(in_memory.counts == on_disk.counts);
    CHECK(in_memory.tallies == on_disk.tallies);
    CHECK(in_memory.choices == on_disk.choices);
    CHECK(in_memory.tallies[0].counted() == in_memory.counts[0] + in_memory.counts[1] + in_memory.counts[2]);
    CHECK(in_memory.tallies[0].total() == reads.size());
}

TEST_CASE("without a place for the scratch file the folder is named") {
    Molecules molecules({UmiPlace::reads, 0, 10, 1}, 0, "/dev/null/none");
    std::vector<UmiReads> rows;
    for (std::uint64_t umi = 0; umi < 70'000; ++umi)
        rows.push_back(read_of(0, umi, 0, ReadFate::exact));
    std::vector<UmiReads> more = rows;
    molecules.add(rows);
    CHECK_THROWS_WITH(molecules.add(more), Catch::Contains("/dev/null/none"));
}

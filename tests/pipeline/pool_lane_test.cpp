#include "pipeline/pool_lane.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <random>

#include "formats/error.hpp"
#include "pipeline/count_barcodes.hpp"
#include "pipeline/flow.hpp"
#include "pipeline/pool_data.hpp"
#include "pipeline/pool_tables.hpp"
#include "tests/support/packed_reads.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using namespace wellsieve::tests;

namespace {

const std::string left = "TTGTGGAAAGGACGAAACACCG";
const std::string right = "GTTTTAGAGCTAGAAATAGC";

/// Reads of a small library behind a stagger, some spoilt, and what each is of.
struct MadeUp {
    explicit MadeUp(unsigned seed, std::size_t reads = 4000) : random(seed) {
        for (std::uint32_t i = 0; i < 40; ++i)
            features.push_back({"g" + std::to_string(i), bases(20), "", "gene" + std::to_string(i / 4)});
        for (std::size_t i = 0; i < reads; ++i)
            add_read(i);
    }

    std::string bases(std::size_t length) {
        std::string drawn(length, 'A');
        for (char& c : drawn)
            c = "ACGT"[random() % 4];
        return drawn;
    }

    void add_read(std::size_t i) {
        const std::size_t feature = random() % 40;
        const auto kind = random() % 10;
        std::string barcode = features[feature].barcode;
        if (kind == 0)
            barcode = bases(20);
        if (kind == 1)
            barcode[10] = barcode[10] == 'A' ? 'C' : 'A';
        const std::string read =
            kind == 2 ? bases(60) : std::string(random() % 9, 'A') + left + barcode + right;
        text += "@r" + std::to_string(i) + "\n" + read + "\n+\n" + std::string(read.size(), 'F') + "\n";
        if (kind > 2)
            ++exact[feature];
    }

    std::mt19937 random;
    std::vector<PoolFeature> features;
    std::string text;
    std::vector<std::uint32_t> exact = std::vector<std::uint32_t>(40);
};

PoolOptions flank_options() {
    PoolOptions options;
    options.construct.left_flank = left;
    options.construct.right_flank = right;
    return options;
}

PoolCounts pool_of(const MadeUp& made, const std::vector<std::vector<std::string>>& files) {
    PoolCounts counts;
    counts.name = "pool";
    counts.features = made.features;
    for (const std::vector<std::string>& paths : files) {
        PoolFile file;
        file.paths = file.names = paths;
        file.bytes.resize(paths.size());
        file.sample = static_cast<std::int32_t>(counts.samples.size());
        counts.samples.push_back({"s" + std::to_string(counts.samples.size()), "", 0, "", {}});
        counts.files.push_back(std::move(file));
    }
    return counts;
}

struct How {
    unsigned threads = 1;
    std::size_t width = 1;
    std::size_t block_bytes = 1 << 16;
    bool keep_going = false;
};

void count(PoolCounts& counts, const PoolOptions& options, const How& how, std::vector<IndexSet> sets = {}) {
    PoolLaneOptions lane_options;
    lane_options.block_bytes = how.block_bytes;
    lane_options.keep_going = how.keep_going;
    PoolLane lane(counts, options, std::move(sets), lane_options);
    Flow flow("test");
    lane.add_to(flow, how.width);
    RunOptions run;
    run.threads = how.threads;
    flow.run(run);
    lane.finish();
}

std::uint64_t of(const ReadTally& tally, ReadFate fate) {
    return tally.of[static_cast<std::size_t>(fate)];
}

}  // namespace

TEST_CASE("reads are counted, the same for any threads, blocks, packing and order of files") {
    const TemporaryFolder folder;
    const MadeUp made(1);
    const MadeUp other(2);
    const std::string a = write_file(folder.path() / "a", made.text);
    const std::string b = write_file(folder.path() / "b", gzip_of(other.text));
    PoolCounts once = pool_of(made, {{a}, {b}});
    count(once, flank_options(), {});
    for (std::size_t f = 0; f < made.features.size(); ++f)
        CHECK(once.counts[f] >= made.exact[f]);
    const ReadTally& tally = once.tallies[0];
    CHECK(tally.total() == 4000);
    CHECK(of(tally, ReadFate::exact) == std::accumulate(made.exact.begin(), made.exact.end(), 0u));
    CHECK(of(tally, ReadFate::one_mismatch) > 300);
    CHECK(of(tally, ReadFate::no_match) > 300);
    CHECK(of(tally, ReadFate::no_anchor) > 300);
    const std::string packed = write_file(folder.path() / "c", bgzf_of(made.text, 3000));
    for (const How& how : {How{1, 1, 1}, How{2, 1, 5000}, How{8, 2, 777}, How{4, 2, 1 << 20}}) {
        PoolCounts again = pool_of(made, {{packed}, {b}});
        count(again, flank_options(), how);
        CHECK(again.counts == once.counts);
        CHECK(again.tallies == once.tallies);
        REQUIRE(again.unmatched.size() == once.unmatched.size());
        for (std::size_t i = 0; i < once.unmatched.size(); ++i)
            CHECK(again.unmatched[i].bases == once.unmatched[i].bases);
        PoolCounts turned = pool_of(made, {{b}, {a}});
        count(turned, flank_options(), how);
        CHECK(std::equal(turned.counts.begin(), turned.counts.begin() + 40, once.counts.begin() + 40));
        CHECK(turned.tallies[1] == once.tallies[0]);
    }
}

TEST_CASE("several files of a sample add up, and the account of each file balances") {
    const TemporaryFolder folder;
    const MadeUp made(3);
    const std::string path = write_file(folder.path() / "a", made.text);
    PoolCounts counts = pool_of(made, {{path}, {path}});
    counts.files[1].sample = 0;
    counts.samples.pop_back();
    count(counts, flank_options(), {2, 2});
    PoolCounts single = pool_of(made, {{path}});
    count(single, flank_options(), {});
    for (std::size_t f = 0; f < made.features.size(); ++f)
        CHECK(counts.counts[f] == 2 * single.counts[f]);
    CHECK(counts.files[0].tally == single.tallies[0]);
    CHECK(counts.tallies[0].total() == 8000);
    const std::vector<InputFile> inputs = read_inputs(counts);
    CHECK(inputs[0].cells_in == 4000);
    CHECK(inputs[0].cells_used + inputs[0].cells_rejected == 4000);
    CHECK(inputs[0].reader == "FASTQ, plain");
}

TEST_CASE("samples are told by index reads, by bases of the read and by the header") {
    const TemporaryFolder folder;
    const MadeUp made(4, 300);
    const std::vector<std::string_view> indices = {"ACGTACGT", "TTTTCCCC", "GGGGAAAA"};
    std::string index_reads;
    std::string inline_reads;
    std::string header_reads;
    std::size_t at = 0;
    for (std::size_t i = 0; at < made.text.size(); ++i) {
        const std::string index(i % 4 == 3 ? "CATCATCA" : indices[i % 4]);
        std::string line[4];
        for (std::string& part : line) {
            const std::size_t end = made.text.find('\n', at);
            part = made.text.substr(at, end - at);
            at = end + 1;
        }
        index_reads += line[0] + "\n" + index + "\n+\nFFFFFFFF\n";
        inline_reads += line[0] + "\n" + index + line[1] + "\n+\nFFFFFFFF" + line[3] + "\n";
        header_reads += line[0] + " 1:N:0:" + index + "\n" + line[1] + "\n+\n" + line[3] + "\n";
    }
    const std::string plain = write_file(folder.path() / "r", made.text);
    const auto counted = [&](const std::vector<std::string>& paths, IndexPlace place) {
        PoolCounts counts = pool_of(made, {paths});
        counts.samples.assign(2, {});
        counts.files[0].sample = -1;
        PoolOptions options = flank_options();
        options.index_place = place;
        std::vector<IndexSet> sets;
        sets.push_back({kernels::sequence::SampleIndex(indices, {}), {0, 1, 0}});
        count(counts, options, {2, 1, 4000}, std::move(sets));
        return counts;
    };
    const PoolCounts beside =
        counted({plain, write_file(folder.path() / "i", index_reads)}, IndexPlace::reads);
    CHECK(beside.files[0].tally.total() == 300);
    CHECK(of(beside.files[0].tally, ReadFate::no_sample) == 75);
    CHECK(beside.tallies[0].total() == 150);
    CHECK(beside.tallies[1].total() == 75);
    CHECK(counted({write_file(folder.path() / "n", inline_reads)}, IndexPlace::inside).counts ==
          beside.counts);
    CHECK(counted({write_file(folder.path() / "h", header_reads)}, IndexPlace::header).counts ==
          beside.counts);
}

TEST_CASE("pairs of barcodes in mates are one feature, and other pairs are told apart") {
    const TemporaryFolder folder;
    const MadeUp made(5, 0);
    std::vector<PoolFeature> pairs;
    for (std::size_t i = 0; i < 10; ++i)
        pairs.push_back(
            {"p" + std::to_string(i), made.features[i].barcode + made.features[i + 20].barcode, "", "", 20});
    std::string first;
    std::string second;
    for (std::size_t i = 0; i < 100; ++i) {
        const std::string a = left + made.features[i % 10].barcode + right;
        const std::string b = left + made.features[i % 10 + (i < 20 ? 10 : 20)].barcode + right;
        const std::string c = left + made.features[(i % 10 + (i < 40 ? 1 : 0)) % 10 + 20].barcode + right;
        const std::string& mate = i < 20 ? b : c;
        first += "@r" + std::to_string(i) + "/1\n" + a + "\n+\n" + std::string(a.size(), 'F') + "\n";
        second += "@r" + std::to_string(i) + "/2\n" + mate + "\n+\n" + std::string(mate.size(), 'F') + "\n";
    }
    PoolCounts counts =
        pool_of(made, {{write_file(folder.path() / "1", first), write_file(folder.path() / "2", second)}});
    counts.features = pairs;
    PoolOptions options = flank_options();
    options.paired = true;
    options.mate_construct = options.construct;
    count(counts, options, {});
    CHECK(counts.counts == std::vector<std::uint32_t>(10, 6));
    CHECK(of(counts.tallies[0], ReadFate::no_match) == 20);
    CHECK(of(counts.tallies[0], ReadFate::no_pair) == 20);
}

TEST_CASE("records that are none, and files out of step, stop the count and are named") {
    const TemporaryFolder folder;
    const MadeUp made(6, 200);
    const auto counted = [&](std::vector<std::string> paths, bool keep_going = false) {
        PoolCounts counts = pool_of(made, {std::move(paths)});
        count(counts, flank_options(), {2, 1, 2000, keep_going});
        return counts;
    };
    const std::string path = (folder.path() / "r").string();
    std::string spoilt = made.text;
    spoilt.insert(spoilt.rfind("\n+\n"), "A");
    write_file(path, spoilt);
    CHECK_THROWS_WITH(counted({path}), Catch::Contains(path) && Catch::Contains("record 200, byte ") &&
                                           Catch::Contains("as many qualities as bases"));
    write_file(path, made.text.substr(0, made.text.size() - 90));
    CHECK_THROWS_WITH(counted({path}), Catch::Contains("record ") && Catch::Contains("cut off"));
    const PoolCounts kept = counted({path}, true);
    CHECK(kept.tallies[0].total() >= 198);
    REQUIRE(kept.rejects.size() == 1);
    CHECK(kept.rejects[0].kind == "file");
    CHECK_THAT(kept.rejects[0].reason, Catch::Contains("cut off"));
    std::string renamed = made.text;
    renamed.replace(renamed.find("@r150\n"), 5, "@r999");
    CHECK_THROWS_WITH(
        counted({write_file(path, made.text), write_file(folder.path() / "2", renamed)}),
        Catch::Contains("record 151") && Catch::Contains("'r999'") && Catch::Contains("'r150'"));
    CHECK(counted({(folder.path() / "missing").string()}, true).rejects.size() == 1);
}

TEST_CASE("what the library lacks is named, commonest first") {
    const TemporaryFolder folder;
    const MadeUp made(7, 0);
    std::string text;
    for (int i = 0; i < 30; ++i) {
        const std::string read = left + (i < 20 ? "AAAAACCCCCGGGGGTTTTT" : "CCCCCCCCCCCCCCCCCCCC") + right;
        text += "@r\n" + read + "\n+\n" + std::string(read.size(), 'F') + "\n";
    }
    PoolCounts counts = pool_of(made, {{write_file(folder.path() / "r", text)}});
    count(counts, flank_options(), {});
    REQUIRE(counts.unmatched.size() == 2);
    CHECK(counts.unmatched[0].bases == "AAAAACCCCCGGGGGTTTTT");
    CHECK(counts.unmatched[0].reads == 20);
    CHECK(counts.searched_reads == 30);
    const std::vector<ScreenReject> rejects = read_rejects(counts);
    REQUIRE(rejects.size() == 3);
    CHECK_THAT(rejects[0].reason, Catch::Contains("the library lacks"));
    CHECK(rejects[1].place == "AAAAACCCCCGGGGGTTTTT");
    CHECK(mageck_table(counts).rfind("sgRNA\tGene\ts0\ng0\tgene0\t0\n", 0) == 0);
}

#include "formats/reads/counts_table.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <random>

#include "formats/error.hpp"
#include "formats/results/h5ad_counts.hpp"
#include "tests/support/damaged_text.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::reads;

namespace {

CountsTable table_of(std::string_view text) {
    return parse_counts_table("counts", text);
}

std::uint64_t sum_of_sample(const CountsTable& table, std::size_t sample) {
    const auto first = table.counts.begin() + static_cast<std::ptrdiff_t>(sample * table.ids.size());
    return std::accumulate(first, first + static_cast<std::ptrdiff_t>(table.ids.size()), std::uint64_t{0});
}

const std::string pools = WELLSIEVE_SHARED_DATA "/pooled/";

}  // namespace

TEST_CASE("tables of counts are read as MAGeCK, PoolQ and others write them") {
    const auto check = [](const CountsTable& table) {
        CHECK(table.ids == std::vector<std::string>{"a", "b", "c"});
        CHECK(table.samples == std::vector<std::string>{"S1", "S 2"});
        CHECK(table.counts == std::vector<std::uint32_t>{1, 0, 3, 20, 4'000'000'000, 60});
    };
    const CountsTable mageck =
        table_of("sgRNA\tGene\tS1\tS 2\na\tX\t1\t20\nb\t\t0\t4000000000\nc\tZ\t3\t60\n");
    check(mageck);
    CHECK(mageck.genes == std::vector<std::string>{"X", "", "Z"});
    CHECK(mageck.notes == std::vector<std::string>{"1 row has no gene"});
    const CountsTable poolq = table_of(
        "Construct Barcode\tConstruct IDs\tS1\tS "
        "2\rACGT\ta\t1\t20\rCCCC\tb\t0\t4000000000\rGGGG\tc\t3\t60\r");
    check(poolq);
    CHECK(poolq.barcodes[2] == "GGGG");
    check(table_of("\xEF\xBB\xBFS1;comment;gene;id;S 2\r\n1.0;x;X;a;20\r\n0;y;Y;b;4e9\r\n3;z;Z;c;60"));
    const CountsTable quoted = table_of(
        "\"sgRNA\",\"Gene\",\"S1\",\"S 2\"\r\"a\",\"X, \"\"Y\"\"; Z\",\"1\",20\rb,,0,4000000000\rc,Z,3,60\r");
    check(quoted);
    CHECK(quoted.genes[0] == "X, \"Y\"; Z");
    check(table_of("sgRNA,Gene,S1,S 2\n1,a,X,1,20\n2,b,Y,0,4000000000\n3,c,Z,3,60\n"));
    check(table_of("\"\",sgRNA,Gene,S1,S 2\n\"1\",a,X,1,20\n\"2\",b,Y,0,4000000000\n\"3\",c,Z,3,60\n"));
    check(table_of("S1\tS 2\na\t1\t20\nb\t0\t4000000000\nc\t3\t60\n"));
    const std::vector<std::string> wanted{"S1", "S 2"};
    check(parse_counts_table(
        "counts", "sgRNA,GC,length,S1,S 2\na,0.5,20,1,20\nb,0.55,20,0,4000000000\nc,0.4,19,3,60\n", wanted));
    CHECK_THROWS_WITH(parse_counts_table("counts", "sgRNA,S1,S 2\na,\"1,200\",20\n", wanted),
                      Catch::Contains("column 'S1': '1,200' is no count"));
    const CountsTable placed = table_of(
        "barcode\tscaffold\tstrand\tpos\tS1\tS "
        "2\na\tchr\t+\t15\t1\t20\nb\tchr\t-\t\t0\t4000000000\nc\tp1\t+\t9\t3\t60\n");
    check(placed);
    CHECK(placed.scaffolds == std::vector<std::string>{"chr", "chr", "p1"});
    CHECK(placed.positions[2] == 9.0);
    CHECK(std::isnan(placed.positions[1]));
    const CountsTable strains = table_of("strain,S1,S 2\na,1,20\nb,0,4000000000\nc,3,60\n");
    check(strains);
    CHECK(strains.strains == strains.ids);
    CHECK(table_of("id,Strain,S1\na,X,1\nb,X,0\n").strains == std::vector<std::string>{"X", "X"});
}

TEST_CASE("a table of counts that cannot be right is refused, and the cell is named") {
    const auto refused = [](std::string_view text, std::string_view what) {
        CHECK_THROWS_WITH(table_of(text),
                          Catch::StartsWith("counts: ") && Catch::Contains(std::string(what)));
    };
    refused("", "holds no counts");
    refused("sgRNA\tGene\tS1\n", "no column of counts");
    refused("sgRNA\tGene\tS1\na\tX\t1\nb\tY\t1.5\n", "line 3, column 'S1': '1.5' is no count");
    refused("sgRNA\tGene\tS1\na\tX\t1\nb\tY\t-1\n", "'-1' is no count");
    refused("sgRNA\tGene\tS1\na\tX\t1\nb\tY\t5000000000\n", "is no count");
    refused("sgRNA\tGene\tS1\na\tX\t1\nb\tY\tNA\n", "'NA' is no count");
    refused("sgRNA\tGene\tS1\na\tX\t1\nb\tY\n", "line 3, column 'S1': is empty");
    refused("S1\tS2\na\t1\t2\t9\nb\t3\t4\t9\n", "line 2: has 4 cells, and the title line 2");
    refused("sgRNA,Gene,S1,S2\na,X,1,2\nb,Y,3,4,5\n", "line 3: has 5 cells, and the title line 4");
    refused("sgRNA\tGene\tS1\na\tX\t1\na\tY\t2\n", "line 3: 'a' stands in line 2 already");
    refused("sgRNA\tGene\tS1\n\tX\t1\n", "line 2: has no name");
    refused("sgRNA\tGene\tS1\tS1\na\tX\t1\t1\n", "two columns are called 'S1'");
    refused("1\t2\n3\t4\n", "no column of names");
}

TEST_CASE("real tables of counts are read whole") {
    if (!std::filesystem::exists(pools))
        return;
    const CountsTable brunello = read_counts_table(pools + "ht29_brunello/HT29-Brunello_counts.tsv.gz");
    CHECK(brunello.ids.size() == 77'441);
    CHECK(brunello.samples.size() == 4);
    CHECK(brunello.counts[0] == 674);
    const CountsTable small = read_counts_table(pools + "ht29_minilib/HT29-MiniLibCas9_counts.tsv.gz");
    CHECK(small.ids.size() == 37'722);
    CHECK(std::count(small.genes.begin(), small.genes.end(), "") == 200);  // cut -f2 | grep -c ^$
    const CountsTable poolq = read_counts_table(pools + "poolq/barcode-counts.txt");
    CHECK(poolq.samples.size() == 22);
    const CountsTable demo = read_counts_table(pools + "mageck_demo2/ref.mageck2.count.txt");
    CHECK(sum_of_sample(demo, 0) == 1453);
    CHECK(sum_of_sample(demo, 1) == 1471);
}

TEST_CASE("damaged tables of counts are read or refused, and nothing else") {
    const std::string text = "sgRNA\tGene\tS1\tS2\na\tX\t1\t20\nb\tY\t0\t4\r\nc\tZ\t3\t60\n";
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        const std::string bytes = wellsieve::tests::damaged(text, random);
        try {
            const CountsTable table = table_of(bytes);
            CHECK(table.counts.size() == table.ids.size() * table.samples.size());
        } catch (const FormatError&) {
        }
    }
}

TEST_CASE("what is no AnnData file is refused") {
    CHECK_FALSE(results::is_hdf5(WELLSIEVE_TEST_DATA "/reference/t_tests.tsv"));
    CHECK(results::is_hdf5(WELLSIEVE_TEST_DATA "/results/v1.0.h5"));
    CHECK_THROWS_WITH(results::read_h5ad_counts(WELLSIEVE_TEST_DATA "/results/v1.0.h5"),
                      Catch::Contains("cannot be read as AnnData"));
}

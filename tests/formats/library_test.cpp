#include "formats/reads/library.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "formats/error.hpp"
#include "tests/support/damaged_text.hpp"
#include "tests/support/packed_reads.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::reads;
using namespace wellsieve::tests;

namespace {

std::string described(const Library& library) {
    std::string text;
    for (const LibraryEntry& entry : library.entries)
        text += std::string(entry.id) + "|" + std::string(entry.barcode) + "|" + std::string(entry.strain) +
                "|" + std::string(entry.gene) +
                (entry.first_part > 0 ? "|" + std::to_string(entry.first_part) : "") + "\n";
    return text;
}

std::string described(std::string_view text) {
    return described(parse_library("library", std::string(text)));
}

const std::string pools = WELLSIEVE_SHARED_DATA "/pooled/";

}  // namespace

TEST_CASE("a library is read whatever its columns are called and however they stand") {
    const std::string expected = "g1|ACGTACGT||X\ng2|TTTTCCCC||Y\n";
    CHECK(described("id,sequence,gene\ng1,ACGTACGT,X\ng2,TTTTCCCC,Y\n") == expected);
    CHECK(described("\xEF\xBB\xBFGene Symbol;sgRNA ID;sgRNA Sequence\r\nX;g1;acgtacgt\r\nY;g2;uuuucccc") ==
          expected);
    CHECK(described("barcode\tguide\tgene\rACGTACGT\tg1\tX\rTTTTCCCC\tg2\tY\r") == expected);
    CHECK(described("g1\tACGTACGT\tX\ng2\tTTTTCCCC\tY\n") == expected);
    CHECK(described("# made by hand\n\n\"g1\",\"ACGTACGT\",\"X\"\n\n\"g2\",\"TTTTCCCC\",\"Y\"\n") ==
          expected);
    CHECK(described("ACGTACGT,g1\nTTTTCCCC,g2\n") == "g1|ACGTACGT||\ng2|TTTTCCCC||\n");
    CHECK(described("ACGTACGT\nTTTTCCCC\n") == "ACGTACGT|ACGTACGT||\nTTTTCCCC|TTTTCCCC||\n");
    CHECK(described(">g1 first\nACGT\nACGT\n>g2\ntttt\r\n") == "g1|ACGTACGT||\ng2|TTTT||\n");
    CHECK(described("strain,barcode\ns1,ACGTA\ns1,CCCCC\ns2,GGGGG\n") ==
          "ACGTA|ACGTA|s1|\nCCCCC|CCCCC|s1|\nGGGGG|GGGGG|s2|\n");
}

TEST_CASE("cells in quotes hold delimiters, doubled quotes and line ends, in libraries of any form") {
    CHECK(described("\"g1\",\"kinase, 5\"\"-end\",ACGTACGT\ng2,\"a;b;c;d\",TTTTCCCC\n") ==
          "g1|ACGTACGT||kinase, 5\"-end\ng2|TTTTCCCC||a;b;c;d\n");
    CHECK(described("\"gene, symbol; or locus\"\tid\tsequence\n\"X\tY\"\tg1\t\"acgt\"\n") == "g1|ACGT||\n");
    CHECK(described("id,\"description,\nas deposited\",sequence,gene\r\n"
                    "g1,\"first line\r\nsecond line\",ACGTACGT,\"X, Y\"\r\n") == "g1|ACGTACGT||X, Y\n");
    CHECK(described("id,sequence,gene\ng1,ACGTACGT,5\" end\ng2,TTTTCCCC,\"Y\n") ==
          "g1|ACGTACGT||5\" end\ng2|TTTTCCCC||\"Y\n");
}

TEST_CASE("where barcodes lie in the genome is read along, and is missing where it is no number") {
    const Library library =
        parse_library("l", "barcode,gene,Chromosome,pos\nACGT,X,chr,1200.5\nTTTT,Y,,?\nACGT,Z,p1,7\n");
    REQUIRE(library.places.size() == 2);
    CHECK(library.places[0].scaffold == "chr");
    CHECK(library.places[0].position == 1200.5);
    CHECK(library.places[1].scaffold.empty());
    CHECK(std::isnan(library.places[1].position));
    CHECK(parse_library("l", "barcode,gene\nACGT,X\n").places.empty());
}

TEST_CASE("a quote that would swallow whole rows is refused, and named") {
    CHECK_THROWS_WITH(described("id,sequence,gene\ng1,ACGTACGT,\"X\ng2,TTTTCCCC,Y\ng3,GGGGCCCC,Z\"\n"),
                      Catch::Contains("line 2: a quote is not closed before line 4"));
    CHECK_THROWS_WITH(described("id,sequence,gene\ng1,ACGTACGT,\"X\n\"\ng2,TTTTXCCC,Y\n"),
                      Catch::Contains("line 4: "));
}

TEST_CASE("pairs of barcodes are one entry, whether they share a column or not") {
    const std::string expected = "p1|ACGTATTTT||X|5\n";
    CHECK(described("ACGTA;TTTT,p1,X\n") == expected);
    CHECK(described("id,barcode_1,barcode_2,gene\np1,ACGTA,TTTT,X\n") == expected);
    CHECK(parse_library("l", "ACGTA:TTTT,p1\n").paired);
    CHECK_THROWS_WITH(parse_library("l", "ACGTA:TTTT,p1\nACGT,p2\n"),
                      Catch::Contains("line 2: is no pair of barcodes, as line 1 is one"));
    CHECK_THROWS_WITH(parse_library("l", "ACGT,p2\nACGTA:TTTT,p1\n"),
                      Catch::Contains("line 2: is a pair of barcodes, as line 1 is none"));
}

TEST_CASE("rows that cannot be told apart are one entry, and a note says so") {
    const Library library = parse_library("l", "id,barcode,gene\na,ACGT,X\nb,CCCC,Y\nc,acgt,Z\nd,ACGT,X\n");
    CHECK(described(library) == "a;c;d|ACGT||X;Z;X\nb|CCCC||Y\n");
    CHECK(library.rows == 4);
    REQUIRE(library.notes.size() == 3);
    CHECK(library.notes[0].line == 4);
    CHECK_THAT(library.notes[0].text, Catch::Contains("same barcode as line 2"));
    CHECK_THAT(library.notes[2].text, Catch::Contains("1 barcode is in lower case"));
}

TEST_CASE("a barcode in every row takes no more memory than the rows do") {
    std::string text = "id,barcode,gene\n";
    for (int i = 0; i < 20000; ++i)
        text += "g" + std::to_string(i) + ",ACGT,X\n";
    const Library library = parse_library("l", text);
    REQUIRE(library.entries.size() == 1);
    std::size_t bytes = library.entries[0].id.size() + library.entries[0].gene.size();
    for (const LibraryNote& note : library.notes)
        bytes += note.text.size();
    CHECK(library.notes.size() == 19999);
    CHECK(bytes < 10 * text.size());
}

TEST_CASE("ids that several barcodes share are strains") {
    CHECK(described("id,barcode\na,ACGT\na,CCCC\n") == "ACGT|ACGT|a|\nCCCC|CCCC|a|\n");
}

TEST_CASE("a library that cannot be right is refused, and the line is named") {
    const auto refused = [](std::string_view text, std::string_view what) {
        CHECK_THROWS_WITH(described(text),
                          Catch::StartsWith("library: ") && Catch::Contains(std::string(what)));
    };
    refused("id,barcode\na,ACGT\nb,ACRT\n", "line 3: barcode 'ACRT' holds 'R'");
    refused("id,barcode\na,ACGT\nb,\n", "line 3: has no barcode");
    refused("id,barcode_1,barcode_2\na,ACGT,CC\nb,ACGT,\n", "line 3: the second barcode");
    refused("", "holds no barcodes");
    refused("id,barcode\n", "holds no barcodes");
    refused("a,b\n1,2\n", "no column of barcodes");
}

TEST_CASE("real libraries are read whole") {
    if (!std::filesystem::exists(pools))
        return;
    const Library mageck = read_library(pools + "mageck_demo2/library.txt");
    CHECK(mageck.entries.size() == 2550);
    CHECK(mageck.entries[0].id == "s_10007");
    CHECK(mageck.entries[0].gene == "CCNA1");
    const Library poolq = read_library(pools + "poolq/Reference.csv");
    CHECK(poolq.entries.size() == 99);
    CHECK(poolq.entries[0].barcode == "ACAACCAGGTCAGACGCAGA");
    const Library pairs = read_library(pools + "poolq/paired-end/reference.csv");
    CHECK(pairs.paired);
    CHECK(pairs.entries[0].first_part == 20);
    CHECK(read_library(pools + "poolq/scenario6/reference.csv").paired);
    const Library synthetic = read_library(pools + "synth_200k/s200k.library.csv.gz");
    CHECK(synthetic.entries.size() == 20'000);
    const Library transposons = read_library(pools + "mbarq_count/library.annotated.csv");
    CHECK(transposons.entries[0].barcode == "CGTGACAAGCCACTCGG");
    CHECK(transposons.entries[0].gene == "SL1344_0014");
    CHECK(read_library(pools + "sgcount_example/library.fasta.gz").entries.size() == 100);
    const Library toy = read_library(pools + "cb2_toy/sg2seq.tsv");
    CHECK(toy.entries.size() == 25);
    const Library doubled = read_library(pools + "cb2_toy/small_sample_dup.fasta");
    CHECK(doubled.entries.size() == 26);  // of 27, one sequence stands there twice
    CHECK(doubled.notes.size() == 1);
}

TEST_CASE("damaged libraries are read or refused, and nothing else") {
    const std::string text = "id,sequence,gene\ng1,ACGTACGT;AC,X\ng2,TTTTCCCC,Y\r\n>q\n\"g3\",ACC,\"Z\"\n";
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        const std::string bytes = wellsieve::tests::damaged(text, random);
        try {
            for (const LibraryEntry& entry : parse_library("l", bytes).entries)
                CHECK(entry.barcode.find_first_not_of("ACGT") == std::string_view::npos);
        } catch (const FormatError&) {
        }
    }
}

TEST_CASE("a library of many barcodes is read in linear time") {
    std::mt19937_64 random(2);
    std::string text = "id,barcode\n";
    for (int i = 0; i < 200'000; ++i) {
        text += "b" + std::to_string(i) + ",";
        for (int k = 0; k < 24; ++k)
            text += "ACGT"[random() % 4];
        text += '\n';
    }
    CHECK(parse_library("l", text).entries.size() == 200'000);
}

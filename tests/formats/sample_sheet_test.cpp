#include "formats/reads/sample_sheet.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <random>

#include "formats/error.hpp"
#include "tests/support/damaged_text.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::reads;

namespace {

SampleSheet sheet_of(std::string_view text) {
    return parse_sample_sheet("samples.csv", text);
}

}  // namespace

TEST_CASE("a sample sheet names files, conditions, times, replicates and what else the user has") {
    const SampleSheet sheet = sheet_of(
        "file,sample,condition,time_h,replicate,dose\n"
        "a_L1.fq.gz,a,drug,24,1,0.5\n\n"
        "a_L2.fq.gz,a,drug,24,1,0.5\n"
        "b.fq.gz,b,,,,\n");
    REQUIRE(sheet.rows.size() == 3);
    CHECK(sheet.rows[0].file == "a_L1.fq.gz");
    CHECK(sheet.rows[1].sample == "a");
    CHECK(sheet.rows[1].condition == "drug");
    CHECK(sheet.rows[1].time_h == 24);
    CHECK(sheet.rows[1].replicate == "1");
    CHECK(sheet.other_columns == std::vector<std::string>{"dose"});
    CHECK(sheet.rows[0].other == std::vector<std::string>{"0.5"});
    CHECK(std::isnan(sheet.rows[2].time_h));
    CHECK(sheet.rows[2].line == 5);
}

TEST_CASE("cells of a sample sheet in quotes may hold its delimiter") {
    const SampleSheet sheet = sheet_of(
        "\"file\",\"sample\",\"condition\"\n\"my reads, lane 1.fq\",\"a, first\",\"drug; 0,5 µM\"\n");
    REQUIRE(sheet.rows.size() == 1);
    CHECK(sheet.rows[0].file == "my reads, lane 1.fq");
    CHECK(sheet.rows[0].sample == "a, first");
    CHECK(sheet.rows[0].condition == "drug; 0,5 µM");
}

TEST_CASE("samples may be told by index, with titles or as PoolQ has them") {
    const SampleSheet titled = sheet_of("Sample Name;Index\nx;acgt\ny;TTTT\n");
    CHECK(titled.rows[0].index == "ACGT");
    CHECK(titled.rows[1].sample == "y");
    const SampleSheet plain = sheet_of("TTGAACCG,pDNA\nCCGAGTTA,pDNA\n");
    REQUIRE(plain.rows.size() == 2);
    CHECK(plain.rows[1].index == "CCGAGTTA");
    CHECK(plain.rows[1].sample == "pDNA");
    const std::string conditions = WELLSIEVE_SHARED_DATA "/pooled/poolq/Conditions.csv";
    if (std::filesystem::exists(conditions))
        CHECK(read_sample_sheet(conditions).rows.size() == 22);
}

TEST_CASE("indices may be pairs, in one column or in two") {
    for (const auto* text :
         {"sample,index\na,acgt+TTGG\nb,ACGT+CCAA\n", "sample,i7,i5\na,ACGT,TTGG\nb,ACGT,ccaa\n"}) {
        const SampleSheet sheet = sheet_of(text);
        REQUIRE(sheet.rows.size() == 2);
        CHECK(sheet.rows[0].index == "ACGT");
        CHECK(sheet.rows[0].second_index == "TTGG");
        CHECK(sheet.rows[1].second_index == "CCAA");
        CHECK(sheet.other_columns.empty());
    }
    CHECK_THROWS_WITH(sheet_of("sample,index\na,ACGT+TTGG\nb,ACGT\n"),
                      Catch::Contains("line 3: has no second index, and line 2 has one"));
    CHECK_THROWS_WITH(sheet_of("sample,index\na,ACGT+TTGG\nb,ACGT+TTGG\n"),
                      Catch::Contains("line 3: 'ACGT+TTGG' is in line 2 already"));
    CHECK_THROWS_WITH(sheet_of("sample,index,index2\na,ACGT,TTXG\n"),
                      Catch::Contains("'TTXG' holds other letters"));
}

TEST_CASE("samples of a count table need neither file nor index") {
    const SampleSheet sheet =
        parse_sample_sheet("samples.csv", "sample,condition\ns,hot\nt,cold\n", SampleSource::counts);
    REQUIRE(sheet.rows.size() == 2);
    CHECK(sheet.rows[1].condition == "cold");
    CHECK_THROWS_WITH(parse_sample_sheet("samples.csv", "sample\ns\nt\ns\n", SampleSource::counts),
                      Catch::Contains("line 4: 's' is in line 2 already"));
    CHECK_THROWS_WITH(parse_sample_sheet("samples.csv", "file\ns\n", SampleSource::counts),
                      Catch::Contains("the title 'sample' is wanted"));
}

TEST_CASE("a sample sheet that cannot be right is refused, and the line is named") {
    const auto refused = [](std::string_view text, std::string_view what) {
        CHECK_THROWS_WITH(sheet_of(text), Catch::Contains(std::string(what)));
    };
    refused("", "samples.csv: holds no samples");
    refused("sample,file\n", "holds no samples");
    refused("name,value\nx,1\n", "line 1: the titles");
    refused("sample,file\n,a.fq\n", "line 2: has no sample");
    refused("sample,file,index\ns,,\n", "neither file nor index");
    refused("sample,index\ns,ACGN\n", "index 'ACGN' holds other letters");
    refused("sample,file,time_h\ns,a.fq,soon\n", "'soon' is no time in hours");
    refused("sample,file\ns,a.fq\nt,a.fq\n", "line 3: 'a.fq' is in line 2 already");
    refused("sample,file,condition\ns,a.fq,x\ns,b.fq,y\n", "line 3: sample 's' differs from line 2");
}

TEST_CASE("damaged sample sheets are read or refused, and nothing else") {
    const std::string text = "file,sample,condition,time_h,index\na.fq,a,hot,24,ACGT\nb.fq,b,cold,,CCCC\n";
    std::mt19937 random(1);
    for (int round = 0; round < 3000; ++round) {
        const std::string bytes = wellsieve::tests::damaged(text, random);
        try {
            for (const SampleRow& row : sheet_of(bytes).rows)
                CHECK_FALSE(row.sample.empty());
        } catch (const FormatError&) {
        }
    }
}

#include "kernels/sequence/detect_construct.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/kernels/sequence/reads.hpp"

using namespace wellsieve;
using kernels::sequence::BarcodeIndex;
using kernels::sequence::Construct;
using kernels::sequence::ConstructDetection;
using kernels::sequence::Matcher;
using kernels::sequence::Orientation;
using kernels::sequence::Search;

namespace {

const std::string left = "TTGTGGAAAGGACGAAACACCG";
const std::string right = "GTTTTAGAGCTAGAAATAGCAAGT";

ConstructDetection detect(const std::vector<std::string>& library, const std::string& text) {
    const tests::SplitText reads(text);
    const std::vector blocks{reads.reads()};
    return kernels::sequence::detect_construct(BarcodeIndex(tests::views(library), 1), blocks);
}

std::vector<std::string> random_library(tests::Dice& dice, std::size_t count, std::size_t length) {
    std::vector<std::string> library;
    for (std::size_t i = 0; i < count; ++i)
        library.push_back(dice.bases(length));
    return library;
}

/// Two bases in a hundred wrong, and one read in twenty foreign.
template <typename Bases>
std::string noisy(tests::Dice& dice, std::size_t count, Bases bases_of) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        std::string bases = dice.chance(0.05) ? dice.bases(75) : bases_of();
        for (char& c : bases)
            if (dice.chance(0.02))
                c = dice.other(c);
        text += tests::fastq(bases);
    }
    return text;
}

}  // namespace

TEST_CASE("flanks, places and direction are found with stagger") {
    tests::Dice dice(1);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const bool reverse = GENERATE(false, true);
    const auto found = detect(library, noisy(dice, 3000, [&] {
                                  const std::string bases =
                                      dice.bases(dice.below(9)) + left + library[dice.below(500)] + right;
                                  return reverse ? kernels::sequence::reverse_complement(bases) : bases;
                              }));
    INFO(kernels::sequence::describe(found));
    REQUIRE(found.found);
    CHECK(found.construct.search == Search::flanks);
    CHECK(found.construct.orientation == (reverse ? Orientation::reverse : Orientation::forward));
    CHECK(found.construct.left_flank == left.substr(left.size() - 16));
    CHECK(found.construct.right_flank == right.substr(0, 16));
    CHECK(found.construct.first <= 22);
    CHECK(found.construct.first >= 20);
    CHECK(found.construct.last >= 30);
    CHECK(found.construct.last <= 32);
    CHECK(found.confidence > 0.95);
    CHECK(found.barcode_lengths.at(0).value == 20);
    CHECK(found.variable_runs.empty());
}

TEST_CASE("barcodes on both strands are found in either direction") {
    tests::Dice dice(2);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const auto found =
        detect(library, noisy(dice, 3000, [&] {
                   const std::string bases = left + library[dice.below(500)] + right;
                   return dice.chance(0.4) ? kernels::sequence::reverse_complement(bases) : bases;
               }));
    REQUIRE(found.found);
    CHECK(found.construct.orientation == Orientation::either);
    CHECK(found.construct.left_flank == left.substr(left.size() - 16));
}

TEST_CASE("a UMI and an index beside the construct are told apart") {
    tests::Dice dice(3);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const std::vector<std::string> indices{"ACGTAC", "TTGCAA", "CATGGT", "GGACTG"};
    const auto found = detect(library, noisy(dice, 4000, [&] {
                                  return indices[dice.below(4)] + left.substr(12) + library[dice.below(500)] +
                                         right.substr(0, 12) + dice.bases(10) + "CCGATTAGC";
                              }));
    INFO(kernels::sequence::describe(found));
    REQUIRE(found.found);
    REQUIRE(found.variable_runs.size() == 2);
    CHECK(found.variable_runs[0].begin == -16);
    CHECK(found.variable_runs[0].length == 6);
    CHECK_FALSE(found.variable_runs[0].like_umi());
    CHECK(found.variable_runs[1].begin == 32);
    CHECK(found.variable_runs[1].length == 10);
    CHECK(found.variable_runs[1].like_umi());
}

TEST_CASE("a barcode without constant bases around it is found by its offset") {
    tests::Dice dice(4);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const auto found =
        detect(library,
               noisy(dice, 2000, [&] { return dice.bases(7) + library[dice.below(500)] + dice.bases(20); }));
    REQUIRE(found.found);
    CHECK(found.construct.search == Search::offsets);
    CHECK(found.construct.offsets == std::vector<std::uint32_t>{7});
}

TEST_CASE("what two constructs have in common by chance is no flank") {
    tests::Dice dice(14);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const auto either = [&](std::uint32_t row) {
        return row % 2 == 0 ? "GATGTCCACGAGGTCTCT" + library[row] + "CGTACGCTGCAGGTCGAC"
                            : "CGGTGTCGGTCTCGTAG" + library[row] + "ATCGATGAATTCGAGCTCG";
    };
    const auto tags = detect(library, noisy(dice, 3000, [&] { return either(dice.below(500)); }));
    REQUIRE(tags.found);
    CHECK(tags.construct.left_flank.empty());
    CHECK(tags.construct.search == Search::offsets);
    CHECK(tags.construct.offsets.size() == 2);
    const auto shared = detect(library, noisy(dice, 3000, [&] {
                                   const std::string front = dice.chance(0.5) ? left : left.substr(0, 21);
                                   return front + library[dice.below(500)] + right;
                               }));
    REQUIRE(shared.found);
    CHECK(shared.construct.left_flank.empty());
    CHECK(shared.construct.right_flank == right.substr(0, 16));
}

TEST_CASE("what the reads do not show is not made up, and what they show is told") {
    tests::Dice dice(5);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const auto foreign = detect(library, noisy(dice, 1000, [&] { return left + dice.bases(20) + right; }));
    CHECK_FALSE(foreign.found);
    CHECK(foreign.reads == 1000);
    CHECK_THAT(foreign.why_not, Catch::Contains("of 1000 reads hold a barcode"));
    CHECK_THAT(kernels::sequence::describe(foreign), Catch::Contains(left + "N"));
    CHECK_FALSE(detect(library, "").found);
    CHECK_THAT(detect(library, "").why_not, Catch::Contains("no reads"));

    const std::vector<std::string> short_ones = random_library(dice, 2000, 6);
    const auto chance = detect(short_ones, noisy(dice, 1000, [&] { return dice.bases(75); }));
    CHECK_FALSE(chance.found);
    CHECK_THAT(chance.why_not, Catch::Contains("by chance"));

    const auto anywhere =
        detect(library, noisy(dice, 2000, [&] {
                   return dice.bases(dice.below(55)) + library[dice.below(500)] + dice.bases(30);
               }));
    CHECK_FALSE(anywhere.found);
    CHECK_THAT(anywhere.why_not, Catch::Contains("common places"));
}

TEST_CASE("reads that end within their barcodes are told, with where those begin") {
    tests::Dice dice(8);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const auto cut = [&](const std::string& text) {
        const tests::SplitText reads(text);
        const std::vector blocks{reads.reads()};
        return kernels::sequence::find_cut_barcodes(tests::views(library), blocks);
    };
    const auto reads_of = [&](std::size_t size) {
        return noisy(dice, 1000, [&] { return (left + library[dice.below(500)] + right).substr(0, size); });
    };
    const auto front = cut(reads_of(left.size() + 15));
    CHECK(front.reads == 1000);
    CHECK(front.cut > 650);
    CHECK(front.begin == left.size());
    CHECK(front.held == 15);
    CHECK(front.by_chance < 1.0);
    CHECK(front.most());
    CHECK_FALSE(cut(reads_of(left.size() + 20)).most());
    CHECK_FALSE(cut(reads_of(left.size() + 11)).most());
    CHECK_FALSE(cut(reads_of(66)).most());
    CHECK_FALSE(cut("").most());
}

TEST_CASE("one barcode that is nearly all reads does not make flanks") {
    tests::Dice dice(6);
    const std::vector<std::string> library = random_library(dice, 500, 20);
    const std::string jackpot = dice.bases(10) + library[7] + dice.bases(10);
    const auto found = detect(
        library, noisy(dice, 4000, [&] {
            return dice.chance(0.7) ? jackpot : dice.bases(10) + library[dice.below(500)] + dice.bases(10);
        }));
    REQUIRE(found.found);
    CHECK(found.construct.search == Search::offsets);
}

TEST_CASE("the constructs of real and made-up pools are detected") {
    if (!tests::have_pooled_data())
        return;
    const auto column = [](const std::string& path, std::size_t cell, std::size_t skipped) {
        std::vector<std::string> out;
        for (const auto& row : tests::cells(tests::file_text(tests::pooled_data + path)))
            if (skipped > 0)
                --skipped;
            else if (row.size() > cell)
                out.push_back(row[cell]);
        return out;
    };
    const auto demo = column("/mageck_demo2/library.txt", 1, 0);
    for (const std::string file : {"test1.fastq", "test2.fastq"}) {
        const auto found = detect(demo, tests::file_text(tests::pooled_data + "/mageck_demo2/" + file));
        INFO(kernels::sequence::describe(found));
        REQUIRE(found.found);
        CHECK(found.construct.left_flank.empty());
        CHECK(found.construct.right_flank.starts_with("GTTTTAGAG"));
        CHECK(found.construct.first == 0);
        CHECK(found.construct.offsets == std::vector<std::uint32_t>{0});
        CHECK(found.explained > 1300);
        const BarcodeIndex index(tests::views(demo), 1);
        const tests::SplitText reads(tests::file_text(tests::pooled_data + "/mageck_demo2/" + file));
        const auto outcomes = tests::match(Matcher(index, found.construct, {}), reads).outcome;
        CHECK(std::count(outcomes.begin(), outcomes.end(), kernels::sequence::Outcome::exact) > 1440);
    }
    const auto synthetic = detect(column("/synth_200k/s200k.library.csv.gz", 1, 1),
                                  tests::file_text(tests::pooled_data + "/synth_200k/s200k.fastq.gz"));
    REQUIRE(synthetic.found);
    CHECK(synthetic.construct.left_flank == left.substr(left.size() - 16));
    CHECK(synthetic.construct.right_flank == right.substr(0, 16));
    CHECK(synthetic.construct.first == 20);
    CHECK(synthetic.construct.last == 32);
}

#include "kernels/sequence/match_barcodes.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/kernels/sequence/naive_matcher.hpp"
#include "tests/kernels/sequence/reads.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::sequence::BarcodeIndex;
using kernels::sequence::Construct;
using kernels::sequence::Matcher;
using kernels::sequence::MatchOptions;
using kernels::sequence::no_barcode;
using kernels::sequence::no_place;
using kernels::sequence::Orientation;
using kernels::sequence::Outcome;
using kernels::sequence::Search;
using tests::fastq;

namespace {

const std::string left = "TTGTGGAAAGGACGAAACACCG";
const std::string right = "GTTTTAGAGCTAGAAATAGCAAGT";

Construct between_flanks(Orientation orientation = Orientation::forward) {
    Construct construct;
    construct.left_flank = left;
    construct.right_flank = right;
    construct.orientation = orientation;
    return construct;
}

struct One {
    std::uint32_t barcode;
    Outcome outcome;
    std::uint32_t begin;
    std::uint32_t length;
    bool operator==(const One&) const = default;
};

std::ostream& operator<<(std::ostream& out, const One& one) {
    return out << static_cast<int>(one.barcode) << ' ' << name(one.outcome) << " at "
               << static_cast<int>(one.begin) << '+' << one.length;
}

One match_one(const std::vector<std::string>& library, const Construct& construct, const std::string& record,
              const MatchOptions& options = {}) {
    const BarcodeIndex index(tests::views(library), std::max(options.barcode_mismatches, 1u));
    const tests::SplitText reads(record);
    const tests::Matches found = tests::match(Matcher(index, construct, options), reads);
    return {found.barcode[0], found.outcome[0], found.begin[0], found.length[0]};
}

std::string with(std::string text, std::size_t place, char letter) {
    text[place] = letter;
    return text;
}

const std::string guide_a = "ACGTTGCAAGGTCCATACGA";
const std::string guide_b = "TTGACCATGGCAACGTGTCA";
const std::vector<std::string> two_guides{guide_a, guide_b};

One in_read(const std::string& barcode, const std::vector<std::string>& library = two_guides) {
    return match_one(library, between_flanks(), fastq("CAT" + left + barcode + right));
}

}  // namespace

TEST_CASE("a barcode between flanks is found exactly, with a mismatch, with Ns and with an indel") {
    CHECK(in_read(guide_b) == One{1, Outcome::exact, 25, 20});
    CHECK(in_read(with(guide_a, 7, 'T')) == One{0, Outcome::one_mismatch, 25, 20});
    CHECK(in_read(with(guide_a, 7, 'N')) == One{0, Outcome::n_rescued, 25, 20});
    CHECK(in_read(with(with(guide_a, 7, 'N'), 12, 'N')) == One{0, Outcome::n_rescued, 25, 20});
    CHECK(in_read(std::string(guide_a).erase(5, 1)) == One{0, Outcome::indel_rescued, 25, 19});
    CHECK(in_read(std::string(guide_a).insert(15, "A")) == One{0, Outcome::indel_rescued, 25, 21});
    CHECK(in_read(with(with(guide_a, 7, 'T'), 12, 'G')) == One{no_barcode, Outcome::no_match, 25, 20});
    CHECK(in_read(with(with(with(guide_a, 7, 'N'), 2, 'N'), 3, 'N')) ==
          One{no_barcode, Outcome::no_match, 25, 20});
    CHECK(in_read("acgttgcaaggtccatacga") == One{0, Outcome::exact, 25, 20});
}

TEST_CASE("either flank is enough, and both may have mismatches") {
    const std::string two_wrong = with(with(left, 21, 'A'), 12, 'A');
    const auto outcome = [](const std::string& bases) {
        return match_one(two_guides, between_flanks(), fastq(bases));
    };
    CHECK(outcome("CAT" + two_wrong + guide_a + right) == One{0, Outcome::exact, 25, 20});
    CHECK(outcome("CAT" + left + guide_a) == One{0, Outcome::exact, 25, 20});
    CHECK(outcome("CAT" + left + guide_a + "GTTA") == One{0, Outcome::exact, 25, 20});
    CHECK(outcome(guide_a + right) == One{0, Outcome::exact, 0, 20});
    CHECK(outcome("ACGTACGTACGTACG" + guide_a + right) == One{0, Outcome::exact, 15, 20});
    CHECK(outcome("CAT" + std::string(left).erase(15, 1) + guide_a + right) ==
          One{0, Outcome::exact, 24, 20});
    CHECK(outcome("CAT" + left + guide_a.substr(0, 19)) == One{no_barcode, Outcome::no_anchor, no_place, 0});
    CHECK(outcome(std::string(75, 'A')) == One{no_barcode, Outcome::no_anchor, no_place, 0});
    CHECK(outcome("") == One{no_barcode, Outcome::no_anchor, no_place, 0});
}

TEST_CASE("a read without flanks is matched exactly at the offsets that are known") {
    Construct construct = between_flanks();
    construct.offsets = {0, 1};
    const auto outcome = [&](const std::vector<std::string>& library, const std::string& bases) {
        return match_one(library, construct, fastq(bases));
    };
    CHECK(outcome(two_guides, guide_a + "CCAATGCAT") == One{0, Outcome::exact, 0, 20});
    CHECK(outcome(two_guides, with(guide_a, 3, 'A') + "CCAATGCAT").outcome == Outcome::no_anchor);
    CHECK(outcome({guide_a, guide_a.substr(1) + "C"}, guide_a + "CCAATGCAT").outcome == Outcome::ambiguous);
    construct.offsets.clear();
    CHECK(outcome(two_guides, guide_a + "CCAATGCAT").outcome == Outcome::no_anchor);
}

TEST_CASE("the place may be bounded, on either strand") {
    Construct construct = between_flanks(Orientation::either);
    construct.first = 24;
    construct.last = 26;
    const std::string after = "CCC";
    for (std::uint32_t shift = 0; shift < 7; ++shift) {
        const std::string bases = std::string(shift, 'A') + left + guide_a + right + after;
        const bool within = shift + 22 >= 24 && shift + 22 <= 26;
        const One forward = match_one(two_guides, construct, fastq(bases));
        CHECK((forward.outcome == Outcome::exact) == within);
        const One reverse =
            match_one(two_guides, construct, fastq(kernels::sequence::reverse_complement(bases)));
        CHECK((reverse.outcome == Outcome::exact) == within);
        if (within)
            CHECK(reverse.begin == bases.size() - 20 - forward.begin);
    }
}

TEST_CASE("a read of a barcode is not given to its shifted sibling") {
    const std::string sibling = guide_a.substr(1) + "G";  // the right flank starts with G
    const std::vector<std::string> library{guide_a, sibling};
    CHECK(in_read(guide_a, library) == One{0, Outcome::exact, 25, 20});
    CHECK(in_read(sibling, library) == One{1, Outcome::exact, 25, 20});
    CHECK(in_read(guide_a.substr(1), library).outcome ==
          Outcome::ambiguous);  // A's first or its last is lost
    CHECK(in_read(std::string(guide_a).erase(10, 1), library) == One{0, Outcome::indel_rescued, 25, 19});
}

TEST_CASE("near neighbours are decided by the quality of the bases that differ") {
    const std::string neighbour = with(guide_a, 7, 'T');
    const std::vector<std::string> library{guide_a, neighbour};
    const auto outcome = [&](const std::string& barcode, char quality) {
        const std::string bases = left + barcode + right;
        return match_one(library, between_flanks(),
                         fastq(bases, with(std::string(bases.size(), 'F'), left.size() + 7, quality)));
    };
    CHECK(outcome(guide_a, 'F') == One{0, Outcome::exact, 22, 20});
    CHECK(outcome(neighbour, 'F') == One{1, Outcome::exact, 22, 20});
    CHECK(outcome(guide_a, '#').outcome == Outcome::ambiguous);
    CHECK(outcome(with(guide_a, 7, 'C'), 'F').outcome == Outcome::ambiguous);  // one from each
    CHECK(outcome(with(guide_a, 7, 'N'), '#').outcome == Outcome::ambiguous);
    CHECK(outcome(with(guide_a, 3, 'C'), 'F') == One{0, Outcome::one_mismatch, 22, 20});
    CHECK(outcome(with(guide_a, 3, 'C'), '#').outcome == Outcome::ambiguous);
    MatchOptions plain;
    plain.use_quality = false;
    CHECK(match_one(library, between_flanks(), fastq(left + guide_a + right, std::string(66, '#')), plain) ==
          One{0, Outcome::exact, 22, 20});
}

TEST_CASE("of two barcodes one mismatch away the one whose mismatch is of low quality is taken") {
    const std::string other = with(with(guide_a, 3, 'C'), 12, 'G');
    const std::string bases = left + with(guide_a, 3, 'C') + right;
    std::string quality(bases.size(), 'F');
    const auto outcome = [&] { return match_one({guide_a, other}, between_flanks(), fastq(bases, quality)); };
    CHECK(outcome().outcome == Outcome::ambiguous);
    quality[22 + 3] = '#';
    CHECK(outcome() == One{0, Outcome::one_mismatch, 22, 20});
    quality[22 + 3] = 'F';
    quality[22 + 12] = '#';
    CHECK(outcome() == One{1, Outcome::one_mismatch, 22, 20});
}

TEST_CASE("two mismatches are found where they are asked for") {
    MatchOptions options;
    options.barcode_mismatches = 2;
    const std::string bases = left + with(with(guide_a, 7, 'T'), 12, 'G') + right;
    CHECK(match_one(two_guides, between_flanks(), fastq(bases), options) ==
          One{0, Outcome::two_mismatches, 22, 20});
    options.barcode_mismatches = 0;
    CHECK(match_one(two_guides, between_flanks(), fastq(left + with(guide_a, 7, 'T') + right), options)
              .outcome == Outcome::no_match);
}

TEST_CASE("reads with too many expected errors in the barcode are of low quality") {
    MatchOptions options;
    options.most_expected_errors = 1;
    const std::string bases = left + guide_a + right;
    std::string quality(bases.size(), 'F');
    quality.replace(0, 22, 22, '#');
    CHECK(match_one(two_guides, between_flanks(), fastq(bases, quality), options).outcome == Outcome::exact);
    quality.replace(22, 3, 3, '#');
    CHECK(match_one(two_guides, between_flanks(), fastq(bases, quality), options).outcome ==
          Outcome::low_quality);
}

TEST_CASE("of barcodes of several lengths the right flank chooses") {
    const std::vector<std::string> library{guide_a, guide_a.substr(0, 19), guide_b.substr(0, 18)};
    CHECK(in_read(library[0], library) == One{0, Outcome::exact, 25, 20});
    CHECK(in_read(library[1], library) == One{1, Outcome::exact, 25, 19});
    CHECK(in_read(library[2], library) == One{2, Outcome::exact, 25, 18});
    const auto open = match_one(library, between_flanks(), fastq(left + library[0]));
    CHECK(open == One{0, Outcome::exact, 22, 20});
}

TEST_CASE("offsets are tried in their order, exactly first") {
    Construct construct;
    construct.search = Search::offsets;
    construct.offsets = {2, 0};
    CHECK(match_one(two_guides, construct, fastq(guide_a + "CC")) == One{0, Outcome::exact, 0, 20});
    CHECK(match_one(two_guides, construct, fastq("CC" + with(guide_a, 4, 'C'))) ==
          One{0, Outcome::one_mismatch, 2, 20});
    CHECK(match_one(two_guides, construct, fastq("C" + guide_a)).outcome == Outcome::no_match);
    CHECK(match_one(two_guides, construct, fastq("ACGT")).outcome == Outcome::no_anchor);
    construct.orientation = Orientation::reverse;
    CHECK(match_one(two_guides, construct,
                    fastq("T" + kernels::sequence::reverse_complement(guide_a) + "CC")) ==
          One{0, Outcome::exact, 1, 20});
}

TEST_CASE("a pattern's first place is taken, and its upper-case letters are the barcode") {
    Construct construct;
    construct.search = Search::pattern;
    construct.pattern = "caccrNNNNnnyNNN";
    const std::vector<std::string> library{"ACGTACG", "TTTTCCC"};
    CHECK(match_one(library, construct, fastq("CCACCGACGTGGCACGCA")) == One{0, Outcome::exact, 6, 10});
    CHECK(match_one(library, construct, fastq("CCACCCACGTGGCACGCA")).outcome == Outcome::no_anchor);
    CHECK(match_one(library, construct, fastq("CCACCGACGTGGGACGCA")).outcome == Outcome::no_anchor);
    CHECK(match_one(library, construct, fastq("CACCATTTTNNTCNC")) == One{1, Outcome::n_rescued, 5, 10});
    construct.first = 2;
    CHECK(match_one(library, construct, fastq("CCACCGACGTGGCACGCA")).outcome == Outcome::no_anchor);
    construct.first = 0;
    construct.orientation = Orientation::reverse;
    CHECK(match_one(library, construct, fastq(kernels::sequence::reverse_complement("CCACCGACGTGGCACGCA"))) ==
          One{0, Outcome::exact, 2, 10});
}

namespace {

/// Reads as they come: stagger, wrong bases that the quality knows, Ns, indels, cut ends, lower case, noise.
std::string noisy_reads(tests::Dice& dice, const std::vector<std::string>& library, std::size_t count,
                        bool both_strands, std::vector<std::uint32_t>* truth = nullptr) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t row = dice.below(static_cast<std::uint32_t>(library.size()));
        std::string bases = dice.bases(dice.below(9)) + left + library[row] + right + dice.bases(10);
        if (truth != nullptr)
            truth->push_back(row);
        else if (dice.chance(0.05))
            bases = dice.bases(75);
        std::string quality(bases.size(), 'F');
        for (std::size_t k = 0; k < bases.size(); ++k)
            if (dice.chance(0.1)) {
                quality[k] = ',';
                if (dice.chance(0.08))
                    bases[k] = dice.chance(0.2) ? 'N' : dice.other(bases[k]);
            }
        if (dice.chance(0.1)) {
            const std::uint32_t place = 20 + dice.below(20);
            bases.erase(place, 1);
            quality.erase(place, 1);
        }
        if (dice.chance(0.1)) {
            bases.resize(dice.below(static_cast<std::uint32_t>(bases.size())));
            quality.resize(bases.size());
        }
        if (dice.chance(0.02))
            std::transform(bases.begin(), bases.end(), bases.begin(),
                           [](char c) { return static_cast<char>(c | 0x20); });
        if (both_strands && dice.chance(0.5)) {
            bases = kernels::sequence::reverse_complement(bases);
            std::reverse(quality.begin(), quality.end());
        }
        text += fastq(bases, quality.empty() ? "" : quality);
    }
    return text;
}

std::vector<std::string> library_with_siblings(tests::Dice& dice, std::size_t count) {
    std::vector<std::string> library;
    while (library.size() < count) {
        library.push_back(dice.bases(20));
        if (library.size() % 25 == 0)
            library.push_back(library.back().substr(1) + "ACGT"[dice.below(4)]);
        if (library.size() % 40 == 0) {
            const std::uint32_t place = dice.below(20);
            library.push_back(with(library.back(), place, dice.other(library.back()[place])));
        }
    }
    return library;
}

}  // namespace

TEST_CASE("reads are matched as without SIMD on every target") {
    tests::Dice dice(21);
    std::vector<std::string> library = library_with_siblings(dice, 300);
    if (GENERATE(false, true))
        for (std::size_t i = 0; i < library.size(); i += 3)
            library[i].pop_back();
    const std::uint32_t allowed = GENERATE(1, 2);
    const BarcodeIndex index(tests::views(library), allowed);
    const tests::SplitText reads(noisy_reads(dice, library, 4000, true));
    Construct by_offset;
    by_offset.search = Search::offsets;
    by_offset.offsets = {22, 23, 26};
    Construct by_pattern;
    by_pattern.search = Search::pattern;
    by_pattern.pattern = "caccgNNNNNNNNNNNNNNNNNNNN";
    Construct by_one_flank;
    by_one_flank.right_flank = "GTTTTAGN";
    for (const Construct& construct :
         {between_flanks(), between_flanks(Orientation::reverse), between_flanks(Orientation::either),
          by_offset, by_pattern, by_one_flank}) {
        MatchOptions options;
        options.barcode_mismatches = allowed;
        const Matcher matcher(index, construct, options);
        tests::Matches expected(reads.size());
        kernels::sequence::match_barcodes_reference(matcher, reads.reads(), expected.out());
        CHECK(std::count_if(expected.outcome.begin(), expected.outcome.end(),
                            kernels::sequence::is_credited) > 500);
        tests::for_each_target([&] { CHECK(tests::match(matcher, reads) == expected); });
    }
}

TEST_CASE("every barcode at every place gives the same, on every target") {
    tests::Dice dice(77);
    std::vector<std::string> library = library_with_siblings(dice, 60);
    if (GENERATE(false, true))
        for (std::size_t i = 0; i < library.size(); i += 3)
            library[i].resize(i % 2 == 0 ? 19 : 17);
    library.push_back(library[4]);
    const BarcodeIndex index(tests::views(library), 2);
    const tests::SplitText reads(noisy_reads(dice, library, 1500, true));
    Construct bounded = between_flanks(Orientation::either);
    bounded.first = 21;
    bounded.last = 27;
    Construct short_flanks = between_flanks(Orientation::either);
    short_flanks.left_flank = "NCACCG";
    short_flanks.right_flank = "GTTNTAGAG";
    Construct left_only = between_flanks(Orientation::either);
    left_only.right_flank.clear();
    Construct right_only;
    right_only.right_flank = "GTTTTAGAGCTA";
    right_only.orientation = Orientation::reverse;
    Construct fallback = between_flanks(Orientation::either);
    fallback.offsets = {22, 24};
    Construct offsets;
    offsets.search = Search::offsets;
    offsets.offsets = {22, 23, 26};
    offsets.orientation = Orientation::either;
    std::map<Outcome, int> seen;
    for (const Construct& construct :
         {between_flanks(), bounded, short_flanks, left_only, right_only, fallback, offsets})
        for (const std::uint32_t mismatches : {0u, 1u, 2u}) {
            MatchOptions options;
            options.barcode_mismatches = mismatches;
            options.rescue_indels = mismatches > 0;
            options.use_quality = mismatches != 1 || construct.left_flank.empty();
            options.most_expected_errors = mismatches == 2 ? 0.5 : 1e9;
            options.flank_mismatches = mismatches == 2 ? 1 : 2;
            const tests::NaiveMatcher naive(library, construct, options);
            std::vector<tests::NaiveMatch> expected;
            for (std::size_t i = 0; i < reads.size(); ++i) {
                expected.push_back(
                    naive.match(reads.bases(i), reads.text.substr(reads.quality_begin[i], reads.length[i])));
                ++seen[expected.back().outcome];
            }
            const Matcher matcher(index, construct, options);
            const auto check = [&](const tests::Matches& found) {
                for (std::size_t i = 0; i < reads.size(); ++i) {
                    const tests::NaiveMatch got{found.barcode[i], found.outcome[i], found.begin[i],
                                                found.length[i], found.reverse[i] != 0};
                    if (!(got == expected[i]))
                        FAIL_CHECK("read " << reads.bases(i) << ": " << name(got.outcome) << " of "
                                           << static_cast<int>(got.barcode) << ", where all are tried "
                                           << name(expected[i].outcome) << " of "
                                           << static_cast<int>(expected[i].barcode));
                }
            };
            tests::Matches reference(reads.size());
            kernels::sequence::match_barcodes_reference(matcher, reads.reads(), reference.out());
            check(reference);
            tests::for_each_target([&] { check(tests::match(matcher, reads)); });
        }
    CHECK(seen.size() == kernels::sequence::outcome_count);
}

TEST_CASE("a credit names a barcode and a place, and only a credit does") {
    tests::Dice dice(33);
    const std::vector<std::string> library = library_with_siblings(dice, 200);
    const BarcodeIndex index(tests::views(library), 1);
    const tests::SplitText reads(noisy_reads(dice, library, 4000, true));
    const tests::Matches found = tests::match(Matcher(index, between_flanks(Orientation::either), {}), reads);
    std::map<Outcome, int> count;
    for (std::size_t i = 0; i < reads.size(); ++i) {
        ++count[found.outcome[i]];
        CHECK((found.barcode[i] != no_barcode) == kernels::sequence::is_credited(found.outcome[i]));
        CHECK((found.begin[i] == no_place) == (found.outcome[i] == Outcome::no_anchor));
        if (found.outcome[i] == Outcome::exact) {
            std::string part = reads.bases(i).substr(found.begin[i], found.length[i]);
            if (found.reverse[i] != 0)
                part = kernels::sequence::reverse_complement(part);
            std::transform(part.begin(), part.end(), part.begin(), ::toupper);
            CHECK(part == library[found.barcode[i]]);
        }
    }
    for (const Outcome seen :
         {Outcome::exact, Outcome::one_mismatch, Outcome::n_rescued, Outcome::indel_rescued,
          Outcome::ambiguous, Outcome::no_match, Outcome::no_anchor})
        CHECK(count[seen] > 0);
}

TEST_CASE("on reads of known barcodes hardly any is credited to another, and siblings are not favoured") {
    tests::Dice dice(55);
    const std::vector<std::string> library = library_with_siblings(dice, 2000);
    std::vector<std::uint32_t> truth;
    const tests::SplitText reads(noisy_reads(dice, library, 100000, false, &truth));
    const BarcodeIndex index(tests::views(library), 1);
    const tests::Matches found = tests::match(Matcher(index, between_flanks(), {}), reads);
    double credited = 0;
    double wrong = 0;
    double sibling_reads = 0;
    double sibling_credits = 0;
    for (std::size_t i = 0; i < reads.size(); ++i) {
        const bool right_one = found.barcode[i] == truth[i];
        credited += right_one;
        wrong += found.barcode[i] != no_barcode && !right_one;
        const bool sibling = truth[i] + 1 < library.size() &&
                             library[truth[i]].substr(1) == library[truth[i] + 1].substr(0, 19);
        sibling_reads += sibling;
        sibling_credits += sibling && right_one;
    }
    CHECK(credited / static_cast<double>(reads.size()) > 0.88);
    CHECK(wrong <= 2);
    const double yield = credited / static_cast<double>(reads.size());
    CHECK(std::abs(sibling_credits / sibling_reads - yield) <
          3 * std::sqrt(yield * (1 - yield) / sibling_reads));
}

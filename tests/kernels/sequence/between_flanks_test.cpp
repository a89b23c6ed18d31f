#include "kernels/sequence/between_flanks.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace wellsieve;
using kernels::sequence::BetweenFlanks;
using kernels::sequence::Construct;

namespace {

std::string between(const Construct& construct, std::uint32_t shortest, std::uint32_t longest,
                    const std::string& read) {
    const auto part = BetweenFlanks(construct, shortest, longest).find(read);
    return read.substr(part.begin, part.length);
}

Construct flanks(const std::string& left, const std::string& right) {
    Construct construct;
    construct.left_flank = left;
    construct.right_flank = right;
    return construct;
}

}  // namespace

TEST_CASE("what stands between two flanks is found wherever they are, with errors in them") {
    const Construct both = flanks("GGATACCTTGACCAGT", "CATTGGCAACTG");
    CHECK(between(both, 1, 64, "AC" "GGATACCTTGACCAGT" "ACGTTGCA" "CATTGGCAACTG" "A") == "ACGTTGCA");
    CHECK(between(both, 1, 64, "GGATACCTTGACCAGT" "A" "CATTGGCAACTG") == "A");
    CHECK(between(both, 1, 64, "GGATACGTTGACNAGT" "ACGTTGCAA" "CATTGCCAATTG") == "ACGTTGCAA");
    CHECK(between(both, 1, 64, "GGATACGTTGACCAAC" "ACGTTGCAA" "CATTGGCAACTG").empty());
    CHECK(between(both, 1, 8, "GGATACCTTGACCAGT" "ACGTTGCAA" "CATTGGCAACTG").empty());
    CHECK(between(both, 10, 20, "GGATACCTTGACCAGT" "ACGTTGCAA" "CATTGGCAACTG").empty());
    CHECK(between(both, 1, 64, "GGATACCTTGACCAGT" "ACGT").empty());
    CHECK(between(both, 1, 64, "").empty());
    CHECK(between(both, 1, 64, "ACG").empty());
}

TEST_CASE("the place with the fewest mismatches is the flank's, the first of those") {
    const Construct both = flanks("GGATACCTTGACCAGT", "CATTGGCAACTG");
    CHECK(between(both, 1, 64, "GGATACCTAGACCAGT" "GGATACCTTGACCAGT" "TTTT" "CATTGGCAACTG") == "TTTT");
    CHECK(between(both, 1, 64, "GGATACCTTGACCAGT" "TTTT" "CATTGGCAACTG" "CATTGGCAACTG") == "TTTT");
}

TEST_CASE("one flank is enough for barcodes of one length, and N in it stands for any base") {
    CHECK(between(flanks("ACGGT", ""), 4, 4, "TTACGGTCCCCA") == "CCCC");
    CHECK(between(flanks("ANGGT", ""), 4, 4, "TTATGGTCCCCA") == "CCCC");
    CHECK(between(flanks("ACGGT", ""), 4, 4, "TTACGGTCCC").empty());
    CHECK(between(flanks("", "ACGGT"), 4, 4, "TTGCCCACGGT") == "GCCC");
    CHECK(between(flanks("", "ACGGT"), 4, 4, "CCCACGGT").empty());
}

TEST_CASE("a barcode is looked for between first and last alone") {
    Construct construct = flanks("ACGGT", "TTGCA");
    construct.first = 8;
    construct.last = 10;
    const std::string part = "ACGGTGGGGTTGCA";
    CHECK(between(construct, 1, 10, "TTT" + part) == "GGGG");
    CHECK(between(construct, 1, 10, "TTTTT" + part) == "GGGG");
    CHECK(between(construct, 1, 10, "TTTTTT" + part).empty());
    CHECK(between(construct, 1, 10, "TT" + part).empty());
}

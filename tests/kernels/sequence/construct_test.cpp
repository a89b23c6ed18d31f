#include "kernels/sequence/construct.hpp"

#include <catch2/catch.hpp>

using namespace wellsieve;
using kernels::sequence::Construct;
using kernels::sequence::parse_poolq_policy;
using kernels::sequence::Search;

TEST_CASE("PoolQ's fixed places are offsets") {
    const auto construct = parse_poolq_policy("FIXED@30", 20);
    REQUIRE(construct);
    CHECK(construct->search == Search::offsets);
    CHECK(construct->offsets == std::vector<std::uint32_t>{30});
    CHECK(parse_poolq_policy("FIXED:0:20", 20));
    CHECK_FALSE(parse_poolq_policy("FIXED@0:19", 20));
    CHECK_FALSE(parse_poolq_policy("FIXED@", 20));
    CHECK_FALSE(parse_poolq_policy("FIXED@x", 20));
}

TEST_CASE("PoolQ's prefixes and templates are patterns with a range") {
    const auto prefix = parse_poolq_policy("PREFIX:CACCG@18-25", 4);
    REQUIRE(prefix);
    CHECK(prefix->search == Search::pattern);
    CHECK(prefix->pattern == "caccgNNNN");
    CHECK(prefix->first == 18);
    CHECK(prefix->last == 25);
    const auto open = parse_poolq_policy("PREFIX:CACCG", 4);
    REQUIRE(open);
    CHECK(open->first == 0);
    CHECK(open->last == 0xFFFFFFFF);
    CHECK(parse_poolq_policy("PREFIX:CACCG@-9", 4)->last == 9);
    CHECK(parse_poolq_policy("TEMPLATE:caccgNNNnryNN@3", 5)->pattern == "caccgNNNnryNN");
    CHECK(parse_poolq_policy("KEYMASK:caccgNNN", 3)->pattern == "caccgNNN");
}

TEST_CASE("what follows the second piece of a template of two is not looked at") {
    CHECK(parse_poolq_policy("TEMPLATE:caccgNNNnnttaNNgg", 5)->pattern == "caccgNNNnnttaNN");
    CHECK(parse_poolq_policy("TEMPLATE:caccgNNNnngg", 3)->pattern == "caccgNNNnngg");
}

TEST_CASE("a policy that does not suit the barcodes is none") {
    CHECK_FALSE(parse_poolq_policy("TEMPLATE:caccgNNN", 4));
    CHECK_FALSE(parse_poolq_policy("TEMPLATE:cacXgNNN", 3));
    CHECK_FALSE(parse_poolq_policy("PREFIX:CACCG@a", 4));
    CHECK_FALSE(parse_poolq_policy("PREFIX:", 4));
    CHECK_FALSE(parse_poolq_policy("SUFFIX:ACGT", 4));
    CHECK_FALSE(parse_poolq_policy("", 4));
}

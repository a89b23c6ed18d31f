#include "kernels/sequence/sample_index.hpp"

#include <catch2/catch.hpp>

#include "tests/kernels/sequence/reads.hpp"

using namespace wellsieve;
using kernels::sequence::no_place;
using kernels::sequence::no_sample;
using kernels::sequence::SampleIndex;

namespace {

std::uint32_t assigned(const SampleIndex& index, std::string_view bases) {
    return index.assign(kernels::sequence::pack(bases));
}

}  // namespace

TEST_CASE("a read belongs to the nearest index when the next is farther by the margin") {
    const std::vector<std::string> indices{"AAAAAA", "CCCCCC", "CCCGGG", "AAAAAC"};
    const SampleIndex index(tests::views(indices), {1, 2});
    CHECK(index.least_distance() == 1);
    CHECK(assigned(index, "CCCCCC") == 1);
    CHECK(assigned(index, "CCTCCC") == 1);
    CHECK(assigned(index, "CCCCNC") == 1);
    CHECK(assigned(index, "CCCCGG") == no_sample);  // one from the third, two from the second: margin 1
    CHECK(assigned(index, "AAAAAA") == 0);          // equal: no margin is asked for
    CHECK(assigned(index, "AAAAAC") == 3);
    CHECK(assigned(index, "AAAAAG") == no_sample);
    CHECK(assigned(index, "AAAAAN") == no_sample);
    CHECK(assigned(index, "TTCCCC") == no_sample);
    CHECK(assigned(SampleIndex(tests::views(indices), {2, 1}), "TTCCCC") == 1);
    CHECK(assigned(SampleIndex(tests::views(indices), {0, 1}), "CCTCCC") == no_sample);
}

TEST_CASE("samples are assigned at places in a text") {
    const std::vector<std::string> indices{"ACGT", "TTTT"};
    const SampleIndex index(tests::views(indices), {1, 2});
    const std::string text = "ACGTTTTTACGA";
    const std::vector<std::uint32_t> begin{0, 4, no_place, 8, 2};
    std::vector<std::uint32_t> samples(begin.size());
    kernels::sequence::assign_samples(index, text, begin, samples);
    CHECK(samples == std::vector<std::uint32_t>{0, 1, no_sample, 0, 1});
}

TEST_CASE("indices that cannot tell samples apart are refused") {
    const auto make = [](std::vector<std::string> indices) { SampleIndex(tests::views(indices), {}); };
    CHECK_THROWS_WITH(make({"ACGT", "ACG"}), Catch::Contains("ACG") && Catch::Contains("3 bases"));
    CHECK_THROWS_WITH(make({"ACGT", "acgt"}), Catch::Contains("two samples"));
    CHECK_THROWS_WITH(make({"ACNT"}), Catch::Contains("ACNT"));
    CHECK_THROWS_WITH(make({""}), Catch::Contains("1 to 64"));
}

#include "kernels/sequence/merge_umis.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>

#include "kernels/sequence/bases.hpp"

using namespace wellsieve;
using kernels::sequence::merge_umis;
using kernels::sequence::merge_umis_reference;

namespace {

struct Umis {
    std::vector<std::uint64_t> umis;
    std::vector<std::uint32_t> reads;
    std::uint32_t length = 0;

    explicit Umis(const std::map<std::string, std::uint32_t>& counts) {
        std::map<std::uint64_t, std::uint32_t> packed;
        for (const auto& [umi, n] : counts) {
            packed[kernels::sequence::pack(umi).words[0]] = n;
            length = static_cast<std::uint32_t>(umi.size());
        }
        for (const auto& [umi, n] : packed) {
            umis.push_back(umi);
            reads.push_back(n);
        }
    }

    template <typename Merge>
    std::pair<std::size_t, std::vector<std::uint32_t>> by(Merge merge) const {
        kernels::sequence::UmiScratch scratch;
        std::vector<std::uint32_t> head(umis.size(), 77);
        const std::size_t molecules = merge(umis, reads, length, head, scratch);
        return {molecules, head};
    }

    std::size_t molecules() const { return by(merge_umis).first; }

    /// The head of a UMI as text.
    std::string head_of(const std::string& umi) const {
        const auto head = by(merge_umis).second;
        const auto at = std::find(umis.begin(), umis.end(), kernels::sequence::pack(umi).words[0]);
        return kernels::sequence::to_text({{umis[head[static_cast<std::size_t>(at - umis.begin())]], 0}, 0},
                                          length);
    }
};

std::map<std::string, std::uint32_t> random_umis(std::uint32_t length, std::uint32_t draws, std::uint32_t seed) {
    std::mt19937 draw(seed);
    std::map<std::string, std::uint32_t> counts;
    for (std::uint32_t i = 0; i < draws; ++i) {
        std::string umi;
        for (std::uint32_t b = 0; b < length; ++b)
            umi += "ACGT"[draw() % 4];
        counts[umi] += static_cast<std::uint32_t>(1 + draw() % 4 * (draw() % 8));
    }
    return counts;
}

}  // namespace

TEST_CASE("the published example of directional adjacency gives two molecules") {
    // Smith et al. 2017, figure 1: the network of six UMIs that unique gives six of, cluster one of, and
    // adjacency and directional other numbers of.
    const Umis example({{"ACGT", 456}, {"TCGT", 2}, {"CCGT", 2}, {"ACAT", 72}, {"ACAG", 1}, {"AAAT", 90}});
    CHECK(example.molecules() == 2);
    CHECK(example.head_of("ACAG") == "ACGT");
    CHECK(example.head_of("ACAT") == "ACGT");
    CHECK(example.head_of("AAAT") == "AAAT");
}

TEST_CASE("a UMI is merged when the other has at least twice its reads but one") {
    CHECK(Umis({{"AAAA", 5}, {"AAAC", 3}}).molecules() == 1);
    CHECK(Umis({{"AAAA", 4}, {"AAAC", 3}}).molecules() == 2);
    CHECK(Umis({{"AAAA", 1}, {"AAAC", 1}}).molecules() == 1);
    CHECK(Umis({{"AAAA", 2}, {"AAAC", 2}}).molecules() == 2);
    CHECK(Umis({{"AAAA", 100}, {"AACC", 1}}).molecules() == 2);
    CHECK(Umis({{"AAAA", 4'000'000'000u}, {"AAAC", 2'000'000'000u}}).molecules() == 1);
}

TEST_CASE("no UMI and one UMI are no molecule and one") {
    kernels::sequence::UmiScratch scratch;
    CHECK(merge_umis({}, {}, 8, {}, scratch) == 0);
    CHECK(Umis({{"ACGTACGT", 3}}).molecules() == 1);
}

TEST_CASE("UMIs of the greatest length are told apart in their last base") {
    const std::string umi(kernels::sequence::longest_umi, 'G');
    std::string other = umi;
    other.back() = 'A';
    CHECK(Umis({{umi, 9}, {other, 2}}).molecules() == 1);
    CHECK(Umis({{umi, 9}, {other, 8}}).molecules() == 2);
}

TEST_CASE("UMIs are merged as by comparing all pairs, and each under a head that is its own") {
    const auto [length, draws] = GENERATE(table<std::uint32_t, std::uint32_t>(
        {{1, 3}, {3, 40}, {4, 300}, {5, 200}, {6, 900}, {8, 600}, {12, 300}, {31, 50}}));
    for (std::uint32_t seed = 0; seed < 5; ++seed) {
        const Umis umis(random_umis(length, draws, seed));
        const auto [molecules, head] = umis.by(merge_umis);
        CHECK(umis.by(merge_umis_reference) == std::pair(molecules, head));
        std::size_t own = 0;
        for (std::uint32_t i = 0; i < head.size(); ++i) {
            own += head[i] == i;
            CHECK(head[head[i]] == head[i]);
        }
        CHECK(own == molecules);
    }
}

#include "kernels/sequence/cluster_barcodes.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <string>

using namespace wellsieve;
using kernels::sequence::ClusterOptions;

namespace {

struct Seen {
    std::vector<std::string> texts;
    std::vector<kernels::sequence::PackedBases> bases;
    std::vector<std::uint8_t> length;
    std::vector<std::uint64_t> reads;

    explicit Seen(const std::map<std::string, std::uint64_t>& counts) {
        for (const auto& [text, n] : counts) {
            texts.push_back(text);
            bases.push_back(kernels::sequence::pack(text));
            length.push_back(static_cast<std::uint8_t>(text.size()));
            reads.push_back(n);
        }
    }

    kernels::sequence::SeenBarcodes view() const { return {bases, length, reads}; }

    std::map<std::string, std::string> clusters(const ClusterOptions& options = {}) const {
        const auto rows = cluster_barcodes(view(), options);
        std::map<std::string, std::string> out;
        for (std::size_t i = 0; i < texts.size(); ++i)
            out[texts[i]] = texts[rows[i]];
        return out;
    }
};

std::string random_bases(std::mt19937& draw, std::size_t length) {
    std::string text;
    for (std::size_t i = 0; i < length; ++i)
        text += "ACGT"[draw() % 4];
    return text;
}

std::string with_error(std::string text, std::mt19937& draw) {
    const std::size_t at = draw() % text.size();
    switch (draw() % 4) {
        case 0:
            return text.erase(at, 1);
        case 1:
            return text.insert(at, 1, "ACGT"[draw() % 4]);
        default:
            text[at] = "ACGT"[draw() % 4];
            return text;
    }
}

/// Barcodes with reads that have up to three errors.
std::map<std::string, std::uint64_t> read_barcodes(std::uint32_t barcodes, std::size_t least,
                                                   std::size_t most, std::uint32_t seed) {
    std::mt19937 draw(seed);
    std::map<std::string, std::uint64_t> counts;
    for (std::uint32_t b = 0; b < barcodes; ++b) {
        const std::string barcode = random_bases(draw, least + draw() % (most - least + 1));
        const auto reads = static_cast<std::uint32_t>(1 + draw() % 60);
        for (std::uint32_t r = 0; r < reads; ++r) {
            std::string read = barcode;
            while (draw() % 4 == 0 && read.size() > 2 && read.size() < 64)
                read = with_error(read, draw);
            ++counts[read];
        }
    }
    return counts;
}

}  // namespace

TEST_CASE("a sequence is its commonest near one with errors, when that is commoner by the ratio") {
    const std::string barcode = "ACGGTCATTGCA";
    const std::string one = "ACGGTCATTGCC";
    const std::string two = "TCGGTCATTGCC";
    const std::string three = "TCGGACATTGCC";
    CHECK(Seen({{barcode, 50}, {one, 10}}).clusters()[one] == barcode);
    CHECK(Seen({{barcode, 49}, {one, 10}}).clusters()[one] == one);
    CHECK(Seen({{barcode, 50}, {two, 10}}).clusters()[two] == barcode);
    CHECK(Seen({{barcode, 50}, {two, 10}}).clusters({1, 5})[two] == two);
    CHECK(Seen({{barcode, 50}, {three, 1}}).clusters()[three] == three);
    CHECK(Seen({{barcode, 50}, {one, 10}}).clusters({0, 5})[one] == one);
    CHECK(Seen({{barcode, 500}, {one, 50}, {three, 5}}).clusters()[three] == barcode);  // by way of `one`
    CHECK(Seen({{barcode, 1}, {one, 1}}).clusters({2, 1})[one] == one);
}

TEST_CASE("a base more or less is an error like another") {
    const std::string barcode = "ACGGTCATTGCA";
    for (std::size_t i = 0; i < barcode.size(); ++i) {
        const std::string without = barcode.substr(0, i) + barcode.substr(i + 1);
        CHECK(Seen({{barcode, 50}, {without, 2}}).clusters()[without] == barcode);
        CHECK(Seen({{without, 50}, {barcode, 2}}).clusters({1, 5})[barcode] == without);
    }
    const std::string at_end = barcode + "T";
    CHECK(Seen({{barcode, 50}, {at_end, 2}}).clusters()[at_end] == barcode);
}

TEST_CASE("sequences are clustered as by comparing all pairs") {
    const auto [barcodes, least, most] = GENERATE(table<std::uint32_t, std::size_t, std::size_t>(
        {{0, 5, 5}, {1, 20, 20}, {200, 3, 4}, {100, 8, 8}, {60, 10, 14}, {50, 20, 20}, {40, 30, 34}, {20, 60, 63}}));
    for (const std::uint32_t distance : {0u, 1u, 2u}) {
        const Seen seen(read_barcodes(barcodes, least, most, barcodes + distance));
        const ClusterOptions options{distance, distance == 2 ? 5.0 : 2.0};
        const auto rows = cluster_barcodes(seen.view(), options);
        CHECK(rows == cluster_barcodes_reference(seen.view(), options));
        for (const std::uint32_t row : rows)
            CHECK(rows[row] == row);
    }
}

TEST_CASE("barcodes are found again among their reads with errors") {
    std::mt19937 draw(9);
    std::map<std::string, std::uint64_t> counts;
    std::map<std::string, std::uint64_t> truth;
    for (int b = 0; b < 100; ++b) {
        const std::string barcode = random_bases(draw, 20);
        const auto reads = static_cast<std::uint32_t>(100 + draw() % 2000);
        truth[barcode] = reads;
        for (std::uint32_t r = 0; r < reads; ++r)
            ++counts[draw() % 5 == 0 ? with_error(barcode, draw) : barcode];
    }
    std::map<std::string, std::uint64_t> found;
    for (const auto& [sequence, barcode] : Seen(counts).clusters())
        found[barcode] += counts[sequence];
    CHECK(found == truth);
}

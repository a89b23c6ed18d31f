#include "kernels/sequence/packing.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "kernels/sequence/bases.hpp"
#include "tests/kernels/sequence/reads.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::sequence::PackedBases;

TEST_CASE("packed bases read back as they were, in either case, with N where there was something else") {
    tests::Dice dice(3);
    for (std::uint32_t length = 0; length <= 64; ++length) {
        const std::string text = dice.bases(length);
        CHECK(kernels::sequence::to_text(kernels::sequence::pack(text), length) == text);
    }
    CHECK(kernels::sequence::to_text(kernels::sequence::pack("acgtnN.R@!"), 10) == "ACGTNNNNNN");
    for (int c = 0; c < 256; ++c) {
        const auto letter = static_cast<char>(c);
        const bool base = std::string("ACGTacgt").find(letter) != std::string::npos;
        CHECK((kernels::sequence::pack({&letter, 1}).unknown == 0) == base);
    }
}

TEST_CASE("bases are packed as letter by letter on every target, at every offset, to the end of the text") {
    tests::Dice dice(5);
    std::string text = dice.bases(200);
    for (char& c : text)
        if (dice.chance(0.1))
            c = static_cast<char>(dice.below(256));
    for (const std::uint32_t length : {0, 1, 7, 15, 16, 17, 20, 31, 32, 33, 48, 63, 64}) {
        std::vector<std::uint32_t> begin{kernels::sequence::no_place};
        for (std::uint32_t i = 0; i + length <= text.size(); ++i)
            begin.push_back(i);
        std::vector<PackedBases> expected(begin.size());
        kernels::sequence::pack_bases_reference(text, begin, length, expected);
        tests::for_each_target([&] {
            std::vector<PackedBases> got(begin.size());
            kernels::sequence::pack_bases(text, begin, length, got);
            CHECK(got == expected);
        });
    }
}

TEST_CASE("a reverse complement is that of the letters, and its own inverse") {
    tests::Dice dice(9);
    for (std::uint32_t length = 0; length <= 64; ++length) {
        std::string text = dice.bases(length);
        if (length > 3)
            text[dice.below(length)] = 'N';
        std::string expected(text.rbegin(), text.rend());
        for (char& c : expected)
            c = std::string("TGCAN")[std::string("ACGTN").find(c)];
        const PackedBases packed = kernels::sequence::pack(text);
        const PackedBases turned = kernels::sequence::reverse_complement(packed, length);
        CHECK(kernels::sequence::to_text(turned, length) == expected);
        CHECK(turned == kernels::sequence::pack(expected));
        CHECK(kernels::sequence::reverse_complement(text) == expected);
        CHECK(kernels::sequence::reverse_complement(turned, length) == packed);
    }
}

TEST_CASE("mismatches are places that differ or are unknown") {
    tests::Dice dice(13);
    for (int trial = 0; trial < 500; ++trial) {
        const std::uint32_t length = 1 + dice.below(64);
        const std::string a = dice.bases(length);
        std::string b = a;
        for (char& c : b)
            if (dice.chance(0.2))
                c = "ACGTN"[dice.below(5)];
        std::uint32_t expected = 0;
        for (std::uint32_t i = 0; i < length; ++i)
            expected += a[i] != b[i];
        const auto packed_a = kernels::sequence::pack(a);
        const auto packed_b = kernels::sequence::pack(b);
        CHECK(kernels::sequence::mismatches(packed_a, packed_b) == expected);
        for (const std::uint32_t most : {0u, 1u, 2u})
            CHECK(kernels::sequence::mismatches(packed_a, packed_b, most) == std::min(expected, most + 1));
    }
}

#include "kernels/sequence/barcode_index.hpp"

#include <malloc.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/kernels/sequence/reads.hpp"

using namespace wellsieve;
using kernels::sequence::BarcodeIndex;
using kernels::sequence::Candidates;
using kernels::sequence::no_barcode;
using kernels::sequence::pack;

namespace {

std::uint32_t distance(const std::string& a, const std::string& b) {
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        count += a[i] != b[i];
    return count;
}

std::vector<std::uint32_t> rows_of(const Candidates& found) {
    std::vector<std::uint32_t> rows;
    for (std::size_t i = 0; i < found.count; ++i)
        rows.push_back(found.found[i].barcode);
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// Rows of that length for which `alike` holds, of equal ones the first.
template <typename Alike>
std::vector<std::uint32_t> all_rows(const std::vector<std::string>& rows, Alike alike) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < rows.size(); ++i)
        if (alike(rows[i]) && std::find(rows.begin(), rows.begin() + i, rows[i]) == rows.begin() + i)
            out.push_back(i);
    return out;
}

bool one_deletion_makes(const std::string& longer, const std::string& shorter) {
    if (longer.size() != shorter.size() + 1)
        return false;
    for (std::size_t i = 0; i < longer.size(); ++i)
        if (std::string(longer).erase(i, 1) == shorter)
            return true;
    return false;
}

/// Few enough letters that many barcodes are alike.
std::vector<std::string> crowded_library(tests::Dice& dice, std::size_t count, std::uint32_t length) {
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < count; ++i) {
        if (!rows.empty() && dice.chance(0.6)) {
            std::string copy = rows[dice.below(static_cast<std::uint32_t>(rows.size()))];
            for (std::uint32_t k = dice.below(3); k > 0; --k)
                copy[dice.below(static_cast<std::uint32_t>(copy.size()))] = "ACGT"[dice.below(4)];
            rows.push_back(copy);
        } else {
            rows.push_back(dice.bases(length + dice.below(2)));
        }
    }
    return rows;
}

std::string changed(tests::Dice& dice, std::string text, std::uint32_t changes, const char* letters) {
    const auto count = static_cast<std::uint32_t>(std::string(letters).size());
    for (std::uint32_t k = 0; k < changes; ++k)
        text[dice.below(static_cast<std::uint32_t>(text.size()))] = letters[dice.below(count)];
    return text;
}

}  // namespace

TEST_CASE("the index finds what a search of every barcode finds") {
    const std::uint32_t allowed = GENERATE(1, 2);
    const std::uint32_t length = GENERATE(3, 8, 20, 31, 40, 63);
    tests::Dice dice(length * 10 + allowed);
    const std::vector<std::string> rows = crowded_library(dice, length < 8 ? 12 : 60, length);
    const BarcodeIndex index(tests::views(rows), allowed);
    for (int trial = 0; trial < 300; ++trial) {
        const std::string& from = rows[dice.below(static_cast<std::uint32_t>(rows.size()))];
        const std::string wanted = changed(dice, from, dice.below(4), "ACGTN");
        const auto size = static_cast<std::uint32_t>(wanted.size());
        const bool known = wanted.find('N') == std::string::npos;
        INFO(wanted);

        const auto equal = all_rows(rows, [&](const std::string& row) { return row == wanted; });
        CHECK(index.find_exact(pack(wanted), size) == (equal.empty() ? no_barcode : equal[0]));

        Candidates near;
        index.find_near(pack(wanted), size, near);
        const auto near_rows = all_rows(rows, [&](const std::string& row) {
            return row.size() == size && distance(row, wanted) <= allowed;
        });
        if (near.overflow)
            CHECK(near_rows.size() > Candidates::capacity);
        else
            CHECK(rows_of(near) == near_rows);
        for (std::size_t i = 0; i < near.count; ++i)
            CHECK(near.found[i].mismatches == distance(rows[near.found[i].barcode], wanted));

        Candidates agreeing;
        index.find_with_unknown(pack(wanted), size, agreeing);
        CHECK(rows_of(agreeing) == all_rows(rows, [&](const std::string& row) {
                  const auto n = static_cast<std::uint32_t>(std::count(wanted.begin(), wanted.end(), 'N'));
                  return row.size() == size && distance(row, wanted) == n && n <= 3;
              }));

        if (!known)
            continue;
        for (const std::uint32_t whole : {size - 1, size + 1}) {
            Candidates shifted;
            if (whole == 0 || whole > 64)
                continue;
            index.find_indel(pack(wanted), size, whole, shifted);
            const auto expected = all_rows(rows, [&](const std::string& row) {
                return row.size() == whole &&
                       (one_deletion_makes(row, wanted) || one_deletion_makes(wanted, row));
            });
            if (!shifted.overflow)
                CHECK(rows_of(shifted) == expected);
        }
    }
}

TEST_CASE("a library of 200,000 barcodes is found whole, in little memory a barcode") {
    tests::Dice dice(200);
    std::vector<std::string> rows;
    for (int i = 0; i < 200'000; ++i)
        rows.push_back(dice.bases(26));
    const auto in_use = [] {
        const struct mallinfo2 info = mallinfo2();
        return info.uordblks + info.hblkhd;
    };
    const std::size_t before = in_use();
    const BarcodeIndex index(tests::views(rows), 1);
    const double bytes_a_barcode = static_cast<double>(in_use() - before) / static_cast<double>(rows.size());
    CHECK(bytes_a_barcode < 120.0);
    std::size_t wrong = 0;
    std::size_t not_found_near = 0;
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        wrong += index.find_exact(pack(rows[row]), 26) != row;
        std::string read = rows[row];
        char& base = read[dice.below(26)];
        base = dice.other(base);
        Candidates found;
        index.find_near(pack(read), 26, found);
        not_found_near += rows_of(found) != std::vector{row};
    }
    CHECK(wrong == 0);
    CHECK(not_found_near == 0);
}

TEST_CASE("a barcode's neighbours are all others within two mismatches") {
    const std::uint32_t length = GENERATE(2, 5, 12, 20, 45);
    tests::Dice dice(length);
    const std::vector<std::string> rows = crowded_library(dice, length < 4 ? 6 : 80, length);
    const BarcodeIndex index(tests::views(rows), 1);
    for (std::uint32_t row = 0; row < rows.size(); ++row) {
        const auto expected = all_rows(rows, [&](const std::string& other) {
            return other != rows[row] && other.size() == rows[row].size() && distance(other, rows[row]) <= 2;
        });
        const bool first = std::find(rows.begin(), rows.end(), rows[row]) == rows.begin() + row;
        auto got = std::vector(index.neighbours(row).begin(), index.neighbours(row).end());
        CHECK(std::is_sorted(got.begin(), got.end(), [&](std::uint32_t a, std::uint32_t b) {
            return distance(rows[a], rows[row]) < distance(rows[b], rows[row]);
        }));
        std::sort(got.begin(), got.end());
        if (!first)
            CHECK(got.empty());
        else if (expected.size() < 32)
            CHECK(got == expected);
        else
            CHECK(got.size() == 32);
    }
}

TEST_CASE("duplicates and rows that cannot be used are told, and rows keep their numbers") {
    const std::vector<std::string> rows{"ACGT", "",    "acgt", "ACNT", "ACGTA", std::string(65, 'A'),
                                        "ACGT", "TTTT"};
    const BarcodeIndex index(tests::views(rows), 1);
    using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
    CHECK(Pairs(index.duplicates().begin(), index.duplicates().end()) == Pairs{{0, 2}, {0, 6}});
    CHECK(std::vector(index.unusable().begin(), index.unusable().end()) ==
          std::vector<std::uint32_t>{1, 3, 5});
    CHECK(std::vector(index.lengths().begin(), index.lengths().end()) == std::vector<std::uint32_t>{4, 5});
    CHECK(index.find_exact(pack("TTTT"), 4) == 7);
    CHECK(index.find_exact(pack("ACGT"), 4) == 0);
    CHECK(index.find_exact(pack("ACGTA"), 5) == 4);
}

TEST_CASE("an empty library and one of a single base hold nothing unexpected") {
    CHECK(BarcodeIndex({}, 1).find_exact(pack("ACGT"), 4) == no_barcode);
    const std::vector<std::string> rows{"A"};
    const BarcodeIndex index(tests::views(rows), 1);
    Candidates near;
    index.find_near(pack("C"), 1, near);
    CHECK(rows_of(near) == std::vector<std::uint32_t>{0});
    CHECK(index.neighbours(0).empty());
}

#include "kernels/sequence/records.hpp"

#include <catch2/catch.hpp>

#include "tests/kernels/sequence/reads.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::sequence::RecordDefect;
using kernels::sequence::SplitResult;

namespace {

struct Split {
    explicit Split(std::size_t room) {
        for (auto* column : {&name_begin, &name_length, &bases_begin, &quality_begin, &length})
            column->assign(room, 0);
    }
    kernels::sequence::RecordsOut out() {
        return {name_begin, name_length, bases_begin, quality_begin, length};
    }
    bool operator==(const Split&) const = default;

    SplitResult result;
    std::vector<std::uint32_t> name_begin, name_length, bases_begin, quality_begin, length;
};

Split split(std::string_view text, std::size_t room) {
    Split found(room);
    found.result = kernels::sequence::split_records(text, found.out());
    return found;
}

Split split_by_reference(std::string_view text, std::size_t room) {
    Split found(room);
    found.result = kernels::sequence::split_records_reference(text, found.out());
    return found;
}

/// Records with bases of 0 to 300 letters, names of 0 to 40.
std::string random_records(tests::Dice& dice, std::size_t count, const std::string& line_end) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        const std::string bases = dice.bases(dice.below(300));
        text += "@" + std::string(dice.below(40), 'n') + line_end + bases + line_end + "+" + line_end +
                std::string(bases.size(), '@') + line_end;
    }
    return text;
}

}  // namespace

TEST_CASE("records are split as line by line, on every target") {
    const std::string line_end = GENERATE("\n", "\r\n");
    tests::Dice dice(7);
    for (const std::size_t count : {0, 1, 2, 17, 600}) {
        const std::string text = random_records(dice, count, line_end);
        for (const std::size_t room : {count, count + 1, count / 2}) {
            const Split expected = split_by_reference(text, room);
            CHECK(expected.result.defect == RecordDefect::none);
            CHECK(expected.result.records == std::min(room, count));
            tests::for_each_target([&] { CHECK(split(text, room) == expected); });
        }
    }
}

TEST_CASE("the parts of a record lie where the text has them") {
    const std::string text = "@one 1:N:0:ACGT\r\nACGTN\r\n+one\r\nFF:F#\r\n@\n\n+\n\n@two\nAC\n+\n@+";
    const Split found = split(text, 5);
    REQUIRE(found.result == SplitResult{3, text.size(), RecordDefect::none});
    const auto part = [&](const auto& begin, const auto& length, std::size_t i) {
        return text.substr(begin[i], length[i]);
    };
    CHECK(part(found.name_begin, found.name_length, 0) == "one 1:N:0:ACGT");
    CHECK(part(found.bases_begin, found.length, 0) == "ACGTN");
    CHECK(part(found.quality_begin, found.length, 0) == "FF:F#");
    CHECK(found.length[1] == 0);
    CHECK(found.name_length[1] == 0);
    CHECK(part(found.bases_begin, found.length, 2) == "AC");
    CHECK(part(found.quality_begin, found.length, 2) == "@+");
}

TEST_CASE("the first defect is named, with the records before it") {
    const std::string good = "@a\nAC\n+\nFF\n";
    const auto result = [&](const std::string& bad) { return split(good + bad + good, 9).result; };
    const std::size_t bytes = good.size();
    CHECK(result("a\nAC\n+\nFF\n") == SplitResult{1, bytes, RecordDefect::no_at_sign});
    CHECK(result("\nAC\n+\nFF\n") == SplitResult{1, bytes, RecordDefect::no_at_sign});
    CHECK(result("@a\nAC\nFF\n+\n") == SplitResult{1, bytes, RecordDefect::no_plus_sign});
    CHECK(result("@a\nAC\n\nFF\n") == SplitResult{1, bytes, RecordDefect::no_plus_sign});
    CHECK(result("@a\nAC\n+\nF\n") == SplitResult{1, bytes, RecordDefect::unequal_lengths});
    CHECK(result("@a\nAC\n+\nFFF\r\n") == SplitResult{1, bytes, RecordDefect::unequal_lengths});
}

TEST_CASE("a text that ends within a record is truncated, wherever it ends") {
    const std::string good = "@a\nACGT\n+\nFFFF\n";
    const std::size_t whole = good.size() - 1;  // the last line end may lack
    for (std::size_t kept = 1; kept < whole; ++kept) {
        INFO(kept << " bytes of the second record");
        const SplitResult expected{1, good.size(), RecordDefect::truncated};
        CHECK(split(good + good.substr(0, kept), 9).result == expected);
        CHECK(split_by_reference(good + good.substr(0, kept), 9).result == expected);
    }
    CHECK(split(good + good.substr(0, whole), 9).result ==
          SplitResult{2, good.size() + whole, RecordDefect::none});
}

TEST_CASE("blank lines at the end belong to no record") {
    const std::string good = "@a\nAC\n+\nFF\n";
    for (const std::string blank : {"\n", "\r\n\r\n", "\n\n\n\n\n\n\n\n\n"}) {
        CHECK(split(good + blank, 9).result ==
              SplitResult{1, good.size() + blank.size(), RecordDefect::none});
        CHECK(split_by_reference(good + blank, 9).result ==
              SplitResult{1, good.size() + blank.size(), RecordDefect::none});
    }
}

TEST_CASE("any bytes are split as line by line") {
    tests::Dice dice(11);
    const std::string letters = "@+\n\r\nA\n\n@+";
    for (int trial = 0; trial < 3000; ++trial) {
        std::string text(dice.below(400), 'A');
        for (char& c : text)
            c = letters[dice.below(static_cast<std::uint32_t>(letters.size()))];
        REQUIRE(split(text, 60) == split_by_reference(text, 60));
    }
}

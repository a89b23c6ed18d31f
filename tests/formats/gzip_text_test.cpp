#include "formats/gzip_text.hpp"

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <vector>

#include "tests/support/temporary_folder.hpp"

using namespace wellsieve;

namespace {

/// What the system's gzip makes of it; empty when it complains.
std::string inflated(const std::string& packed) {
    const tests::TemporaryFolder folder;
    const std::string path = (folder.path() / "packed.gz").string();
    std::ofstream(path, std::ios::binary) << packed;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(
        popen(("gzip -dc '" + path + "' || echo broken").c_str(), "r"), pclose);
    std::string text;
    std::vector<char> buffer(1 << 16);
    while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        text.append(buffer.data(), n);
    return text;
}

std::string lines(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += "line " + std::to_string(i * i) + "\n";
    return text;
}

}  // namespace

TEST_CASE("gzip reads members back, one or several") {
    for (const std::string& text : {std::string(), std::string("A"), lines(50'000)})
        CHECK((inflated(formats::gzip_member(text)) == text));
    CHECK(inflated(formats::gzip_member("one\n") + formats::gzip_member("two\n")) == "one\ntwo\n");
    CHECK(formats::gzip_member("same") == formats::gzip_member("same"));
}

TEST_CASE("gzip reads BGZF back, and each block tells its size") {
    const std::string text = lines(50'000);
    REQUIRE(text.size() > std::size_t{3} * 0xFF00);
    const std::string blocks = formats::bgzf_blocks(text);
    CHECK((inflated(blocks + std::string(formats::bgzf_end())) == text));
    std::size_t count = 0;
    std::size_t begin = 0;
    while (begin < blocks.size()) {
        const auto byte = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(blocks.at(begin + i)));
        };
        REQUIRE(blocks.substr(begin + 12, 4) == std::string("BC\2\0", 4));
        begin += (byte(16) | byte(17) << 8) + 1;
        ++count;
    }
    CHECK(begin == blocks.size());
    CHECK(count == (text.size() + 0xFF00 - 1) / 0xFF00);
    CHECK(formats::bgzf_end().size() == 28);
}

TEST_CASE("text that cannot be made smaller still fits a BGZF block") {
    std::string noise(0xFF00, '\0');
    std::uint64_t state = 1;
    for (char& c : noise)
        c = static_cast<char>((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
    const std::string block = formats::bgzf_blocks(noise);
    CHECK(block.size() <= 0x10000);
    CHECK((inflated(block) == noise));
}

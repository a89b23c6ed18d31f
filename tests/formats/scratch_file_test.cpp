#include "formats/scratch_file.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "formats/atomic_file.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats;
using wellsieve::tests::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

std::string read_back(const ScratchFile& file, std::uint64_t at, std::size_t size) {
    std::string text(size, '\0');
    file.read(at, std::as_writable_bytes(std::span(text)));
    return text;
}

std::uint64_t append(ScratchFile& file, std::string_view text) {
    return file.append(std::as_bytes(std::span(text)));
}

}  // namespace

TEST_CASE("a scratch file gives back what was appended, in any order, and has no name") {
    const TemporaryFolder folder;
    ScratchFile file(folder.path() / "made" / "for it");
    const std::string large(100'000, 'x');
    const std::uint64_t first = append(file, "first");
    const std::uint64_t nothing = append(file, "");
    const std::uint64_t second = append(file, large);
    const std::uint64_t third = append(file, "third");
    CHECK(read_back(file, third, 5) == "third");
    CHECK(read_back(file, first, 5) == "first");
    CHECK(read_back(file, nothing, 0).empty());
    CHECK(read_back(file, second, large.size()) == large);
    CHECK(fs::is_empty(folder.path() / "made" / "for it"));
}

TEST_CASE("a scratch file says where it cannot be made, and what it does not hold") {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "file") << "no folder";
    CHECK_THROWS_AS(ScratchFile(folder.path() / "file" / "below"), OutputError);
    ScratchFile file(folder.path());
    append(file, "abc");
    std::string more(4, '\0');
    CHECK_THROWS_AS(file.read(0, std::as_writable_bytes(std::span(more))), OutputError);
}

#include "formats/atomic_file.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats;
using wellsieve::tests::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

std::string content(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::ptrdiff_t entries(const fs::path& folder) {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

std::string message_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const OutputError& error) {
        return error.what();
    }
    return "no OutputError";
}

/// Runs `action` in a child whose files may not grow beyond `bytes`; returns what it says.
std::string in_child_with_file_limit(rlim_t bytes, const std::function<std::string()>& action) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{bytes, bytes};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const std::string text = action();
        const bool told = ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        ::_exit(told ? 0 : 1);
    }
    ::close(ends[1]);
    char buffer[4096];
    const ssize_t size = ::read(ends[0], buffer, sizeof buffer);
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return {buffer, static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

TEST_CASE("a file appears under its name only when it is committed") {
    const TemporaryFolder folder;
    const fs::path target = folder.path() / "ranking.csv";
    {
        AtomicFile file(target);
        file.write("strain,");
        file.write("score\n");
        CHECK_FALSE(fs::exists(target));
        CHECK(fs::exists(file.temporary()));
        CHECK(file.temporary().parent_path() == folder.path());
        file.commit();
    }
    CHECK(content(target) == "strain,score\n");
    CHECK(entries(folder.path()) == 1);
}

TEST_CASE("without a commit nothing is left, and what stood there stands") {
    const TemporaryFolder folder;
    const fs::path target = folder.path() / "ranking.csv";
    write_atomically(target, "old");
    {
        AtomicFile file(target);
        file.write("new, but not wh");
    }
    CHECK(content(target) == "old");
    CHECK(entries(folder.path()) == 1);
    write_atomically(target, "new");
    CHECK(content(target) == "new");
}

TEST_CASE("two writers of one target do not meet") {
    const TemporaryFolder folder;
    AtomicFile first(folder.path() / "x");
    AtomicFile second(folder.path() / "x");
    first.write("first");
    second.write("second");
    second.commit();
    first.commit();
    CHECK(content(folder.path() / "x") == "first");
    CHECK(entries(folder.path()) == 1);
}

TEST_CASE("another writer may fill the temporary file by name") {
    const TemporaryFolder folder;
    AtomicFile file(folder.path() / "result.h5");
    std::ofstream(file.temporary(), std::ios::trunc) << "by name";
    file.commit();
    CHECK(content(folder.path() / "result.h5") == "by name");
}

TEST_CASE("an output that cannot be written is named, with the reason") {
    const TemporaryFolder folder;
    const fs::path lost = folder.path() / "no" / "such" / "x.csv";
    CHECK(message_of([&] { AtomicFile file(lost); }) ==
          lost.string() + ": cannot create: No such file or directory");
    CHECK(message_of([&] { AtomicFile file(folder.path()); }) ==
          folder.path().string() + ": cannot write: Is a directory");
}

TEST_CASE("a write that comes to its end half-way is an error, and leaves nothing") {
    const TemporaryFolder folder;
    const fs::path target = folder.path() / "big.csv";
    const std::string said = in_child_with_file_limit(10'000, [&] {
        return message_of([&] {
            AtomicFile file(target);
            file.write(std::string(30'000, 'x'));
            file.commit();
        });
    });
    CHECK(said == target.string() + ": cannot write: File too large");
    CHECK(entries(folder.path()) == 0);
}

TEST_CASE("a full disk is told with the room that is left") {
    const TemporaryFolder folder;
    const std::string mount = "mount -t tmpfs -o size=64k tmpfs " + folder.path().string() + " 2>/dev/null";
    if (std::system(mount.c_str()) != 0) {
        WARN("skipped: no right to mount a small tmpfs");
        return;
    }
    const std::string said =
        message_of([&] { write_atomically(folder.path() / "big.csv", std::string(300'000, 'x')); });
    CHECK(said == (folder.path() / "big.csv").string() +
                      ": cannot write: No space left on device (0 bytes free there)");
    CHECK(entries(folder.path()) == 0);
    CHECK(std::system(("umount " + folder.path().string()).c_str()) == 0);
}

#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "formats/atomic_file.hpp"
#include "formats/results/result_reader.hpp"
#include "formats/results/result_writer.hpp"
#include "tests/support/result_tables.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::results;
namespace fs = std::filesystem;

namespace {

/// A file system of that size, gone with the object.
class TinyDisk {
  public:
    explicit TinyDisk(const char* options)
        : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options) == 0) {}
    TinyDisk(const TinyDisk&) = delete;
    TinyDisk& operator=(const TinyDisk&) = delete;
    ~TinyDisk() {
        if (mounted_)
            ::umount(folder_.path().c_str());
    }
    bool mounted() const { return mounted_; }
    const fs::path& path() const { return folder_.path(); }

  private:
    wellsieve::tests::TemporaryFolder folder_;
    bool mounted_;
};

std::ptrdiff_t open_files() {
    return std::distance(fs::directory_iterator("/proc/self/fd"), {});
}

void write_rows(const fs::path& path, std::size_t rows, bool streamed) {
    ResultWriter writer(path, "test", std::string(rows % 5000, 'x'));
    writer.write(wellsieve::tests::strains());
    if (streamed) {
        auto stream = writer.stream(table_name::measurements);
        for (std::size_t begin = 0; begin < rows; begin += 20'000)
            stream.append(wellsieve::tests::measurements(begin, std::min<std::size_t>(20'000, rows - begin)));
        stream.finish();
    } else {
        writer.write(wellsieve::tests::measurements(0, rows));
    }
    writer.commit();
}

}  // namespace

TEST_CASE("a full disk is one clear message, and nothing is left half written") {
    const TinyDisk disk("size=1m");
    if (!disk.mounted()) {
        WARN("skipped: a small file system cannot be mounted here");
        return;
    }
    const auto path = disk.path() / "result.h5";
    const auto streamed = GENERATE(false, true);
    const auto files_before = open_files();
    bool fitted = false, failed = false;
    for (std::size_t rows = 20'000; rows < 600'000; rows = rows * 5 / 4 + 997) {
        CAPTURE(rows, streamed);
        try {
            write_rows(path, rows, streamed);
            fitted = true;
            CHECK(ResultReader(path).read("measurements").rows() == rows);
            fs::remove(path);
        } catch (const OutputError& error) {
            failed = true;
            CHECK_THAT(error.what(), Catch::StartsWith(path.string() + ": cannot write ") &&
                                         Catch::Contains("No space left on device (") &&
                                         Catch::EndsWith(" bytes free there)"));
        }
        CHECK(fs::is_empty(disk.path()));
        CHECK(open_files() == files_before);
    }
    CHECK(fitted);
    CHECK(failed);
}

TEST_CASE("an output folder that is missing is named") {
    const wellsieve::tests::TemporaryFolder folder;
    const auto path = folder.path() / "none" / "result.h5";
    CHECK_THROWS_WITH(ResultWriter(path, "test", ""),
                      path.string() + ": cannot create: No such file or directory");
}

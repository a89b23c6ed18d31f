#include "formats/scratch_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <utility>

#include "formats/atomic_file.hpp"

namespace wellsieve::formats {
namespace {

/// `transfer(done)` moves bytes behind the first `done` ones and says how many; 0 and less are errors.
template <typename Transfer>
void transfer_all(std::size_t size, const std::filesystem::path& folder, const char* action,
                  Transfer transfer) {
    for (std::size_t done = 0; done < size;) {
        const ssize_t moved = transfer(done);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved <= 0)
            throw OutputError(folder / "scratch", action, moved == 0 ? EIO : errno);
        done += static_cast<std::size_t>(moved);
    }
}

}  // namespace

ScratchFile::ScratchFile(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    if (error)
        throw OutputError(folder_, fmt::format("cannot be made: {}", error.message()));
    std::string name = (folder_ / ".scratch.XXXXXX").string();
    descriptor_ = ::mkostemp(name.data(), O_CLOEXEC);
    if (descriptor_ < 0)
        throw OutputError(folder_ / "scratch", "create", errno);
    ::unlink(name.c_str());
}

ScratchFile::ScratchFile(ScratchFile&& other) noexcept
    : folder_(std::move(other.folder_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

ScratchFile& ScratchFile::operator=(ScratchFile&& other) noexcept {
    std::swap(folder_, other.folder_);
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    return *this;
}

ScratchFile::~ScratchFile() {
    if (descriptor_ >= 0)
        ::close(descriptor_);
}

std::uint64_t ScratchFile::append(std::span<const std::byte> bytes) {
    transfer_all(bytes.size(), folder_, "write", [&](std::size_t done) {
        return ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                        static_cast<off_t>(size_ + done));
    });
    return std::exchange(size_, size_ + bytes.size());
}

void ScratchFile::read(std::uint64_t at, std::span<std::byte> into) const {
    transfer_all(into.size(), folder_, "read", [&](std::size_t done) {
        return ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(at + done));
    });
}

}  // namespace wellsieve::formats

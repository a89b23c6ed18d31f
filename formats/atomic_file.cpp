#include "formats/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace wellsieve::formats {
namespace {

namespace fs = std::filesystem;

constexpr mode_t readable_by_all = 0666;  // less the umask

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

std::string room_left(const fs::path& path) {
    std::error_code error;
    const fs::space_info room = fs::space(folder_of(path), error);
    return error ? std::string() : fmt::format(" ({} bytes free there)", room.available);
}

std::string reason(const fs::path& path, int error_number) {
    const std::string text = std::generic_category().message(error_number);
    const bool full = error_number == ENOSPC || error_number == EDQUOT;
    return full ? text + room_left(path) : text;
}

/// Two runs, or two threads, that write the same target do not meet.
fs::path temporary_for(const fs::path& target) {
    static std::atomic<unsigned> count = 0;
    return folder_of(target) /
           fmt::format(".{}.{}-{}.partial", target.filename().string(), ::getpid(), ++count);
}

int open_new(const fs::path& path) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, readable_by_all);
}

void sync_folder(const fs::path& target) {
    const int folder = ::open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    ::fsync(folder);  // some file systems refuse this; the file itself is safe
    ::close(folder);
}

}  // namespace

OutputError::OutputError(const fs::path& path, std::string_view action, int error_number)
    : std::runtime_error(
          fmt::format("{}: cannot {}: {}", path.string(), action, reason(path, error_number))) {}

OutputError::OutputError(const fs::path& path, std::string_view message)
    : std::runtime_error(fmt::format("{}: {}", path.string(), message)) {}

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)), temporary_(temporary_for(target_)) {
    std::error_code ignored;
    if (fs::is_directory(target_, ignored))
        throw OutputError(target_, "write", EISDIR);
    descriptor_ = open_new(temporary_);
    if (descriptor_ < 0)
        throw OutputError(target_, "create", errno);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : target_(std::move(other.target_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

AtomicFile::~AtomicFile() {
    if (descriptor_ < 0)
        return;
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            throw OutputError(target_, "write", written == 0 ? ENOSPC : errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void AtomicFile::sync() {
    if (::fsync(descriptor_) != 0)
        throw OutputError(target_, "write", errno);
}

void AtomicFile::commit() {
    sync();
    if (::rename(temporary_.c_str(), target_.c_str()) != 0)
        throw OutputError(target_, "replace", errno);
    ::close(std::exchange(descriptor_, -1));
    sync_folder(target_);
}

void write_atomically(const fs::path& target, std::string_view bytes) {
    AtomicFile file(target);
    file.write(bytes);
    file.commit();
}

}  // namespace wellsieve::formats

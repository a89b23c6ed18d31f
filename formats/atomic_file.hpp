#pragma once

#include <filesystem>
#include <stdexcept>
#include <string_view>

namespace wellsieve::formats {

/// An output that cannot be written. `what()` is one line: the path, what failed and why, and for a full disk
/// how much room is left there.
class OutputError : public std::runtime_error {
  public:
    OutputError(const std::filesystem::path& path, std::string_view action, int error_number);
    OutputError(const std::filesystem::path& path, std::string_view message);
};

/// A file that appears whole or not at all. It is written under a temporary name in the target's folder;
/// `commit` syncs and renames it, and without that the destructor removes it. What stood under the target's
/// name stays untouched until then. Every member throws OutputError. Not for several threads at once.
class AtomicFile {
  public:
    /// Creates the temporary file. The folder must exist.
    explicit AtomicFile(std::filesystem::path target);
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    /// For a library that opens files by name: it may truncate this one, but not replace it, and must have
    /// closed it before `commit`.
    const std::filesystem::path& temporary() const { return temporary_; }
    const std::filesystem::path& target() const { return target_; }

    void write(std::string_view bytes);
    /// On the disk: of what can fail, `commit` then has the renaming left.
    void sync();
    void commit();

  private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    int descriptor_ = -1;
};

/// Writes `bytes` as an AtomicFile and commits it.
void write_atomically(const std::filesystem::path& target, std::string_view bytes);

}  // namespace wellsieve::formats

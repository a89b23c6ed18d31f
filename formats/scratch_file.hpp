#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

namespace wellsieve::formats {

/// Bytes that a run puts aside on disk. The file has no name, so nothing of it is left when the program ends,
/// however it ends. Every member throws OutputError.
class ScratchFile {
  public:
    /// In `folder`, which is made when it is not there.
    explicit ScratchFile(std::filesystem::path folder);
    ScratchFile(ScratchFile&& other) noexcept;
    ScratchFile& operator=(ScratchFile&& other) noexcept;
    ~ScratchFile();

    /// Where the bytes then begin. One thread at a time.
    std::uint64_t append(std::span<const std::byte> bytes);
    /// Fills `into` with bytes that were appended. Several threads at once.
    void read(std::uint64_t at, std::span<std::byte> into) const;

  private:
    std::filesystem::path folder_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

}  // namespace wellsieve::formats

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

struct zip;

namespace wellsieve::formats::plates {

/// How much memory a workbook may claim: parts, cells, padding and strings together. In proportion to the
/// file's own size, so that a small damaged or hostile file cannot ask for gigabytes.
class MemoryBudget {
  public:
    MemoryBudget(std::string_view path, std::size_t file_bytes);
    /// Throws FormatError when nothing is left.
    void take(std::size_t bytes);

  private:
    std::string path_;
    std::size_t left_;
};

/// A zip archive in memory. Sizes that it declares are not trusted.
class Archive {
  public:
    /// `bytes` must outlive the archive. Throws FormatError: not a zip, or truncated.
    Archive(std::string_view path, std::string_view bytes);
    ~Archive();
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;

    bool has(std::string_view part) const { return index_of(part).has_value(); }
    /// The bytes of a part as UTF-8. Throws FormatError: absent, damaged, encrypted, longer than `longest`.
    std::string read(std::string_view part, std::size_t longest);

    const std::string& path() const { return path_; }
    MemoryBudget& budget() { return budget_; }

  private:
    std::optional<std::size_t> index_of(std::string_view part) const;

    std::string path_;
    MemoryBudget budget_;
    struct zip* handle_ = nullptr;
};

}  // namespace wellsieve::formats::plates

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace wellsieve::pipeline {

/// What is counted.
enum class Item : std::uint8_t { files, bytes, rows, wells, measurements, reads };

inline constexpr std::size_t item_kinds = 6;

std::string_view item_name(Item item);

/// The account of one lane: what came in was used or rejected, and nothing else. Kept by whoever runs
/// serially (a sink, the workflow); partial ledgers are merged. Not for several threads at once.
class Ledger {
  public:
    struct Entry {
        std::uint64_t in = 0;
        std::uint64_t used = 0;
        std::uint64_t rejected = 0;
        bool operator==(const Entry&) const = default;
    };

    explicit Ledger(std::string name) : name_(std::move(name)) {}

    void in(Item item, std::uint64_t count) { entry(item).in += count; }
    void used(Item item, std::uint64_t count) { entry(item).used += count; }
    void rejected(Item item, std::uint64_t count) { entry(item).rejected += count; }
    void merge(const Ledger& other);

    const std::string& name() const { return name_; }
    const Entry& of(Item item) const { return entries_[static_cast<std::size_t>(item)]; }
    bool operator==(const Ledger&) const = default;

    /// Throws InternalError that names each kind which does not balance, with its figures.
    void verify() const;

  private:
    Entry& entry(Item item) { return entries_[static_cast<std::size_t>(item)]; }

    std::string name_;
    std::array<Entry, item_kinds> entries_{};
};

}  // namespace wellsieve::pipeline

#include "pipeline/cell_store.hpp"

#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace wellsieve::pipeline {
namespace {

/// Calls `use` with each of the vectors that a store may take out.
template <typename Series, typename Use>
void for_each_part(Series& series, Use use) {
    use(series.times_s);
    use(series.temperature_c);
    use(series.values);
    use(series.flags);
}

std::size_t bytes_of(const ReadoutSeries& series) {
    std::size_t bytes = 0;
    for_each_part(series, [&](const auto& part) { bytes += std::as_bytes(std::span(part)).size(); });
    return bytes;
}

}  // namespace

CellStore::CellStore(std::size_t memory_bytes, std::filesystem::path folder)
    : memory_bytes_(memory_bytes), folder_(std::move(folder)) {}

void CellStore::keep(ReadoutSeries& series) {
    const std::size_t bytes = bytes_of(series);
    if (bytes > memory_bytes_ - kept_bytes_)
        put_aside(series);
    else
        kept_bytes_ += bytes;
}

void CellStore::put_aside(ReadoutSeries& series) {
    if (!scratch_)
        scratch_.emplace(folder_);
    StoredCells stored{{}, series.times_s.size(), series.flags.size(), series.readings()};
    auto* at = stored.begin.data();
    for_each_part(series, [&](auto& part) {
        *at++ = scratch_->append(std::as_bytes(std::span(part)));
        part = std::decay_t<decltype(part)>();  // `= {}` would keep the memory
    });
    series.stored = stored;
}

void CellStore::restore(ReadoutSeries& series) const {
    if (!series.stored)
        return;
    const StoredCells stored = *series.stored;
    series.times_s.resize(stored.times);
    series.temperature_c.resize(stored.times);
    series.values.resize(stored.cells);
    series.flags.resize(stored.cells);
    const auto* at = stored.begin.data();
    for_each_part(series,
                  [&](auto& part) { scratch_->read(*at++, std::as_writable_bytes(std::span(part))); });
    series.stored.reset();
}

}  // namespace wellsieve::pipeline

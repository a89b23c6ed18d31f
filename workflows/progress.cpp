#include "workflows/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace wellsieve::workflows {
namespace {

bool is_wanted(const CommonOptions& options) {
    if (options.progress == ProgressMode::automatic)
        return !options.quiet && ::isatty(STDERR_FILENO) == 1;
    return options.progress == ProgressMode::always;
}

}  // namespace

Progress::Progress(const CommonOptions& options, std::uint64_t total_bytes, std::uint64_t scale)
    : wanted_(is_wanted(options)), total_bytes_(total_bytes), scale_(scale) {}

Progress::~Progress() {
    if (shown_)
        fmt::print(stderr, "\r\x1b[K");
}

void Progress::show(std::span<const pipeline::LaneProgress> lanes) {
    if (!wanted_)
        return;
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
    std::string line;
    for (const pipeline::LaneProgress& lane : lanes) {
        const std::uint64_t bytes = lane.bytes_out / scale_;
        const double rate = static_cast<double>(bytes) / std::max(elapsed.count(), 1e-3);
        line += fmt::format("{}{}: {:.1f} MB, {:.1f} MB/s", line.empty() ? "" : "  ", lane.name,
                            static_cast<double>(bytes) / 1e6, rate / 1e6);
        if (total_bytes_ > bytes && rate > 0)
            line += fmt::format(", {:.0f} s left", static_cast<double>(total_bytes_ - bytes) / rate);
    }
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
    shown_ = true;
}

}  // namespace wellsieve::workflows

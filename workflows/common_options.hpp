#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace wellsieve::workflows {

enum class ProgressMode { automatic, always, never };

/// Options that every command has, so that a script can give the same ones to all.
struct CommonOptions {
    unsigned threads = 0;  ///< 0: all
    std::size_t memory_bytes = std::size_t{2} << 30;
    ProgressMode progress = ProgressMode::automatic;
    bool quiet = false;
    bool verbose = false;
    std::string log_json;
    std::optional<std::uint64_t> seed;  ///< in the place of the configured one
};

/// "512MiB", "2G", "1500000" → bytes. Throws std::invalid_argument.
std::size_t parse_size(const std::string& text);

}  // namespace wellsieve::workflows

#include "pipeline/pool_data.hpp"

#include <numeric>

namespace wellsieve::pipeline {

std::string_view fate_name(ReadFate fate) {
    constexpr std::array<std::string_view, read_fates> names = {
        "exact",       "one_mismatch", "two_mismatches", "n_rescued", "indel_rescued", "ambiguous",
        "low_quality", "no_match",     "no_anchor",      "duplicate", "no_pair",       "no_sample"};
    return names[static_cast<std::size_t>(fate)];
}

std::uint64_t ReadTally::total() const {
    return std::accumulate(of.begin(), of.end(), std::uint64_t{0});
}

std::uint64_t ReadTally::counted() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < read_fates; ++i)
        if (is_counted(static_cast<ReadFate>(i)))
            sum += of[i];
    return sum;
}

}  // namespace wellsieve::pipeline

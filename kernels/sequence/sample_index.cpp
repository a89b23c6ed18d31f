#include "kernels/sequence/sample_index.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace wellsieve::kernels::sequence {

SampleIndex::SampleIndex(std::span<const std::string_view> indices, const SampleIndexOptions& options)
    : options_(options) {
    least_distance_ = longest_packed;
    for (const std::string_view text : indices) {
        const PackedBases packed = pack(text);
        if (text.empty() || text.size() > longest_packed || packed.unknown != 0)
            throw std::invalid_argument("index '" + std::string(text) + "' is not 1 to 64 of A, C, G, T");
        if (!indices_.empty() && text.size() != length_)
            throw std::invalid_argument("index '" + std::string(text) + "' has " +
                                        std::to_string(text.size()) + " bases, others " +
                                        std::to_string(length_));
        length_ = static_cast<std::uint32_t>(text.size());
        for (const PackedBases& other : indices_)
            least_distance_ = std::min(least_distance_, mismatches(packed, other));
        if (least_distance_ == 0)
            throw std::invalid_argument("index '" + std::string(text) + "' stands for two samples");
        indices_.push_back(packed);
    }
    for (std::uint32_t i = 0; i < indices_.size(); ++i)
        exact_.push_back(i);
    std::sort(exact_.begin(), exact_.end(),
              [&](std::uint32_t a, std::uint32_t b) { return indices_[a].words < indices_[b].words; });
}

std::uint32_t SampleIndex::assign(const PackedBases& bases) const noexcept {
    const auto place =
        std::lower_bound(exact_.begin(), exact_.end(), bases.words,
                         [&](std::uint32_t a, const auto& words) { return indices_[a].words < words; });
    if (bases.unknown == 0 && place != exact_.end() && indices_[*place].words == bases.words)
        return *place;
    std::uint32_t best = no_sample;
    std::uint32_t least = longest_packed + 1;
    std::uint32_t second = longest_packed + 1;
    for (std::uint32_t i = 0; i < indices_.size(); ++i) {
        const std::uint32_t distance = mismatches(bases, indices_[i]);
        if (distance < least) {
            second = least;
            least = distance;
            best = i;
        } else {
            second = std::min(second, distance);
        }
    }
    return least <= options_.mismatches && second - least >= options_.margin ? best : no_sample;
}

void assign_samples(const SampleIndex& index, std::string_view text, std::span<const std::uint32_t> begin,
                    std::span<std::uint32_t> out) noexcept {
    constexpr std::size_t at_once = 64;
    std::array<PackedBases, at_once> packed;
    for (std::size_t done = 0; done < begin.size(); done += at_once) {
        const std::size_t count = std::min(at_once, begin.size() - done);
        pack_bases(text, begin.subspan(done, count), index.length(), std::span(packed).first(count));
        for (std::size_t i = 0; i < count; ++i)
            out[done + i] = begin[done + i] == no_place ? no_sample : index.assign(packed[i]);
    }
}

}  // namespace wellsieve::kernels::sequence

#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace wellsieve::workflows::simulate {

/// Random numbers that are the same with every compiler and library: SplitMix64 (Steele, Lea and Flood 2014),
/// one stream for each purpose and item, so that what one plate draws does not depend on the others.
class Random {
  public:
    Random(std::uint64_t seed, std::string_view purpose, std::uint64_t item = 0) : state_(seed) {
        for (char c : purpose)
            state_ = next() ^ static_cast<unsigned char>(c);
        state_ = next() ^ item;
        state_ = next();
    }

    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        return z ^ (z >> 31);
    }

    /// In [0, 1).
    double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

    std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(uniform() * end); }

    /// Mean 0, standard deviation 1; Marsaglia's polar method.
    double normal() {
        for (;;) {
            const double x = 2 * uniform() - 1;
            const double y = 2 * uniform() - 1;
            const double square = x * x + y * y;
            if (square > 0 && square < 1)
                return x * std::sqrt(-2 * std::log(square) / square);
        }
    }

    template <typename T>
    void shuffle(std::vector<T>& items) {
        for (std::size_t i = items.size(); i > 1; --i)
            std::swap(items[i - 1], items[below(static_cast<std::uint32_t>(i))]);
    }

  private:
    std::uint64_t state_;
};

}  // namespace wellsieve::workflows::simulate

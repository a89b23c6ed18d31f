#pragma once

#include <random>
#include <string>

namespace wellsieve::tests {

/// A text table with some bytes changed, often to one that means something there, and cut off somewhere.
inline std::string damaged(std::string text, std::mt19937& random) {
    for (auto changes = 1 + random() % 5; changes > 0; --changes)
        text[random() % text.size()] =
            random() % 3 == 0 ? "\r\n,;\t\">#A"[random() % 9] : static_cast<char>(random());
    text.resize(random() % (text.size() + 1));
    return text;
}

}  // namespace wellsieve::tests

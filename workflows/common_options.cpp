#include "workflows/common_options.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace wellsieve::workflows {

std::size_t parse_size(const std::string& text) {
    static constexpr std::array<std::pair<std::string_view, std::size_t>, 8> units{{{"", 1},
                                                                                    {"B", 1},
                                                                                    {"K", 1 << 10},
                                                                                    {"KiB", 1 << 10},
                                                                                    {"M", 1 << 20},
                                                                                    {"MiB", 1 << 20},
                                                                                    {"G", 1 << 30},
                                                                                    {"GiB", 1 << 30}}};
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (error == std::errc{} && number > 0)
        for (const auto& [name, factor] : units)
            if (unit == name && number <= SIZE_MAX / factor)
                return number * factor;
    throw std::invalid_argument(fmt::format("--memory: '{}' is no size; write 512MiB, 2GiB …", text));
}

}  // namespace wellsieve::workflows

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace wellsieve::kernels::plate {

/// A batch of plates of one format. Values lie plate after plate, row-major inside a plate:
/// values[plate][row][column]. A value that is not finite is missing.
struct Shape {
    std::size_t plates = 0;
    std::size_t rows = 0;
    std::size_t columns = 0;

    constexpr std::size_t wells() const noexcept { return rows * columns; }
    constexpr std::size_t size() const noexcept { return plates * wells(); }
    bool operator==(const Shape&) const = default;
};

/// Which wells count: one byte a well in the order of the values, zero for a well that is left out. Empty
/// means every well.
using Selection = std::span<const std::uint8_t>;

}  // namespace wellsieve::kernels::plate

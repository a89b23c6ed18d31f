#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kernels/plate/shape.hpp"
#include "pipeline/screen_result.hpp"

namespace wellsieve::pipeline {

/// One byte a well of the screen: 1 where the well has that role.
std::vector<std::uint8_t> wells_with_role(const Screen& screen, formats::plates::Role role);

/// Plates that follow each other and have one shape: what a kernel takes at once.
struct PlateRun {
    kernels::plate::Shape shape;
    std::size_t first_plate = 0;
    std::size_t first_well = 0;

    template <typename T>
    std::span<T> of(std::vector<T>& wells) const {
        return std::span(wells).subspan(first_well, shape.size());
    }
    template <typename T>
    std::span<const T> of(const std::vector<T>& wells) const {
        return std::span(wells).subspan(first_well, shape.size());
    }
};

std::vector<PlateRun> plate_runs(const Screen& screen);

}  // namespace wellsieve::pipeline

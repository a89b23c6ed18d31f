#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "kernels/target.hpp"

namespace wellsieve::tests {

/// Runs `body` once for each SIMD target of this machine, and proves that the forced target was the active one.
template <typename Body>
void for_each_target(Body body) {
    for (const std::string& target : kernels::available_targets()) {
        kernels::force_target(target);
        INFO("SIMD target " << target);
        REQUIRE(kernels::active_target() == target);
        body();
    }
    kernels::use_best_target();
}

}  // namespace wellsieve::tests

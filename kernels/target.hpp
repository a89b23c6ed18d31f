#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::kernels {

/// The instruction set that kernels use in this process: "AVX3", "AVX2", "SSE4", "SSSE3" or "SCALAR". The best
/// that the machine has, unless the environment variable WELLSIEVE_SIMD names another.
std::string active_target();

/// All that this build and this machine have, best first.
std::vector<std::string> available_targets();

/// Makes kernels use that target from now on, any case. Throws std::invalid_argument, naming the choices, when
/// this machine has no such target. Not while a kernel runs.
void force_target(std::string_view name);

/// Takes force_target back.
void use_best_target();

/// Applies WELLSIEVE_SIMD; to be called once, first thing. Throws as force_target does.
void apply_target_from_environment();

}  // namespace wellsieve::kernels

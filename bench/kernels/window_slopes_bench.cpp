#include "kernels/curve/window_slopes.hpp"

#include "bench/kernels/rates_of_curves.hpp"

namespace {

using namespace wellsieve;

const bool registered = bench::register_rates(
    "window_slopes", [](const auto& curves, auto rates) { kernels::curve::window_slopes(curves, {}, rates); },
    [](const auto& curves, auto rates) { kernels::curve::window_slopes_reference(curves, {}, rates); });

}  // namespace

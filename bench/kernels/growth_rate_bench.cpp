#include "kernels/curve/growth_rate.hpp"

#include "bench/kernels/rates_of_curves.hpp"

namespace {

using namespace wellsieve;

const bool registered = bench::register_rates(
    "growth_rates",
    [](const auto& curves, auto rates) { kernels::curve::growth_rates(curves, {}, {}, rates); },
    [](const auto& curves, auto rates) { kernels::curve::growth_rates_reference(curves, {}, {}, rates); });

}  // namespace

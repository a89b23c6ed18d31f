#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "bench/kernels/curves.hpp"
#include "bench/kernels/each_target.hpp"
#include "kernels/curve/growth_rate.hpp"

namespace wellsieve::bench {

using RatesOf = std::function<void(const kernels::curve::Curves&, std::span<kernels::curve::GrowthRate>)>;

/// Registers a kernel that gives a rate for each of 96 or 384 curves, with the bits of its reference. One
/// item is one curve.
inline bool register_rates(const std::string& name, const RatesOf& kernel, const RatesOf& reference) {
    const auto body = [=](const RatesOf& timed) {
        return [=](benchmark::State& state) {
            constexpr std::size_t times = 93;
            const auto plate = logistic_curves(static_cast<std::size_t>(state.range(0)), times);
            std::vector<kernels::curve::GrowthRate> rates(plate.wells);
            std::vector<kernels::curve::GrowthRate> expected(plate.wells);
            kernel(plate.view(), rates);
            reference(plate.view(), expected);
            for (std::size_t well = 0; well < plate.wells; ++well)
                require(rates[well].rate_per_h == expected[well].rate_per_h, name);
            for (auto _ : state) {
                timed(plate.view(), rates);
                benchmark::ClobberMemory();
            }
            state.SetItemsProcessed(state.iterations() * state.range(0));
        };
    };
    return register_kernel(name, {96, 384}, body(kernel), body(reference));
}

}  // namespace wellsieve::bench

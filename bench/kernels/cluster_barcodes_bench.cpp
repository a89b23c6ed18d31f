#include "kernels/sequence/cluster_barcodes.hpp"

#include <benchmark/benchmark.h>

#include <map>
#include <random>

namespace {

using namespace wellsieve;
using kernels::sequence::PackedBases;

/// `size` barcodes of 20 bases with 100 reads on the average, one in ten of them with a wrong base.
void run(benchmark::State& state) {
    std::mt19937_64 draw(1);
    std::map<std::uint64_t, std::uint64_t> counts;
    for (std::int64_t b = 0; b < state.range(0); ++b) {
        const std::uint64_t barcode = draw() & ((std::uint64_t{1} << 40) - 1);
        for (std::uint64_t r = draw() % 200; r > 0; --r)
            ++counts[draw() % 10 == 0 ? barcode ^ (1 + draw() % 3) << 2 * (draw() % 20) : barcode];
    }
    std::vector<PackedBases> bases;
    std::vector<std::uint64_t> reads;
    for (const auto& [sequence, n] : counts) {
        bases.push_back({{sequence, 0}, 0});
        reads.push_back(n);
    }
    const std::vector<std::uint8_t> length(bases.size(), 20);
    for (auto _ : state)
        benchmark::DoNotOptimize(kernels::sequence::cluster_barcodes({bases, length, reads}, {}));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(bases.size()));
}

[[maybe_unused]] const auto* const registered =
    benchmark::RegisterBenchmark("cluster_barcodes", run) -> Arg(1000) -> Arg(100'000);

}  // namespace

#include "kernels/sequence/merge_umis.hpp"

#include <benchmark/benchmark.h>

#include <map>
#include <random>

#include "bench/kernels/each_target.hpp"

namespace {

using namespace wellsieve;

constexpr std::uint32_t length = 10;

/// Molecules of `size` random UMIs with a few reads each and misreads of them.
template <auto merge>
void run(benchmark::State& state) {
    std::mt19937_64 draw(1);
    std::map<std::uint64_t, std::uint32_t> counts;
    for (std::int64_t i = 0; i < state.range(0); ++i) {
        const std::uint64_t umi = draw() & ((1u << 2 * length) - 1);
        counts[umi] += 1 + static_cast<std::uint32_t>(draw() % 20);
        if (draw() % 4 == 0)
            ++counts[umi ^ (1 + draw() % 3) << 2 * (draw() % length)];
    }
    std::vector<std::uint64_t> umis;
    std::vector<std::uint32_t> reads;
    for (const auto& [umi, n] : counts) {
        umis.push_back(umi);
        reads.push_back(n);
    }
    std::vector<std::uint32_t> head(umis.size());
    std::vector<std::uint32_t> expected(umis.size());
    kernels::sequence::UmiScratch scratch;
    kernels::sequence::merge_umis_reference(umis, reads, length, expected, scratch);
    merge(umis, reads, length, head, scratch);
    bench::require(head == expected, "molecules");
    for (auto _ : state) {
        merge(umis, reads, length, head, scratch);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(umis.size()));
}

[[maybe_unused]] const auto* const of_table =
    benchmark::RegisterBenchmark("merge_umis", run<kernels::sequence::merge_umis>) -> Arg(100) -> Arg(10'000);
[[maybe_unused]] const auto* const of_pairs =
    benchmark::RegisterBenchmark("merge_umis/reference", run<kernels::sequence::merge_umis_reference>)
        -> Arg(100) -> Arg(10'000);

}  // namespace

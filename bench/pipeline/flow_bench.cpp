#include "pipeline/flow.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <numeric>

namespace {

using namespace wellsieve::pipeline;

constexpr std::size_t batch_bytes = 2'000'000;
constexpr std::uint64_t batches = 200;

struct Block {
    std::vector<std::uint32_t> words;
};

/// Work of about 1 ns a word that the compiler cannot shorten.
std::uint64_t mix(const Block& block, std::uint64_t state) {
    for (std::uint32_t word : block.words)
        state = (state ^ word) * 0x9E3779B97F4A7C15u;
    return state;
}

Block make_block(std::size_t bytes, std::uint64_t index) {
    Block block{std::vector<std::uint32_t>(bytes / sizeof(std::uint32_t))};
    std::iota(block.words.begin(), block.words.end(), static_cast<std::uint32_t>(index));
    return block;
}

struct Mixed {
    std::uint64_t first = 0;
    Block block;
};

struct FirstMix {
    static constexpr std::string_view name = "first mix";
    Mixed operator()(Block block) const {
        const std::uint64_t first = mix(block, 1);
        return {first, std::move(block)};
    }
};

struct SecondMix {
    static constexpr std::string_view name = "second mix";
    std::uint64_t operator()(Mixed batch) const { return mix(batch.block, batch.first); }
};

std::uint64_t plain_loop(std::size_t bytes) {
    std::uint64_t sum = 0;
    for (std::uint64_t i = 0; i < batches; ++i)
        sum = 31 * sum + SecondMix{}(FirstMix{}(make_block(bytes, i)));
    return sum;
}

std::uint64_t through_flow(std::size_t bytes, unsigned threads) {
    std::uint64_t sum = 0;
    std::uint64_t next = 0;
    Flow flow("bench");
    auto made = flow.source<Block>(
        "make", [&] { return next < batches ? std::optional(make_block(bytes, next++)) : std::nullopt; },
        [bytes](const Block&) { return bytes; });
    auto mixed = flow.stage(flow.stage(made, FirstMix{}), SecondMix{});
    flow.sink(
        mixed, "sum", [&](std::uint64_t value) { sum = 31 * sum + value; }, InOrder::yes);
    flow.run({.threads = threads});
    return sum;
}

void count_batches(benchmark::State& state, std::size_t bytes) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batches));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(batches * bytes));
}

void bench_loop(benchmark::State& state) {
    const auto bytes = static_cast<std::size_t>(state.range(0));
    for (auto _ : state)
        benchmark::DoNotOptimize(plain_loop(bytes));
    count_batches(state, bytes);
}

void bench_flow(benchmark::State& state) {
    const auto bytes = static_cast<std::size_t>(state.range(0));
    const auto threads = static_cast<unsigned>(state.range(1));
    if (through_flow(bytes, threads) != plain_loop(bytes))
        state.SkipWithError("the flow gives another sum than the loop");
    for (auto _ : state)
        benchmark::DoNotOptimize(through_flow(bytes, threads));
    count_batches(state, bytes);
}

BENCHMARK(bench_loop)->Name("loop")->ArgName("bytes")->Arg(batch_bytes)->Arg(2000)->UseRealTime();
BENCHMARK(bench_flow)
    ->Name("flow")
    ->ArgNames({"bytes", "threads"})
    ->ArgsProduct({{batch_bytes, 2000}, {1, 2}})
    ->UseRealTime()
    ->MeasureProcessCPUTime();

}  // namespace

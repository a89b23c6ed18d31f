#include "kernels/sequence/records.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/reads.hpp"

namespace {

using namespace wellsieve;

template <auto split>
void run(benchmark::State& state) {
    bench::Pool pool(100, static_cast<std::size_t>(state.range(0)));
    const auto expected = kernels::sequence::split_records_reference(pool.text, pool.records());
    bench::require(split(pool.text, pool.records()) == expected, "records");
    for (auto _ : state) {
        benchmark::DoNotOptimize(split(pool.text, pool.records()));
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(pool.text.size()));
}

[[maybe_unused]] const bool registered =
    bench::register_kernel("records", {10'000}, run<kernels::sequence::split_records>,
                           run<kernels::sequence::split_records_reference>);

}  // namespace

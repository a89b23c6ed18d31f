#include "kernels/sequence/packing.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/reads.hpp"

namespace {

using namespace wellsieve;

constexpr std::size_t reads = 10'000;

/// state.range: bases of each.
template <auto pack>
void run(benchmark::State& state) {
    const bench::Pool pool(100, reads);
    const auto length = static_cast<std::uint32_t>(state.range(0));
    std::vector<kernels::sequence::PackedBases> expected(reads);
    std::vector<kernels::sequence::PackedBases> got(reads);
    kernels::sequence::pack_bases_reference(pool.text, pool.bases_begin, length, expected);
    pack(pool.text, pool.bases_begin, length, got);
    bench::require(got == expected, "packing");
    for (auto _ : state) {
        pack(pool.text, pool.bases_begin, length, got);
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(reads));
}

[[maybe_unused]] const bool registered =
    bench::register_kernel("packing", {16, 20, 64}, run<kernels::sequence::pack_bases>,
                           run<kernels::sequence::pack_bases_reference>);

}  // namespace

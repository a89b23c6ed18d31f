#include "kernels/sequence/match_barcodes.hpp"

#include "bench/kernels/each_target.hpp"
#include "bench/kernels/reads.hpp"

namespace {

using namespace wellsieve;
using namespace wellsieve::kernels::sequence;

constexpr std::size_t reads = 100'000;

struct Columns {
    std::vector<std::uint32_t> barcode = std::vector<std::uint32_t>(reads);
    std::vector<Outcome> outcome = std::vector<Outcome>(reads);
    std::vector<std::uint32_t> begin = std::vector<std::uint32_t>(reads);
    std::vector<std::uint8_t> length = std::vector<std::uint8_t>(reads);
    std::vector<std::uint8_t> reverse = std::vector<std::uint8_t>(reads);
    MatchOut out() { return {barcode, outcome, begin, length, reverse}; }
    bool operator==(const Columns&) const = default;
};

/// state.range: guides in the library.
template <auto match>
void run(benchmark::State& state) {
    const bench::Pool pool(static_cast<std::size_t>(state.range(0)), reads);
    const BarcodeIndex index(pool.rows(), 1);
    Construct construct;
    construct.left_flank = pool.left;
    construct.right_flank = pool.right;
    construct.first = 22;
    construct.last = 30;
    const Matcher matcher(index, construct, {});
    const Reads block{pool.text, pool.bases_begin, pool.quality_begin, pool.length};
    Columns expected;
    Columns got;
    match_barcodes_reference(matcher, block, expected.out());
    match(matcher, block, got.out());
    bench::require(got == expected, "match_barcodes");
    for (auto _ : state) {
        match(matcher, block, got.out());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(reads));
}

[[maybe_unused]] const bool registered = bench::register_kernel(
    "match_barcodes", {1000, 80'000}, run<match_barcodes>, run<match_barcodes_reference>);

}  // namespace

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>

#include "formats/results/result_reader.hpp"
#include "formats/results/result_writer.hpp"
#include "formats/results/schema.hpp"

/// Uncompressed bytes a second of one core's time, for `measurements` of 10 million rows: 384-well plates,
/// two readouts, 100 times, absorbances of three decimals and fluorescences without.
namespace {

using namespace wellsieve::formats::results;
namespace fs = std::filesystem;

constexpr std::size_t rows = 10'000'000;
constexpr std::size_t wells = 384, times = 100, batch_rows = wells * times;
constexpr std::size_t row_bytes = 3 * sizeof(double) + 4 * sizeof(std::int32_t) + sizeof(float);

/// One readout of one plate, all times.
ResultTable batch(std::size_t number) {
    Categorical plate, readout{{}, {"od", "gfp"}}, well, flag{{}, {"overflow"}};
    plate.categories = {"plate " + std::to_string(number / 2)};
    for (std::size_t i = 0; i < wells; ++i)
        well.categories.push_back("W" + std::to_string(i));
    std::vector<double> time, value;
    std::vector<float> temperature;
    for (std::size_t t = 0; t < times; ++t)
        for (std::size_t w = 0; w < wells; ++w) {
            const auto hash =
                (number * batch_rows + t * wells + w) * 0x9E3779B97F4A7C15U >> 44;  // 20 noisy bits
            const double noise = static_cast<double>(hash) / (1 << 20);
            const double growth = 1 / (1 + std::exp(5 - 0.1 * static_cast<double>(t)));
            plate.codes.push_back(0);
            readout.codes.push_back(static_cast<std::int32_t>(number % 2));
            well.codes.push_back(static_cast<std::int32_t>(w));
            flag.codes.push_back(Categorical::not_available);
            time.push_back(600.0 * static_cast<double>(t));
            value.push_back(number % 2 ? std::round(20'000 * growth * (1 + noise))
                                       : std::round(1000 * (0.05 + growth) * (1 + 0.1 * noise)) / 1000);
            temperature.push_back(t % 3 ? 30.0F : 30.1F);
        }
    auto table = make_table(table_name::measurements);
    table.add("plate", std::move(plate));
    table.add("readout", std::move(readout));
    table.add("time_s", std::move(time));
    table.add("well", std::move(well));
    table.add("value", std::move(value));
    table.add("flag", std::move(flag));
    table.add("temperature_c", std::move(temperature));
    return table;
}

fs::path scratch() {
    return fs::temp_directory_path() / ("wellsieve_bench_" + std::to_string(::getpid()) + ".h5");
}

void write_all(const fs::path& path, const std::vector<ResultTable>& batches) {
    ResultWriter writer(path, "bench", "");
    auto stream = writer.stream(table_name::measurements);
    for (std::size_t written = 0; written < rows; written += batch_rows)
        stream.append(batches[written / batch_rows % batches.size()]);
    stream.finish();
    writer.commit();
}

std::vector<ResultTable> some_batches() {
    std::vector<ResultTable> batches;
    for (std::size_t i = 0; i < 16; ++i)
        batches.push_back(batch(i));
    return batches;
}

void write_measurements(benchmark::State& state) {
    const auto batches = some_batches();
    const auto path = scratch();
    for (auto _ : state)
        write_all(path, batches);
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows * row_bytes));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
    state.counters["file_MB"] = static_cast<double>(fs::file_size(path)) / 1e6;
    const auto read = ResultReader(path).read(table_name::measurements);
    if (read.get<std::vector<double>>("value")[batch_rows + 7] !=
        batches[1].get<std::vector<double>>("value")[7])
        state.SkipWithError("the values that come back are not those written");
    fs::remove(path);
}
BENCHMARK(write_measurements)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

void read_measurements(benchmark::State& state) {
    const auto path = scratch();
    write_all(path, some_batches());
    for (auto _ : state)
        benchmark::DoNotOptimize(ResultReader(path).read(table_name::measurements));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows * row_bytes));
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
    fs::remove(path);
}
BENCHMARK(read_measurements)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace

#include "pipeline/reading_rounds.hpp"

#include <algorithm>
#include <cmath>

namespace wellsieve::pipeline {
namespace {

using formats::plates::Flag;

/// Below this share of the read wells in an average row, the wells have clocks of their own.
constexpr double full_row = 0.5;
/// Passes over a plate read most wells; sensors that report changes do not pass.
constexpr double full_round = 0.8;

std::vector<std::uint8_t> read_wells(const ReadoutSeries& series, std::size_t wells) {
    std::vector<std::uint8_t> read(wells);
    for (std::size_t cell = 0; cell < series.flags.size(); ++cell)
        if (series.flags[cell] != absent)
            read[cell % wells] = 1;
    return read;
}

/// The share of the wells that were ever read which one of so many rows holds on average.
double fullness(const ReadoutSeries& series, std::size_t wells, std::size_t rows) {
    const std::vector<std::uint8_t> read = read_wells(series, wells);
    const auto ever = static_cast<double>(std::count(read.begin(), read.end(), 1));
    const auto readings = static_cast<double>(series.flags.size()) -
                          static_cast<double>(std::count(series.flags.begin(), series.flags.end(), absent));
    return readings / std::max(1.0, ever * static_cast<double>(rows));
}

/// Which round each row belongs to: a new one begins where a well would be read again. Rows without a time
/// stay alone.
std::vector<std::size_t> rounds_of(const ReadoutSeries& series, std::size_t wells) {
    std::vector<std::size_t> rounds(series.times_s.size());
    std::vector<std::uint8_t> seen(wells);
    std::size_t round = 0;
    for (std::size_t row = 0; row < rounds.size(); ++row) {
        bool again = row > 0 && std::isnan(series.times_s[row - 1]);
        for (std::size_t well = 0; well < wells; ++well)
            again = again || (seen[well] != 0 && series.flags[row * wells + well] != absent);
        if (again) {
            ++round;
            std::fill(seen.begin(), seen.end(), std::uint8_t{0});
        }
        for (std::size_t well = 0; well < wells; ++well)
            if (series.flags[row * wells + well] != absent)
                seen[well] = 1;
        rounds[row] = round;
    }
    return rounds;
}

}  // namespace

std::optional<ReadoutSeries> in_rounds(const ReadoutSeries& series, std::size_t wells) {
    if (series.times_s.size() < 2 || fullness(series, wells, series.times_s.size()) >= full_row)
        return std::nullopt;
    const std::vector<std::size_t> rounds = rounds_of(series, wells);
    const std::size_t count = rounds.back() + 1;
    if (fullness(series, wells, count) < full_round)
        return std::nullopt;
    ReadoutSeries joined;
    joined.readout = series.readout;
    joined.read = series.read;
    joined.source = series.source;
    joined.on_shared_clock = series.on_shared_clock;
    joined.times_s.assign(count, 0);
    joined.temperature_c.assign(count, formats::plates::missing);
    joined.values.assign(count * wells, formats::plates::missing);
    joined.flags.assign(count * wells, absent);
    std::vector<double> readings(count);
    for (std::size_t row = 0; row < rounds.size(); ++row) {
        const std::size_t round = rounds[row];
        joined.temperature_c[round] = series.temperature_c[row];
        for (std::size_t well = 0; well < wells; ++well) {
            const std::size_t from = row * wells + well;
            if (series.flags[from] == absent)
                continue;
            joined.values[round * wells + well] = series.values[from];
            joined.flags[round * wells + well] = series.flags[from];
            joined.times_s[round] += series.times_s[row];
            ++readings[round];
        }
    }
    for (std::size_t round = 0; round < count; ++round)
        joined.times_s[round] /= readings[round];
    return joined;
}

}  // namespace wellsieve::pipeline

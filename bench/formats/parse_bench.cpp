#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>

#include "formats/plates/reader.hpp"
#include "tests/support/workbook_builder.hpp"
#include "workflows/simulate/screen.hpp"
#include "workflows/simulate/vendors.hpp"

/// Bytes of a file → `PlateFile`, choosing the reader by content: what stands between a file in memory and
/// its measurements. Bytes are those of the text, or of a workbook's sheet before it is deflated.
namespace {

using namespace wellsieve;
using workflows::simulate::Plate;

/// Curves of one plate: two readouts, 12 hours with a read every 5 minutes.
Plate curves(std::uint32_t wells = 384, double interval_min = 5) {
    workflows::simulate::SimulateSpec spec;
    spec.wells = wells;
    spec.kinetic = true;
    spec.interval_min = interval_min;
    auto screen = workflows::simulate::plan_screen(spec);
    workflows::simulate::read_plate(spec, screen, 0, screen.plates.front());
    return std::move(screen.plates.front());
}

/// The longest file of a vendor's layout.
std::string export_of(std::string_view vendor) {
    std::string longest;
    for (auto& file : workflows::simulate::find_vendor(vendor)->write(curves()))
        if (file.text.size() > longest.size())
            longest = std::move(file.text);
    return longest;
}

void append_number(std::string& text, double value, int digits) {
    std::isnan(value) ? text.append("OVRFLW")
                      : (fmt::format_to(std::back_inserter(text), "{:.{}f}", value, digits), text);
}

/// A row a time, a column a well.
std::string wide_text(const Plate& plate, char delimiter) {
    std::string text = "Time (s)";
    for (std::uint32_t well = 0; well < plate.wells.size(); ++well)
        text += delimiter + formats::plates::well_name(plate.shape.well(well));
    for (std::size_t time = 0; time < plate.reads(); ++time) {
        fmt::format_to(std::back_inserter(text), "\n{}", plate.times_s[time]);
        for (std::size_t well = 0; well < plate.wells.size(); ++well) {
            text += delimiter;
            append_number(text, plate.od[time * plate.wells.size() + well], 3);
        }
    }
    return text + "\n";
}

/// A plate-shaped block a time.
std::string block_text(const Plate& plate) {
    std::string text = "OD600\n";
    for (std::size_t time = 0; time < plate.reads(); ++time) {
        fmt::format_to(std::back_inserter(text), "{} s\n", plate.times_s[time]);
        for (int column = 1; column <= plate.shape.columns; ++column)
            fmt::format_to(std::back_inserter(text), "\t{}", column);
        for (std::uint16_t row = 0; row < plate.shape.rows; ++row) {
            text += '\n' + formats::plates::row_label(row);
            for (std::uint16_t column = 0; column < plate.shape.columns; ++column) {
                text += '\t';
                const std::size_t well = plate.shape.index({row, column});
                append_number(text, plate.od[time * plate.wells.size() + well], 3);
            }
        }
        text += "\n\n";
    }
    return text;
}

/// Plate, well and value, as the readers of RNAi screens wrote them.
std::string list_text(const Plate& plate) {
    std::string text;
    for (std::size_t i = 0; i < plate.gfp.size(); ++i) {
        const auto well = static_cast<std::uint32_t>(i % plate.wells.size());
        fmt::format_to(std::back_inserter(text), "FT{:02}-G01\t{}\t", i / plate.wells.size(),
                       formats::plates::well_name(plate.shape.well(well)));
        append_number(text, plate.gfp[i], 0);
        text += '\n';
    }
    return text;
}

std::string as_utf16(const std::string& text) {
    std::string out = "\xFF\xFE";
    for (char c : text)
        out.append({c, '\0'});
    return out;
}

struct Sample {
    std::string_view reader;
    std::string bytes;
    std::size_t counted_bytes;
};

Sample sample(std::string_view reader, std::string text) {
    const std::size_t size = text.size();
    return {reader, std::move(text), size};
}

Sample workbook(std::string_view reader, std::string_view text) {
    const std::vector sheets{tests::sheet_from_text("Sheet1", text)};
    return {reader, tests::make_workbook(sheets),
            tests::workbook_parts(sheets).at("xl/worksheets/sheet1.xml").size()};
}

void parse(benchmark::State& state, Sample (*make)()) {
    using namespace formats::plates;
    const Sample file = make();
    const std::string name = "sample";
    const std::string_view reader = choose_reader(Document(name, file.bytes)).name;
    if (reader != file.reader) {
        std::cerr << "wrong reader: " << reader << '\n';
        std::abort();
    }
    std::size_t values = 0;
    for (auto _ : state) {
        const PlateFile read = read_plate_file(Document(name, file.bytes));
        values = read.measurements.size();
        benchmark::DoNotOptimize(read.measurements.data());
    }
    const auto bytes = static_cast<std::int64_t>(file.counted_bytes);
    state.SetBytesProcessed(state.iterations() * bytes);
    state.counters["values"] = static_cast<double>(values);
    state.counters["bytes_a_value"] = static_cast<double>(bytes) / static_cast<double>(values);
}

[[maybe_unused]] const bool registered = [] {
    const auto add = [](const char* name, Sample (*make)()) {
        benchmark::RegisterBenchmark(name, parse, make)->Unit(benchmark::kMillisecond);
    };
    add("parse/gen5", [] { return sample("gen5", export_of("gen5")); });
    add("parse/softmax", [] { return sample("softmax", export_of("softmax")); });
    add("parse/softmax_utf16", [] { return sample("softmax", as_utf16(export_of("softmax"))); });
    add("parse/bmg", [] { return sample("bmg", export_of("mars")); });
    add("parse/tidy", [] { return sample("tidy", export_of("tidy")); });
    add("parse/wide", [] { return sample("wide", wide_text(curves(), ',')); });
    add("parse/block", [] { return sample("block", block_text(curves())); });
    add("parse/block_1536", [] { return sample("block", block_text(curves(1536))); });
    add("parse/list", [] { return sample("list", list_text(curves())); });
    add("parse_xlsx/wide", [] { return workbook("wide", wide_text(curves(), '\t')); });
    add("parse_xlsx/block", [] { return workbook("block", block_text(curves())); });
    return true;
}();

}  // namespace

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "formats/plates/analyser_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/vessels_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

std::string bare(std::string_view header) {
    std::string text;
    for (char c : header)
        if (c != ' ' && c != '.' && c != '\n' && c != '\r')
            text += c;
    return text;
}

/// A percentage may be written with its sign, "10.00%".
void add_sample_reading(const Document& document, const Table& table, std::size_t row, std::size_t column,
                        const Measurement& at, PlateFile& file) {
    const std::string_view cell = table.cell(row, column);
    if (const auto number =
            cell.ends_with('%') ? parse_number(cell.substr(0, cell.size() - 1)) : std::nullopt) {
        file.measurements.push_back(at);
        file.measurements.back().value = *number;
        return;
    }
    add_reading(document, table, row, column, at, file);
}

}  // namespace

Readout analyte(std::string_view name, std::string_view unit) {
    Readout readout;
    readout.name = name;
    readout.mode = Mode::analyte;
    readout.unit = unit;
    return readout;
}

bool same_header(std::string_view a, std::string_view b) {
    return equals_ignoring_case(bare(a), bare(b));
}

PlateFile read_samples(const Document& document, const Table& table, const AnalyserTable& layout) {
    PlateFile file;
    std::map<std::string_view, VesselSet> batches;
    const auto batch_of = [&](std::size_t row) {
        const std::string_view batch = layout.batch ? table.cell(row, *layout.batch) : std::string_view();
        return batch.empty() ? std::string_view("1") : batch;
    };
    for (std::size_t row = layout.first_row; row < table.rows(); ++row)
        if (const auto sample = table.cell(row, layout.sample); !sample.empty())
            batches[batch_of(row)].add(sample);
    if (batches.empty())
        document.fail("holds no sample");
    for (std::size_t row = layout.first_row; row < table.rows(); ++row) {
        const std::string_view sample = table.cell(row, layout.sample);
        if (sample.empty()) {
            if (!table.is_blank(row))
                file.rejects.push_back({table.place(row), "the row names no sample"});
            continue;
        }
        const std::string_view batch = batch_of(row);
        const std::size_t plates = file.plates.size();
        Measurement at;
        at.plate = file.plate(batch);
        if (file.plates.size() > plates)
            batches[batch].place(document, batch, Vessels::samples, file);
        at.well = batches[batch].well(sample);
        file.sample_rows.push_back({file.measurements.size(), table.place(row)});
        SampleRow& said = file.sample_rows.back();
        for (std::size_t column : layout.taken)
            if (std::isnan(said.taken_s))
                said.taken_s = parse_timestamp(table.cell(row, column)).value_or(missing);
        if (layout.vessel)
            said.vessel = table.cell(row, *layout.vessel);
        for (const auto& [column, readout] : layout.quantities) {
            at.readout = file.readout(readout);
            add_sample_reading(document, table, row, column, at, file);
        }
    }
    return file;
}

}  // namespace wellsieve::formats::plates

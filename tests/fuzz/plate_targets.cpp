#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "formats/error.hpp"
#include "formats/plates/calibration.hpp"
#include "formats/plates/layout.hpp"
#include "formats/plates/number_style_internal.hpp"
#include "formats/plates/reader.hpp"
#include "formats/plates/sample_table.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/tidy.hpp"
#include "formats/plates/workbook.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/workbook_builder.hpp"

namespace wellsieve::tests::fuzz {
namespace {

using namespace formats::plates;

/// Calls `each` with the parts of a text between form feeds, which no export holds.
void for_each_part(std::string_view text, const std::function<void(std::string_view)>& each) {
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('\f', at), text.size());
        each(text.substr(at, end - at));
        at = end + 1;
    }
}

void read_plates(std::string bytes, std::string_view reader) {
    const Document document("fuzz", std::move(bytes));
    PlateFile file;
    if (!accepts([&] { file = read_plate_file(document, reader); }))
        return;
    for (const Measurement& m : file.measurements)
        require(m.readout < file.readouts.size() && m.plate < file.plates.size(),
                "a measurement has its places");
    for (const auto& [index, text] : file.flag_texts)
        require(index < file.measurements.size(), "the text of a flag has its measurement");
    for (const auto& [place, sample] : file.samples)
        require(place.first < file.plates.size(), "a sample has its plate");
    for (std::uint32_t plate = 0; plate < file.plates.size(); ++plate)
        file.shape(plate);
    require(number_reads(file).size() == file.measurements.size(), "every reading has its number");
    to_tidy(file);
}

/// Text that stands for a workbook: sheets between form feeds, cells between tabs.
std::string workbook_of_text(std::string_view text) {
    std::vector<Sheet> sheets;
    for_each_part(text, [&](std::string_view sheet) {
        sheets.push_back(sheet_from_text("Sheet" + std::to_string(sheets.size() + 1), sheet));
    });
    return make_workbook(sheets);
}

/// Text that stands for the parts of a workbook, each below its name, between form feeds.
std::string workbook_of_parts(std::string_view text) {
    std::map<std::string, std::string> parts;
    for_each_part(text, [&](std::string_view part) {
        const std::string name(part.substr(0, part.find('\n')));
        if (!name.empty() &&
            std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; }))
            parts[name] = part.substr(std::min(name.size() + 1, part.size()));
    });
    return zip_parts(parts);
}

void read_sheets(std::string_view bytes) {
    accepts([&] {
        for (const Table& table : read_workbook("fuzz", bytes))
            for (std::size_t row = 0; row < table.rows(); ++row)
                for (std::size_t column = 0; column < table.columns(row); ++column)
                    require(trim(table.cell(row, column)) == table.cell(row, column), "cells are trimmed");
    });
}

void read_text_table(std::string_view bytes) {
    const std::string text = decode_text(bytes);
    if (const auto utf8 = utf8_text(bytes))
        require(*utf8 == text, "UTF-8 needs no decoding");
    const Table table = Table::from_text(text, guess_delimiter(text));
    std::size_t cells = 0;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        cells += table.columns(row);
        table.is_blank(row);
        table.place(row);
    }
    require(cells == table.cells(), "every cell is in a row");
}

void read_values(std::string_view text) {
    for (const char mark : {'.', ','}) {
        const auto number = parse_number(text, mark);
        const double plain = number_or_nan(text, mark);
        require(number ? std::bit_cast<std::uint64_t>(*number) == std::bit_cast<std::uint64_t>(plain)
                       : std::isnan(plain),
                "two ways to read a number agree");
        if (const auto value = parse_value(text, mark))
            require((value->flag == Flag::none) != std::isnan(value->number), "a number, or a flag");
        if (const auto seconds = parse_clock(text, mark))
            require(std::isfinite(*seconds), "a time is a number");
        if (number)
            for (const NumberStyle style :
                 {NumberStyle::date, NumberStyle::time_of_day, NumberStyle::duration})
                format_serial(*number, style, mark == ',');
    }
    parse_value_any_mark(text);
    if (const auto well = parse_well(text))
        require(parse_well(well_name(*well)) == well, "a well keeps its name");
    style_of_format(text);
}

void read_samples(const Document& document) {
    for (const TakenSample& sample : read_sample_table(document)) {
        require(!sample.sample.empty() && !sample.vessel.empty(), "a sample has a name and a vessel");
        require(!std::isinf(sample.time_h) && !std::isinf(sample.taken_s), "a time is a number, or missing");
    }
}

template <typename Read>
Target table_target(std::string name, Read read) {
    return {std::move(name), [read](std::string_view bytes) {
                const Document document("fuzz", std::string(bytes));
                accepts([&] { read(document); });
            }};
}

}  // namespace

std::vector<Target> plate_targets() {
    std::vector<Target> targets;
    for (const Reader& reader : readers()) {
        const std::string name(reader.name);
        targets.push_back({name, [name](std::string_view bytes) { read_plates(std::string(bytes), name); }});
        if (reader.file_types.find("xlsx") != reader.file_types.npos)
            targets.push_back({name + ".xlsx",
                               [name](std::string_view text) { read_plates(workbook_of_text(text), name); }});
    }
    targets.push_back({"auto", [](std::string_view bytes) { read_plates(std::string(bytes), "auto"); }});
    targets.push_back({"workbook", read_sheets});
    targets.push_back(
        {"workbook.parts", [](std::string_view text) { read_sheets(workbook_of_parts(text)); }});
    targets.push_back({"table", read_text_table});
    targets.push_back({"value", read_values});
    targets.push_back(table_target("layout", read_layout));
    targets.push_back(table_target("strains", read_strain_table));
    targets.push_back(table_target("masks", read_masks));
    targets.push_back(table_target("plate_list", read_plate_list));
    targets.push_back(table_target("calibration", read_calibration));
    targets.push_back(table_target("sample_table", read_samples));
    return targets;
}

}  // namespace wellsieve::tests::fuzz

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "formats/plates/gen5_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates {
namespace {

struct Fact {
    std::string_view in_file;
    std::string_view in_metadata;
};

constexpr std::array facts{
    Fact{"Software Version", "software version"},
    Fact{"Experiment File Path", "experiment file"},
    Fact{"Protocol File Path", "protocol file"},
    Fact{"Reader Type", "instrument"},
    Fact{"Reader Serial Number", "serial number"},
    Fact{"Reading Type", "reading type"},
    Fact{"User Name", "user"},
};

std::optional<std::size_t> first_cell(const Table& table, std::size_t row, std::size_t from = 0) {
    for (std::size_t c = from; c < table.columns(row); ++c)
        if (!table.cell(row, c).empty())
            return c;
    return std::nullopt;
}

std::string_view without_colon(std::string_view text) {
    return text.ends_with(':') ? text.substr(0, text.size() - 1) : text;
}

Match sniff_text(std::string_view text) {
    constexpr std::size_t probe = 8192;
    text = text.substr(0, probe);
    const auto has = [&](std::string_view part) { return text.find(part) != std::string_view::npos; };
    if (has("Software Version") && (has("Plate Number") || has("Reader Type:") || has("Protocol File Path:")))
        return Match::certain;
    const bool has_results = has("Well ID") && (has("Results") || has("Conc/Dil"));
    return has_results || has("Procedure Details") || has("T\xC2\xB0 ") ? Match::likely : Match::no;
}

Match sniff_sheets(const std::vector<Table>& sheets) {
    constexpr std::size_t probe_rows = 40;
    std::string head;
    for (const Table& sheet : sheets)
        for (std::size_t row = 0; row < std::min(sheet.rows(), probe_rows); ++row)
            for (std::size_t c = 0; c < std::min<std::size_t>(sheet.columns(row), 3); ++c)
                head += fmt::format("{}\t", sheet.cell(row, c));
    return sniff_text(head);
}

}  // namespace

Match sniff_gen5(const Document& document) {
    return document.is_workbook() ? sniff_sheets(document.tables()) : sniff_text(document.text());
}

PlateFile read_gen5(const Document& document) {
    return Gen5Export(document).read();
}

PlateFile Gen5Export::read() {
    expect_readings(document_, file_);
    for (const Table& table : document_.tables())
        for (std::size_t row = 0; row < table.rows();)
            row = take_row(table, row);
    if (file_.measurements.empty())
        fail_empty();
    return std::move(file_);
}

void Gen5Export::fail_empty() const {
    if (calculated_)
        throw FormatError(
            document_.path(), calculated_->first,
            fmt::format("'{}' and whatever else this export holds are calculated values; export the "
                        "measured ones too",
                        calculated_->second));
    document_.fail(
        "has the header of a Gen5 export, but no measured values under 'Results' or a label of a reading");
}

/// Takes what begins at `row`, and returns the row behind it.
std::size_t Gen5Export::take_row(const Table& table, std::size_t row) {
    const auto first = first_cell(table, row);
    if (!first)
        return row + 1;
    const std::string_view text = table.cell(row, *first);
    if (is_gen5_series(table, row, *first))
        return read_series(table, row, *first);
    if (is_gen5_series_across(table, row, *first))
        return read_series_across(table, row, *first);
    if (is_gen5_wells_across(table, row, *first))
        return read_wells_across(table, row, *first);
    if (is_gen5_list(table, row))
        return read_list(table, row);
    if (is_gen5_matrix(table, row, *first))
        return read_matrix(table, row, *first);
    if (text == "Procedure Details") {
        const std::size_t begin = ++row;
        steps_ = read_gen5_procedure(table, row);
        for (std::size_t r = begin; r < row; ++r) {
            if (table.cell(r, 0) == "Plate Type")
                shape_ = gen5_plate_shape(table.cell(r, 1));
            else if (table.cell(r, 0) == "Start Kinetic")
                runtime_s_ += gen5_runtime(table.cell(r, 1));
        }
        return row;
    }
    if (!take_fact(table, row, *first) && !first_cell(table, row, *first + 1))
        heading_ = text;
    return row + 1;
}

bool Gen5Export::take_fact(const Table& table, std::size_t row, std::size_t column) {
    const std::string_view key = without_colon(table.cell(row, column));
    const std::string_view value = table.cell(row, column + 1);
    if (key == "Software Version")
        begin_section();
    for (const Fact& fact : facts)
        if (key == fact.in_file) {
            if (!value.empty() && value != "n/a" && value != "Unknown")
                file_.metadata.emplace(fact.in_metadata, value);
            return true;
        }
    if (key == "Plate Number") {
        begin_plate(value);
    } else if (key == "Plate ID" || key == "Barcode" || key == "Plate Barcode") {
        if (!value.empty())
            plate_name_ = value;
    } else if (key == "Date" || key == "Time") {
        plate_started_ += fmt::format("{}{}", plate_started_.empty() ? "" : " ", value);
        if (key == "Time")
            file_.metadata.emplace("start time", plate_started_);
    } else if (key == "Actual Temperature") {
        if (const auto celsius = parse_value_any_mark(value); celsius && celsius->flag == Flag::none)
            temperatures_.push_back(celsius->number);
    } else {
        return false;
    }
    return true;
}

void Gen5Export::begin_section() {
    steps_.clear();
    shape_.reset();
    runtime_s_ = 0;
    begin_plate({});
}

void Gen5Export::begin_plate(std::string_view name) {
    plate_name_ = name;
    plate_started_.clear();
    plate_.reset();
    samples_.clear();
    temperatures_.clear();
    readouts_.clear();
    heading_.clear();
}

std::uint32_t Gen5Export::plate() {
    if (plate_)
        return *plate_;
    std::string name = plate_name_.empty() ? std::to_string(file_.plates.size() + 1) : plate_name_;
    const auto taken = [&](const std::string& wanted) {
        return std::any_of(file_.plates.begin(), file_.plates.end(),
                           [&](const PlateInfo& plate) { return plate.name == wanted; });
    };
    // A second plate of that name is another one, unless it was read at the same moment: then one sheet
    // continues what another began.
    for (int n = 2; taken(name); ++n) {
        if (!plate_started_.empty() && started_[file_.plate(name)] == plate_started_)
            break;
        name = fmt::format("{} ({})", plate_name_, n);
    }
    plate_ = file_.plate(name);
    started_[*plate_] = plate_started_;
    if (shape_)
        file_.plates[*plate_].shape = shape_;
    for (auto& [well, sample] : samples_)
        file_.samples[{*plate_, well}] = std::move(sample);
    return *plate_;
}

std::optional<std::uint32_t> Gen5Export::endpoint_readout(const Table& table, std::size_t row,
                                                          std::string_view label) {
    if (const auto known = readouts_.find(label); known != readouts_.end())
        return known->second;
    const auto channel = gen5_channel(label, steps_);
    const bool endpoint = channel && channel->scan == Gen5Scan::none;
    if (!endpoint)
        note_calculated(table, row, label);
    const auto readout = endpoint ? std::optional(file_.readout(channel->readout)) : std::nullopt;
    readouts_.emplace(label, readout);
    return readout;
}

void Gen5Export::note_calculated(const Table& table, std::size_t row, std::string_view label) {
    if (!calculated_)
        calculated_.emplace(table.place(row), std::string(label));
    file_.rejects.push_back({table.place(row), fmt::format("'{}' is calculated", label)});
}

}  // namespace wellsieve::formats::plates

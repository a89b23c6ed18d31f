#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/tecan_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::tecan {
namespace {

bool is_one_of(std::string_view key, std::initializer_list<std::string_view> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](std::string_view name) { return equals_ignoring_case(key, name); });
}

/// "Measurement wavelength [nm]:" → "Measurement wavelength".
std::string_view plain_key(std::string_view key) {
    if (key.ends_with(':'))
        key.remove_suffix(1);
    if (key.ends_with(']'))
        key = key.substr(0, key.rfind('['));
    return trim(key);
}

/// "Costar 96 Flat Bottom …" → 8 × 12: the first number that is the size of a standard plate.
std::optional<PlateShape> shape_named(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    for (std::size_t at = text.find_first_of(digits); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_not_of(digits, at), text.size());
        const double number = number_or_missing(text.substr(at, end - at));
        if (end - at <= 4)
            if (const auto shape = standard_shape(static_cast<std::uint32_t>(number)))
                return shape;
        at = text.find_first_of(digits, end);
    }
    return std::nullopt;
}

bool starts_report(std::string_view key) {
    return key.starts_with("Application:") || key.starts_with("Programm:") ||
           contains_ignoring_case(key, "XFLUOR");
}

/// Before a first measurement the values of a setting are empty.
void set_wavelength(double& wavelength_nm, std::string_view value) {
    const double number = first_number(value);
    if (!std::isnan(number) && std::isnan(wavelength_nm))
        wavelength_nm = number;
}

}  // namespace

void ReportReader::start_report(std::size_t row) {
    end_report(row);
    ++reports_;
    const std::string_view sheet = table_.name().empty() ? std::string_view("1") : table_.name();
    plate_name_ = reports_ == 1 ? std::string(sheet) : fmt::format("{} ({})", sheet, reports_);
    readouts_.start_plate();
    settings_.clear();
    next_settings_ = 0;
    temperature_c_ = missing;
}

void ReportReader::end_report(std::size_t row) {
    if (reports_ > 0 && !plate_)
        set_aside(row, fmt::format("the report on plate '{}' holds no values", plate_name_));
    if (plate_ && shape_)
        set_shape(file_, *plate_, shape_->rows, shape_->columns);
    for (const auto& [well, name] : samples_)
        if (plate_)
            file_.samples[{*plate_, well}] = name;
    plate_.reset();
    shape_.reset();
    samples_.clear();
}

void ReportReader::read() {
    for (std::size_t row = 0; row < table_.rows();) {
        const std::string_view key = table_.cell(row, 0);
        if (starts_report(key))
            start_report(row);
        const std::size_t behind = reports_ > 0 ? read_block(row) : row;
        if (behind == row)
            read_line(row);
        row = std::max(behind, row + 1);
    }
    end_report(table_.rows());
}

void ReportReader::read_line(std::size_t row) {
    const std::string_view key = table_.cell(row, 0);
    const std::string_view value = right_of(table_, row);
    read_temperature(row);
    if (key.starts_with("Label:"))
        label_ = trim(key.substr(std::string_view("Label:").size()));
    else if (is_one_of(plain_key(key), {"Mode", "Modus", "Measurement mode"})) {
        if (const auto mode = mode_named(value)) {
            settings_.push_back({.label = std::string(label_), .mode = *mode});
            label_ = {};
        }
    } else if (is_one_of(plain_key(key), {"End Time", "Endzeit"})) {
        next_settings_ = settings_.size();
        temperature_c_ = missing;
    } else {
        read_setting(plain_key(key), value);
    }
    note_fact(key, value);
    if (plate_ && parse_well(key) && !std::isnan(number_or_missing(value)))
        set_aside(row, fmt::format("the values of well {} stand in no table that is known", key));
}

void ReportReader::read_setting(std::string_view key, std::string_view value) {
    if (settings_.empty())
        return;
    Settings& settings = settings_.back();
    if (is_one_of(key, {"Name"}) && settings.label.empty())
        settings.label = value;
    else if (is_one_of(key, {"Wavelength", "Measurement wavelength", "Wellenlänge", "Messwellenlänge"}))
        set_wavelength(settings.wavelength_nm, value);
    else if (is_one_of(key, {"Excitation wavelength", "Anregungswellenlänge"}))
        set_wavelength(settings.excitation_nm, value);
    else if (is_one_of(key, {"Emission wavelength", "Emissionswellenlänge"}))
        set_wavelength(settings.emission_nm, value);
    else if (starts_with_ignoring_case(key, "Excitation wavelength start"))
        settings.scans_excitation = true;
    else if (starts_with_ignoring_case(key, "Emission wavelength start"))
        settings.scans_excitation = false;
}

void ReportReader::read_temperature(std::size_t row) {
    for (std::size_t c = 0; c < std::min<std::size_t>(table_.columns(row), 6); ++c) {
        const std::string_view cell = table_.cell(row, c);
        if (!starts_with_ignoring_case(cell, "Temperatur"))
            continue;
        const std::string_view name = plain_key(cell.substr(0, cell.find(':')));
        if (!is_one_of(name, {"Temperature", "Temperatur"}))
            return;
        const double here = first_number(cell);
        temperature_c_ = std::isnan(here) ? first_number(right_of(table_, row, c)) : here;
        return;
    }
}

/// "SUNRISE;   Serial number: 12;   Firmware: V 3;   XFLUOR4 Version: V 4.50"
void ReportReader::note_xfluor_header(std::string_view line) {
    note(file_, "instrument", line.substr(0, line.find(';')));
    for (std::size_t at = line.find(';'); at < line.size(); at = line.find(';', at + 1)) {
        const std::string_view part = trim(line.substr(at + 1, line.find(';', at + 1) - at - 1));
        const std::string_view value = trim(part.substr(part.find(':') + 1));
        if (starts_with_ignoring_case(part, "Serial number"))
            note(file_, "serial number", value);
        else if (starts_with_ignoring_case(part, "XFLUOR"))
            note(file_, "software version", value);
    }
    note(file_, "software", "XFLUOR4");
}

void ReportReader::note_fact(std::string_view key, std::string_view value) {
    if (contains_ignoring_case(key, "XFLUOR")) {
        note_xfluor_header(key);
    } else if (starts_report(key)) {
        note(file_, "software", key.substr(key.find(':') + 1));
        note(file_, "software version", value.substr(value.rfind(',') + 1));
    } else if (key.starts_with("Device:") || key.starts_with("Gerät:")) {
        note(file_, "instrument", key.substr(key.find(':') + 1));
        if (value.find("number:") != std::string_view::npos)
            note(file_, "serial number", value.substr(value.find(':') + 1));
    } else if (is_one_of(plain_key(key), {"Start Time", "Startzeit"})) {
        note(file_, fmt::format("start time of plate {}", plate_name_).c_str(), value);
    } else if (is_one_of(plain_key(key), {"Plate", "Platte"})) {
        note(file_, "plate type", value);
        if (const auto shape = shape_named(value))
            shape_ = shape;
    } else if (key.starts_with("Method name:")) {
        note(file_, "method", key.substr(key.find(':') + 1));
    } else if (is_one_of(plain_key(key), {"Date", "Datum", "Time", "Zeit", "User", "Anwender", "Firmware"})) {
        note(file_, std::string(plain_key(key)).c_str(), value);
    }
}

std::string_view ReportReader::title_above(std::size_t row) const {
    if (row == 0 || !right_of(table_, row - 1).empty())
        return {};
    const std::string_view above = table_.cell(row - 1, 0);
    return above.find(':') == std::string_view::npos ? above : std::string_view();
}

/// By title, or the first that has no block yet; the last one when all have.
const Settings& ReportReader::settings_of_block(std::size_t row, std::string_view title) {
    if (settings_.empty())
        document_.fail(table_, row, "values without a line 'Mode' above them that says what was measured");
    std::size_t match = std::min(next_settings_, settings_.size() - 1);
    for (std::size_t i = match; i < settings_.size() && !title.empty(); ++i)
        if (settings_[i].label == title) {
            match = i;
            break;
        }
    next_settings_ = match + 1;
    return settings_[match];
}

void ReportReader::set_aside(std::size_t row, std::string reason) {
    file_.rejects.push_back({table_.place(row), std::move(reason)});
}

}  // namespace wellsieve::formats::plates::tecan

#include <algorithm>
#include <cmath>

#include "formats/plates/tecan_magellan_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::tecan {
namespace {

/// "Unit: OD" → "OD" when the key is "Unit"; otherwise empty.
std::string_view value_of(std::string_view line, std::string_view key) {
    if (!starts_with_ignoring_case(line, key) || line.size() <= key.size() || line[key.size()] != ':')
        return {};
    return trim(line.substr(key.size() + 1));
}

class FooterReader {
  public:
    void read_line(std::string_view line) {
        read_measurement(line);
        read_temperature(line);
        read_plate(line);
        read_fact(line);
        previous_ = line;
    }

    /// Wavelengths in a list of their own stand in the order of the measurements.
    Footer finish() {
        for (std::size_t i = 0; i < wavelengths_.size() && i < std::max<std::size_t>(1, count()); ++i) {
            if (footer_.measurements.size() <= i)
                footer_.measurements.emplace_back();
            Settings& settings = footer_.measurements[i];
            if (settings.mode == Mode::absorbance && std::isnan(settings.wavelength_nm))
                settings.wavelength_nm = wavelengths_[i];
        }
        return std::move(footer_);
    }

  private:
    std::size_t count() const { return std::max(footer_.measurements.size(), footer_.labels.size()); }

    void read_measurement(std::string_view line) {
        std::string_view mode_text = value_of(line, "Measurement mode");
        if (mode_text.empty() && line.find(':') == std::string_view::npos && mode_named(line) &&
            line.find_first_of("\\/.") == std::string_view::npos)
            mode_text = line;  // the compact form: "Absorbance", with or without a wavelength
        if (const auto mode = mode_named(mode_text)) {
            footer_.measurements.push_back({.label = {}, .mode = *mode});
            const double stated = first_number(mode_text);
            if (*mode == Mode::absorbance && stated > 0)
                footer_.measurements.back().wavelength_nm = stated;
        }
        if (line.ends_with("nm") && line.find(':') == std::string_view::npos && !mode_named(line))
            wavelengths_.push_back(first_number(line));
        if (footer_.measurements.empty())
            return;
        Settings& settings = footer_.measurements.back();
        const auto set = [&](double& nm, std::string_view key) {
            if (const auto value = value_of(line, key); !value.empty())
                nm = first_number(value);
        };
        set(settings.wavelength_nm, "Measurement wavelength");
        set(settings.excitation_nm, "Excitation wavelength");
        set(settings.emission_nm, "Emission wavelength");
    }

    /// "Meas. temperature: Label1: 24.8 °C"
    void read_temperature(std::string_view line) {
        const std::string_view value = value_of(line, "Meas. temperature");
        const std::size_t colon = value.rfind(':');
        if (colon == std::string_view::npos)
            return;
        const std::string label(trim(value.substr(0, colon)));
        footer_.labels.push_back(label);
        footer_.temperature_c[label] = first_number(value.substr(colon));
    }

    /// "COS384ft.pdf", "[SUNRISE_Standard] - Greiner 96 Flat"
    void read_plate(std::string_view line) {
        const std::string_view file = value_of(line, "Plate definition file");
        const std::string_view description = value_of(line, "Plate Description");
        if (!file.empty() && footer_.plate.empty())
            footer_.plate = file.substr(0, file.rfind('.'));
        else if (description.starts_with('[') && footer_.plate.empty())
            footer_.plate = description.substr(1, description.find(']') - 1);
    }

    void read_fact(std::string_view line) {
        if (line.ends_with(".mth"))
            footer_.facts.emplace("method", line);
        else if (line.ends_with(".wsp"))
            footer_.facts.emplace("workspace", line);
        else if (const auto serial = value_of(line, "Instrument serial number"); !serial.empty()) {
            footer_.facts.emplace("serial number", serial);
            footer_.facts.emplace("instrument", previous_);
        } else if (const auto date = value_of(line, "Date of measurement"); !date.empty()) {
            constexpr std::string_view time_key = "/Time of measurement:";
            const std::size_t slash = std::min(date.find(time_key), date.size());
            std::string start(date.substr(0, slash));
            if (slash < date.size())
                start.append(" ").append(trim(date.substr(slash + time_key.size())));
            footer_.facts.emplace("start time", start);
        }
    }

    Footer footer_;
    std::vector<double> wavelengths_;
    std::string_view previous_;
};

}  // namespace

Footer read_footer(const Table& table, std::size_t row) {
    FooterReader reader;
    for (; row < table.rows(); ++row)
        for (std::size_t c = 0; c < table.columns(row); ++c)
            if (!table.cell(row, c).empty()) {
                reader.read_line(table.cell(row, c));
                break;
            }
    return reader.finish();
}

std::optional<Settings> settings_for(const Footer& footer, const std::string& label, std::size_t n) {
    if (!footer.labels.empty()) {
        const auto found = std::find(footer.labels.begin(), footer.labels.end(), label);
        if (found == footer.labels.end())
            return std::nullopt;
        n = static_cast<std::size_t>(found - footer.labels.begin());
    }
    if (footer.measurements.empty())
        return Settings{};
    if (n < footer.measurements.size())
        return footer.measurements[n];
    Settings other = footer.measurements.back();
    other.wavelength_nm = other.excitation_nm = other.emission_nm = missing;
    return other;
}

}  // namespace wellsieve::formats::plates::tecan

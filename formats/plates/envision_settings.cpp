#include <algorithm>
#include <array>
#include <cmath>

#include "formats/plates/envision_internal.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::envision {
namespace {

std::size_t filled_cells(const Table& table, std::size_t row) {
    std::size_t count = 0;
    for (std::size_t c = 0; c < table.columns(row); ++c)
        count += !table.cell(row, c).empty();
    return count;
}

std::string_view last_cell(const Table& table, std::size_t row) {
    for (std::size_t c = table.columns(row); c > 1; --c)
        if (!table.cell(row, c - 1).empty())
            return without_formula(table.cell(row, c - 1));
    return {};
}

/// Section names end with a colon and stand alone; a few have none.
bool is_section(const Table& table, std::size_t row) {
    constexpr std::array plain{"Basic assay information", "Protocol information", "Plate information",
                               "Background information"};
    const std::string_view first = table.cell(row, 0);
    if (std::find(plain.begin(), plain.end(), first) != plain.end())
        return true;
    return first.ends_with(':') && filled_cells(table, row) == 1;
}

bool is_result(std::string_view first) {
    return first.starts_with("Results for") || first.starts_with("Calculated results");
}

/// "De=2nd Ex=Top Em=Top Wdw=1 (142)", "Em" → "Top".
std::string_view part_of(std::string_view measinfo, std::string_view key) {
    for (std::size_t at = measinfo.find(key); at != std::string_view::npos; at = measinfo.find(key, at + 1))
        if ((at == 0 || measinfo[at - 1] == ' ') && measinfo.substr(at + key.size()).starts_with('=')) {
            const std::string_view rest = measinfo.substr(at + key.size() + 1);
            return rest.substr(0, rest.find(' '));
        }
    return {};
}

int channel_of(std::string_view measinfo) {
    return part_of(measinfo, "De") == "2nd" ? 2 : 1;
}

/// "Plate information" and "Background information" are a line of names and lines of values.
std::vector<std::pair<std::string_view, std::string_view>> facts_at(const Table& table, std::size_t names,
                                                                    std::size_t values) {
    std::vector<std::pair<std::string_view, std::string_view>> facts;
    for (std::size_t c = 0; c < table.columns(names); ++c)
        if (!table.cell(names, c).empty())
            facts.emplace_back(table.cell(names, c), without_formula(table.cell(values, c)));
    return facts;
}

class SettingsReader {
  public:
    explicit SettingsReader(const Table& table) : table_(table) {}

    Settings read() {
        settings_.holds_data.resize(table_.rows());
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view first = table_.cell(row, 0);
            if (is_result(first)) {
                data_ = true;
            } else if (is_section(table_, row)) {
                section_ = first;
                block_ = {};
                data_ = first == "Plate information" || first == "Background information";
                if (data_) {
                    row = read_named_values(row);
                    continue;
                }
            } else if (!data_) {
                read_line(row, first);
            }
            settings_.holds_data[row] = data_;
        }
        settings_.information_follows =
            contains_ignoring_case(settings_.fact("Place plate information at"), "end");
        return std::move(settings_);
    }

  private:
    /// The last row of the block.
    std::size_t read_named_values(std::size_t title_row) {
        const std::size_t names = title_row + 1;
        std::size_t row = names + 1;
        while (row < table_.rows() && !table_.is_blank(row) && filled_cells(table_, row) > 1 &&
               !std::isnan(number_or_missing(table_.cell(row, 0))) && !is_numbers_only(row)) {
            PlateInformation block{title_row, facts_at(table_, names, row)};
            const std::string_view label = block.fact("Label");
            const std::string_view measinfo = block.fact("MeasInfo");
            if (!label.empty() && !measinfo.empty())
                settings_.detectors.emplace(
                    std::pair(std::string(without_count(label)), channel_of(measinfo)), measinfo);
            if (section_ == "Plate information")
                settings_.plates.push_back(std::move(block));
            ++row;
        }
        return row - 1;
    }

    /// A line of a matrix that follows its background information without a blank line between.
    bool is_numbers_only(std::size_t row) const {
        for (std::size_t c = 0; c < table_.columns(row); ++c)
            if (!table_.cell(row, c).empty() && !parse_value(table_.cell(row, c)))
                return false;
        return true;
    }

    void read_line(std::size_t row, std::string_view first) {
        if (first.empty() && table_.is_blank(row)) {
            block_ = {};
            return;
        }
        const std::string_view value = last_cell(table_, row);
        std::string_view key = first;
        while (key.ends_with(':') || key.ends_with(' '))
            key.remove_suffix(1);
        if (section_ == "Labels:" || section_ == "Filters:") {
            if (block_.empty() || key == "Label name") {
                block_ = key == "Label name" ? value : key;
                if (section_ == "Labels:")
                    settings_.labels.try_emplace(std::string(block_));
            } else if (section_ == "Labels:") {
                settings_.labels[std::string(block_)].emplace(key, value);
            } else if (key == "Description") {
                const std::size_t centre = value.find("CWL=");
                settings_.filters.emplace(
                    block_, wavelength_in(centre == std::string_view::npos ? std::string_view()
                                                                           : value.substr(centre)));
            }
        } else if (!key.empty()) {
            settings_.facts.emplace(key, value);
        }
        if (first.starts_with("Exported with"))
            settings_.facts.emplace("Exported with", first);
    }

    const Table& table_;
    Settings settings_;
    std::string_view section_;
    std::string_view block_;
    bool data_ = true;
};

bool has_word(std::string_view label, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return contains_ignoring_case(label, word); });
}

Mode mode_of_name(std::string_view label) {
    if (has_word(label, {"abs", "photom"}) || starts_with_ignoring_case(label, "OD") ||
        (label.size() > 3 && label[0] == 'A' && !std::isnan(wavelength_in(label.substr(0, 4)))))
        return Mode::absorbance;
    return has_word(label, {"lum", "cps"}) ? Mode::luminescence : Mode::fluorescence;
}

/// By the light paths that the detector used; by the label's name where the file does not state them.
Mode mode_of(std::string_view label, std::string_view measinfo) {
    const std::string_view detector = part_of(measinfo, "De");
    const bool excitation = has_word(part_of(measinfo, "Ex"), {"Top", "Btm", "Bottom"});
    const bool emission = has_word(part_of(measinfo, "Em"), {"Top", "Btm", "Bottom"});
    if (contains_ignoring_case(detector, "lum"))
        return Mode::luminescence;
    if (excitation)
        return emission ? Mode::fluorescence : Mode::absorbance;
    if (emission)  // AlphaScreen excites with a laser of its own, luminescence not at all
        return contains_ignoring_case(label, "lum") ? Mode::luminescence : Mode::fluorescence;
    return mode_of_name(label);
}

}  // namespace

std::string_view PlateInformation::fact(std::string_view key) const {
    for (const auto& [name, value] : facts)
        if (equals_ignoring_case(name, key))
            return value == "N/A" ? std::string_view() : value;
    return {};
}

std::string_view Settings::fact(std::string_view key) const {
    const auto found = facts.find(key);
    return found == facts.end() ? std::string_view() : found->second;
}

Settings read_settings(const Table& table) {
    return SettingsReader(table).read();
}

std::string_view without_count(std::string_view label) {
    const std::size_t open = label.rfind('(');
    const bool count = open != std::string_view::npos && open > 0 && label.ends_with(')') &&
                       label.find_first_not_of("0123456789", open + 1) == label.size() - 1;
    return count ? trim(label.substr(0, open)) : label;
}

Readout readout_of(const Settings& settings, std::string_view label, int channel, std::string_view measinfo) {
    const auto found = settings.labels.find(label);
    const auto setting = [&](std::string_view key) {
        if (found == settings.labels.end())
            return std::string_view();
        const auto at = found->second.find(key);
        return at == found->second.end() ? std::string_view() : at->second;
    };
    const auto filter = [&](std::string_view key) {
        const auto at = settings.filters.find(setting(key));
        return at != settings.filters.end() && !std::isnan(at->second) ? at->second
                                                                       : wavelength_in(setting(key));
    };
    const auto either = [&](std::string_view wavelength, std::string_view filter_key) {
        const double nm = wavelength_in(setting(wavelength));
        return std::isnan(nm) ? filter(filter_key) : nm;
    };
    if (const auto detector = settings.detectors.find({std::string(label), channel});
        measinfo.empty() && detector != settings.detectors.end())
        measinfo = detector->second;

    Readout readout;
    readout.name = label;
    readout.mode = mode_of(label, measinfo);
    readout.unit = default_unit(readout.mode);
    const double excitation_nm = either("Excitation wavelength", "Exc. filter");
    const double emission_nm =
        channel == 2 ? filter("2nd ems. filter") : either("Emission wavelength", "Ems. filter");
    if (readout.mode == Mode::absorbance)
        readout.wavelength_nm = std::isnan(excitation_nm) ? wavelength_in(label) : excitation_nm;
    if (readout.mode == Mode::fluorescence)
        readout.excitation_nm = excitation_nm;
    if (readout.mode != Mode::absorbance)
        readout.emission_nm = emission_nm;
    return readout;
}

}  // namespace wellsieve::formats::plates::envision

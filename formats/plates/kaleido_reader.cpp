#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

using Settings = std::map<std::string_view, std::string_view>;

bool starts_result(std::string_view first) {
    return first.starts_with("Results for") || first.starts_with("Result for");
}

std::string_view last_cell(const Table& table, std::size_t row) {
    for (std::size_t c = table.columns(row); c > 1; --c)
        if (!table.cell(row, c - 1).empty())
            return table.cell(row, c - 1);
    return {};
}

std::string_view without_colon(std::string_view key) {
    return trim(key.ends_with(':') ? key.substr(0, key.size() - 1) : key);
}

/// The value of the first setting whose name starts so, in any case.
std::string_view setting(const Settings& settings, std::string_view key) {
    for (const auto& [name, value] : settings)
        if (starts_with_ignoring_case(name, key))
            return value;
    return {};
}

double first_wavelength(std::initializer_list<std::string_view> texts) {
    for (std::string_view text : texts)
        if (const double nm = wavelength_in(text); !std::isnan(nm))
            return nm;
    return missing;
}

/// Nothing for a measurement that yields no reading, an image for instance.
std::optional<Mode> mode_of(std::string_view title, double excitation_nm, double emission_nm) {
    const auto says = [&](std::string_view word) { return contains_ignoring_case(title, word); };
    if (says("imag") || says("brightfield") || says("label-free") || says("label free"))
        return std::nullopt;
    if (says("abs") || starts_with_ignoring_case(title, "OD"))
        return Mode::absorbance;
    if (says("lum") && !says("alpha"))
        return Mode::luminescence;
    const bool named =
        says("fluo") || says("FI ") || says("FP") || says("TRF") || says("FRET") || says("alpha");
    if (named || !std::isnan(emission_nm))
        return Mode::fluorescence;
    return std::isnan(excitation_nm) ? Mode::luminescence : Mode::absorbance;
}

class KaleidoReader {
  public:
    explicit KaleidoReader(const Document& document)
        : document_(document), table_(document.tables().front()) {}

    PlateFile read() {
        expect_readings(document_, file_);
        read_settings();
        for (std::size_t row = 0; row < table_.rows();)
            row = read_at(row);
        if (file_.measurements.empty())
            document_.fail(file_.rejects.empty()
                               ? "holds no result of a Kaleido measurement"
                               : fmt::format("holds no reading, only {}", file_.rejects.front().reason));
        const double rows = number_or_missing(setting(facts_, "Number of rows"));
        const double columns = number_or_missing(setting(facts_, "Number of columns"));
        set_shape(file_, every_plate, rows, columns);
        note_facts();
        return std::move(file_);
    }

  private:
    /// Operations ("Tech" in 2.0, "Operation" in 3.x) stand below the results, each with its settings.
    void read_settings() {
        std::string_view operation;
        for (std::size_t row = 0; row < table_.rows(); ++row) {
            const std::string_view key = without_colon(table_.cell(row, 0));
            if (key.empty())
                continue;
            const std::string_view value = last_cell(table_, row);
            if (key == "Tech" || key == "Operation")
                operation = value;
            else if (key == "Analysis" || key == "Post Processing Sequence")
                operation = {};
            else if (!operation.empty())
                operations_[operation].emplace(key, value);
            else if (!value.empty())
                facts_.emplace(key, value);
        }
    }

    std::size_t read_at(std::size_t row) {
        const std::string_view first = table_.cell(row, 0);
        if (starts_result(first)) {
            title_ = trim(first.substr(first.find("for") + 3));
            result_ = {};
            in_results_ = true;
        } else if (first.starts_with("Analysis Result")) {
            in_analysis_ = true;
        } else if (starts_with_ignoring_case(first, "Measurement Basic Information") ||
                   starts_with_ignoring_case(first, "Measurement Information") ||
                   first.starts_with("Platemap")) {
            in_results_ = in_analysis_ = false;
        } else if (first.starts_with("Barcode:")) {
            read_result_line(row);
        } else if (first == "Barcode" && in_results_) {
            read_result_table(row);
        } else if (const auto grid = in_results_ ? grid_at(table_, row) : std::nullopt) {
            read_grid(row, *grid);
            return grid->end_row;
        }
        return row + 1;
    }

    /// "Barcode: V-1, PlateRepeat: 1, WellRepeat: 1".
    void read_result_line(std::size_t row) {
        result_ = {};
        for (std::size_t c = 0; c < table_.columns(row); ++c) {
            const std::string_view cell = table_.cell(row, c);
            if (const std::size_t colon = cell.find(':'); colon != std::string_view::npos)
                result_.emplace(cell.substr(0, colon), trim(cell.substr(colon + 1)));
        }
    }

    /// "Barcode,Repeat,Loop no,…" above its values.
    void read_result_table(std::size_t row) {
        result_ = {};
        for (std::size_t c = 0; c < table_.columns(row); ++c)
            if (!table_.cell(row, c).empty())
                result_.emplace(table_.cell(row, c), without_formula(table_.cell(row + 1, c)));
    }

    void read_grid(std::size_t row, const PlateGrid& grid) {
        std::string_view analysis = setting(result_, "Analysis Parameter");
        if (analysis.empty())
            analysis = setting(result_, "AnalysisParameter");
        const auto readout = readout_of(title_);
        if (in_analysis_ || !analysis.empty() || !readout) {
            file_.rejects.push_back(
                {table_.place(row), fmt::format("an analysis of '{}', not a reading{}{}", title_,
                                                analysis.empty() ? "" : ": ", analysis)});
            return;
        }
        std::string_view barcode = setting(result_, "Barcode");
        if (barcode.empty())
            barcode = setting(facts_, "Barcode");
        Measurement where;
        where.plate = file_.plate(barcode.empty() ? "1" : barcode);
        where.readout = file_.readout(*readout);
        add_grid(document_, table_, grid, where, file_);
    }

    std::optional<Readout> readout_of(std::string_view title) const {
        const auto found = operations_.find(title);
        const Settings& operation = found != operations_.end() ? found->second
                                    : operations_.size() == 1  ? operations_.begin()->second
                                                               : facts_;
        const double excitation_nm =
            first_wavelength({setting(result_, "Exc wl"), setting(operation, "Excitation wavelength"),
                              setting(operation, "Exc. filter"), setting(operation, "Excitation filter")});
        const double emission_nm =
            first_wavelength({setting(result_, "Ems wl"), setting(operation, "Emission wavelength"),
                              setting(operation, "Ems. filter"), setting(operation, "Emission filter")});
        const auto mode = mode_of(title, excitation_nm, emission_nm);
        if (!mode)
            return std::nullopt;
        Readout readout;
        readout.name = title;
        readout.mode = *mode;
        readout.unit = default_unit(*mode);
        if (*mode == Mode::absorbance)
            readout.wavelength_nm = excitation_nm;
        else
            readout.emission_nm = emission_nm;
        if (*mode == Mode::fluorescence)
            readout.excitation_nm = excitation_nm;
        return readout;
    }

    void note_facts() {
        note(file_, "instrument", setting(facts_, "Instrument Name"));
        note(file_, "serial number", setting(facts_, "Instrument Serial Number"));
        note(file_, "software version", setting(facts_, "Software version"));
        note(file_, "protocol", setting(facts_, "Protocol Name"));
        note(file_, "start time", setting(facts_, "Measurement Started"));
        note(file_, "start time", setting(facts_, "Measurement Date"));
    }

    const Document& document_;
    const Table& table_;
    PlateFile file_;
    Settings facts_;
    std::map<std::string_view, Settings> operations_;
    std::string_view title_;
    Settings result_;  ///< what stands between the title and the plate
    bool in_results_ = false;
    bool in_analysis_ = false;
};

}  // namespace

Match sniff_kaleido(const Document& document) {
    constexpr std::size_t sniffed_rows = 12;
    if (document.is_workbook())
        return Match::no;
    const Table& table = document.tables().front();
    bool results = false;
    for (std::size_t row = 0; row < std::min(table.rows(), sniffed_rows); ++row) {
        const std::string_view first = table.cell(row, 0);
        if (first.ends_with("Results from"))
            return Match::certain;
        results |= starts_result(first);
        if (results && first.starts_with("Barcode:"))
            return Match::certain;
    }
    return Match::no;
}

PlateFile read_kaleido(const Document& document) {
    return KaleidoReader(document).read();
}

}  // namespace wellsieve::formats::plates

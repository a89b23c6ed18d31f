#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

/// One "Read" step of the procedure that a Gen5 export states.
struct Gen5Step {
    std::string label;  ///< "GFP_50"; empty for a step that was not named
    std::optional<Mode> mode;
    std::vector<double> stated_nm = {};    ///< every number in the lines that state its optics
    double fixed_excitation_nm = missing;  ///< of an emission spectrum
    double fixed_emission_nm = missing;    ///< of an excitation spectrum
};

/// What the first column of a spectrum stands for.
enum class Gen5Scan { none, wavelength, excitation, emission };

/// What a label of measured values says about them.
struct Gen5Channel {
    Readout readout;  ///< without the wavelength that is scanned
    Gen5Scan scan = Gen5Scan::none;
};

/// The steps under "Procedure Details", whose rows begin at `row`; moves `row` to the blank row that ends
/// them.
std::vector<Gen5Step> read_gen5_procedure(const Table& table, std::size_t& row);

/// Labels of measured values are made by the software: the step's name if it has one, a colon, the optics
/// ("GFP_50:480,520", "Read 2:600", "400/30,460/40", "Lum", "260:977 [Test]"). Nothing for any other label:
/// those are of calculated values ("Blank 600", "[Concentration]", "Max V [600]", "Ratio").
std::optional<Gen5Channel> gen5_channel(std::string_view label, const std::vector<Gen5Step>& steps);

/// Whether the procedure states a channel's wavelengths, or states none at all. A label without its end may
/// still read like one.
bool procedure_states(const Gen5Channel& channel, const std::vector<Gen5Step>& steps);

/// "Runtime 24:00:00 (HH:MM:SS), Interval 0:10:00, 145 Reads" → 86400; 0 for another text.
double gen5_runtime(std::string_view start_kinetic);

/// "96 WELL PLATE (Use plate lid)", "Generic 96 UV" → 96. Nothing where the text names no standard plate.
std::optional<PlateShape> gen5_plate_shape(std::string_view plate_type);

/// Whether `row` is the head of a table with a column a well: "Time", its temperature column, "A1" …
bool is_gen5_series(const Table& table, std::size_t row, std::size_t first);
/// Whether `row` is the head of a plate-shaped table: 1, 2, … above rows A, B, …
bool is_gen5_matrix(const Table& table, std::size_t row, std::size_t first);
/// Whether `row` is the head of a table with a line a well: "Well ID", "Well", labels …
bool is_gen5_list(const Table& table, std::size_t row);
/// Whether `row` is the line "Well", "A1", "A2" … above lines of values.
bool is_gen5_wells_across(const Table& table, std::size_t row, std::size_t first);
/// Whether `row` is the line of times or wavelengths above lines of wells.
bool is_gen5_series_across(const Table& table, std::size_t row, std::size_t first);

/// The walk over one export: sections and tables in whatever order they come.
class Gen5Export {
  public:
    explicit Gen5Export(const Document& document) : document_(document) {}
    PlateFile read();

  private:
    /// A column of a table of values, and what it stands for.
    struct WellColumn {
        std::size_t column;
        Well well;
    };
    /// The head of a table with one row (or column) a time, wavelength or point of a well scan.
    struct SeriesHead {
        enum Axis { time, wavelength, point } axis = time;
        std::size_t first = 0;  ///< column of the axis
        std::optional<std::size_t> temperature;
        std::string_view label;  ///< empty where only the heading tells
        std::vector<WellColumn> wells;
        /// "T° 600" → "600".
        void set_label(std::string_view of_temperature);
    };

    // gen5_reader.cpp: what stands around the tables
    std::size_t take_row(const Table& table, std::size_t row);
    bool take_fact(const Table& table, std::size_t row, std::size_t column);
    void begin_section();
    void begin_plate(std::string_view name);
    std::uint32_t plate();
    std::optional<std::uint32_t> endpoint_readout(const Table& table, std::size_t row,
                                                  std::string_view label);
    void note_calculated(const Table& table, std::size_t row, std::string_view label);
    [[noreturn]] void fail_empty() const;

    // gen5_tables.cpp: the tables
    std::size_t read_series(const Table& table, std::size_t row, std::size_t first);
    SeriesHead series_head(const Table& table, std::size_t row, std::size_t first) const;
    Gen5Channel series_channel(const Table& table, std::size_t row, const SeriesHead& head);
    double series_axis(const Table& table, std::size_t row, const SeriesHead& head) const;
    std::optional<double> series_time(std::string_view text) const;
    void read_series_rows(const Table& table, std::size_t begin, std::size_t end, const SeriesHead& head,
                          const Gen5Channel& channel);
    bool is_last_line_unended(const Table& table, std::size_t row) const;
    void check_not_cut(const Table& table, std::size_t row, const SeriesHead& head) const;
    void check_not_cut(const Table& table, std::size_t row, std::string_view label) const;
    std::size_t read_matrix(const Table& table, std::size_t row, std::size_t first);
    void take_sample_names(const Table& table, std::size_t row, const std::vector<WellColumn>& wells,
                           std::string_view label);
    std::string_view matrix_label(const Table& table, std::size_t row, std::size_t last_column) const;
    void spread_temperatures(std::size_t first_measurement);
    void add_row(const Table& table, std::size_t row, const std::vector<WellColumn>& wells, Measurement like);
    static bool has_number(const Table& table, std::size_t row, const std::vector<WellColumn>& wells);
    std::vector<WellColumn> wells_across(const Table& table, std::size_t row, std::size_t first) const;
    std::string_view label_of(const SeriesHead& head) const;
    bool is_measured(const SeriesHead& head, bool with_temperature) const;
    Measurement begin_series(const SeriesHead& head, const Gen5Channel& channel);
    void place_on_axis(Measurement& like, const SeriesHead& head, const Gen5Channel& channel, double axis);
    void note_not_taken(const Table& table, std::size_t row, std::size_t column, std::size_t reads);

    // gen5_lists.cpp: tables with a line or a column a well
    std::size_t read_list(const Table& table, std::size_t header);
    std::size_t read_wells_across(const Table& table, std::size_t header, std::size_t first);
    std::size_t read_series_across(const Table& table, std::size_t row, std::size_t first);
    void name_sample(Well well, std::string_view name);

    const Document& document_;
    PlateFile file_;
    char decimal_mark_ = '.';

    // of the section that is being read
    std::vector<Gen5Step> steps_;
    std::string plate_name_;
    std::string plate_started_;  ///< date and time, as the file writes them
    std::optional<PlateShape> shape_;
    double runtime_s_ = 0;                          ///< of the procedure's kinetic loops together
    std::optional<std::uint32_t> plate_;            ///< once a value was read
    std::map<std::uint32_t, std::string> started_;  ///< of the plates so far
    std::map<Well, std::string> samples_;
    std::vector<double> temperatures_;
    std::map<std::string, std::optional<std::uint32_t>, std::less<>>
        readouts_;         ///< by label; none: calculated
    std::string heading_;  ///< the last line that stands alone

    std::optional<std::pair<std::string, std::string>>
        calculated_;  ///< place and label of the first one left out
};

}  // namespace wellsieve::formats::plates

#include "pipeline/offline_samples.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/pipeline/small_plate.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::Flag;
using formats::plates::hour_s;
using formats::plates::missing;
using formats::plates::PlateFile;
using formats::plates::TakenSample;
using tests::series_of;
using tests::six_wells;

namespace {

/// A plate of two reactors that were read at 0 and 10 h.
PlateData reactors(const std::string& name) {
    PlateData plate = six_wells(name);
    plate.shape = {1, 2};
    plate.wells.resize(2);
    plate.vessels = {"R1", "R2"};
    plate.series.push_back(series_of({0, 10 * hour_s}, {1, 2, 3, 4}));
    plate.series.back().readout.name = "biomass";
    return plate;
}

/// An analyser's file: a row a sample with one quantity.
struct Row {
    std::string sample;
    double value = missing;
    Flag flag = Flag::none;
    std::string quantity = "glucose";
    double taken_s = missing;
    std::string vessel = "";
    std::string unit = "g/L";
};

PlateFileBatch analyser(const std::vector<Row>& rows) {
    PlateFileBatch batch;
    batch.job.name = batch.input.path = "cedex.txt";
    batch.job.kind = batch.input.kind = "offline";
    PlateFile& file = batch.file;
    file.plate("1");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        file.sample_rows.push_back(
            {file.measurements.size(), "line " + std::to_string(i + 2), row.taken_s, row.vessel});
        formats::plates::Measurement m;
        m.well = {0, static_cast<std::uint16_t>(i)};
        formats::plates::Readout readout;
        readout.mode = formats::plates::Mode::analyte;
        readout.name = row.quantity;
        readout.unit = row.unit;
        m.readout = file.readout(readout);
        m.value = row.value;
        m.flag = row.flag;
        file.measurements.push_back(m);
        file.samples[{0, m.well}] = row.sample;
    }
    batch.input.cells_in = file.measurements.size();
    return batch;
}

struct Placed {
    PlateCollection collection;
    std::vector<std::string> warnings;

    const ReadoutSeries& series(std::size_t plate, const std::string& quantity) const {
        for (const ReadoutSeries& series : collection.plates[plate].series)
            if (series.readout.name == quantity)
                return series;
        throw std::runtime_error("no " + quantity);
    }
    std::vector<std::string> rejects() const {
        std::vector<std::string> texts;
        for (const ScreenReject& reject : collection.rejects)
            texts.push_back(reject.input + ": " + reject.place + ": " + reject.reason);
        return texts;
    }
};

Placed place(const std::vector<Row>& rows, const OfflineOptions& options, std::vector<PlateData> plates) {
    Placed placed;
    placed.collection.plates = std::move(plates);
    placed.warnings = place_samples({analyser(rows)}, {&options, 1}, placed.collection);
    const InputFile& input = placed.collection.inputs.front();
    CHECK(input.cells_in == rows.size());
    CHECK(input.cells_used + input.cells_rejected == input.cells_in);
    std::uint64_t used = 0;
    for (const PlateData& plate : placed.collection.plates)
        for (const ReadoutSeries& series : plate.series)
            used += series.of_samples ? series.readings() : 0;
    CHECK(input.cells_used == used);
    return placed;
}

OfflineOptions with_pattern(const std::string& pattern) {
    OfflineOptions options;
    options.pattern = pattern;
    return options;
}

}  // namespace

TEST_CASE("a sample's name is taken apart by a pattern") {
    const auto found = [](std::string_view name, std::string_view pattern) {
        const auto parts = parse_sample_name(name, pattern);
        return parts ? parts->plate + "|" + parts->vessel + "|" + std::to_string(parts->time_h) : "none";
    };
    CHECK(found("R1_24.5", "{vessel}_{hours}") == "|R1|24.500000");
    CHECK(found("R_1_24", "{vessel}_{hours}") == "|R_1|24.000000");
    CHECK(found("Run 7-R1-t90min", "{plate}-{vessel}-T{minutes}MIN") == "Run 7|R1|1.500000");
    CHECK(found("B03 d2", "{vessel} d{days}") == "|B03|48.000000");
    CHECK(found("R1", "{vessel}") == "|R1|nan");
    CHECK(found("R1_late", "{vessel}_{hours}") == "none");
    CHECK(found("R1_-3", "{vessel}_{hours}") == "none");
    CHECK(found("_3", "{vessel}_{hours}") == "none");
    CHECK(found("R1_3x", "{vessel}_{hours}") == "none");
    CHECK(found("", "{vessel}") == "none");
}

TEST_CASE("a pattern that is none says why") {
    CHECK(problem_with_pattern("{vessel}_{hours}").empty());
    CHECK(problem_with_pattern("{hours}") == "{vessel} is missing");
    CHECK(problem_with_pattern("{vessel}_{hour}").find("'{hour}' is none of") == 0);
    CHECK(problem_with_pattern("{vessel}_{hours}_{days}") == "'{days}' is one too many");
    CHECK(problem_with_pattern("{vessel}_{vessel}") == "'{vessel}' is one too many");
    CHECK(problem_with_pattern("{vessel") == "a '{' without its '}'");
}

TEST_CASE("samples become readouts of their vessels, each at its own time") {
    const Placed placed = place({{"r2_0.5", 9}, {"R1_0", 10}, {"R1_2", 8}}, with_pattern("{vessel}_{hours}"),
                                {reactors("run")});
    const ReadoutSeries& glucose = placed.series(0, "glucose");
    CHECK(glucose.times_s == std::vector<double>{0, 0.5 * hour_s, 2 * hour_s});
    CHECK(glucose.values[0] == 10);
    CHECK(glucose.flags[1] == absent);
    CHECK(glucose.flags[2] == absent);
    CHECK(glucose.values[3] == 9);
    CHECK(glucose.values[4] == 8);
    CHECK(glucose.of_samples);
    CHECK(placed.rejects().empty());
    CHECK(placed.warnings.empty());
}

TEST_CASE("a vessel that an analyser alone has measured is measured") {
    PlateData run = reactors("run");
    run.series.clear();
    run.layout_path = "layout.csv";
    for (WellAnnotation& well : run.wells) {
        well.role = formats::plates::Role::sample;
        well.in_layout = true;
    }
    Placed placed = place({{"R2_1", 9}}, with_pattern("{vessel}_{hours}"), {run});
    placed.collection.report_mismatches();
    CHECK(placed.rejects() ==
          std::vector<std::string>{"layout.csv: plate 'run', well A1: has no measurement"});
}

TEST_CASE("a table says where samples are from; what it lacks, and what no file has, is listed") {
    OfflineOptions options;
    options.table_path = "samples.csv";
    options.table = {{"S1", "", "R1", 1, missing, "line 2"},
                     {"S2", "", "A2", 1, missing, "line 3"},
                     {"S3", "", "R3", 1, missing, "line 4"},
                     {"S4", "", "R1", missing, missing, "line 5"},
                     {"S5", "", "R1", 2, missing, "line 6"}};
    const Placed placed =
        place({{"S1", 1}, {"S2", 2}, {"S3", 3}, {"S4", 4}, {"S9", 5}, {"S9", 6}}, options, {reactors("run")});
    CHECK(placed.series(0, "glucose").values == std::vector<double>{1, 2});
    CHECK(
        placed.rejects() ==
        std::vector<std::string>{
            "cedex.txt: line 4, sample 'S3': no plate has a vessel 'R3' (1 value)",
            "cedex.txt: line 5, sample 'S4': its time is not known: a column time_h, {hours} in the pattern, "
            "or start = … for dates tells it (1 value)",
            "cedex.txt: line 6, sample 'S9': is not in samples.csv (2 values)",
            "samples.csv: line 6, sample 'S5': is in no file"});
    REQUIRE(placed.warnings.size() == 1);
    CHECK(placed.warnings[0].find("3 of 5 samples of offline analysers not used") == 0);
}

TEST_CASE("a dilution is undone in what is per volume, and nothing else falls with it") {
    OfflineOptions options;
    options.table_path = "samples.csv";
    options.table = {{"S1", "", "R1", 1, missing, "line 2", 20}};
    Placed placed;
    placed.collection.plates = {reactors("run")};
    PlateFileBatch file = analyser({{"S1", 3},
                                    {"S1", 4, Flag::none, "density", missing, "", "10^6 cells/mL"},
                                    {"S1", 5, Flag::none, "lactate", missing, "", "mM"},
                                    {"S1", 7, Flag::none, "pH", missing, "", ""},
                                    {"S1", 90, Flag::none, "viability", missing, "", "%"},
                                    {"S1", 300, Flag::none, "osmolality", missing, "", "mOsm/kg"},
                                    {"S1", missing, Flag::overflow, "ammonium", missing, "", "g/L"}});
    place_samples({file}, {&options, 1}, placed.collection);
    const auto value = [&](const std::string& quantity) { return placed.series(0, quantity).values[0]; };
    CHECK(value("glucose") == 60);
    CHECK(value("density") == 80);
    CHECK(value("lactate") == 100);
    CHECK(value("pH") == 7);
    CHECK(value("viability") == 90);
    CHECK(value("osmolality") == 300);
    CHECK(placed.series(0, "ammonium").flags[0] == Flag::overflow);
}

TEST_CASE("vessels that analysers alone have measured make plates") {
    const auto plates = [](const std::vector<Row>& rows, const OfflineOptions& options) {
        return plates_of_samples(std::vector{analyser(rows)}, {&options, 1});
    };
    const auto reactors =
        plates({{"R10_1", 1}, {"R2_1", 2}, {"R2_3", 2}, {"unnamed", 3}}, with_pattern("{vessel}_{hours}"));
    REQUIRE(reactors.size() == 1);
    CHECK(reactors[0].name == "samples");
    CHECK(reactors[0].vessels == std::vector<std::string>{"R2", "R10"});
    CHECK(reactors[0].wells[1].strain == "R10");
    OfflineOptions options;
    options.table_path = "samples.csv";
    options.table = {{"S1", "p", "B2", 1, missing, "line 2", 1, "x"},
                     {"S2", "q", "A12", 1, missing, "line 3", 1, "y"},
                     {"S3", "p", "B2", 2, missing, "line 4"}};
    const auto wells = plates({{"S1", 1}, {"S2", 2}, {"S3", 2}}, options);
    REQUIRE(wells.size() == 2);
    CHECK(wells[0].name == "p");
    CHECK(wells[0].vessels.empty());
    CHECK(wells[0].wells[wells[0].shape.index({1, 1})].strain == "x");
    CHECK(wells[1].shape.wells() == 96);
    options.table[2].strain = "z";
    CHECK_THROWS_WITH(plates({{"S1", 1}, {"S3", 2}}, options),
                      "samples.csv: line 4: vessel 'B2' holds strain 'z' here and 'x' in line 2");
    CHECK(plates({}, options).empty());
}

TEST_CASE("dates are counted from the start of the run, those of the table before those of the file") {
    constexpr double start_s = 1.7e9;
    OfflineOptions options;
    options.table_path = "samples.csv";
    options.start_s = start_s;
    options.table = {{"S1", "", "R1", missing, start_s + 2 * hour_s, "line 2"},
                     {"S2", "", "R1", missing, missing, "line 3"},
                     {"S3", "", "R1", missing, start_s - hour_s, "line 4"}};
    const Placed placed = place({{"S1", 1, Flag::none, "glucose", start_s + 9 * hour_s},
                                 {"S2", 2, Flag::none, "glucose", start_s + 3 * hour_s},
                                 {"S3", 3}},
                                options, {reactors("run")});
    CHECK(placed.series(0, "glucose").times_s == std::vector<double>{2 * hour_s, 3 * hour_s});
    CHECK(
        placed.rejects() ==
        std::vector<std::string>{"cedex.txt: line 4, sample 'S3': was taken 1 h before the start (1 value)"});
}

TEST_CASE("without table and pattern a row's vessel counts, else the sample's name") {
    OfflineOptions options;
    options.start_s = 0;
    const Placed placed =
        place({{"S1", 1, Flag::none, "glucose", hour_s, "R2"}, {"R1", 2, Flag::none, "glucose", hour_s}},
              options, {reactors("run")});
    CHECK(placed.series(0, "glucose").values == std::vector<double>{2, 1});
}

TEST_CASE("of several plates with such a vessel one must be named") {
    const std::vector<PlateData> two{reactors("run 1"), reactors("run 2")};
    const std::vector<Row> rows{{"run 2-R1-1", 5}, {"run 3-R1-1", 6}};
    const Placed named = place(rows, with_pattern("{plate}-{vessel}-{hours}"), two);
    CHECK(named.series(1, "glucose").values[0] == 5);
    CHECK(named.rejects() ==
          std::vector<std::string>{
              "cedex.txt: line 3, sample 'run 3-R1-1': there is no plate 'run 3' (1 value)"});
    const Placed open = place({{"R1_1", 5}}, with_pattern("{vessel}_{hours}"), two);
    REQUIRE(open.rejects().size() == 1);
    CHECK(open.rejects()[0].find("vessel 'R1' is on plate 'run 1' and on plate 'run 2'") !=
          std::string::npos);
    OfflineOptions options = with_pattern("{vessel}_{hours}");
    options.plate = "run 1";
    CHECK(place({{"R1_1", 5}}, options, two).series(0, "glucose").values[0] == 5);
}

TEST_CASE("of two readings of one vessel, time and quantity the number counts, then the first") {
    const Placed placed = place({{"R1_1", missing, Flag::underflow},
                                 {"R1_1", 4.7},
                                 {"R1_1", 4.9},
                                 {"R1_1", missing, Flag::not_measured},
                                 {"R2_1", missing, Flag::not_measured},
                                 {"R2_1", missing, Flag::error},
                                 {"R1_1", 0.1, Flag::none, "lactate"}},
                                with_pattern("{vessel}_{hours}"), {reactors("run")});
    const ReadoutSeries& glucose = placed.series(0, "glucose");
    CHECK(glucose.values[0] == 4.7);
    CHECK(glucose.flags[1] == Flag::error);
    CHECK(placed.series(0, "lactate").values[0] == 0.1);
    CHECK(placed.rejects() == std::vector<std::string>{"cedex.txt: line 2, sample 'R1_1': glucose of well A1 "
                                                       "at 1 h stands twice: 'underflow' is not used, "
                                                       "for 4.7 of sample 'R1_1' is",
                                                       "cedex.txt: line 4, sample 'R1_1': glucose of well A1 "
                                                       "at 1 h stands twice: 4.9 is not used, for 4.7 "
                                                       "of sample 'R1_1' is"});
}

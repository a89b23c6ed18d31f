#include "tests/support/small_result.hpp"

#include <limits>

#include "formats/results/result_writer.hpp"
#include "tests/support/result_tables.hpp"

namespace wellsieve::tests {
namespace {

using namespace formats::results;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr auto na = Categorical::not_available;
using Ints = std::vector<std::int32_t>;
using Longs = std::vector<std::int64_t>;
using Doubles = std::vector<double>;
using Texts = std::vector<std::string>;

const Texts well_names = {"A1", "A2", "A3", "B1", "B2", "B3"};

ResultTable inputs() {
    auto table = make_table(table_name::inputs);
    table.add("path", Texts{"raw/plate 1.csv", "strains.csv"});
    table.add("bytes", Longs{5'000'000'000, 120});
    table.add("sha256", Texts{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""});
    table.add("kind", Categorical{{0, 1}, {"plates", "strains"}});
    table.add("reader", Categorical{{0, na}, {"gen5"}});
    table.add("rows_in", Longs{13, 3});
    table.add("rows_used", Longs{12, 3});
    table.add("rows_rejected", Longs{1, 0});
    return table;
}

ResultTable plates() {
    auto table = make_table(table_name::plates);
    table.add("plate", Texts{"P1", "P\u00e92"});
    table.add("batch", Categorical{{0, 0}, {"1"}});
    table.add("replicate", Categorical{{0, 1}, {"r1", "r2"}});
    table.add("rows", Ints{2, 2});
    table.add("columns", Ints{3, 3});
    table.add("run_order", Ints{1, 2});
    table.add("measurement_begin", Longs{0, 300});
    table.add("measurement_end", Longs{300, 600});
    return table;
}

ResultTable wells() {
    auto table = make_table(table_name::wells);
    table.add("plate", Categorical{{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}, {"P1", "P\u00e92"}});
    table.add("well", Categorical{{0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5}, well_names});
    table.add("row", Ints{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1});
    table.add("column", Ints{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2});
    table.add("strain",
              Categorical{{0, 1, 2, 0, 1, na, 0, 1, 2, 0, 1, na}, {"WT", "\u0394adhE", "x, \"y\""}});
    table.add("role", Categorical{{0, 1, 1, 0, 1, 2, 0, 1, 1, 0, 1, 2}, {"parent", "sample", "blank"}});
    table.add("replicate", Categorical{{0, 0, 0, 1, 1, na, 0, 0, 0, 1, 1, na}, {"1", "2"}});
    table.add("condition", Categorical{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {""}});
    table.add("medium", Categorical{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, {"M9"}});
    table.add("masked",
              Categorical{{na, na, 0, na, na, na, na, na, na, na, na, na}, {"bubble, seen by eye"}});
    table.add("inducer_um", Doubles{0, 10, 10, 0, 0.1, nan, 0, 10, 10, 0, 0.1, nan}, "uM", "IPTG");
    return table;
}

ResultTable readouts() {
    auto table = make_table(table_name::readouts);
    table.add("readout", Texts{"od", "gfp"});
    table.add("mode", Categorical{{0, 1}, {"absorbance", "fluorescence"}});
    table.add("wavelength_nm", Doubles{600, nan});
    table.add("excitation_nm", Doubles{nan, 485});
    table.add("emission_nm", Doubles{nan, 520});
    table.add("unit", Categorical{{0, 1}, {"AU", "RFU"}});
    return table;
}

ResultTable traits() {
    auto table = make_table(table_name::traits);
    table.add("plate", Categorical{{0, 0, 0, 1, 1, 1}, {"P1", "P\u00e92"}});
    table.add("well", Categorical{{0, 1, 1, 0, 2, 4}, well_names});
    table.add("trait", Categorical{{1, 1, 0, 1, 0, 1}, {"growth", "product"}});
    table.add("raw", Doubles{1.5, 2.5, 0.1, nan, 0.3, 1e-7});
    table.add("corrected", Doubles{1.25, 2.25, 0.1, nan, 0.2, 1e-8});
    table.add("standard_error", Doubles{0.01, nan, 0, nan, 1e-3, 0.5});
    table.add("normalised", Doubles{0, 0.75, -0.5, nan, 0.25, 123456789.123});
    table.add("flag", Categorical{{na, na, na, 0, na, na}, {"overflow"}});
    return table;
}

ResultTable curves() {
    auto table = make_table(table_name::curves);
    table.add("plate", Categorical{{0, 1}, {"P1", "P\u00e92"}});
    table.add("well", Categorical{{0, 5}, well_names});
    table.add("readout", Categorical{{0, 0}, {"od"}});
    table.add("traits", Categorical{{0, 0}, {"growth, lag"}});
    table.add("verdict", Categorical{{0, 1}, {"ok", "no_growth"}});
    table.add("verdicts", Categorical{{na, 0}, {"no_growth, still_growing"}});
    table.add("outliers_h", Categorical{{0, na}, {"0.25, 3"}});
    double value = 0.01;
    for (const auto& column : column::curves) {
        if (column.type == ColumnType::float64)
            table.add(std::string(column.name), Doubles{value *= 1.5, nan});
        else if (column.type == ColumnType::int32)
            table.add(std::string(column.name), Ints{5, 0});
    }
    return table;
}

ResultTable scores() {
    auto table = make_table(table_name::scores);
    table.add("strain", Categorical{{0, 1}, {"\u0394adhE", "x, \"y\""}});
    table.add("role", Categorical{{0, 0}, {"sample"}});
    table.add("trait", Categorical{{0, 0}, {"product"}});
    table.add("n_wells", Ints{4, 1});
    table.add("n_plates", Ints{2, 1});
    table.add("n_features", Ints{0, 0});
    double value = 0.1;
    for (const auto* name : {"estimate", "standard_error", "df", "shrunken", "shrunken_sd", "ci_low",
                             "ci_high", "p_value", "q_value", "p_better", "p_top", "rank_low", "rank_high"})
        table.add(name, Doubles{value += 0.1, nan});
    table.add("normalisation", Categorical{{0, 0}, {"parent"}});
    return table;
}

ResultTable ranking() {
    auto table = make_table(table_name::ranking);
    table.add("rank", Ints{1, 2});
    table.add("strain", Texts{"\u0394adhE", "x, \"y\""});
    table.add("trait", Categorical{{0, 0}, {"product"}});
    table.add("score", Doubles{0.5, -1.0 / 3});
    table.add("ci_low", Doubles{0.25, nan});
    table.add("ci_high", Doubles{0.75, nan});
    table.add("p_better", Doubles{0.99, 0.01});
    table.add("p_top", Doubles{1, 0});
    table.add("n_wells", Ints{4, 1});
    table.add("n_features", Ints{0, 0});
    table.add("picked", std::vector<bool>{true, false});
    return table;
}

ResultTable rejects() {
    auto table = make_table(table_name::rejects);
    table.add("input", Categorical{{0}, {"raw/plate 1.csv"}});
    table.add("place", Texts{"line 14, column 3"});
    table.add("kind", Categorical{{0}, {"value"}});
    table.add("reason", Texts{"'12..5' is no number"});
    return table;
}

}  // namespace

void write_small_result(const std::filesystem::path& path) {
    ResultWriter writer(path, "wellsieve 0.1.0", "[screen]\nname = \"caf\u00e9\"\n");
    for (const auto& table : {inputs(), strains(), plates(), wells(), readouts(), measurements(0, 600),
                              curves(), traits(), scores(), ranking(), rejects(), quality()})
        writer.write(table);
    writer.commit();
}

}  // namespace wellsieve::tests

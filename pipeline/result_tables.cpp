#include "pipeline/result_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "formats/results/schema.hpp"
#include "pipeline/curve_table.hpp"
#include "pipeline/growth_curves.hpp"
#include "pipeline/pool_tables.hpp"
#include "pipeline/table_columns_internal.hpp"

namespace wellsieve::pipeline {
namespace {

namespace plates = formats::plates;
namespace results = formats::results;
using plates::Flag;
using results::Categorical;
using results::ResultTable;

std::vector<std::string> flag_categories() {
    std::vector<std::string> names;
    for (int flag = 1; flag <= static_cast<int>(Flag::interpolated); ++flag)
        names.emplace_back(flag_name(static_cast<Flag>(flag)));
    return names;
}

std::int32_t flag_code(Flag flag) {
    return flag == Flag::none ? Categorical::not_available : static_cast<std::int32_t>(flag) - 1;
}

template <typename Rows, typename Text>
Categorical text_column(const Rows& rows, Text text) {
    TextColumn column;
    for (const auto& row : rows)
        column.add(std::string(text(row)));
    return column.take();
}

template <typename T, typename Rows, typename Value>
std::vector<T> column_of(const Rows& rows, Value value) {
    std::vector<T> column;
    column.reserve(rows.size());
    for (const auto& row : rows)
        column.push_back(static_cast<T>(value(row)));
    return column;
}

ResultTable inputs_table(const Screen& screen) {
    const auto& rows = screen.plates.inputs;
    ResultTable table = results::make_table(results::table_name::inputs);
    table.add("path", column_of<std::string>(rows, [](const InputFile& f) { return f.path; }));
    table.add("bytes", column_of<std::int64_t>(rows, [](const InputFile& f) { return f.bytes; }));
    table.add("sha256", column_of<std::string>(rows, [](const InputFile& f) { return f.sha256; }));
    table.add("kind", text_column(rows, [](const InputFile& f) { return f.kind; }));
    table.add("reader", text_column(rows, [](const InputFile& f) { return f.reader; }));
    table.add("rows_in", column_of<std::int64_t>(rows, [](const InputFile& f) { return f.cells_in; }));
    table.add("rows_used", column_of<std::int64_t>(rows, [](const InputFile& f) { return f.cells_used; }));
    table.add("rows_rejected",
              column_of<std::int64_t>(rows, [](const InputFile& f) { return f.cells_rejected; }));
    return table;
}

ResultTable strains_table(const Screen& screen) {
    const auto& rows = screen.strains.strains;
    ResultTable table = results::make_table(results::table_name::strains);
    table.add("strain", column_of<std::string>(rows, [](const auto& s) { return s.strain; }));
    table.add("parent", text_column(rows, [](const auto& s) { return s.parent; }));
    table.add("role", text_column(rows, [](const auto& s) {
                  return std::string(role_name(s.role.value_or(plates::Role::sample)));
              }));
    for (std::size_t i = 0; i < screen.strains.design_columns.size(); ++i)
        table.add(screen.strains.design_columns[i],
                  text_column(rows, [i](const auto& s) { return s.design[i]; }));
    return table;
}

ResultTable plates_table(const Screen& screen) {
    const auto& rows = screen.plates.plates;
    std::vector<std::int64_t> begin;
    std::vector<std::int64_t> end;
    std::vector<std::int32_t> order;
    std::int64_t at = 0;
    for (const PlateData& plate : rows) {
        begin.push_back(at);
        at += static_cast<std::int64_t>(count_measurements(plate));
        end.push_back(at);
        order.push_back(static_cast<std::int32_t>(order.size() + 1));
    }
    ResultTable table = results::make_table(results::table_name::plates);
    table.add("plate", plate_names(screen));
    table.add("batch", text_column(rows, [](const PlateData& p) { return p.batch; }));
    table.add("replicate", text_column(rows, [](const PlateData& p) { return p.replicate; }));
    table.add("rows", column_of<std::int32_t>(rows, [](const PlateData& p) { return p.shape.rows; }));
    table.add("columns", column_of<std::int32_t>(rows, [](const PlateData& p) { return p.shape.columns; }));
    table.add("run_order", std::move(order));
    table.add("measurement_begin", std::move(begin));
    table.add("measurement_end", std::move(end));
    return table;
}

/// The layout's own variables, in the order of their names.
void add_other_variables(const Screen& screen, ResultTable& table) {
    std::set<std::string> variables;
    for (const PlateData& plate : screen.plates.plates)
        for (const WellAnnotation& well : plate.wells)
            for (const auto& [name, value] : well.other)
                variables.insert(name);
    for (const std::string& variable : variables) {
        TextColumn column;
        for (const PlateData& plate : screen.plates.plates)
            for (const WellAnnotation& well : plate.wells) {
                const auto found = well.other.find(variable);
                column.add(found == well.other.end() ? std::string() : found->second);
            }
        const bool taken = table.find(variable) != nullptr;
        table.add(taken ? "layout_" + variable : variable, column.take());
    }
}

ResultTable wells_table(const Screen& screen) {
    const WellNames names(screen.plates.plates);
    Categorical plate{{}, plate_names(screen), false};
    Categorical well{{}, names.names, false};
    std::vector<std::int32_t> row;
    std::vector<std::int32_t> column;
    std::array<TextColumn, 6> texts;
    for (std::size_t p = 0; p < screen.plates.plates.size(); ++p) {
        const PlateData& data = screen.plates.plates[p];
        for (std::uint32_t i = 0; i < data.shape.wells(); ++i) {
            const WellAnnotation& annotation = data.wells[i];
            plate.codes.push_back(static_cast<std::int32_t>(p));
            well.codes.push_back(names.code(data.shape, i));
            row.push_back(data.shape.well(i).row);
            column.push_back(data.shape.well(i).column);
            texts[0].add(annotation.strain);
            texts[1].add(std::string(role_name(annotation.role)));
            texts[2].add(annotation.replicate);
            texts[3].add(annotation.condition);
            texts[4].add(annotation.medium);
            texts[5].add(annotation.mask_reason);
        }
    }
    ResultTable table = results::make_table(results::table_name::wells);
    table.add("plate", std::move(plate));
    table.add("well", std::move(well));
    table.add("row", std::move(row));
    table.add("column", std::move(column));
    table.add("strain", texts[0].take());
    table.add("role", texts[1].take());
    table.add("replicate", texts[2].take());
    table.add("condition", texts[3].take());
    table.add("medium", texts[4].take());
    table.add("masked", texts[5].take());
    add_other_variables(screen, table);
    return table;
}

ResultTable readouts_table(const Screen& screen) {
    const auto& rows = screen.readouts;
    ResultTable table = results::make_table(results::table_name::readouts);
    table.add("readout", column_of<std::string>(rows, [](const auto& r) { return r.name; }));
    table.add("mode",
              text_column(rows, [](const auto& r) { return std::string(mode_name(r.readout.mode)); }));
    table.add("wavelength_nm",
              column_of<double>(rows, [](const auto& r) { return r.readout.wavelength_nm; }));
    table.add("excitation_nm",
              column_of<double>(rows, [](const auto& r) { return r.readout.excitation_nm; }));
    table.add("emission_nm", column_of<double>(rows, [](const auto& r) { return r.readout.emission_nm; }));
    table.add("unit", text_column(rows, [](const auto& r) { return r.readout.unit; }));
    return table;
}

/// Why there is no number: the reader's flag, or what speaks against the growth curve.
class TraitFlags {
  public:
    void add(const TraitColumn& column) {
        for (std::size_t well = 0; well < column.flags.size(); ++well)
            column_.codes.push_back(column.flags[well] == unsupported ? code_of(column.reasons[well])
                                                                      : flag_code(column.flags[well]));
    }

    Categorical take() { return std::move(column_); }

  private:
    std::int32_t code_of(std::string_view reason) {
        const auto known = std::find(column_.categories.begin(), column_.categories.end(), reason);
        if (known == column_.categories.end())
            column_.categories.emplace_back(reason);
        return static_cast<std::int32_t>(
            std::find(column_.categories.begin(), column_.categories.end(), reason) -
            column_.categories.begin());
    }

    Categorical column_{{}, flag_categories(), false};
};

ResultTable traits_table(const Screen& screen) {
    const WellNames names(screen.plates.plates);
    const std::size_t rows = screen.wells() * screen.traits.size();
    Categorical plate{{}, plate_names(screen), false};
    Categorical well{{}, names.names, false};
    Categorical trait;
    TraitFlags flag;
    std::vector<double> raw;
    std::vector<double> corrected;
    std::vector<double> standard_error;
    std::vector<double> normalised;
    for (std::vector<double>* column : {&raw, &corrected, &standard_error, &normalised})
        column->reserve(rows);
    for (const TraitColumn& column : screen.traits) {
        for (std::size_t p = 0; p < screen.plates.plates.size(); ++p)
            for (std::uint32_t i = 0; i < screen.plates.plates[p].shape.wells(); ++i) {
                plate.codes.push_back(static_cast<std::int32_t>(p));
                well.codes.push_back(names.code(screen.plates.plates[p].shape, i));
            }
        trait.codes.insert(trait.codes.end(), screen.wells(),
                           static_cast<std::int32_t>(trait.categories.size()));
        trait.categories.push_back(column.options.name);
        flag.add(column);
        raw.insert(raw.end(), column.raw.begin(), column.raw.end());
        corrected.insert(corrected.end(), column.corrected.begin(), column.corrected.end());
        standard_error.insert(standard_error.end(), column.standard_error.begin(),
                              column.standard_error.end());
        normalised.insert(normalised.end(), column.normalised.begin(), column.normalised.end());
    }
    ResultTable table = results::make_table(results::table_name::traits);
    table.add("plate", std::move(plate));
    table.add("well", std::move(well));
    table.add("trait", std::move(trait));
    table.add("raw", std::move(raw));
    table.add("corrected", std::move(corrected));
    table.add("standard_error", std::move(standard_error));
    table.add("normalised", std::move(normalised));
    table.add("flag", flag.take());
    return table;
}

template <typename T>
void add_score(const Screen& screen, ResultTable& table, const char* name, T StrainScore::*member) {
    using Stored = std::conditional_t<std::is_same_v<T, double>, double, std::int32_t>;
    std::vector<Stored> column;
    for (const TraitScores& scores : screen.scores)
        for (const StrainScore& score : scores.strains)
            column.push_back(static_cast<Stored>(score.*member));
    table.add(name, std::move(column));
}

ResultTable scores_table(const Screen& screen) {
    TextColumn strain;
    TextColumn role;
    TextColumn trait;
    TextColumn normalisation;
    for (const TraitScores& scores : screen.scores)
        for (const StrainScore& score : scores.strains) {
            strain.add(score.strain);
            role.add(std::string(role_name(score.role)));
            trait.add(scores.trait);
            normalisation.add(scores.normalisation);
        }
    ResultTable table = results::make_table(results::table_name::scores);
    table.add("strain", strain.take());
    table.add("role", role.take());
    table.add("trait", trait.take());
    add_score(screen, table, "n_wells", &StrainScore::n_wells);
    add_score(screen, table, "n_plates", &StrainScore::n_plates);
    add_score(screen, table, "n_features", &StrainScore::n_features);
    add_score(screen, table, "estimate", &StrainScore::estimate);
    add_score(screen, table, "standard_error", &StrainScore::standard_error);
    add_score(screen, table, "df", &StrainScore::df);
    add_score(screen, table, "shrunken", &StrainScore::shrunken);
    add_score(screen, table, "shrunken_sd", &StrainScore::shrunken_sd);
    add_score(screen, table, "ci_low", &StrainScore::ci_low);
    add_score(screen, table, "ci_high", &StrainScore::ci_high);
    add_score(screen, table, "p_value", &StrainScore::p_value);
    add_score(screen, table, "q_value", &StrainScore::q_value);
    add_score(screen, table, "p_better", &StrainScore::p_better);
    add_score(screen, table, "p_top", &StrainScore::p_top);
    add_score(screen, table, "rank_low", &StrainScore::rank_low);
    add_score(screen, table, "rank_high", &StrainScore::rank_high);
    table.add("normalisation", normalisation.take());
    return table;
}

template <typename Value>
auto ranked_column(const Screen& screen, Value value) {
    std::vector<std::decay_t<decltype(value(screen.ranking.front(), screen.deciding().strains.front()))>>
        column;
    for (const RankedStrain& ranked : screen.ranking)
        column.push_back(value(ranked, screen.deciding().strains[ranked.strain]));
    return column;
}

ResultTable ranking_table(const Screen& screen) {
    using Ranked = RankedStrain;
    using Score = StrainScore;
    ResultTable table = results::make_table(results::table_name::ranking);
    table.add("rank",
              ranked_column(screen, [](const Ranked& r, const Score&) { return std::int32_t(r.rank); }));
    table.add("strain", ranked_column(screen, [](const Ranked&, const Score& s) { return s.strain; }));
    table.add("trait", text_column(screen.ranking, [&](const Ranked&) { return screen.deciding().trait; }));
    table.add("score", ranked_column(screen, [](const Ranked&, const Score& s) { return s.shrunken; }));
    table.add("ci_low", ranked_column(screen, [](const Ranked&, const Score& s) { return s.ci_low; }));
    table.add("ci_high", ranked_column(screen, [](const Ranked&, const Score& s) { return s.ci_high; }));
    table.add("p_better", ranked_column(screen, [](const Ranked&, const Score& s) { return s.p_better; }));
    table.add("p_top", ranked_column(screen, [](const Ranked&, const Score& s) { return s.p_top; }));
    table.add("n_wells",
              ranked_column(screen, [](const Ranked&, const Score& s) { return std::int32_t(s.n_wells); }));
    table.add("n_features", ranked_column(screen, [](const Ranked&, const Score& s) {
                  return std::int32_t(s.n_features);
              }));
    table.add("picked", ranked_column(screen, [](const Ranked& r, const Score&) { return r.picked; }));
    return table;
}

ResultTable rejects_table(const Screen& screen) {
    const auto& rows = screen.plates.rejects;
    ResultTable table = results::make_table(results::table_name::rejects);
    table.add("input", text_column(rows, [](const ScreenReject& r) { return r.input; }));
    table.add("place", column_of<std::string>(rows, [](const ScreenReject& r) { return r.place; }));
    table.add("kind", text_column(rows, [](const ScreenReject& r) { return r.kind; }));
    table.add("reason", column_of<std::string>(rows, [](const ScreenReject& r) { return r.reason; }));
    return table;
}

ResultTable qc_table(const Screen& screen) {
    ResultTable table = results::make_table(results::table_name::qc);
    table.add("plate", text_column(screen.qc, [](const QcMetric& m) { return m.plate; }));
    table.add("subject", text_column(screen.qc, [](const QcMetric& m) { return m.subject; }));
    table.add("metric", text_column(screen.qc, [](const QcMetric& m) { return m.metric; }));
    table.add("value", column_of<double>(screen.qc, [](const QcMetric& m) { return m.value; }));
    return table;
}

/// What each other trait says of the ranked strains, beside the one that decided: nothing where it does not
/// know them.
void add_other_traits(const Screen& screen, ResultTable& sheet) {
    for (const TraitScores& scores : screen.scores) {
        if (&scores == &screen.deciding())
            continue;
        std::map<std::string_view, const StrainScore*> by_name;
        for (const StrainScore& score : scores.strains)
            by_name.emplace(score.strain, &score);
        const auto add = [&](const std::string& name, double StrainScore::*member) {
            const bool taken = sheet.find(name) != nullptr;
            sheet.add(taken ? "trait_" + name : name,
                      ranked_column(screen, [&](const RankedStrain&, const StrainScore& s) {
                          const auto found = by_name.find(s.strain);
                          return found == by_name.end() ? not_set : found->second->*member;
                      }));
        };
        add(scores.trait, &StrainScore::shrunken);
        add(scores.trait + "_sd", &StrainScore::shrunken_sd);
    }
}

/// The rows of `measurements` of one plate.
ResultTable measurements_of(const Screen& screen, std::size_t plate, const WellNames& names) {
    const PlateData data = screen.plates.whole(plate);
    const std::size_t rows = count_measurements(data);
    std::vector<std::string> readout_names;
    for (const NamedReadout& readout : screen.readouts)
        readout_names.push_back(readout.name);
    Categorical plate_column{std::vector<std::int32_t>(rows, 0), {data.name}, false};
    Categorical readout{{}, readout_names, false};
    Categorical well{{}, names.names, false};
    Categorical flag{{}, flag_categories(), false};
    std::vector<double> time_s;
    std::vector<double> value;
    std::vector<float> temperature_c;
    const std::size_t wells = data.shape.wells();
    std::vector<std::int32_t> codes;
    for (std::uint32_t i = 0; i < wells; ++i)
        codes.push_back(names.code(data.shape, i));
    for (std::size_t s = 0; s < data.series.size(); ++s) {
        const ReadoutSeries& series = data.series[s];
        for (std::size_t t = 0; t < series.times_s.size(); ++t)
            for (std::size_t i = 0; i < wells; ++i) {
                const std::size_t cell = t * wells + i;
                if (series.flags[cell] == absent)
                    continue;
                readout.codes.push_back(static_cast<std::int32_t>(screen.readout_index[plate][s]));
                time_s.push_back(series.times_s[t]);
                well.codes.push_back(codes[i]);
                value.push_back(series.values[cell]);
                flag.codes.push_back(flag_code(series.flags[cell]));
                temperature_c.push_back(static_cast<float>(series.temperature_c[t]));
            }
    }
    ResultTable table = results::make_table(results::table_name::measurements);
    table.add("plate", std::move(plate_column));
    table.add("readout", std::move(readout));
    table.add("time_s", std::move(time_s));
    table.add("well", std::move(well));
    table.add("value", std::move(value));
    table.add("flag", std::move(flag));
    table.add("temperature_c", std::move(temperature_c));
    return table;
}

}  // namespace

const TraitScores& Screen::deciding() const {
    return *std::find_if(scores.begin(), scores.end(),
                         [&](const TraitScores& s) { return s.trait == options.rank.by; });
}

void for_each_result_table(const Screen& screen, const std::function<void(const ResultTable&)>& use) {
    use(inputs_table(screen));
    if (!screen.plates.plates.empty() || !screen.strains.strains.empty())
        use(strains_table(screen));
    if (!screen.plates.plates.empty()) {
        use(plates_table(screen));
        use(wells_table(screen));
        use(readouts_table(screen));
        use(curves_table(screen));
        if (!screen.options.curves.fits.empty())
            use(fits_table(screen));
        use(traits_table(screen));
    }
    if (!screen.scores.empty()) {
        use(scores_table(screen));
        use(ranking_table(screen));
    }
    use(rejects_table(screen));
    use(qc_table(screen));
}

void for_each_pool_table(const Screen& screen, std::size_t pool,
                         const std::function<void(const ResultTable&)>& use) {
    use(samples_table(screen.pools[pool]));
    use(features_table(screen.pools[pool]));
    if (!screen.pools[pool].files.empty())
        use(suspects_table(screen.pools[pool]));
    const PoolScores& scores = screen.pool_scores[pool];
    if (scores.contrasts.empty())
        return;
    use(feature_scores_table(screen.pools[pool], scores));
    use(group_scores_table(scores));
    use(outlying_counts_table(screen.pools[pool], scores));
    if (!scores.amounts.empty())
        use(amounts_table(screen.pools[pool], scores));
    if (!scores.feba.empty())
        use(feba_table(scores));
    if (scores.courses.empty())
        return;
    use(feature_fitness_table(screen.pools[pool], scores));
    use(group_fitness_table(scores));
}

std::size_t count_measurements(const PlateData& plate) {
    std::size_t count = 0;
    for (const ReadoutSeries& series : plate.series)
        count += series.readings();
    return count;
}

void for_each_measurement_table(const Screen& screen, const std::function<void(const ResultTable&)>& use) {
    const WellNames names(screen.plates.plates);
    for (std::size_t plate = 0; plate < screen.plates.plates.size(); ++plate)
        use(measurements_of(screen, plate, names));
}

ResultTable ranking_sheet(const Screen& screen) {
    using Ranked = RankedStrain;
    using Score = StrainScore;
    ResultTable sheet = ranking_table(screen);
    sheet.add("estimate", ranked_column(screen, [](const Ranked&, const Score& s) { return s.estimate; }));
    sheet.add("standard_error",
              ranked_column(screen, [](const Ranked&, const Score& s) { return s.standard_error; }));
    sheet.add("p_value", ranked_column(screen, [](const Ranked&, const Score& s) { return s.p_value; }));
    sheet.add("q_value", ranked_column(screen, [](const Ranked&, const Score& s) { return s.q_value; }));
    sheet.add("rank_low", ranked_column(screen, [](const Ranked&, const Score& s) { return s.rank_low; }));
    sheet.add("rank_high", ranked_column(screen, [](const Ranked&, const Score& s) { return s.rank_high; }));
    add_other_traits(screen, sheet);
    std::map<std::string_view, const plates::StrainEntry*> by_name;
    for (const plates::StrainEntry& entry : screen.strains.strains)
        by_name.emplace(entry.strain, &entry);
    for (std::size_t i = 0; i < screen.strains.design_columns.size(); ++i) {
        const std::string& name = screen.strains.design_columns[i];
        const bool taken = sheet.find(name) != nullptr;
        sheet.add(taken ? "strain_" + name : name,
                  text_column(screen.ranking, [&](const Ranked& ranked) -> std::string {
                      const auto found = by_name.find(screen.deciding().strains[ranked.strain].strain);
                      return found == by_name.end() ? "" : found->second->design[i];
                  }));
    }
    return sheet;
}

}  // namespace wellsieve::pipeline

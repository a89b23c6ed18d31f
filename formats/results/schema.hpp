#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "formats/results/table.hpp"

/// Every name, type and unit of a result file. Nothing else spells them.
namespace wellsieve::formats::results {

inline constexpr std::string_view schema_name = "wellsieve";
inline constexpr int schema_major = 1;  ///< readers refuse another
inline constexpr int schema_minor = 1;  ///< grows with additions; readers take any
inline constexpr std::string_view schema_version = "1.1";

namespace attribute {
inline constexpr std::string_view schema_name = "schema_name";
inline constexpr std::string_view schema_version = "schema_version";
inline constexpr std::string_view writer = "writer";
inline constexpr std::string_view units = "units";
inline constexpr std::string_view description = "description";
}  // namespace attribute

/// The effective screen.toml, one string.
inline constexpr std::string_view config_dataset = "config";

/// The dataset that numbers the rows of a table without an index.
inline constexpr std::string_view row_numbers = "_index";

/// Rows of one chunk of a column; other sizes measured no better.
inline constexpr std::size_t chunk_rows = 65'536;

namespace table_name {
inline constexpr std::string_view inputs = "inputs";
inline constexpr std::string_view strains = "strains";
inline constexpr std::string_view plates = "plates";
inline constexpr std::string_view wells = "wells";
inline constexpr std::string_view readouts = "readouts";
inline constexpr std::string_view measurements = "measurements";
inline constexpr std::string_view curves = "curves";
inline constexpr std::string_view fits = "fits";
inline constexpr std::string_view traits = "traits";
inline constexpr std::string_view samples = "samples";
inline constexpr std::string_view features = "features";
inline constexpr std::string_view counts = "counts";
inline constexpr std::string_view suspects = "suspects";
inline constexpr std::string_view feature_scores = "feature_scores";
inline constexpr std::string_view group_scores = "group_scores";
inline constexpr std::string_view outlying_counts = "outlying_counts";
inline constexpr std::string_view amounts = "amounts";
inline constexpr std::string_view feba = "feba";
inline constexpr std::string_view feature_fitness = "feature_fitness";
inline constexpr std::string_view group_fitness = "group_fitness";
inline constexpr std::string_view calls = "calls";
inline constexpr std::string_view variants = "variants";
inline constexpr std::string_view scores = "scores";
inline constexpr std::string_view ranking = "ranking";
inline constexpr std::string_view rejects = "rejects";
inline constexpr std::string_view qc = "qc";
}  // namespace table_name

/// Where several pools have their tables, a group each, by name.
inline constexpr std::string_view pools_group = "pools";

struct ColumnSpec {
    std::string_view name;
    ColumnType type;  ///< `categorical` and `string` may stand for each other outside streamed tables
    std::string_view units;
    std::string_view meaning;
};

struct TableSpec {
    std::string_view name;
    std::string_view meaning;
    std::string_view index;  ///< the column that names the rows; empty: rows are numbered from 0
    std::span<const ColumnSpec> columns;
    bool takes_more_columns = false;  ///< the user's own columns may follow
};

namespace column {
using enum ColumnType;

inline constexpr std::array inputs = {
    ColumnSpec{"path", string, "", "as the configuration names it"},
    ColumnSpec{"bytes", int64, "B", "size of the file"},
    ColumnSpec{"sha256", string, "", "SHA-256 of the file, in hexadecimal digits"},
    ColumnSpec{"kind", categorical, "", "what the file was used as: plates, layout, strains, mask …"},
    ColumnSpec{"reader", categorical, "", "the reader that took it"},
    ColumnSpec{"rows_in", int64, "", "rows or cells met"},
    ColumnSpec{"rows_used", int64, "", "rows or cells that became data"},
    ColumnSpec{"rows_rejected", int64, "", "rows or cells listed in `rejects`"},
};

inline constexpr std::array strains = {
    ColumnSpec{"strain", string, "", "identifier"},
    ColumnSpec{"parent", categorical, "", "identifier of the strain it was made from"},
    ColumnSpec{"role", categorical, "", "sample, parent, positive, negative, blank or empty"},
};

inline constexpr std::array plates = {
    ColumnSpec{"plate", string, "", "identifier"},
    ColumnSpec{"batch", categorical, "", "plates made or read together"},
    ColumnSpec{"replicate", categorical, "", "which replicate the plate is"},
    ColumnSpec{"rows", int32, "", "rows of wells"},
    ColumnSpec{"columns", int32, "", "columns of wells"},
    ColumnSpec{"run_order", int32, "", "place in the order of reading, from 1"},
    ColumnSpec{"measurement_begin", int64, "", "first row of the plate in `measurements`"},
    ColumnSpec{"measurement_end", int64, "", "row after its last in `measurements`"},
};

inline constexpr std::array wells = {
    ColumnSpec{"plate", categorical, "", "identifier of the plate"},
    ColumnSpec{"well", categorical, "", "A1, B12, AF48"},
    ColumnSpec{"row", int32, "", "from 0"},
    ColumnSpec{"column", int32, "", "from 0"},
    ColumnSpec{"strain", categorical, "", "identifier of the strain"},
    ColumnSpec{"role", categorical, "", "sample, parent, positive, negative, blank or empty"},
    ColumnSpec{"replicate", categorical, "", "which replicate of the strain the well is"},
    ColumnSpec{"condition", categorical, "", "medium, inducer, feed …"},
    ColumnSpec{"medium", categorical, "", "what the cells grow in"},
    ColumnSpec{"masked", categorical, "", "why the well was set aside; not available where it was not"},
};

inline constexpr std::array readouts = {
    ColumnSpec{"readout", string, "", "name in the configuration"},
    ColumnSpec{"mode", categorical, "", "absorbance, fluorescence, luminescence, online or analyte"},
    ColumnSpec{"wavelength_nm", float64, "nm", "absorbance only"},
    ColumnSpec{"excitation_nm", float64, "nm", "fluorescence only"},
    ColumnSpec{"emission_nm", float64, "nm", "fluorescence, and luminescence through a filter"},
    ColumnSpec{"unit", categorical, "", "of the values in `measurements`"},
};

/// Sorted by plate, readout, time, well.
inline constexpr std::array measurements = {
    ColumnSpec{"plate", categorical, "", "identifier of the plate"},
    ColumnSpec{"readout", categorical, "", "name in the configuration"},
    ColumnSpec{"time_s", float64, "s", "since the start of the run; NaN for an endpoint"},
    ColumnSpec{"well", categorical, "", "A1, B12, AF48"},
    ColumnSpec{"value", float64, "", "as read, in the unit of the readout; NaN where flagged"},
    ColumnSpec{"flag", categorical, "", "why there is no plain number; not available where there is"},
    ColumnSpec{"temperature_c", float32, "degC", "of the reader's chamber"},
};

/// One row a well and readout whose curve was analysed. A number is NaN where the curve does not support it,
/// and `verdict` says why. Biomass is in the unit of the readout, after its corrections. With a bootstrap
/// `…_low` and `…_high` stand beside the traits.
inline constexpr std::array curves = {
    ColumnSpec{"plate", categorical, "", "identifier of the plate"},
    ColumnSpec{"well", categorical, "", "A1, B12, AF48"},
    ColumnSpec{"readout", categorical, "", "name in the configuration"},
    ColumnSpec{"traits", categorical, "", "the traits that were taken from this analysis"},
    ColumnSpec{"verdict", categorical, "", "the gravest thing to say of the curve; ok: nothing"},
    ColumnSpec{"verdicts", categorical, "", "all of them"},
    ColumnSpec{"outliers_h", categorical, "", "hours of the readings that were left out as outliers"},
    ColumnSpec{"growth_rate_per_h", float64, "1/h", "largest slope of ln(biomass)"},
    ColumnSpec{"growth_rate_se_per_h", float64, "1/h", "standard error of the slope, from this curve alone"},
    ColumnSpec{"growth_rate_low_per_h", float64, "1/h", "lower end of its 90 % interval"},
    ColumnSpec{"growth_rate_high_per_h", float64, "1/h", "upper end of its 90 % interval"},
    ColumnSpec{"doubling_time_h", float64, "h", "ln 2 / growth rate"},
    ColumnSpec{"window_start_h", float64, "h", "first reading of the steepest window"},
    ColumnSpec{"window_end_h", float64, "h", "last reading of the steepest window"},
    ColumnSpec{"window_points", int32, "", "readings in the steepest window"},
    ColumnSpec{"r_squared", float64, "", "of the line in the steepest window"},
    ColumnSpec{"time_of_max_rate_h", float64, "h", "centre of the steepest window"},
    ColumnSpec{"noise_sd", float64, "", "of one reading"},
    ColumnSpec{"initial_biomass", float64, "", "the level that the lag is measured from"},
    ColumnSpec{"lag_h", float64, "h", "where the tangent at the largest slope meets the initial biomass"},
    ColumnSpec{"carrying_capacity", float64, "", "largest biomass of a curve that has stopped growing"},
    ColumnSpec{"yield", float64, "", "largest biomass less the initial one"},
    ColumnSpec{"maximum", float64, "", "largest biomass, smoothed"},
    ColumnSpec{"time_of_maximum_h", float64, "h", "when that was reached"},
    ColumnSpec{"saturation_h", float64, "h", "when 95 % of the carrying capacity was reached"},
    ColumnSpec{"auc", float64, "h", "area under the curve of biomass, times its unit"},
    ColumnSpec{"log_auc", float64, "h", "area under ln(biomass / initial biomass)"},
    ColumnSpec{"time_to_threshold_h", float64, "h", "when the configured threshold was reached"},
    ColumnSpec{"death_rate_per_h", float64, "1/h", "steepest fall of ln(biomass) after the maximum"},
    ColumnSpec{"growth_phases", int32, "", "2 and more: diauxic"},
    ColumnSpec{"points_used", int32, "",
               "readings that were usable: not flagged, above the limit of detection"},
};

/// One row a curve that grows and growth model that was asked for; the models' equations are in
/// kernels/curve/parametric_fit.hpp. A parameter that the model lacks is NaN.
inline constexpr std::array fits = {
    ColumnSpec{"plate", categorical, "", "identifier of the plate"},
    ColumnSpec{"well", categorical, "", "A1, B12, AF48"},
    ColumnSpec{"readout", categorical, "", "name in the configuration"},
    ColumnSpec{"traits", categorical, "", "the traits of this analysis, as in `curves`"},
    ColumnSpec{"model", categorical, "", "logistic, gompertz, baranyi …"},
    ColumnSpec{"scale", categorical, "", "linear or logarithmic: what the squares are of"},
    ColumnSpec{"outcome", categorical, "",
               "converged; or undetermined, iterations_exhausted, too_few_points, no_signal"},
    ColumnSpec{"at_bound", categorical, "",
               "parameters at a bound: the fit has failed, whatever its squares"},
    ColumnSpec{"initial_biomass", float64, "", "N0"},
    ColumnSpec{"initial_biomass_se", float64, "",
               "standard error; NaN where data say nothing, and at a bound"},
    ColumnSpec{"carrying_capacity", float64, "", "K"},
    ColumnSpec{"carrying_capacity_se", float64, "", "standard error"},
    ColumnSpec{"growth_rate_per_h", float64, "1/h",
               "the model's rate; of logistic and richards the intrinsic one"},
    ColumnSpec{"growth_rate_se_per_h", float64, "1/h", "standard error"},
    ColumnSpec{"lag_h", float64, "h", "lag"},
    ColumnSpec{"lag_se_h", float64, "h", "standard error"},
    ColumnSpec{"shape", float64, "", "of richards, huang and zwietering_richards"},
    ColumnSpec{"shape_se", float64, "", "standard error"},
    ColumnSpec{"residual_sum_of_squares", float64, "", "on the scale of the fit"},
    ColumnSpec{"aic", float64, "", "Akaike's criterion, as R's AIC; compares models of one curve and scale"},
    ColumnSpec{"points_used", int32, "", "readings that were fitted"},
};

/// One row a well and trait.
inline constexpr std::array traits = {
    ColumnSpec{"plate", categorical, "", "identifier of the plate"},
    ColumnSpec{"well", categorical, "", "A1, B12, AF48"},
    ColumnSpec{"trait", categorical, "", "name in the configuration"},
    ColumnSpec{"raw", float64, "",
               "the feature of the readout as it was read; NaN for features of growth curves"},
    ColumnSpec{"corrected", float64, "", "the same after blanks, and per denominator where there is one"},
    ColumnSpec{"standard_error", float64, "",
               "of `corrected`, from this well's curve alone; ranking uses replicates"},
    ColumnSpec{"normalised", float64, "", "the same after the plate model; what is ranked"},
    ColumnSpec{"flag", categorical, "", "why there is no plain number; not available where there is"},
};

/// One row a strain and trait.
inline constexpr std::array scores = {
    ColumnSpec{"strain", categorical, "", "identifier"},
    ColumnSpec{"role", categorical, "", "sample, parent, positive or negative"},
    ColumnSpec{"trait", categorical, "", "name in the configuration"},
    ColumnSpec{"n_wells", int32, "", "wells used"},
    ColumnSpec{"n_plates", int32, "", "plates they stand on"},
    ColumnSpec{"n_features", int32, "", "barcodes used, of a pool's trait"},
    ColumnSpec{"estimate", float64, "", "effect against the reference, on the normalised scale"},
    ColumnSpec{"standard_error", float64, "", "of the estimate"},
    ColumnSpec{"df", float64, "", "degrees of freedom of the standard error"},
    ColumnSpec{"shrunken", float64, "", "posterior mean of the effect"},
    ColumnSpec{"shrunken_sd", float64, "", "posterior standard deviation of the effect"},
    ColumnSpec{"ci_low", float64, "", "lower end of the configured interval of the effect"},
    ColumnSpec{"ci_high", float64, "", "upper end of the configured interval of the effect"},
    ColumnSpec{"p_value", float64, "", "against no effect"},
    ColumnSpec{"q_value", float64, "", "false discovery rate at this p-value (Benjamini and Hochberg)"},
    ColumnSpec{"p_better", float64, "", "probability of beating the reference by min_effect"},
    ColumnSpec{"p_top", float64, "", "probability of being among the best `top` strains"},
    ColumnSpec{"rank_low", float64, "",
               "lower end of the configured interval of the rank; NaN where not ranked"},
    ColumnSpec{"rank_high", float64, "",
               "upper end of the configured interval of the rank; NaN where not ranked"},
    ColumnSpec{"normalisation", categorical, "", "the plate model that was used"},
};

inline constexpr std::array ranking = {
    ColumnSpec{"rank", int32, "", "1 is the best; ties are broken by the strain's identifier"},
    ColumnSpec{"strain", string, "", "identifier"},
    ColumnSpec{"trait", categorical, "", "the trait that decided"},
    ColumnSpec{"score", float64, "", "what was ranked; more is better"},
    ColumnSpec{"ci_low", float64, "", "lower end of the configured interval of the score"},
    ColumnSpec{"ci_high", float64, "", "upper end of the configured interval of the score"},
    ColumnSpec{"p_better", float64, "", "probability of beating the reference by min_effect"},
    ColumnSpec{"p_top", float64, "", "probability of being among the best `top` strains"},
    ColumnSpec{"n_wells", int32, "", "wells used"},
    ColumnSpec{"n_features", int32, "", "barcodes used, of a pool's trait"},
    ColumnSpec{"picked", boolean, "", "among the strains to take on"},
};

/// The tubes of a pool that were sequenced; every read is in one of the columns from `exact` on.
inline constexpr std::array samples = {
    ColumnSpec{"sample", string, "", "identifier"},
    ColumnSpec{"condition", categorical, "", "medium, inducer, selection …"},
    ColumnSpec{"time_h", float64, "h", "since the start of the experiment; NaN where it is not told"},
    ColumnSpec{"replicate", categorical, "", "which replicate the sample is"},
    ColumnSpec{"reads", int64, "", "reads of the sample; the sum of its counts where they came from a table"},
    ColumnSpec{"counted", int64, "", "reads credited to a barcode: the sum of the sample's counts"},
    ColumnSpec{"exact", int64, "", "reads whose barcode is of the library"},
    ColumnSpec{"one_mismatch", int64, "", "reads credited with one wrong base"},
    ColumnSpec{"two_mismatches", int64, "", "reads credited with two wrong bases"},
    ColumnSpec{"n_rescued", int64, "", "reads credited that agree in all known bases"},
    ColumnSpec{"indel_rescued", int64, "", "reads credited with a base too few or too many"},
    ColumnSpec{"ambiguous", int64, "", "reads that several barcodes explain too equally"},
    ColumnSpec{"no_match", int64, "", "reads with a sequence at the barcode's place that the library lacks"},
    ColumnSpec{"no_anchor", int64, "", "reads without the constant bases around a barcode, or too short"},
    ColumnSpec{"low_quality", int64, "", "reads whose barcode was read too badly"},
    ColumnSpec{"duplicate", int64, "", "further reads of a molecule that was counted"},
    ColumnSpec{"no_pair", int64, "", "reads of two barcodes that are no pair of the library"},
};

/// The barcodes of a pool.
inline constexpr std::array features = {
    ColumnSpec{"feature", string, "", "identifier: of the guide or barcode"},
    ColumnSpec{"barcode", string, "", "its bases; empty where counts came from a table without them"},
    ColumnSpec{"strain", categorical, "", "identifier of the strain that it stands for"},
    ColumnSpec{"gene", categorical, "", "what barcodes are grouped by"},
};

/// Reads and counts of a pool that may not be what they seem, at most 100 of a kind.
inline constexpr std::array suspects = {
    ColumnSpec{"kind", categorical, "",
               "chimera (halves of two barcodes), shifted (by one base), hopped (from another sample), "
               "index_pair (two indices that are no sample's together)"},
    ColumnSpec{
        "sample", categorical, "",
        "that has the count, or the first index of a pair; not available where all are taken together"},
    ColumnSpec{"feature", string, "", "that has the reads, or a chimera's front; empty where none has"},
    ColumnSpec{"other", string, "",
               "that the reads may be of, or a chimera's back; samples with the second index of a pair"},
    ColumnSpec{"bases", string, "", "of the reads"},
    ColumnSpec{"reads", int64, "", "how many they are"},
    ColumnSpec{"other_reads", int64, "",
               "of `other`, of the rarer barcode of a chimera or index of a pair, or of the barcode in the "
               "other sample"},
};

/// One row a barcode of a pool and condition.
inline constexpr std::array feature_scores = {
    ColumnSpec{"condition", categorical, "",
               "that is compared with the control, and its time where it has several"},
    ColumnSpec{"feature", categorical, "", "identifier, as in `features`"},
    ColumnSpec{"average_log2_cpm", float64, "", "log2 of the counts in a million, of all samples together"},
    ColumnSpec{"dispersion", float64, "",
               "of the trend at this abundance; with feature_test = \"wald\" of the barcode, by prior"},
    ColumnSpec{"log2_fold_change", float64, "", "against the control"},
    ColumnSpec{"standard_error", float64, "", "of the fold change; NaN without replicates"},
    ColumnSpec{"shrunken", float64, "", "posterior mean of the fold change"},
    ColumnSpec{"shrunken_sd", float64, "", "posterior standard deviation of the fold change"},
    ColumnSpec{"false_sign_rate", float64, "", "probability that the fold change has the other sign"},
    ColumnSpec{"p_value", float64, "", "quasi-likelihood F test, or Wald's; NaN without replicates"},
    ColumnSpec{"q_value", float64, "", "false discovery rate at this p-value (Benjamini and Hochberg)"},
    ColumnSpec{"outlying", uint32, "", "counts that were far from their replicates and replaced"},
    ColumnSpec{"efficiency", float64, "", "probability that the guide works; NaN unless test = \"mle\""},
};

/// One row a count that is far from those of its replicates, by condition that is compared.
inline constexpr std::array outlying_counts = {
    ColumnSpec{"condition", categorical, "", "whose comparison does not use the count"},
    ColumnSpec{"feature", categorical, "", "identifier, as in `features`"},
    ColumnSpec{"sample", categorical, "", "identifier, as in `samples`"},
    ColumnSpec{"count", int64, "", "as in `counts`"},
    ColumnSpec{
        "distance", float64, "",
        "from the median of its replicates, in standard deviations of log2 counts; positive: a jackpot"},
    ColumnSpec{"used", float64, "", "what the replicates expect there, used in its place"},
};

/// One row a gene, or strain, and condition.
inline constexpr std::array group_scores = {
    ColumnSpec{"condition", categorical, "",
               "that is compared with the control, and its time where it has several"},
    ColumnSpec{"group", categorical, "", "gene, or strain where no gene is told"},
    ColumnSpec{"n_features", uint32, "", "its barcodes"},
    ColumnSpec{"log2_fold_change", float64, "", "median over its barcodes"},
    ColumnSpec{"z", float64, "", "against all groups; positive: enriched"},
    ColumnSpec{"p_value", float64, "", "competitive test; NaN without replicates"},
    ColumnSpec{"q_value", float64, "", "false discovery rate at this p-value (Benjamini and Hochberg)"},
    ColumnSpec{"depleted_rho", float64, "",
               "robust rank aggregation, as MAGeCK's neg|score; NaN where not asked for"},
    ColumnSpec{"depleted_p_value", float64, "", "MAGeCK's neg|p-value"},
    ColumnSpec{"depleted_fdr", float64, "", "MAGeCK's neg|fdr"},
    ColumnSpec{"depleted_rank", uint32, "", "MAGeCK's neg|rank; 0 where not ranked"},
    ColumnSpec{"depleted_good", uint32, "", "MAGeCK's neg|goodsgrna"},
    ColumnSpec{"enriched_rho", float64, "", "MAGeCK's pos|score; NaN where not asked for"},
    ColumnSpec{"enriched_p_value", float64, "", "MAGeCK's pos|p-value"},
    ColumnSpec{"enriched_fdr", float64, "", "MAGeCK's pos|fdr"},
    ColumnSpec{"enriched_rank", uint32, "", "MAGeCK's pos|rank; 0 where not ranked"},
    ColumnSpec{"enriched_good", uint32, "", "MAGeCK's pos|goodsgrna"},
    ColumnSpec{"mle_effect", float64, "",
               "log2 fold change that its working guides have in common; NaN unless test = \"mle\""},
    ColumnSpec{"mle_standard_error", float64, "", "of that, from the counts alone"},
    ColumnSpec{"mle_p_value", float64, "", "of effect over error, among shuffled guides"},
    ColumnSpec{"mle_q_value", float64, "", "false discovery rate at this p-value (Benjamini and Hochberg)"},
};

/// One row a barcode and sample of a pool with spike-ins.
inline constexpr std::array amounts = {
    ColumnSpec{"sample", categorical, "", "identifier, as in `samples`"},
    ColumnSpec{"feature", categorical, "", "identifier, as in `features`"},
    ColumnSpec{
        "amount", float64, "",
        "in the unit of the spike-ins; 0 without a read, which means below the detection limit in `qc`"},
};

/// One row a gene, or strain, and sample.
inline constexpr std::array feba = {
    ColumnSpec{"sample", categorical, "", "identifier, as in `samples`"},
    ColumnSpec{"group", categorical, "", "gene, or strain where no gene is told"},
    ColumnSpec{"n_features", uint32, "", "its barcodes with enough reads at the start"},
    ColumnSpec{"fitness", float64, "",
               "log2 change of its barcodes, the median group at 0; NaN of few reads"},
    ColumnSpec{"t", float64, "", "fitness over its error"},
    ColumnSpec{"naive_variance", float64, "", "of the fitness, of counting alone"},
    ColumnSpec{"estimated_variance", float64, "",
               "of the fitness, of its barcodes' scatter and the typical difference of halves"},
};

/// One row a barcode of a pool and condition with samples of several times. Time is in the unit of the column
/// of the sample sheet that the configuration names.
inline constexpr std::array feature_fitness = {
    ColumnSpec{"condition", categorical, "", "the samples that the fitness was taken from"},
    ColumnSpec{"feature", categorical, "", "identifier, as in `features`"},
    ColumnSpec{"replicates", uint32, "", "replicates with a count of it"},
    ColumnSpec{"fitness", float64, "",
               "slope of ln(share) per unit of time, against the controls or the median barcode"},
    ColumnSpec{"standard_error", float64, "", "of the fitness, by random effects over replicates"},
    ColumnSpec{"between_variance", float64, "", "of replicates, beyond the errors of their lines"},
    ColumnSpec{"shrunken", float64, "", "posterior mean of the fitness"},
    ColumnSpec{"shrunken_sd", float64, "", "posterior standard deviation of the fitness"},
    ColumnSpec{"false_sign_rate", float64, "", "probability that the fitness has the other sign"},
    ColumnSpec{"p_value", float64, "", "moderated t test between replicates; NaN without"},
    ColumnSpec{"q_value", float64, "", "false discovery rate at this p-value (Benjamini and Hochberg)"},
};

/// One row a gene, or strain, and condition with samples of several times.
inline constexpr std::array group_fitness = {
    ColumnSpec{"condition", categorical, "", "the samples that the fitness was taken from"},
    ColumnSpec{"group", categorical, "", "gene, or strain where no gene is told"},
    ColumnSpec{"n_features", uint32, "", "its barcodes"},
    ColumnSpec{"fitness", float64, "", "random-effects mean over its barcodes, per unit of time"},
    ColumnSpec{"standard_error", float64, "", "of the fitness"},
    ColumnSpec{"between_variance", float64, "", "of its barcodes, beyond their errors"},
    ColumnSpec{"z", float64, "", "against all groups; positive: fitter"},
    ColumnSpec{"p_value", float64, "", "competitive test; NaN without replicates"},
    ColumnSpec{"q_value", float64, "", "false discovery rate at this p-value (Benjamini and Hochberg)"},
};

inline constexpr std::array rejects = {
    ColumnSpec{"input", categorical, "", "path of the file"},
    ColumnSpec{"place", string, "", "line and column, or sheet and cell"},
    ColumnSpec{"kind", categorical, "", "what was not used: row, value, well, read …"},
    ColumnSpec{"reason", string, "", "one plain sentence"},
};

inline constexpr std::array qc = {
    ColumnSpec{"plate", categorical, "", "identifier; not available where the whole screen is meant"},
    ColumnSpec{"subject", categorical, "", "the readout or trait that was judged"},
    ColumnSpec{"metric", categorical, "", "z_prime, ssmd, edge_effect …"},
    ColumnSpec{"value", float64, "", "NaN where it could not be computed"},
};
}  // namespace column

inline constexpr std::array table_specs = {
    TableSpec{table_name::inputs, "the files that were read", "path", column::inputs},
    TableSpec{table_name::strains, "the units that are ranked", "strain", column::strains, true},
    TableSpec{table_name::plates, "geometry and order of the plates", "plate", column::plates, true},
    TableSpec{table_name::wells, "what is in which well", "", column::wells, true},
    TableSpec{table_name::readouts, "measured quantities", "readout", column::readouts},
    TableSpec{table_name::measurements, "single values, sorted by plate, readout, time, well", "",
              column::measurements},
    TableSpec{table_name::curves, "what each growth curve gives, and what is to be said of it", "",
              column::curves, true},
    TableSpec{table_name::fits, "growth models fitted to the curves, where asked for", "", column::fits},
    TableSpec{table_name::traits, "one number a well and trait", "", column::traits},
    TableSpec{table_name::samples, "the sequenced samples of a pool", "sample", column::samples, true},
    TableSpec{table_name::features, "the barcodes of a pool", "feature", column::features},
    TableSpec{table_name::suspects, "reads and counts of a pool that may not be what they seem", "",
              column::suspects},
    TableSpec{table_name::feature_scores, "one estimate a barcode of a pool and condition", "",
              column::feature_scores},
    TableSpec{table_name::group_scores, "one estimate a gene or strain of a pool and condition", "",
              column::group_scores},
    TableSpec{table_name::outlying_counts, "counts far from their replicates, and what took their place", "",
              column::outlying_counts},
    TableSpec{table_name::amounts, "amounts of barcodes by spike-ins", "", column::amounts},
    TableSpec{table_name::feba, "FEBA's fitness and t of genes or strains in samples", "", column::feba},
    TableSpec{table_name::feature_fitness, "one fitness a barcode of a pool and course", "",
              column::feature_fitness},
    TableSpec{table_name::group_fitness, "one fitness a gene or strain of a pool and course", "",
              column::group_fitness},
    TableSpec{table_name::scores, "one estimate a strain and trait", "", column::scores},
    TableSpec{table_name::ranking, "the strains from the best down", "", column::ranking},
    TableSpec{table_name::rejects, "input that was not used, and why", "", column::rejects},
    TableSpec{table_name::qc, "quality metrics", "", column::qc},
};

/// Null for a table that the schema does not know.
const TableSpec* find_spec(std::string_view table);
/// Null for a column that the schema does not know.
const ColumnSpec* find_column_spec(std::string_view table, std::string_view column);

/// Whether a result file can hold a column of the user's by that name: it has no '/', is UTF-8 and neither
/// empty nor one of the names that HDF5 and AnnData keep to themselves.
bool is_column_name(std::string_view name);

/// Throws std::logic_error, naming table and column, where a table is not as its spec has it: unknown,
/// without one of its columns or with one of another type, with a column too many, columns of different
/// length, a name or category twice, a code without category. Columns may stand in any order.
void check_against_schema(const ResultTable& table);

/// An empty table of that name with its index set.
ResultTable make_table(std::string_view table);

}  // namespace wellsieve::formats::results

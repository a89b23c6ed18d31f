#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kernels/plate/agreement.hpp"
#include "kernels/plate/loess_surface.hpp"
#include "kernels/plate/median_polish.hpp"
#include "kernels/plate/normalise.hpp"
#include "kernels/plate/quadratic_surface.hpp"
#include "kernels/plate/quality.hpp"
#include "tests/kernels/plate/grid.hpp"
#include "tests/kernels/plate/table.hpp"

// The KcViab screen (57 plates of 384 wells, two replicates) against what cellHTS2 and R make of it.

using namespace wellsieve;
using namespace wellsieve::kernels::plate;
using tests::Table;

namespace {

const std::string folder = WELLSIEVE_SHARED_DATA "/screens/kcviab/reference/";

using Values = std::vector<double>;
using Bytes = std::vector<std::uint8_t>;

/// The screen in one batch of 114 plates: those of the first replicate, then those of the second.
struct Screen {
    explicit Screen(const Table& table)
        : shape{table.rows.size() / 384, 16, 24}, raw(table.numbers("raw")), log2_raw(raw.size()) {
        for (const std::string& content : table.column("content")) {
            sample.push_back(content == "sample");
            positive.push_back(content == "pos");
            negative.push_back(content == "neg");
        }
        log2_values(raw, log2_raw);
    }

    std::vector<Summary> summaries(const Values& values, const Bytes& wells) const {
        std::vector<Summary> out(shape.plates);
        summarise(values, wells, shape, out);
        return out;
    }

    /// Each plate scaled by what its own summaries tell.
    Values scaled(const Values& values, const std::function<Scale(std::size_t)>& scale) const {
        std::vector<Scale> scales;
        for (std::size_t plate = 0; plate < shape.plates; ++plate)
            scales.push_back(scale(plate));
        Values out(values.size());
        standardise(values, shape, scales, out);
        return out;
    }

    std::size_t replicate_of(std::size_t plate) const { return plate / (shape.plates / 2); }

    /// The wells of one replicate.
    Bytes of_replicate(std::size_t replicate, const Bytes& wells) const {
        Bytes out(wells);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = wells[i] != 0 && replicate_of(i / shape.wells()) == replicate;
        return out;
    }

    /// All selected wells as one pool.
    Summary pooled(const Values& values, const Bytes& wells) const {
        Summary out;
        summarise(values, wells, {1, 1, values.size()}, {&out, 1});
        return out;
    }

    Values polish(const Values& values) const {
        Values residuals(values.size()), rows(shape.plates * 16), columns(shape.plates * 24);
        std::vector<PolishFit> fits(shape.plates);
        median_polish(values, sample, shape, polish_rule_b_score, {residuals, rows, columns, fits});
        return residuals;
    }

    Shape shape;
    Values raw;
    Values log2_raw;
    Bytes sample, positive, negative;
};

/// How many values are further than `tolerance` of the larger of the expected value and `floor` from it;
/// missing values must be missing in both.
std::size_t count_wrong(const Values& got, const Values& expected, double tolerance, double floor = 0) {
    REQUIRE(got.size() == expected.size());
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < got.size(); ++i)
        wrong +=
            std::isnan(expected[i])
                ? !std::isnan(got[i])
                : !(std::abs(got[i] - expected[i]) <= tolerance * std::max(floor, std::abs(expected[i])));
    return wrong;
}

/// cellHTS2 inverts a dynamic range below 1.
double upright(double range) {
    return std::max(range, 1 / range);
}

bool skipped() {
    if (tests::exists(folder + "kcviab_normalized.tsv.gz"))
        return false;
    WARN("skipped: no " << folder);
    return true;
}

/// Every normalisation of cellHTS2 that the table holds, but for the two of locfit.
std::map<std::string, Values> normalise_all(const Screen& s) {
    const auto samples = s.summaries(s.raw, s.sample);
    const auto positives = s.summaries(s.raw, s.positive);
    const auto negatives = s.summaries(s.raw, s.negative);
    const auto log2_samples = s.summaries(s.log2_raw, s.sample);
    const auto log2_negatives = s.summaries(s.log2_raw, s.negative);
    using enum Location;
    std::map<std::string, Values> out;
    out["mean_mult"] = s.scaled(s.raw, [&](auto p) { return divide_by(mean, samples[p]); });
    out["median_mult"] = s.scaled(s.raw, [&](auto p) { return divide_by(median, samples[p]); });
    out["shorth_mult"] = s.scaled(s.raw, [&](auto p) { return divide_by(shorth, samples[p]); });
    out["neg_mult"] = s.scaled(s.raw, [&](auto p) { return divide_by(median, negatives[p]); });
    out["mean_log2"] = s.scaled(s.log2_raw, [&](auto p) { return subtract(mean, log2_samples[p]); });
    out["median_log2"] = s.scaled(s.log2_raw, [&](auto p) { return subtract(median, log2_samples[p]); });
    out["neg_log2"] = s.scaled(s.log2_raw, [&](auto p) { return subtract(median, log2_negatives[p]); });
    out["POC"] = s.scaled(s.raw, [&](auto p) { return percent_of_control(positives[p]); });
    out["NPI"] = s.scaled(
        s.raw, [&](auto p) { return normalised_percent_inhibition(mean, positives[p], negatives[p]); });
    // cellHTS2's "z-score by plate" divides by the MAD, whatever it subtracts.
    out["zscore_add_byPlate"] = s.scaled(s.raw, [&](auto p) {
        return Scale{samples[p].mean, samples[p].mad};
    });
    out["robustz_byPlate"] = s.scaled(s.raw, [&](auto p) { return robust_z_score(samples[p]); });
    const std::array experiment{s.pooled(out["median_mult"], s.of_replicate(0, s.sample)),
                                s.pooled(out["median_mult"], s.of_replicate(1, s.sample))};
    out["median_mult_byExperiment"] =
        s.scaled(out["median_mult"], [&](auto p) { return adjust_variance(experiment[s.replicate_of(p)]); });
    for (const auto& [name, values] :
         {std::pair{std::string("Bscore"), s.raw}, std::pair{std::string("Bscore_log2"), s.log2_raw}}) {
        const Values& residuals = out[name + "_resid"] = s.polish(values);
        const auto spread = s.summaries(residuals, s.sample);
        out[name + "_byPlate"] = s.scaled(residuals, [&](auto p) { return adjust_variance(spread[p]); });
    }
    return out;
}

}  // namespace

TEST_CASE("normalised KcViab is what cellHTS2 makes of it") {
    if (skipped())
        return;
    const Table table(folder + "kcviab_normalized.tsv.gz");
    const Screen screen(table);
    REQUIRE(screen.shape.plates == 114);
    const auto normalised = normalise_all(screen);
    CHECK(normalised.size() == 16);
    for (const auto& [name, values] : normalised) {
        INFO(name);
        // A logarithm near 1 has lost its leading digits: there the last bit of log2(raw), about 20, is the
        // measure.
        const double floor = name.find("log2") == std::string::npos ? 0 : 0.02;
        CHECK(count_wrong(values, table.numbers(name), 1e-12, floor) == 0);
    }
}

TEST_CASE("effects of a median polish of KcViab are R's") {
    if (skipped())
        return;
    const Screen screen(Table(folder + "kcviab_normalized.tsv.gz"));
    const Shape& shape = screen.shape;
    Values residuals(shape.size()), rows(shape.plates * 16), columns(shape.plates * 24);
    std::vector<PolishFit> fits(shape.plates);
    median_polish(screen.raw, {}, shape, polish_rule_r, {residuals, rows, columns, fits});
    const Table table(folder + "kcviab_medpolish_Rdefault_effects.tsv");
    Values got;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const std::size_t replicate = std::stoul(table.column("replicate")[i]) - 1;
        const std::size_t plate = replicate * 57 + std::stoul(table.column("plate")[i]) - 1;
        const std::size_t index = std::stoul(table.column("index")[i]);
        const std::string& kind = table.column("kind")[i];
        got.push_back(kind == "overall" ? fits[plate].overall
                      : kind == "row"   ? rows[plate * 16 + index - 1]
                                        : columns[plate * 24 + index - 1]);
    }
    CHECK(got.size() == std::size_t{114} * 41);
    // R gives a column without any value an effect of NA, we give it 0.
    Values expected = table.numbers("effect");
    std::replace_if(
        expected.begin(), expected.end(), [](double effect) { return std::isnan(effect); }, 0.0);
    CHECK(count_wrong(got, expected, 1e-12) == 0);
}

TEST_CASE("Z' of KcViab is cellHTS2's") {
    if (skipped())
        return;
    const Screen screen(Table(folder + "kcviab_normalized.tsv.gz"));
    auto data = normalise_all(screen);
    data["raw"] = screen.raw;
    const Table table(folder + "kcviab_zfactor_experiment.tsv");
    Values classical, robust;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const std::size_t replicate = std::stoul(table.column("replicate")[i]) - 1;
        const Values& values = data.at(table.column("data")[i]);
        const Summary p = screen.pooled(values, screen.of_replicate(replicate, screen.positive));
        const Summary n = screen.pooled(values, screen.of_replicate(replicate, screen.negative));
        classical.push_back(z_prime(p, n));
        robust.push_back(z_prime_robust(p, n));
    }
    CHECK(count_wrong(classical, table.numbers("zprime_experiment"), 1e-9) == 0);
    CHECK(count_wrong(robust, table.numbers("zprime_robust_experiment"), 1e-9) == 0);
}

TEST_CASE("quality of KcViab by plate is cellHTS2's") {
    if (skipped())
        return;
    const Screen screen(Table(folder + "kcviab_normalized.tsv.gz"));
    const Table table(folder + "kcviab_plate_qc.tsv");
    const Values scaled = normalise_all(screen).at("median_log2");
    const auto positives = screen.summaries(screen.raw, screen.positive);
    const auto negatives = screen.summaries(screen.raw, screen.negative);
    std::map<std::string, Values> got;
    for (std::size_t plate = 0; plate < table.rows.size(); ++plate) {
        std::array<Values, 2> replicate;
        std::array<double, 2> range;
        for (std::size_t r : {0, 1}) {
            const std::size_t at = r * 57 + plate;
            for (std::size_t i = at * 384; i < (at + 1) * 384; ++i)
                if (screen.sample[i] != 0)
                    replicate[r].push_back(scaled[i]);
            range[r] = dynamic_range(positives[at], negatives[at]);
            const std::string suffix = "_rep" + std::to_string(r + 1);
            got["dynrange_ratio" + suffix].push_back(upright(range[r]));
            got["dynrange_diff" + suffix].push_back(std::abs(negatives[at].mean - positives[at].mean));
        }
        got["dynrange_ratio_avg"].push_back(upright(std::sqrt(range[0] * range[1])));
        got["repeatability_sd"].push_back(repeatability_sd(replicate[0], replicate[1]));
        got["spearman"].push_back(spearman(replicate[0], replicate[1]));
        got["pearson"].push_back(pearson(replicate[0], replicate[1]));
    }
    for (const auto& [name, values] : got) {
        INFO(name);
        CHECK(count_wrong(values, table.numbers(name), 1e-9) == 0);
    }
}

TEST_CASE("surfaces over KcViab are R's") {
    if (skipped())
        return;
    const Screen screen(Table(folder + "kcviab_normalized.tsv.gz"));
    const Table table(folder + "kcviab_spatial_surfaces_log2.tsv.gz");
    Values surface(screen.shape.size());
    std::vector<SurfaceFit> fits(screen.shape.plates);
    quadratic_surface(screen.log2_raw, screen.sample, screen.shape, SurfaceMethod::least_squares, surface,
                      fits);
    CHECK(count_wrong(surface, table.numbers("lm_poly2"), 1e-9) == 0);
    quadratic_surface(screen.log2_raw, screen.sample, screen.shape, SurfaceMethod::huber, surface, fits);
    CHECK(count_wrong(surface, table.numbers("rlm_poly2"), 1e-9) == 0);
    loess_surface(screen.log2_raw, screen.sample, screen.shape, loess_span, surface);
    CHECK(count_wrong(surface, table.numbers("loess_deg2_span075"), 1e-9) == 0);
}

TEST_CASE("SSMD of the isoprenol strains is the published formula's") {
    const std::string path = WELLSIEVE_SHARED_DATA "/screens/isoprenol/reference/limma_twogroup_eBayes.tsv";
    if (!tests::exists(path)) {
        WARN("skipped: no " << path);
        return;
    }
    const Table table(path);
    Values moments, unbiased;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        Values strain, control;
        for (const std::string replicate : {"1", "2", "3"}) {
            strain.push_back(table.numbers("S" + replicate)[i]);
            control.push_back(table.numbers("C" + replicate)[i]);
        }
        std::array<Summary, 2> groups;
        summarise(strain, {}, {1, 1, 3}, {&groups[0], 1});
        summarise(control, {}, {1, 1, 3}, {&groups[1], 1});
        moments.push_back(ssmd(groups[0], groups[1]));
        unbiased.push_back(ssmd_unbiased(groups[0], groups[1]));
    }
    CHECK(count_wrong(moments, table.numbers("ssmd_mm_unequal"), 1e-9) == 0);
    CHECK(count_wrong(unbiased, table.numbers("ssmd_umvue_equal"), 1e-9) == 0);
}

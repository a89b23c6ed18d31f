#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "kernels/stats/rank_draws.hpp"
#include "kernels/stats/shrinkage.hpp"
#include "kernels/stats/strain_means.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

const std::string folder = WELLSIEVE_SHARED_DATA "/screens/isoprenol/reference";

/// log2 titers minus the mean of the parent on the same plate; strains and plates numbered in order of
/// appearance.
struct Screen {
    explicit Screen(const ReferenceTable& table) {
        std::map<std::string, std::pair<double, double>> parent;
        for (std::size_t row = 0; row < table.size(); ++row)
            if (table.text(row, "strain") == "Control") {
                parent[plate(table, row)].first += std::log2(table.number(row, "titer_mg_L"));
                parent[plate(table, row)].second += 1.0;
            }
        for (std::size_t row = 0; row < table.size(); ++row) {
            const auto& [sum, count] = parent.at(plate(table, row));
            value.push_back(std::log2(table.number(row, "titer_mg_L")) - sum / count);
            strain.push_back(number_of(strains, table.text(row, "strain")));
            batch.push_back(number_of(plates, plate(table, row)));
        }
    }

    static std::string plate(const ReferenceTable& table, std::size_t row) {
        return table.text(row, "cycle") + "_" + table.text(row, "plate");
    }

    static std::uint32_t number_of(std::map<std::string, std::uint32_t>& names, const std::string& name) {
        return names.try_emplace(name, static_cast<std::uint32_t>(names.size())).first->second;
    }

    std::map<std::string, std::uint32_t> strains, plates;
    std::vector<double> value;
    std::vector<std::uint32_t> strain, batch;
};

std::vector<double> ranks_of(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t k = 0; k < order.size(); ++k)
        ranks[order[k]] = static_cast<double>(k);
    return ranks;
}

double spearman(const std::vector<double>& a, const std::vector<double>& b) {
    const std::vector<double> x = ranks_of(a), y = ranks_of(b);
    const double n = static_cast<double>(a.size());
    double squares = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        squares += (x[i] - y[i]) * (x[i] - y[i]);
    return 1.0 - 6.0 * squares / (n * (n * n - 1.0));
}

}  // namespace

TEST_CASE("from wells to ranks: the isoprenol screen ranks as lme4's mixed model does") {
    if (!ReferenceTable::exists(folder + "/isoprenol_dbtl3-6_plates.tsv")) {
        WARN("skipped: no " << folder);
        return;
    }
    const Screen screen(ReferenceTable(folder + "/isoprenol_dbtl3-6_plates.tsv"));
    const std::size_t n = screen.strains.size();
    std::vector<double> wells(n), batches(n), mean(n), error(n), variance(n), df(n), moderated(n), between(n),
        error_df(n);
    const StrainWells input{screen.value, screen.strain, screen.batch};
    const std::vector<std::uint32_t> parent{screen.strains.at("Control")};
    const StrainVariance pooled =
        strain_means(input, {.references = parent},
                     {wells, batches, mean, error, variance, df, moderated, between, error_df});
    const EffectPrior prior = fit_effect_prior(mean, error);
    std::vector<double> shrunken(n), sd(n), own_sd(n), weight(n);
    shrink_effects(mean, error, prior, {shrunken, sd, own_sd, weight});

    const ReferenceTable lme4(folder + "/lmer_A_strain_blup.tsv");
    REQUIRE(lme4.size() == n);
    std::vector<double> ours, theirs;
    for (std::size_t row = 0; row < n; ++row) {
        ours.push_back(shrunken[screen.strains.at(lme4.text(row, "strain"))]);
        theirs.push_back(lme4.number(row, "blup"));
    }
    CHECK(spearman(ours, theirs) > 0.92);
    CHECK(prior.variance == Approx(0.41807).epsilon(0.05));  // lme4's variance between strains
    // Two strains stand in two cycles, and differ there by a factor of three: they must not set all others'
    // errors.
    CHECK(pooled.interaction_df == 2.0);
    CHECK(pooled.interaction > prior.variance);
    CHECK(!pooled.interaction_estimable);
}

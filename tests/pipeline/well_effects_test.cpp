#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <span>

#include "pipeline/strain_effects.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;

namespace {

constexpr std::size_t wells = 96;
constexpr std::size_t replicates = 3;
constexpr double sd_of_strains = 0.3;
constexpr double sd_of_wells = 0.1;

/// Where the replicates of strains stand.
enum class Design { any_plate, plates_of_one_set, one_set };

/// Strain of each well of each plate.
std::vector<std::size_t> places(Design design, std::size_t sets, std::mt19937& random) {
    std::vector<std::size_t> strain_at;
    for (std::size_t replicate = 0; replicate < replicates; ++replicate) {
        std::vector<std::size_t> strains(sets * wells);
        std::iota(strains.begin(), strains.end(), std::size_t{0});
        if (design == Design::any_plate)
            std::shuffle(strains.begin(), strains.end(), random);
        strain_at.insert(strain_at.end(), strains.begin(), strains.end());
    }
    return strain_at;
}

/// A screen with known effects of strains, its plates less the median of their samples.
struct KnownScreen {
    KnownScreen(Design design, std::mt19937& random) : truth((design == Design::one_set ? 1 : 4) * wells) {
        trait.normalisation = Normalisation::median;
        for (double& effect : truth)
            effect = sd_of_strains * normal(random);
        const double mean =
            std::accumulate(truth.begin(), truth.end(), 0.0) / static_cast<double>(truth.size());
        for (double& effect : truth)
            effect -= mean;
        const std::vector<std::size_t> strain_at = places(design, truth.size() / wells, random);
        for (std::size_t first = 0; first < strain_at.size(); first += wells)
            add_plate({strain_at.data() + first, wells}, random);
    }

    void add_plate(std::span<const std::size_t> strains, std::mt19937& random) {
        PlateData plate;
        plate.shape = {8, 12};
        std::vector<double> values;
        for (const std::size_t strain : strains) {
            plate.wells.emplace_back().strain = std::to_string(strain);
            plate.wells.back().role = formats::plates::Role::sample;
            values.push_back(truth[strain] + sd_of_wells * normal(random));
        }
        std::vector<double> sorted = values;
        std::sort(sorted.begin(), sorted.end());
        for (const double value : values)
            trait.normalised.push_back(value - 0.5 * (sorted[wells / 2 - 1] + sorted[wells / 2]));
        screen.plates.plates.push_back(std::move(plate));
        screen.well_begin.push_back(trait.normalised.size());
    }

    std::normal_distribution<double> normal;
    std::vector<double> truth;  ///< [strain], against their mean
    Screen screen;
    TraitColumn trait;
};

double stated_variance(const StrainEffects& effects, std::size_t strain) {
    double variance = effects.standard_error[strain] * effects.standard_error[strain];
    for (const auto& loading : effects.shared[strain])
        variance += loading.weight * loading.weight * effects.shared_variance[loading.source];
    return variance;
}

/// Squared errors of effects, as they are over as they are said to be.
double squared_error_ratio(Design design) {
    std::mt19937 random(5);
    double found = 0;
    double stated = 0;
    for (int round = 0; round < 100; ++round) {
        const KnownScreen known(design, random);
        std::vector<std::string> warnings;
        const StrainEffects effects = well_effects(known.screen, known.trait, warnings);
        REQUIRE(effects.strains.size() == known.truth.size());
        for (std::size_t i = 0; i < known.truth.size(); ++i) {
            const double estimate = effects.mean[i] - effects.centre;
            found += std::pow(estimate - known.truth[std::stoul(effects.strains[i])], 2);
            stated += stated_variance(effects, i);
        }
    }
    return found / stated;
}

}  // namespace

TEST_CASE("where samples are taken for neutral, effects have the errors that their plates' medians have") {
    CHECK(squared_error_ratio(Design::any_plate) == Approx(1.0).epsilon(0.08));
    CHECK(squared_error_ratio(Design::plates_of_one_set) == Approx(1.0).epsilon(0.08));
    CHECK(squared_error_ratio(Design::one_set) == Approx(1.0).epsilon(0.08));
}

TEST_CASE("a strain that agrees between plates better than parents do on them has the parents' error") {
    Screen screen;
    TraitColumn trait;
    trait.normalisation = Normalisation::parent;
    for (const double shift : {-0.01, 0.01}) {
        PlateData& plate = screen.plates.plates.emplace_back();
        plate.shape = {4, 6};
        for (int strain = 0; strain < 22; ++strain) {
            plate.wells.emplace_back().strain = std::to_string(strain);
            plate.wells.back().role = formats::plates::Role::sample;
            trait.normalised.push_back(0.1 * strain + shift * (1 + strain % 3));
        }
        for (const double parent : {-1.0, 1.0}) {
            plate.wells.emplace_back().strain = "parent";
            plate.wells.back().role = formats::plates::Role::parent;
            trait.normalised.push_back(parent);
        }
        screen.well_begin.push_back(trait.normalised.size());
    }
    std::vector<std::string> warnings;
    const StrainEffects effects = well_effects(screen, trait, warnings);
    REQUIRE(effects.strains.size() == 23);
    for (std::size_t i = 0; i < 22; ++i)
        CHECK(stated_variance(effects, i) == Approx(0.5));  // two parents of variance 2 on each of two plates
}

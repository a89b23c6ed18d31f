#include "kernels/curve/pseudo_batch.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/curve/specific_rates.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::curve;
using tests::ReferenceTable;
using tests::relative_error;

namespace {

const std::string peer_path =
    std::string(WELLSIEVE_SHARED_DATA) + "/growth/ref/pseudobatch_standard_fed-batch_process.pseudobatch.tsv";

std::vector<double> transformed(const std::vector<double>& concentration, const VesselVolumes& volumes,
                                double in_feed) {
    std::vector<double> factor(volumes.times()), out(volumes.times());
    accumulated_dilution(volumes, factor);
    pseudo_batch(concentration, volumes, {&in_feed, 1}, factor, out);
    return out;
}

/// A fed-batch by small steps: exponential feed, biomass at 0.2 1/h with yield 0.5, samples of 0.1 l each
/// hour.
struct FedBatch {
    std::vector<double> times_h, before, sampled, fed, biomass, substrate;
    static constexpr double in_feed = 200;

    FedBatch() {
        double volume = 1, x = 1, s = 40, total = 0;
        constexpr int steps = 4000;
        for (int k = 0; k <= 8 * steps; ++k) {
            const bool sampling = k % steps == 0 && k > 0;
            if (k % (steps / 4) == 0) {
                times_h.push_back(k / double{steps});
                before.push_back(volume);
                sampled.push_back(sampling ? 0.1 : 0.0);
                fed.push_back(total);
                biomass.push_back(x / volume);
                substrate.push_back(s / volume);
            }
            if (sampling) {
                const double left = (volume - 0.1) / volume;
                x *= left;
                s *= left;
                volume -= 0.1;
            }
            const double dt = 1.0 / steps;
            const double feed = 0.01 * std::exp(0.2 * k * dt) * dt;
            const double grown = x * std::expm1(0.2 * dt);
            x += grown;
            s += feed * in_feed - grown / 0.5;
            volume += feed;
            total += feed;
        }
    }
    VesselVolumes volumes() const { return {before, sampled, fed}; }
};

}  // namespace

TEST_CASE("the pseudo-batch transformation is pseudobatch's") {
    if (!ReferenceTable::exists(peer_path)) {
        WARN("not there, not compared: " << peer_path);
        return;
    }
    const ReferenceTable peer(peer_path);
    const std::vector<double> before = peer.numbers("v_Volume"), sampled = peer.numbers("sample_volume"),
                              fed = peer.numbers("v_Feed_accum");
    const VesselVolumes volumes{before, sampled, fed};
    for (const auto& [name, in_feed] : {std::pair<std::string, double>{"c_Glucose", 100},
                                        {"c_Biomass", 0},
                                        {"c_Product", 0},
                                        {"c_CO2", 0}}) {
        const std::vector<double> ours = transformed(peer.numbers(name), volumes, in_feed);
        for (std::size_t row = 0; row < peer.size(); ++row) {
            INFO(name << " row " << row);
            CHECK(relative_error(ours[row], peer.number(row, name + "_pseudo")) < 1e-8);
        }
    }
    // The truth behind the simulation: 0.1 1/h, Yxs 1.85, Yxp 0.8215102.
    const std::vector<double> biomass = transformed(peer.numbers("c_Biomass"), volumes, 0);
    const std::vector<double> glucose = transformed(peer.numbers("c_Glucose"), volumes, 100);
    const std::vector<double> product = transformed(peer.numbers("c_Product"), volumes, 0);
    CHECK(log_slope(peer.numbers("timestamp"), biomass).slope == Approx(0.1).epsilon(1e-4));
    CHECK(yield_on(glucose, biomass).slope == Approx(-1.85).epsilon(1e-6));
    CHECK(yield_on(product, biomass).slope == Approx(0.8215102).epsilon(1e-6));
}

TEST_CASE(
    "rate and yield come back from a vessel that is fed and sampled, where raw concentrations mislead") {
    const FedBatch vessel;
    const std::vector<double> biomass = transformed(vessel.biomass, vessel.volumes(), 0);
    const std::vector<double> substrate = transformed(vessel.substrate, vessel.volumes(), FedBatch::in_feed);
    CHECK(log_slope(vessel.times_h, biomass).slope == Approx(0.2).epsilon(1e-4));
    CHECK(yield_on(biomass, substrate).slope == Approx(-0.5).epsilon(2e-3));
    CHECK(log_slope(vessel.times_h, vessel.biomass).slope < 0.19);
}

TEST_CASE("without feeds and samples nothing changes, and missing readings stay missing") {
    const std::vector<double> before(4, 2.0), sampled(4, 0.0), concentration{1, NAN, 3, 4};
    std::vector<double> factor(4), out(4);
    const VesselVolumes volumes{before, sampled, {}};
    accumulated_dilution(volumes, factor);
    pseudo_batch(concentration, volumes, {}, factor, out);
    CHECK(factor == std::vector<double>(4, 1.0));
    CHECK((out[0] == 1 && std::isnan(out[1]) && out[2] == 3 && out[3] == 4));
}

TEST_CASE("several feeds add up as one with the mean concentration") {
    const std::vector<double> before{1, 1.2, 1.5}, sampled{0, 0.1, 0}, two{0, 0.1, 0.3, 0, 0.1, 0.2},
        one{0, 0.2, 0.5};
    const std::vector<double> c{5, 6, 7}, in_two{30, 10};
    std::vector<double> factor(3), ours(3);
    accumulated_dilution({before, sampled, two}, factor);
    pseudo_batch(c, {before, sampled, two}, in_two, factor, ours);
    CHECK(factor[1] == Approx(1.2));
    CHECK(factor[2] == Approx(1.2 * 1.5 / 1.1));
    CHECK(ours[1] == Approx(6 * 1.2 - 1.2 * 4 / 1.2));
    CHECK(ours[2] == Approx(7 * factor[2] - 4 - factor[2] * 7 / 1.5));
}

TEST_CASE("volumes that cannot be give NaN from there on") {
    for (const double bad : {double{NAN}, 0.0, -1.0, HUGE_VAL}) {
        const std::vector<double> before{1, 1, bad, 1}, sampled(4, 0.0), c(4, 1.0);
        std::vector<double> factor(4), out(4);
        accumulated_dilution({before, sampled, {}}, factor);
        pseudo_batch(c, {before, sampled, {}}, {}, factor, out);
        CHECK(out[1] == 1);
        CHECK(std::isnan(out[2]));
        CHECK(std::isnan(out[3]));
    }
    std::vector<double> none;
    accumulated_dilution({}, none);
    pseudo_batch({}, {}, {}, none, none);
}

TEST_CASE("gas that samples carry away is made good") {
    const std::vector<double> before{2, 2, 1.5}, sampled{0, 0.5, 0}, amount{0, 4, 10};
    std::vector<double> out(3);
    gas_concentration(amount, {before, sampled, {}}, out);
    CHECK(out[0] == 0);
    CHECK(out[1] == Approx(2));  // 4 in 2 l; a quarter leaves with the sample
    CHECK(out[2] == Approx((10 - 1) / 1.5));
}

#include "pipeline/fed_batch.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <string>

#include "tests/pipeline/small_plate.hpp"

using namespace wellsieve;
using namespace wellsieve::pipeline;
using formats::plates::Flag;
using formats::plates::missing;

namespace {

constexpr double hour_s = 3600;

struct Vessel {
    PlateData plate;
    std::map<std::string, ReadoutSeries> readouts;
    FedBatchOptions options;

    Vessel() { plate.shape = {1, 1}; }

    void add(const std::string& name, std::vector<double> times_h, std::vector<double> values,
             const char* unit = "") {
        for (double& time : times_h)
            time *= hour_s;
        readouts[name] = tests::series_of(std::move(times_h), std::move(values));
        readouts[name].readout.unit = unit;
    }

    ReadoutSeries in_batch(const std::string& name) const {
        return pseudo_batch_series(name, readouts.at(name), options, plate,
                                   [&](const std::string& wanted) -> const ReadoutSeries* {
                                       const auto found = readouts.find(wanted);
                                       return found == readouts.end() ? nullptr : &found->second;
                                   });
    }
};

/// One litre, of which 0.5 are taken after 1 h, with 0.5 of a feed of 10 at 2 h.
Vessel fed_and_sampled() {
    Vessel vessel;
    vessel.add("volume", {0, 1, 2}, {1000, 1000, 1000}, "mL");
    vessel.add("sampled", {1}, {0.5}, "L");
    vessel.add("feed", {0, 1, 2}, {0, 0, 500}, "mL");
    vessel.add("biomass", {0, 1, 2}, {1, 2, 1.5});
    vessel.add("glucose", {0, 1, 2}, {8, 6, 7});
    vessel.options.volume = "volume";
    vessel.options.sampled = "sampled";
    vessel.options.feeds = {"feed"};
    vessel.options.in_feed = {{"glucose", {10}}};
    return vessel;
}

}  // namespace

TEST_CASE("a sample changes no concentration, a feed dilutes and adds: by hand") {
    const Vessel vessel = fed_and_sampled();
    // After the sample 0.5 l are left; the feed doubles them: what is read at 2 h is half of it.
    CHECK(vessel.in_batch("biomass").values == std::vector<double>{1, 2, 3});
    CHECK(vessel.in_batch("glucose").values == std::vector<double>{8, 6, 2 * 7 - 2 * 0.5 * 10});
}

TEST_CASE("between readings of the volume it is what was left and what was fed since") {
    Vessel vessel = fed_and_sampled();
    const ReadoutSeries expected = vessel.in_batch("glucose");
    vessel.add("volume", {0}, {1}, "L");
    CHECK(vessel.in_batch("glucose").values == expected.values);
    vessel.options.volume.clear();
    vessel.options.volume_l = 1;
    CHECK(vessel.in_batch("glucose").values == expected.values);
}

TEST_CASE("nothing is made up before the volume is known, without an input, or for a flagged reading") {
    Vessel vessel = fed_and_sampled();
    vessel.add("volume", {1}, {1}, "L");
    ReadoutSeries found = vessel.in_batch("biomass");
    CHECK(found.flags[0] == Flag::not_measured);
    CHECK(found.values[1] == 2);
    found = fed_and_sampled().in_batch("biomass");
    Vessel gap = fed_and_sampled();
    gap.add("biomass", {0, 1, 2}, {1, missing, 1.5});
    CHECK(gap.in_batch("biomass").flags[1] == Flag::overflow);
    CHECK(gap.in_batch("biomass").values[2] == found.values[2]);
    gap.options.feeds = {"no such feed"};
    CHECK(gap.in_batch("biomass").flags[2] == Flag::not_measured);
}

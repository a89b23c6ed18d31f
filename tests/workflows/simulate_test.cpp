#include "workflows/simulate/simulate.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "formats/error.hpp"
#include "formats/plates/reader.hpp"
#include "pipeline/parallel.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workflows/config.hpp"
#include "workflows/simulate/random.hpp"
#include "workflows/simulate/screen.hpp"
#include "workflows/simulate/vendors.hpp"

using namespace wellsieve;
using namespace wellsieve::workflows::simulate;
using Catch::Matchers::Contains;
using formats::plates::Flag;
using formats::plates::Measurement;
using formats::plates::Mode;
using formats::plates::PlateFile;
using formats::plates::Role;
using tests::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

SimulateSpec small_spec(std::uint32_t wells, bool kinetic) {
    SimulateSpec spec;
    spec.wells = wells;
    spec.strains = wells > 24 ? wells : 3;
    spec.replicates = 1;
    spec.parents_per_plate = wells > 24 ? 8 : 1;
    spec.blanks_per_plate = 1;
    spec.kinetic = kinetic;
    spec.hours = 2;
    spec.interval_min = 45;
    spec.saturated = 0.1;
    spec.dropped = kinetic ? 0.3 : 0;
    return spec;
}

std::size_t time_index(const Plate& plate, double time_s) {
    if (std::isnan(time_s))
        return plate.times_s.empty() ? 0 : plate.reads();
    const auto found = std::find(plate.times_s.begin(), plate.times_s.end(), time_s);
    return static_cast<std::size_t>(found - plate.times_s.begin());
}

/// The plate's readings as they were read back: [time][well], NaN where above range, absent where not read.
constexpr double absent = -1e9;

struct ReadBack {
    std::vector<double> od;
    std::vector<double> gfp;
};

void take(const PlateFile& file, const Plate& plate, ReadBack& back) {
    for (const Measurement& m : file.measurements) {
        const auto& readout = file.readouts.at(m.readout);
        const bool is_od = readout.mode == Mode::absorbance && readout.wavelength_nm == od_wavelength_nm;
        const bool is_gfp = readout.mode == Mode::fluorescence &&
                            readout.excitation_nm == gfp_excitation_nm &&
                            readout.emission_nm == gfp_emission_nm;
        REQUIRE((is_od || is_gfp));
        const std::size_t time = time_index(plate, m.time_s);
        REQUIRE(time < plate.reads());
        double& value =
            (is_od ? back.od : back.gfp).at(time * plate.wells.size() + plate.shape.index(m.well));
        REQUIRE(value == absent);
        REQUIRE((m.flag == Flag::none || m.flag == Flag::overflow || m.flag == Flag::not_measured));
        value = m.flag == Flag::not_measured ? left_out : m.value;
    }
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

void check_reads_back(const std::string& vendor_name, std::uint32_t wells, bool kinetic,
                      bool fluorescence = true) {
    INFO(vendor_name << ", " << wells << " wells, " << (kinetic ? "kinetic" : "endpoint"));
    SimulateSpec spec = small_spec(wells, kinetic);
    spec.fluorescence = fluorescence;
    Screen screen = plan_screen(spec);
    Plate& plate = screen.plates.at(0);
    workflows::simulate::read_plate(spec, screen, 0, plate);
    const Vendor* vendor = find_vendor(vendor_name);
    REQUIRE(vendor != nullptr);
    ReadBack back{std::vector<double>(plate.od.size(), absent),
                  std::vector<double>(plate.gfp.size(), absent)};
    for (const RawFile& file : vendor->write(plate)) {
        const formats::plates::Document document(file.name, file.text);
        CHECK(formats::plates::choose_reader(document).name == vendor->reader);
        const PlateFile read = formats::plates::read_plate_file(document);
        REQUIRE(read.plates.size() == 1);
        CHECK(read.plates[0].name == plate.name);
        CHECK(read.rejects.empty());
        take(read, plate, back);
    }
    CHECK(same(back.od, plate.od));
    CHECK(same(back.gfp, plate.gfp));
    CHECK(plate.gfp.empty() != fluorescence);
}

std::map<std::string, std::string> contents(const fs::path& folder) {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file())
            continue;
        std::ifstream in(entry.path(), std::ios::binary);
        all[entry.path().lexically_relative(folder).string()] = {std::istreambuf_iterator<char>(in), {}};
    }
    return all;
}

std::map<std::string, std::string> simulated(const SimulateSpec& spec, unsigned threads) {
    const TemporaryFolder folder;
    const pipeline::ThreadLimit limit(threads);
    simulate(spec, folder.path());
    return contents(folder.path());
}

}  // namespace

TEST_CASE("what is simulated reads back to the last written digit, in each layout and plate size") {
    for (const char* vendor : {"gen5", "softmax", "mars", "tidy"})
        for (std::uint32_t wells : {6u, 12u, 24u, 48u, 96u, 384u, 1536u})
            for (bool kinetic : {false, true})
                check_reads_back(vendor, wells, kinetic);
    for (const char* vendor : {"gen5", "softmax", "mars", "tidy"})
        for (bool kinetic : {false, true})
            check_reads_back(vendor, 96, kinetic, false);
}

TEST_CASE("one seed gives the same bytes with any number of threads, another seed gives others") {
    SimulateSpec spec;
    spec.wells = 96;
    spec.strains = 150;
    spec.vendors = {"gen5", "softmax", "mars", "tidy"};
    const auto first = simulated(spec, 1);
    CHECK(first.size() >= 5 + 6);
    CHECK(simulated(spec, 8) == first);
    spec.seed = 2;
    CHECK(simulated(spec, 2).at("truth.csv") != first.at("truth.csv"));
}

TEST_CASE("each strain stands once on a plate of each replicate, with parents and blanks on every plate") {
    SimulateSpec spec;
    spec.wells = 96;
    spec.strains = 200;
    spec.replicates = 4;
    const Screen screen = plan_screen(spec);
    CHECK(screen.plates.size() == std::size_t{3} * 4);
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
    for (const Plate& plate : screen.plates) {
        std::map<Role, std::uint32_t> roles;
        for (const WellPlan& well : plate.wells) {
            ++roles[well.role];
            if (well.role == Role::sample)
                ++seen[{well.strain, plate.replicate}];
        }
        CHECK(roles[Role::parent] == spec.parents_per_plate);
        CHECK(roles[Role::blank] == spec.blanks_per_plate);
    }
    CHECK(seen.size() == std::size_t{200} * 4);
    CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& entry) { return entry.second == 1; }));
}

TEST_CASE("without noise a well shows its strain's effect and its place's, and nothing else") {
    SimulateSpec spec;
    spec.wells = 96;
    spec.strains = 80;
    spec.noise_sd = 0;
    spec.saturated = 0;
    Screen screen = plan_screen(spec);
    double largest = 0;
    for (std::size_t number = 0; number < screen.plates.size(); ++number) {
        Plate& plate = screen.plates[number];
        workflows::simulate::read_plate(spec, screen, number, plate);
        for (std::size_t i = 0; i < plate.wells.size(); ++i) {
            const WellPlan& well = plate.wells[i];
            if ((well.role != Role::sample && well.role != Role::parent) || well.fault == Fault::dead)
                continue;
            const double product = std::log2((plate.gfp[i] - 120) / (plate.od[i] - 0.09) / 4000);
            largest =
                std::max(largest, std::abs(product - screen.strains[well.actual].effect - well.position));
        }
    }
    // Noise of the readings themselves: 0.002 of about 1 OD, 4 of about 4,000 counts, at 4 standard
    // deviations.
    CHECK(largest < 0.02);
    CHECK(largest > 0);
}

TEST_CASE("faults come as often as asked, and change what they should") {
    SimulateSpec spec;
    spec.strains = 5000;
    spec.dead = spec.saturated = spec.swapped = 0.03;
    Screen screen = plan_screen(spec);
    std::map<Fault, double> shares;
    double wells = 0;
    for (std::size_t number = 0; number < screen.plates.size(); ++number) {
        Plate& plate = screen.plates[number];
        workflows::simulate::read_plate(spec, screen, number, plate);
        for (std::size_t i = 0; i < plate.wells.size(); ++i) {
            const WellPlan& well = plate.wells[i];
            if (well.role != Role::sample && well.role != Role::parent)
                continue;
            ++wells;
            ++shares[well.fault];
            CHECK((well.actual != well.strain) == (well.fault == Fault::swapped));
            CHECK(std::isnan(plate.gfp[i]) == (well.fault == Fault::saturated));
            CHECK((plate.od[i] < 0.12) == (well.fault == Fault::dead));
        }
    }
    for (Fault fault : {Fault::dead, Fault::saturated, Fault::swapped})
        CHECK(shares[fault] / wells == Approx(0.03).margin(0.006));
}

TEST_CASE("a culture grows as its model's published equation says") {
    Culture culture;
    culture.grows = true;
    culture.inoculum_od = 0.01;
    culture.yield_od = 1;
    culture.rate_per_h = 0.5;
    culture.lag_h = 2;
    const double hours = 40;
    culture.model = GrowthModel::logistic;
    CHECK(culture.net_od(0) == 0.01);
    CHECK(culture.net_od(2) == Approx(0.01));
    CHECK(truth_of(culture, hours).rate_per_h == Approx(0.5).epsilon(1e-3));
    CHECK(truth_of(culture, hours).lag_h == Approx(2).epsilon(0.01));
    culture.model =
        GrowthModel::gompertz;  // the tangent at the inflection has slope 0.5 and meets ln N0 at 2 h
    const double inflection_h = std::log(100.0) / 0.5 / std::exp(1.0) + 2;
    CHECK(culture.net_od(inflection_h) == Approx(0.01 * std::exp(std::log(100.0) / std::exp(1.0))));
    CHECK(truth_of(culture, hours).rate_per_h == Approx(0.5).epsilon(1e-4));
    culture.model = GrowthModel::baranyi;
    CHECK(culture.net_od(0) == Approx(0.01));
    // Baranyi and Roberts 1994 far past its lag: exponential from h0 hours later.
    culture.yield_od = 1e12;
    CHECK(std::log(culture.net_od(30) / 0.01) == Approx(0.5 * (30 - 2)).epsilon(1e-5));
    for (GrowthModel model : {GrowthModel::logistic, GrowthModel::gompertz, GrowthModel::baranyi}) {
        culture.model = model;
        culture.yield_od = 1;
        CHECK(culture.net_od(500) == Approx(1).epsilon(1e-6));
        for (int i = 1; i < 200; ++i)
            CHECK(culture.net_od(i * 0.2) >= culture.net_od((i - 1) * 0.2));
    }
}

TEST_CASE("hits, late wells, noise and range of the readings are as the specification says") {
    SimulateSpec spec;
    spec.wells = 96;
    spec.strains = 600;
    spec.kinetic = true;
    spec.hits = HitTrait::growth;
    spec.hit_effect = 0.4;
    spec.hit_share = 0.5;
    spec.well_sd = 0;
    spec.late = 0.1;
    spec.dropped = 0.1;
    spec.largest_od = 1;
    Screen screen = plan_screen(spec);
    double hits = 0;
    double others = 0;
    double hit_count = 0;
    for (std::size_t i = 1; i < screen.strains.size(); ++i) {
        (screen.strains[i].hit ? hits : others) += screen.strains[i].growth;
        hit_count += screen.strains[i].hit ? 1 : 0;
    }
    CHECK(hits / hit_count - others / (600 - hit_count) == Approx(0.4).margin(0.04));
    std::map<Fault, double> shares;
    std::size_t over = 0;
    for (std::size_t number = 0; number < screen.plates.size(); ++number) {
        Plate& plate = screen.plates[number];
        workflows::simulate::read_plate(spec, screen, number, plate);
        for (std::size_t i = 0; i < plate.wells.size(); ++i) {
            ++shares[plate.wells[i].fault];
            const Culture culture = culture_of(spec, screen, number, i);
            if (plate.wells[i].fault == Fault::late)
                CHECK(culture.lag_h == spec.late_h);
            std::size_t skipped = 0;
            for (std::size_t t = 0; t < plate.reads(); ++t) {
                skipped += plate.od[t * plate.wells.size() + i] == left_out;
                over += std::isnan(plate.od[t * plate.wells.size() + i]);
            }
            CHECK((skipped > 0) == (plate.wells[i].fault == Fault::dropped));
        }
        CHECK(std::none_of(plate.od.begin(), plate.od.end(), [](double od) { return od > 1; }));
    }
    CHECK(over > 0);
    for (Fault fault : {Fault::late, Fault::dropped})
        CHECK(shares[fault] / static_cast<double>(screen.plates.size() * 96) == Approx(0.08).margin(0.02));
}

TEST_CASE("the normal numbers are normal") {
    Random random(1, "test");
    constexpr int count = 200'000;
    double sum = 0;
    double squares = 0;
    int beyond = 0;
    for (int i = 0; i < count; ++i) {
        const double x = random.normal();
        sum += x;
        squares += x * x;
        beyond += std::abs(x) > 1.959964 ? 1 : 0;
    }
    CHECK(sum / count == Approx(0).margin(0.01));
    CHECK(squares / count == Approx(1).margin(0.015));
    CHECK(static_cast<double>(beyond) / count == Approx(0.05).margin(0.002));
}

TEST_CASE("a specification is read, its defaults spelled out, and what is wrong is all told") {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "SPEC.toml";
    SimulateSpec spec;
    spec.wells = 1536;
    spec.kinetic = true;
    spec.vendors = {"mars"};
    spec.swapped = 0.25;
    std::ofstream(file) << to_toml(spec);
    CHECK(to_toml(read_spec(file)) == to_toml(spec));
    CHECK(read_spec(file).swapped == 0.25);

    std::ofstream(file)
        << "[plates]\nwells = 100\nvendors = [\"gen6\"]\n[strains]\ncuont = 5\n[faults]\ndead = 2\n";
    try {
        read_spec(file);
        FAIL("a wrong specification was taken");
    } catch (const workflows::ConfigError& error) {
        CHECK(error.problems().size() == 4);
        CHECK_THAT(error.what(), Contains("line 2") && Contains("6, 12, 24, 48, 96, 384 or 1536"));
        CHECK_THAT(error.what(), Contains("'gen6' is not one of gen5, softmax, mars, tidy"));
        CHECK_THAT(error.what(), Contains("did you mean 'count'"));
    }
    CHECK_THROWS_AS(read_spec(folder.path() / "none.toml"), formats::FormatError);
}

TEST_CASE("a screen that is there is not written over") {
    const TemporaryFolder folder;
    const SimulateSpec spec = small_spec(6, false);
    simulate(spec, folder.path());
    CHECK_THROWS_WITH(simulate(spec, folder.path()), Contains("is there already"));
}

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflows/simulate/pool_spec.hpp"

namespace wellsieve::workflows::simulate {

enum class GrowthModel : std::uint8_t { logistic, gompertz, baranyi };

/// What hits have more of than other strains.
enum class HitTrait : std::uint8_t { product, growth };

std::vector<std::string_view> words_of(GrowthModel);
std::vector<std::string_view> words_of(HitTrait);

/// A screen to be made up. Effects are differences of log2(fluorescence per optical density), or of log2
/// growth rate where hits grow faster; shares are of all wells with a strain.
struct SimulateSpec {
    std::string name = "simulated";
    std::uint64_t seed = 1;

    std::uint32_t wells = 384;     ///< of a plate: 6 to 1536
    std::uint32_t strains = 200;   ///< besides the parent
    std::uint32_t replicates = 3;  ///< plates on which each strain stands, once on each
    std::uint32_t parents_per_plate = 16;
    std::uint32_t blanks_per_plate = 8;
    std::vector<std::string> vendors = {"gen5", "softmax", "mars"};  ///< plates take turns

    bool kinetic = false;
    double hours = 12;
    double interval_min = 15;
    double od_noise_sd = 0.002;  ///< of a reading
    double od_noise_share = 0;   ///< of a reading, as a share of the net optical density; adds to the former
    bool fluorescence = true;    ///< read beside the optical density
    double largest_od = 4;       ///< above it the reader says overflow

    GrowthModel model = GrowthModel::logistic;
    double rate_per_h = 0.6;  ///< of the parent
    double lag_h = 0;
    double yield_od = 1.2;
    double inoculum_od = 0.01;
    double lag_sd_h = 0;    ///< from strain to strain
    double yield_sd = 0.1;  ///< of log2 yield, from strain to strain
    double well_sd = 0.05;  ///< of log2 growth rate, from well to well

    HitTrait hits = HitTrait::product;
    double hit_share = 0.1;   ///< of the strains
    double hit_effect = 0.8;  ///< of a hit, on average; each lies between half and one and a half of it
    double strain_sd = 0.1;   ///< of every strain, hit or not
    double growth_sd = 0.1;   ///< of log2 growth rate
    double plate_sd = 0.2;
    double row_sd = 0.03;
    double column_sd = 0.03;
    double edge = 0.1;       ///< wells at the border
    double drift = 0.2;      ///< from the first well read to the last
    double noise_sd = 0.08;  ///< of the product, from well to well
    double on_growth =
        0;  ///< share of the effects of plate, row, column, edge and drift that growth rates feel

    double dead = 0.005;       ///< wells that were not inoculated
    double saturated = 0.005;  ///< wells whose fluorescence is above the reader's range
    double swapped = 0.005;    ///< wells that hold the strain of another
    double late = 0;           ///< wells that start `late_h` hours later
    double late_h = 4;
    double dropped = 0;  ///< wells of which the reader skips a tenth of the readings

    bool has_plates = true;        ///< false with a pool and without [plates]
    std::optional<PoolSpec> pool;  ///< pooled reads, on their own or beside plates
};

/// Reads and checks a SPEC.toml. Throws ConfigError with every problem.
SimulateSpec read_spec(const std::filesystem::path& file);

/// The same specification, every default spelled out.
std::string to_toml(const SimulateSpec& spec);

}  // namespace wellsieve::workflows::simulate

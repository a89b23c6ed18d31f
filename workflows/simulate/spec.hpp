#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "workflows/simulate/pool_spec.hpp"

namespace wellsieve::workflows::simulate {

/// A screen to be made up. Effects are differences of log2(fluorescence per optical density); shares are of
/// all wells with a strain.
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

    double hit_share = 0.1;   ///< of the strains
    double hit_effect = 0.8;  ///< of a hit, on average; each lies between half and one and a half of it
    double strain_sd = 0.1;   ///< of every strain, hit or not
    double growth_sd = 0.1;   ///< of log2 growth rate and yield
    double plate_sd = 0.2;
    double row_sd = 0.03;
    double column_sd = 0.03;
    double edge = 0.1;   ///< wells at the border
    double drift = 0.2;  ///< from the first well read to the last
    double noise_sd = 0.08;

    double dead = 0.005;       ///< wells that were not inoculated
    double saturated = 0.005;  ///< wells whose fluorescence is above the reader's range
    double swapped = 0.005;    ///< wells that hold the strain of another

    bool has_plates = true;        ///< false with a pool and without [plates]
    std::optional<PoolSpec> pool;  ///< pooled reads, on their own or beside plates
};

/// Reads and checks a SPEC.toml. Throws ConfigError with every problem.
SimulateSpec read_spec(const std::filesystem::path& file);

/// The same specification, every default spelled out.
std::string to_toml(const SimulateSpec& spec);

}  // namespace wellsieve::workflows::simulate

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "workflows/simulate/pool_spec.hpp"
#include "workflows/simulate/screen.hpp"

namespace wellsieve::workflows::simulate {

inline constexpr std::uint32_t no_guide = 0xFFFFFFFF;
inline constexpr std::uint32_t no_gene = 0xFFFFFFFF;

enum class LookAlike : std::uint8_t { none, shifted, neighbour };

struct Guide {
    std::string barcode;
    std::uint32_t gene = no_gene;  ///< or strain, in a pool of strains; controls have none
    LookAlike look_alike = LookAlike::none;
    double effect = 0;     ///< log2 per generation, its own efficiency included
    double abundance = 0;  ///< at the start; 0: dropped out
};

struct PoolSample {
    std::string name;
    std::uint32_t time_point = 0;
    std::uint32_t replicate = 0;  ///< from 1
    double generations = 0;
    std::vector<double> weight;  ///< of each guide's reads
    std::vector<std::uint32_t> jackpots;
};

struct Pool {
    std::vector<Guide> guides;
    std::vector<double> gene_effects;  ///< log2 per generation; of strains, in a pool of strains
    std::vector<std::string> strains;  ///< their names; empty in a pool of genes
    std::vector<PoolSample> samples;
};

/// The library, and what each sample should hold of it; no reads yet. `strains`, the parent first, are what a
/// pool of strains holds. O(guides × samples).
Pool plan_pool(const PoolSpec& spec, std::uint64_t seed, std::span<const Strain> strains = {});

/// What a strain gains on the parent while that doubles once, log2: it doubles 2^growth times.
double fitness_per_generation(const Strain& strain);

std::string guide_name(std::uint32_t guide);
std::string gene_name(std::uint32_t gene);
/// Gene or strain.
std::string group_name(const Pool& pool, std::uint32_t group);

/// Reads of one sample, a block at a time: the same bytes whichever block is made first.
class ReadMaker {
  public:
    ReadMaker(const PoolSpec& spec, std::uint64_t seed, const Pool& pool, std::uint32_t sample);

    struct Block {
        std::string reads;                 ///< FASTQ
        std::string mates;                 ///< FASTQ; empty where the pool is not paired
        std::vector<std::uint32_t> guide;  ///< of each read, or no_guide
    };
    /// `number` of the block among those of the sample.
    Block make(std::uint64_t number, std::uint32_t count) const;

  private:
    const PoolSpec& spec_;
    std::uint64_t seed_;
    const Pool& pool_;
    std::uint32_t sample_;
    std::vector<double> own_share_;           ///< Walker's alias method: of a cell, that its guide has
    std::vector<std::uint32_t> other_guide_;  ///< that has the rest

    void make_aliases();
};

}  // namespace wellsieve::workflows::simulate

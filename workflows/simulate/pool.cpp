#include "workflows/simulate/pool.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "workflows/simulate/random.hpp"

namespace wellsieve::workflows::simulate {
namespace {

constexpr double dead_guides = 0.1;       ///< of a gene's guides, that do nothing
constexpr double least_efficiency = 0.6;  ///< of the others; the most is 1
constexpr std::uint32_t least_jackpot = 10;
constexpr std::uint32_t most_jackpot = 50;

char random_base(Random& random) {
    return "ACGT"[random.next() >> 62];
}

std::string random_barcode(Random& random, std::uint32_t length) {
    std::string barcode(length, 'A');
    for (char& c : barcode)
        c = random_base(random);
    return barcode;
}

char other_base(Random& random, char base) {
    char drawn = base;
    while (drawn == base)
        drawn = random_base(random);
    return drawn;
}

/// Barcodes, different from each other. Look-alikes come in pairs, side by side.
std::vector<Guide> make_barcodes(const PoolSpec& spec, std::uint64_t seed, std::uint64_t count) {
    Random random(seed, "barcodes");
    std::unordered_set<std::string> taken;
    std::vector<Guide> guides;
    const auto add = [&](std::string barcode, LookAlike look_alike) {
        if (!taken.insert(barcode).second)
            return false;
        guides.push_back({std::move(barcode), no_gene, look_alike, 0, 0});
        return true;
    };
    // A pair is two guides: when a draw is a pair of a kind with probability p, and of any kind with q, the
    // kind makes 2 p / (1 + q) of the guides.
    const double pairs = 1 / (2 - spec.shifted - spec.neighbour);
    while (guides.size() < count) {
        const double draw = guides.size() + 1 < count ? random.uniform() : 1;
        const LookAlike kind = draw < pairs * spec.shifted                      ? LookAlike::shifted
                               : draw < pairs * (spec.shifted + spec.neighbour) ? LookAlike::neighbour
                                                                                : LookAlike::none;
        const std::string barcode = random_barcode(random, spec.barcode_length);
        if (!add(barcode, kind) || kind == LookAlike::none)
            continue;
        std::string sibling = barcode.substr(1) + random_base(random);
        if (kind == LookAlike::neighbour) {
            sibling = barcode;
            char& base = sibling[random.below(spec.barcode_length)];
            base = other_base(random, base);
        }
        if (!add(std::move(sibling), kind))
            guides.back().look_alike = LookAlike::none;
    }
    return guides;
}

void give_abundance(const PoolSpec& spec, Random& random, Guide& guide) {
    guide.abundance = std::exp(spec.abundance_sd * random.normal());
    if (random.uniform() < spec.dropout)
        guide.abundance = 0;
}

void give_effects(const PoolSpec& spec, std::uint64_t seed, Pool& pool) {
    Random random(seed, "pool effects");
    const std::uint32_t targeting = spec.guides - spec.controls;
    const std::uint32_t genes = (targeting + spec.guides_per_gene - 1) / spec.guides_per_gene;
    for (std::uint32_t gene = 0; gene < genes; ++gene) {
        const double size = spec.hit_effect * (0.5 + random.uniform());
        const bool hit = random.uniform() < spec.hit_share;
        const bool opposite = random.uniform() < spec.opposite;
        pool.gene_effects.push_back(!hit ? 0 : opposite ? -size : size);
    }
    for (std::uint32_t i = 0; i < spec.guides; ++i) {
        Guide& guide = pool.guides[i];
        const double efficiency =
            random.uniform() < dead_guides ? 0 : least_efficiency + (1 - least_efficiency) * random.uniform();
        if (i < targeting) {
            guide.gene = i / spec.guides_per_gene;
            guide.effect = pool.gene_effects[guide.gene] * efficiency;
        }
        give_abundance(spec, random, guide);
    }
}

/// Barcodes do nothing of their own: all of a strain have its effect.
void give_strains(const PoolSpec& spec, std::uint64_t seed, std::span<const Strain> strains, Pool& pool) {
    Random random(seed, "pool strains");
    for (const Strain& strain : strains) {
        pool.strains.push_back(strain.name);
        pool.gene_effects.push_back(fitness_per_generation(strain));
    }
    for (std::uint32_t i = 0; i < pool.guides.size(); ++i) {
        Guide& guide = pool.guides[i];
        guide.gene = i < spec.parent_barcodes ? 0 : 1 + (i - spec.parent_barcodes) / spec.barcodes_per_strain;
        guide.effect = pool.gene_effects[guide.gene];
        give_abundance(spec, random, guide);
    }
}

PoolSample make_sample(const PoolSpec& spec, std::uint64_t seed, const Pool& pool, std::uint32_t number) {
    Random random(seed, "pool sample", number);
    PoolSample sample;
    sample.time_point = number / spec.replicates;
    sample.replicate = number % spec.replicates + 1;
    sample.name = fmt::format("t{}_r{}", sample.time_point, sample.replicate);
    if (spec.time_points > 1)
        sample.generations = spec.generations * sample.time_point / (spec.time_points - 1);
    for (std::uint32_t i = 0; i < pool.guides.size(); ++i) {
        const Guide& guide = pool.guides[i];
        double weight = guide.abundance * std::exp2(guide.effect * sample.generations) *
                        std::exp(spec.noise_sd * random.normal());
        if (random.uniform() < spec.jackpot) {
            weight *= least_jackpot + random.below(most_jackpot - least_jackpot + 1);
            sample.jackpots.push_back(i);
        }
        sample.weight.push_back(weight);
    }
    return sample;
}

}  // namespace

double fitness_per_generation(const Strain& strain) {
    return std::exp2(strain.growth) - 1;
}

Pool plan_pool(const PoolSpec& spec, std::uint64_t seed, std::span<const Strain> strains) {
    Pool pool;
    pool.guides = make_barcodes(spec, seed, spec.barcodes(strains.size()));
    if (spec.of_strains())
        give_strains(spec, seed, strains, pool);
    else
        give_effects(spec, seed, pool);
    for (std::uint32_t number = 0; number < spec.samples(); ++number)
        pool.samples.push_back(make_sample(spec, seed, pool, number));
    return pool;
}

std::string guide_name(std::uint32_t guide) {
    return fmt::format("guide{:07}", guide + 1);
}

std::string gene_name(std::uint32_t gene) {
    return gene == no_gene ? "control" : fmt::format("gene{:06}", gene + 1);
}

std::string group_name(const Pool& pool, std::uint32_t group) {
    return pool.strains.empty() ? gene_name(group) : pool.strains[group];
}

}  // namespace wellsieve::workflows::simulate

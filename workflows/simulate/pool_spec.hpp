#pragma once

#include <cstdint>
#include <string>

namespace wellsieve::workflows {
class TomlTable;
}

namespace wellsieve::workflows::simulate {

/// A pooled screen to be made up: guides (or barcodes), their abundance in samples, and reads of them. Shares
/// are of guides where nothing else is said.
struct PoolSpec {
    /// Of each strain that stands on the plates: the pool holds those strains. 0: it holds genes of its own.
    std::uint32_t barcodes_per_strain = 0;
    std::uint32_t parent_barcodes = 20;

    std::uint32_t guides = 4000;  ///< controls included
    std::uint32_t guides_per_gene = 4;
    std::uint32_t controls = 200;  ///< guides of no gene
    std::uint32_t barcode_length = 20;
    double shifted = 0.02;     ///< that have a sibling shifted by one base; the siblings count
    double neighbour = 0.001;  ///< that are one mismatch from another; both count

    double abundance_sd = 0.8;  ///< of ln abundance
    double dropout = 0.007;     ///< that are missing everywhere
    double jackpot = 0.0005;    ///< of guides in one sample, with 10 to 50 times the reads
    double noise_sd = 0.1;      ///< of ln abundance between samples, each guide on its own

    std::uint32_t replicates = 2;
    std::uint32_t time_points = 2;
    double generations = 10;   ///< until the last time point
    double hit_share = 0.1;    ///< of genes
    double hit_effect = -0.2;  ///< log2 per generation of a hit, on average: half to one and a half of it
    double opposite = 0.2;     ///< of hits, that go the other way

    std::uint64_t reads = 1'000'000;  ///< of all samples together
    std::uint32_t read_length = 75;
    std::uint32_t stagger = 8;  ///< bases before the construct, 0 to this
    std::string left_flank = "TTGTGGAAAGGACGAAACACCG";
    std::string right_flank = "GTTTTAGAGCTAGAAATAGCAAGTTAAAATAAGGCTAGTCCG";
    double error = 0.02;               ///< of bases, as the qualities say
    double unknown = 0.001;            ///< of bases, read as N
    double indel = 0.007;              ///< of reads, in the barcode
    double foreign = 0.03;             ///< of reads, of nothing known
    bool paired = false;               ///< a second read from the other end
    std::string compression = "gzip";  ///< none, gzip or bgzf

    std::uint32_t samples() const { return replicates * time_points; }
    bool of_strains() const { return barcodes_per_strain > 0; }
    /// Of the whole library; `strains` with the parent.
    std::uint64_t barcodes(std::uint64_t strains) const {
        return of_strains() ? (strains - 1) * barcodes_per_strain + parent_barcodes : guides;
    }
};

/// Reads [pool], and reports what is wrong with it. Beside plates it is of their strains, `strains` with the
/// parent, unless barcodes_per_strain is 0.
void read_pool(TomlTable& table, bool beside_plates, std::uint32_t strains, PoolSpec& spec);

/// The section, every default spelled out.
std::string to_toml(const PoolSpec& spec);

}  // namespace wellsieve::workflows::simulate

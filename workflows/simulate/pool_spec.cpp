#include "workflows/simulate/pool_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows::simulate {
namespace {

template <typename T>
struct Key {
    std::string_view name;
    T PoolSpec::*member;
};

constexpr Key<std::uint32_t> strain_counts[] = {{"barcodes_per_strain", &PoolSpec::barcodes_per_strain},
                                                {"parent_barcodes", &PoolSpec::parent_barcodes}};
constexpr Key<std::uint32_t> gene_counts[] = {{"guides", &PoolSpec::guides},
                                              {"guides_per_gene", &PoolSpec::guides_per_gene},
                                              {"controls", &PoolSpec::controls}};
constexpr Key<double> gene_shares[] = {{"hit_share", &PoolSpec::hit_share},
                                       {"opposite", &PoolSpec::opposite}};
constexpr Key<double> gene_numbers[] = {{"hit_effect", &PoolSpec::hit_effect}};
constexpr Key<std::uint32_t> counts[] = {{"barcode_length", &PoolSpec::barcode_length},
                                         {"replicates", &PoolSpec::replicates},
                                         {"time_points", &PoolSpec::time_points},
                                         {"read_length", &PoolSpec::read_length},
                                         {"stagger", &PoolSpec::stagger}};
constexpr Key<double> shares[] = {{"shifted", &PoolSpec::shifted}, {"neighbour", &PoolSpec::neighbour},
                                  {"dropout", &PoolSpec::dropout}, {"jackpot", &PoolSpec::jackpot},
                                  {"error", &PoolSpec::error},     {"unknown", &PoolSpec::unknown},
                                  {"indel", &PoolSpec::indel},     {"foreign", &PoolSpec::foreign}};
constexpr Key<double> numbers[] = {{"abundance_sd", &PoolSpec::abundance_sd},
                                   {"noise_sd", &PoolSpec::noise_sd},
                                   {"generations", &PoolSpec::generations}};
constexpr Key<std::string> words[] = {{"left_flank", &PoolSpec::left_flank},
                                      {"right_flank", &PoolSpec::right_flank},
                                      {"compression", &PoolSpec::compression}};

void require(TomlTable& table, std::string_view key, bool holds, std::string_view message) {
    if (!holds)
        table.problem(key, message);
}

bool is_bases(const std::string& text) {
    return text.find_first_not_of("ACGT") == std::string::npos;
}

template <std::size_t N>
void check_shares(TomlTable& table, const PoolSpec& spec, const Key<double> (&keys)[N]) {
    for (const auto& key : keys)
        require(table, key.name, spec.*key.member >= 0 && spec.*key.member <= 1, "must lie between 0 and 1");
}

template <typename... Keys>
void refuse_genes(TomlTable& table, const Keys&... lists) {
    const auto refuse = [&](const auto& keys) {
        for (const auto& key : keys)
            require(table, key.name, table.find(key.name) == nullptr,
                    "is of a pool of genes, and beside plates the pool holds their strains; "
                    "barcodes_per_strain = 0 makes one of genes");
    };
    (..., refuse(lists));
}

void check_library(TomlTable& table, const PoolSpec& spec, std::uint32_t strains) {
    const std::string_view size = spec.of_strains() ? "barcodes_per_strain" : "guides";
    const std::uint64_t barcodes = spec.barcodes(strains);
    require(table, size, barcodes >= 1 && barcodes <= 5'000'000, "must make between 1 and 5000000 barcodes");
    require(table, "guides_per_gene", spec.guides_per_gene >= 1, "must be 1 or more");
    require(table, "controls", spec.controls <= spec.guides, "are more than there are guides");
    require(table, "parent_barcodes", !spec.of_strains() || spec.parent_barcodes >= 1, "must be 1 or more");
    require(table, "barcode_length", spec.barcode_length >= 8 && spec.barcode_length <= 60,
            "must lie between 8 and 60");
    // Random barcodes must stay different from each other, four times as many as are wanted.
    require(table, size,
            spec.barcode_length >= 16 || barcodes <= (std::uint64_t{1} << 2 * spec.barcode_length) / 4,
            "are too many for barcodes of that length");
    require(table, "shifted", spec.shifted + spec.neighbour <= 1,
            "shifted and neighbour add up to 1 at most");
}

void check_reads(TomlTable& table, const PoolSpec& spec) {
    require(table, "replicates", spec.replicates >= 1 && spec.replicates <= 100,
            "must lie between 1 and 100");
    require(table, "time_points", spec.time_points >= 1 && spec.time_points <= 100,
            "must lie between 1 and 100");
    require(table, "reads", spec.reads >= spec.samples(), "must be one for each sample at least");
    require(table, "read_length", spec.read_length >= 1 && spec.read_length <= 1000,
            "must lie between 1 and 1000");
    require(table, "stagger", spec.stagger <= 30, "must be 30 or less");
    require(table, "error", spec.error <= 0.05, "must be 0.05 or less");
    require(table, "left_flank", is_bases(spec.left_flank), "must be of A, C, G and T");
    require(table, "right_flank", is_bases(spec.right_flank), "must be of A, C, G and T");
    require(table, "compression",
            spec.compression == "none" || spec.compression == "gzip" || spec.compression == "bgzf",
            "must be none, gzip or bgzf");
}

}  // namespace

void read_pool(TomlTable& table, bool beside_plates, std::uint32_t strains, PoolSpec& spec) {
    constexpr std::uint32_t usual_barcodes = 4;
    const auto read = [&](const auto&... keys) {
        (..., std::for_each(std::begin(keys), std::end(keys),
                            [&](const auto& key) { table.read(key.name, spec.*key.member); }));
    };
    if (beside_plates)
        spec.barcodes_per_strain = usual_barcodes;
    read(strain_counts);
    require(table, "barcodes_per_strain", beside_plates || !spec.of_strains(),
            "is of the strains of plates, and there is no [plates]");
    if (spec.of_strains())
        refuse_genes(table, gene_counts, gene_shares, gene_numbers);
    else
        read(gene_counts, gene_shares, gene_numbers);
    read(counts, shares, numbers, words);
    check_shares(table, spec, gene_shares);
    check_shares(table, spec, shares);
    table.read("reads", spec.reads);
    table.read("paired", spec.paired);
    check_library(table, spec, strains);
    check_reads(table, spec);
    table.finish();
}

std::string to_toml(const PoolSpec& spec) {
    std::string text = "[pool]\n";
    const auto append = [&](const auto& keys) {
        for (const auto& key : keys)
            text += fmt::format("{} = {}\n", key.name, spec.*key.member);
    };
    append(strain_counts);
    if (!spec.of_strains()) {
        append(gene_counts);
        append(gene_shares);
        append(gene_numbers);
    }
    append(counts);
    append(shares);
    append(numbers);
    text += fmt::format("reads = {}\npaired = {}\n", spec.reads, spec.paired);
    for (const auto& key : words)
        text += fmt::format("{} = \"{}\"\n", key.name, spec.*key.member);
    return text;
}

}  // namespace wellsieve::workflows::simulate

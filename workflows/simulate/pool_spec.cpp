#include "workflows/simulate/pool_spec.hpp"

#include <fmt/format.h>

#include <array>

#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows::simulate {
namespace {

template <typename T>
struct Key {
    std::string_view name;
    T PoolSpec::*member;
};

constexpr Key<std::uint32_t> counts[] = {
    {"guides", &PoolSpec::guides},           {"guides_per_gene", &PoolSpec::guides_per_gene},
    {"controls", &PoolSpec::controls},       {"barcode_length", &PoolSpec::barcode_length},
    {"replicates", &PoolSpec::replicates},   {"time_points", &PoolSpec::time_points},
    {"read_length", &PoolSpec::read_length}, {"stagger", &PoolSpec::stagger}};
constexpr Key<double> shares[] = {{"shifted", &PoolSpec::shifted},     {"neighbour", &PoolSpec::neighbour},
                                  {"dropout", &PoolSpec::dropout},     {"jackpot", &PoolSpec::jackpot},
                                  {"hit_share", &PoolSpec::hit_share}, {"opposite", &PoolSpec::opposite},
                                  {"error", &PoolSpec::error},         {"unknown", &PoolSpec::unknown},
                                  {"indel", &PoolSpec::indel},         {"foreign", &PoolSpec::foreign}};
constexpr Key<double> numbers[] = {{"abundance_sd", &PoolSpec::abundance_sd},
                                   {"noise_sd", &PoolSpec::noise_sd},
                                   {"generations", &PoolSpec::generations},
                                   {"hit_effect", &PoolSpec::hit_effect}};
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

void check_library(TomlTable& table, const PoolSpec& spec) {
    require(table, "guides", spec.guides >= 1 && spec.guides <= 5'000'000, "must lie between 1 and 5000000");
    require(table, "guides_per_gene", spec.guides_per_gene >= 1, "must be 1 or more");
    require(table, "controls", spec.controls <= spec.guides, "are more than there are guides");
    require(table, "barcode_length", spec.barcode_length >= 8 && spec.barcode_length <= 60,
            "must lie between 8 and 60");
    // Random barcodes must stay different from each other, four times as many as are wanted.
    require(table, "guides",
            spec.barcode_length >= 16 || spec.guides <= (std::uint64_t{1} << 2 * spec.barcode_length) / 4,
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

void read_pool(TomlTable& table, PoolSpec& spec) {
    for (const auto& key : counts)
        table.read(key.name, spec.*key.member);
    for (const auto& key : shares) {
        table.read(key.name, spec.*key.member);
        require(table, key.name, spec.*key.member >= 0 && spec.*key.member <= 1, "must lie between 0 and 1");
    }
    for (const auto& key : numbers)
        table.read(key.name, spec.*key.member);
    for (const auto& key : words)
        table.read(key.name, spec.*key.member);
    table.read("reads", spec.reads);
    table.read("paired", spec.paired);
    check_library(table, spec);
    check_reads(table, spec);
    table.finish();
}

std::string to_toml(const PoolSpec& spec) {
    std::string text = "[pool]\n";
    const auto append = [&](const auto& keys) {
        for (const auto& key : keys)
            text += fmt::format("{} = {}\n", key.name, spec.*key.member);
    };
    append(counts);
    append(shares);
    append(numbers);
    text += fmt::format("reads = {}\npaired = {}\n", spec.reads, spec.paired);
    for (const auto& key : words)
        text += fmt::format("{} = \"{}\"\n", key.name, spec.*key.member);
    return text;
}

}  // namespace wellsieve::workflows::simulate

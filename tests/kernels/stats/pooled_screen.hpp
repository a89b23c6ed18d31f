#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "kernels/stats/counts.hpp"
#include "tests/support/reference_table.hpp"

namespace wellsieve::tests {

/// The folder of pooled counts, or an empty string where it is not there: the test then says so and does
/// nothing.
inline std::string pooled_folder(const std::string& name) {
    std::string folder = WELLSIEVE_SHARED_DATA "/pooled/" + name;
    if (ReferenceTable::exists(folder))
        return folder;
    WARN("skipped: no " << folder);
    return {};
}

/// A table of counts as kernels take it.
struct PooledScreen {
    /// `samples` are the columns to take, in that order. Guides with fewer counts than `least` in all are
    /// left out.
    PooledScreen(const std::string& path, const std::vector<std::string>& samples,
                 const std::string& guide_column, const std::string& gene_column, double least = 0.0)
        : sample_count(samples.size()) {
        const ReferenceTable table(path);
        std::vector<std::vector<double>> columns;
        for (const std::string& sample : samples)
            columns.push_back(table.numbers(sample));
        std::vector<std::size_t> kept;
        for (std::size_t row = 0; row < table.size(); ++row) {
            double sum = 0.0;
            for (const std::vector<double>& column : columns)
                sum += column[row];
            if (sum >= least)
                kept.push_back(row);
        }
        for (const std::vector<double>& column : columns)
            for (const std::size_t row : kept)
                values.push_back(column[row]);
        for (const std::size_t row : kept)
            add_guide(table.text(row, guide_column), table.text(row, gene_column));
    }

    kernels::stats::Counts counts() const { return {values, sample_count}; }
    std::size_t size() const { return guides.size(); }

    std::size_t sample_count;
    std::vector<double> values;  ///< [sample][guide]
    std::vector<std::string> guides;
    std::vector<std::string> genes;
    std::map<std::string, std::uint32_t> gene_index;
    std::vector<std::uint32_t> gene;  ///< of each guide

  private:
    void add_guide(const std::string& guide, const std::string& name) {
        guides.push_back(guide);
        const auto [at, is_new] = gene_index.try_emplace(name, static_cast<std::uint32_t>(genes.size()));
        if (is_new)
            genes.push_back(name);
        gene.push_back(at->second);
    }
};

/// The number that is left of `value` when it is printed so.
inline double as_printed(double value, const char* format) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return std::strtod(text, nullptr);
}

/// Screens that other programs' results are there of.
struct RealScreen {
    const char *name, *counts, *gene;
    std::vector<std::string> samples;
    std::vector<double> matrix;
    std::size_t coefficients;
};

inline const std::vector<double> against_plasmid{1, 0, 1, 1, 1, 1, 1, 1};
inline const RealScreen real_screens[] = {
    {"mageck_demo1",
     "/sample.txt",
     "Gene",
     {"HL60.initial", "KBM7.initial", "HL60.final", "KBM7.final"},
     {1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1},
     3},
    {"ht29_brunello",
     "/HT29-Brunello_counts.tsv.gz",
     "gene",
     {"Brunello_plasmid", "Brunello_HT29-rep1", "Brunello_HT29-rep2", "Brunello_HT29-rep3"},
     against_plasmid,
     2},
    {"ht29_minilib",
     "/HT29-MiniLibCas9_counts.tsv.gz",
     "gene",
     {"MHG_library_v1", "HT29_c9M1R6", "HT29_c9M1R5", "HT29_c9M1R4"},
     against_plasmid,
     2},
    {"cb2_sanson_a375", "/counts.tsv.gz", "gene", {"pDNA", "RepA", "RepB", "RepC"}, against_plasmid, 2}};

}  // namespace wellsieve::tests

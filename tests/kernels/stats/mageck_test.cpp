#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "kernels/stats/mageck_guides.hpp"
#include "kernels/stats/mageck_rra.hpp"
#include "kernels/stats/size_factors.hpp"
#include "tests/kernels/stats/pooled_screen.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

struct Analysis {
    explicit Analysis(std::size_t n) : columns(8, std::vector<double>(n)), valid(n) {}
    MageckGuidesOut out() {
        return {columns[0], columns[1], columns[2], columns[3], columns[4],
                columns[5], columns[6], columns[7], valid};
    }
    std::vector<std::vector<double>> columns;
    std::vector<std::uint8_t> valid;
};

struct GeneColumns {
    explicit GeneColumns(std::size_t n) : score(n), p(n), fdr(n), rank(n), guides(n), good(n) {}
    RraOut out() { return {score, p, fdr, rank, guides, good}; }
    std::vector<double> score, p, fdr;
    std::vector<std::uint32_t> rank, guides, good;
};

std::vector<double> normalised(const PooledScreen& screen, std::vector<double> factor) {
    std::vector<double> out = screen.values;
    for (std::size_t s = 0; s < screen.sample_count; ++s)
        for (std::size_t i = 0; i < screen.size(); ++i)
            out[s * screen.size() + i] *= 1.0 / factor[s];
    return out;
}

double median_of(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2.0;
}

struct Screened {
    Analysis guides;
    std::vector<std::uint32_t> gene;
    GeneColumns low;
    GeneColumns high;
};

/// The whole of MAGeCK's test from normalised counts of the control samples followed by the treated ones.
Screened screen_genes(Counts control, Counts treatment, std::vector<std::uint32_t> gene, std::size_t genes,
                      const std::vector<std::uint32_t>& controls) {
    Screened out{Analysis(control.features()), std::move(gene), GeneColumns(genes), GeneColumns(genes)};
    const MageckGuidesOut columns = out.guides.out();
    mageck_guides(control, treatment, columns);
    for (std::size_t i = 0; i < out.gene.size(); ++i)
        if (columns.valid[i] == 0)
            out.gene[i] = no_gene;
    mageck_rra({columns.score, out.gene, controls, {}}, mageck_alpha_low(columns.p_low, columns.valid),
               out.low.out());
    std::vector<double> negated(columns.score.begin(), columns.score.end());
    for (double& score : negated)
        score = -score;
    mageck_rra({negated, out.gene, controls, {}}, mageck_alpha_high(columns.p_high, columns.valid),
               out.high.out());
    return out;
}

void check_direction(const GeneColumns& ours, const ReferenceTable& theirs, std::size_t row,
                     std::uint32_t gene, const std::string& direction) {
    CHECK(as_printed(ours.score[gene], "%.5g") == theirs.number(row, direction + "|score"));
    CHECK(as_printed(ours.p[gene], "%.5g") == theirs.number(row, direction + "|p-value"));
    CHECK(as_printed(ours.fdr[gene], "%f") == theirs.number(row, direction + "|fdr"));
    CHECK(ours.rank[gene] == theirs.number(row, direction + "|rank"));
    CHECK(ours.good[gene] == theirs.number(row, direction + "|goodsgrna"));
}

void check_genes(const Screened& ours, const PooledScreen& screen, const ReferenceTable& theirs) {
    std::vector<std::vector<double>> changes(screen.genes.size());
    for (std::size_t i = 0; i < ours.gene.size(); ++i)
        if (ours.gene[i] != no_gene)
            changes[ours.gene[i]].push_back(ours.guides.columns[2][i]);
    for (std::size_t row = 0; row < theirs.size(); ++row) {
        INFO(theirs.text(row, "id"));
        const std::uint32_t gene = screen.gene_index.at(theirs.text(row, "id"));
        CHECK(ours.low.guides[gene] == theirs.number(row, "num"));
        check_direction(ours.low, theirs, row, gene, "neg");
        check_direction(ours.high, theirs, row, gene, "pos");
        const double change = as_printed(median_of(changes[gene]), "%.5g");
        CHECK(change == theirs.number(row, "neg|lfc"));
        CHECK(change == theirs.number(row, "pos|lfc"));
    }
    const auto ranked =
        std::count_if(ours.low.rank.begin(), ours.low.rank.end(), [](auto r) { return r > 0; });
    CHECK(static_cast<std::size_t>(ranked) == theirs.size());
}

void check_guides(Screened& ours, const std::vector<std::string>& names, const ReferenceTable& theirs) {
    std::map<std::string, std::size_t> index;
    for (std::size_t i = 0; i < names.size(); ++i)
        index[names[i]] = i;
    const MageckGuidesOut columns = ours.guides.out();
    REQUIRE(theirs.size() == names.size());
    std::size_t different = 0;
    for (std::size_t row = 0; row < theirs.size(); ++row) {
        const std::size_t i = index.at(theirs.text(row, "sgrna"));
        const auto same = [&](double value, const char* name) {
            return as_printed(value, "%.5g") == theirs.number(row, name);
        };
        different += !(
            same(columns.control_mean[i], "control_mean") && same(columns.treatment_mean[i], "treat_mean") &&
            same(columns.log2_fold_change[i], "LFC") && same(columns.control_variance[i], "control_var") &&
            same(columns.adjusted_variance[i], "adj_var") && same(std::abs(columns.score[i]), "score") &&
            same(columns.p_low[i], "p.low") && same(columns.p_high[i], "p.high"));
    }
    CHECK(different == 0);
}

std::vector<std::uint32_t> guides_of(const PooledScreen& screen, const std::string& gene) {
    std::vector<std::uint32_t> out;
    for (std::size_t i = 0; i < screen.size(); ++i)
        if (screen.genes[screen.gene[i]] == gene)
            out.push_back(static_cast<std::uint32_t>(i));
    std::sort(out.begin(), out.end(), [&](auto a, auto b) { return screen.guides[a] < screen.guides[b]; });
    return out;
}

const std::vector<std::string> demo1_samples{"HL60.initial", "KBM7.initial", "HL60.final", "KBM7.final"};

Counts first_two(const std::vector<double>& values) {
    return {std::span(values).first(values.size() / 2), 2};
}
Counts last_two(const std::vector<double>& values) {
    return {std::span(values).subspan(values.size() / 2), 2};
}

}  // namespace

TEST_CASE("MAGeCK's guide and gene summaries of its first demonstration, median normalisation") {
    const std::string folder = pooled_folder("mageck_demo1");
    if (folder.empty())
        return;
    const PooledScreen screen(folder + "/sample.txt", demo1_samples, "sgRNA", "Gene");
    std::vector<double> factor(4);
    CHECK(mageck_median_factors(screen.counts(), {}, factor));
    const std::vector<double> values = normalised(screen, factor);
    Screened ours = screen_genes(first_two(values), last_two(values), screen.gene, screen.genes.size(), {});
    check_guides(ours, screen.guides, ReferenceTable(folder + "/ref.mageck2.median.sgrna_summary.txt"));
    check_genes(ours, screen, ReferenceTable(folder + "/ref.mageck2.median.gene_summary.txt"));
}

TEST_CASE("MAGeCK's summaries of its first demonstration, a control gene") {
    const std::string folder = pooled_folder("mageck_demo1");
    if (folder.empty())
        return;
    const PooledScreen screen(folder + "/sample.txt", demo1_samples, "sgRNA", "Gene");
    const std::vector<std::uint32_t> controls = guides_of(screen, "AHNAK");
    std::vector<double> factor(4);
    CHECK(mageck_median_factors(screen.counts(), controls, factor));
    const std::vector<double> values = normalised(screen, factor);
    Screened ours =
        screen_genes(first_two(values), last_two(values), screen.gene, screen.genes.size(), controls);
    check_guides(ours, screen.guides, ReferenceTable(folder + "/ref.mageck2.ctrlgene.sgrna_summary.txt"));
    check_genes(ours, screen, ReferenceTable(folder + "/ref.mageck2.ctrlgene.gene_summary.txt"));
}

TEST_CASE("MAGeCK's summaries of its first demonstration, paired samples") {
    const std::string folder = pooled_folder("mageck_demo1");
    if (folder.empty())
        return;
    const PooledScreen screen(folder + "/sample.txt", demo1_samples, "sgRNA", "Gene");
    std::vector<double> factor(4);
    CHECK(mageck_median_factors(screen.counts(), {}, factor));
    const std::vector<double> values = normalised(screen, factor);
    const std::size_t n = screen.size();
    std::vector<double> control, treatment;
    std::vector<std::uint32_t> gene;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t pair = 0; pair < 2; ++pair) {
            control.push_back(values[pair * n + i]);
            treatment.push_back(values[(pair + 2) * n + i]);
            gene.push_back(screen.gene[i]);
            names.push_back(screen.guides[i] + "_r" + std::to_string(pair));
        }
    Screened ours = screen_genes({control, 1}, {treatment, 1}, gene, screen.genes.size(), {});
    check_guides(ours, names, ReferenceTable(folder + "/ref.mageck2.paired.sgrna_summary.txt"));
    check_genes(ours, screen, ReferenceTable(folder + "/ref.mageck2.paired.gene_summary.txt"));
}

TEST_CASE("MAGeCK's summaries of its second demonstration: few counts, no replicate") {
    const std::string folder = pooled_folder("mageck_demo2");
    if (folder.empty())
        return;
    const PooledScreen screen(folder + "/ref.mageck2.count.txt", {"CTRL", "L1"}, "sgRNA", "Gene");
    std::vector<double> factor(2);
    CHECK_FALSE(mageck_median_factors(screen.counts(), {}, factor));
    const std::vector<double> values = normalised(screen, factor);
    const std::size_t n = screen.size();
    Screened ours = screen_genes({std::span(values).first(n), 1}, {std::span(values).subspan(n), 1},
                                 screen.gene, screen.genes.size(), {});
    check_guides(ours, screen.guides, ReferenceTable(folder + "/ref.mageck2.sgrna_summary.txt"));
    check_genes(ours, screen, ReferenceTable(folder + "/ref.mageck2.gene_summary.txt"));
}

#include "kernels/stats/feba.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

namespace {

struct Genes {
    explicit Genes(std::size_t n) : fitness(n), t(n), naive_variance(n), estimated_variance(n), barcodes(n) {}
    FebaOut out() { return {fitness, t, naive_variance, estimated_variance, barcodes}; }
    std::vector<double> fitness, t, naive_variance, estimated_variance;
    std::vector<std::uint32_t> barcodes;
};

struct Barcodes {
    std::vector<double> start, end;
    std::vector<std::uint32_t> gene;
    std::vector<std::uint8_t> half;
    BarcodePair pair() const { return {start, end, gene, half}; }
};

Barcodes reference_barcodes(const std::string& name = "feba_barcodes.tsv") {
    const tests::ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/" + name);
    Barcodes out{table.numbers("start"), table.numbers("end"), {}, {}};
    for (std::size_t i = 0; i < table.size(); ++i) {
        out.gene.push_back(static_cast<std::uint32_t>(table.number(i, "gene")));
        out.half.push_back(static_cast<std::uint8_t>(table.number(i, "half")));
    }
    return out;
}

}  // namespace

TEST_CASE("gene fitness and t of insertions are those of the independent script") {
    const tests::ReferenceTable expected(WELLSIEVE_TEST_DATA "/reference/feba_genes.tsv");
    const Barcodes barcodes = reference_barcodes();
    Genes genes(expected.size());
    const FebaQuality quality = feba_fitness(barcodes.pair(), {}, {}, genes.out());
    CHECK(tests::largest_relative_error(genes.fitness, expected.numbers("fitness")) < 1e-10);
    CHECK(tests::largest_relative_error(genes.t, expected.numbers("t")) < 1e-10);
    CHECK(tests::largest_relative_error(genes.naive_variance, expected.numbers("naive_variance")) < 1e-12);
    CHECK(tests::largest_relative_error(genes.estimated_variance, expected.numbers("estimated_variance")) <
          1e-10);
    std::size_t used = 0;
    for (std::size_t g = 0; g < genes.barcodes.size(); ++g) {
        CHECK(genes.barcodes[g] == static_cast<std::uint32_t>(expected.number(g, "barcodes")));
        used += genes.barcodes[g];
    }
    CHECK(quality.barcodes == used);
    const tests::ReferenceTable whole(WELLSIEVE_TEST_DATA "/reference/feba_quality.tsv");
    CHECK(quality.median_end_per_gene == Approx(whole.number(0, "median_end_per_gene")));
    CHECK(quality.mad_of_halves == Approx(whole.number(0, "mad_of_halves")));
    CHECK(quality.correlation_of_halves == Approx(whole.number(0, "correlation_of_halves")));
}

TEST_CASE("what genes owe to their place in the genome is taken off as in the independent script") {
    const tests::ReferenceTable expected(WELLSIEVE_TEST_DATA "/reference/feba_genome_genes.tsv");
    const Barcodes barcodes = reference_barcodes("feba_genome_barcodes.tsv");
    std::vector<std::uint32_t> scaffold;
    for (std::size_t g = 0; g < expected.size(); ++g)
        scaffold.push_back(static_cast<std::uint32_t>(expected.number(g, "scaffold")));
    const std::vector<double> position = expected.numbers("position");
    Genes genes(expected.size());
    const FebaQuality quality = feba_fitness(barcodes.pair(), {scaffold, position}, {}, genes.out());
    for (std::size_t g = 0; g < expected.size(); ++g) {
        const double fitness = expected.number(g, "fitness");
        REQUIRE(std::isnan(genes.fitness[g]) == std::isnan(fitness));
        if (std::isnan(fitness))
            continue;
        CHECK(genes.fitness[g] == Approx(fitness).margin(1e-9));
        CHECK(genes.t[g] == Approx(expected.number(g, "t")).margin(1e-8));
    }
    const tests::ReferenceTable whole(WELLSIEVE_TEST_DATA "/reference/feba_genome_quality.tsv");
    CHECK(quality.mad_of_halves == Approx(whole.number(0, "mad_of_halves")));
    CHECK(quality.correlation_of_halves == Approx(whole.number(0, "correlation_of_halves")));
    Genes nowhere(expected.size());
    feba_fitness(barcodes.pair(), {}, {}, nowhere.out());
    CHECK(std::abs(nowhere.fitness[650] - genes.fitness[650]) > 0.1);
}

TEST_CASE("a gene without enough reads at the start has no fitness, and a lone barcode has one") {
    const Barcodes barcodes{{100, 3, 50, 10}, {100, 90, 50, 10}, {0, 1, 2, 3}, {0, 1, 0, 1}};
    Genes genes(4);
    const FebaQuality quality = feba_fitness(barcodes.pair(), {}, {}, genes.out());
    CHECK(genes.fitness[0] == Approx(0.0).margin(1e-12));
    CHECK(std::isnan(genes.fitness[1]));
    CHECK(std::isnan(genes.fitness[3]));
    CHECK(quality.genes == 2);
    CHECK(quality.barcodes == 2);
    CHECK(std::isnan(genes.t[0]));
}

TEST_CASE("without halves there is fitness and no t") {
    Barcodes barcodes = reference_barcodes();
    barcodes.half.clear();
    Genes genes(150);
    const FebaQuality quality = feba_fitness(barcodes.pair(), {}, {}, genes.out());
    CHECK(!std::isnan(genes.fitness[1]));
    CHECK(std::isnan(genes.t[1]));
    CHECK(std::isnan(quality.mad_of_halves));
}

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "formats/error.hpp"
#include "kernels/sequence/match_barcodes.hpp"
#include "kernels/sequence/records.hpp"
#include "pipeline/parallel.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workflows/config.hpp"
#include "workflows/simulate/pool_files.hpp"
#include "workflows/simulate/simulate.hpp"

using namespace wellsieve;
using namespace wellsieve::workflows::simulate;
using Catch::Matchers::Contains;
using tests::TemporaryFolder;

namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::size_t lines_of(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::uint32_t distance(const std::string& a, const std::string& b) {
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        count += a[i] != b[i];
    return count;
}

PoolSpec small_pool() {
    PoolSpec spec;
    spec.guides = 400;
    spec.controls = 40;
    spec.reads = 40'000;
    return spec;
}

struct Split {
    explicit Split(std::string fastq) : text(std::move(fastq)) {
        const std::size_t count = lines_of(text) / 4;
        for (auto* column : {&name_begin, &name_length, &bases_begin, &quality_begin, &length})
            column->resize(count);
        const auto result = kernels::sequence::split_records(
            text, {name_begin, name_length, bases_begin, quality_begin, length});
        REQUIRE(result.records == count);
        REQUIRE(result.bytes == text.size());
    }
    std::string text;
    std::vector<std::uint32_t> name_begin, name_length, bases_begin, quality_begin, length;
};

}  // namespace

TEST_CASE("a made-up library has distinct barcodes and the look-alikes that were asked for") {
    PoolSpec spec;
    spec.guides = 20'000;
    spec.neighbour = 0.03;
    const Pool pool = plan_pool(spec, 5);
    std::set<std::string> distinct;
    std::map<LookAlike, double> share;
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < pool.guides.size(); ++i) {
        const Guide& guide = pool.guides[i];
        distinct.insert(guide.barcode);
        CHECK(guide.barcode.size() == 20);
        share[guide.look_alike] += 1.0 / spec.guides;
        dropped += guide.abundance == 0;
        if (guide.look_alike == LookAlike::none)
            continue;
        const auto alike = [&](const Guide& other) {
            return guide.look_alike == LookAlike::neighbour
                       ? distance(guide.barcode, other.barcode) == 1
                       : guide.barcode.substr(1) == other.barcode.substr(0, 19) ||
                             other.barcode.substr(1) == guide.barcode.substr(0, 19);
        };
        CHECK(((i > 0 && alike(pool.guides[i - 1])) ||
               (i + 1 < pool.guides.size() && alike(pool.guides[i + 1]))));
    }
    CHECK(distinct.size() == spec.guides);
    CHECK(share[LookAlike::shifted] == Approx(0.02).epsilon(0.2));
    CHECK(share[LookAlike::neighbour] == Approx(0.03).epsilon(0.2));
    CHECK(static_cast<double>(dropped) == Approx(0.007 * spec.guides).epsilon(0.3));
}

TEST_CASE("samples follow the effects of genes over the generations") {
    PoolSpec spec;
    spec.guides = 4000;
    spec.noise_sd = 0;
    spec.jackpot = 0.001;
    spec.time_points = 3;
    const Pool pool = plan_pool(spec, 6);
    REQUIRE(pool.samples.size() == 6);
    CHECK(pool.samples[5].generations == 10);
    CHECK(pool.samples[2].generations == 5);
    const auto hits = static_cast<double>(
        std::count_if(pool.gene_effects.begin(), pool.gene_effects.end(), [](double e) { return e != 0; }));
    CHECK(hits / static_cast<double>(pool.gene_effects.size()) == Approx(0.1).epsilon(0.3));
    for (std::uint32_t i = 0; i < spec.guides; ++i) {
        const Guide& guide = pool.guides[i];
        if (guide.gene == no_gene)
            CHECK(guide.effect == 0);
        for (const PoolSample& sample : pool.samples) {
            const double expected = guide.abundance * std::exp2(guide.effect * sample.generations);
            if (std::binary_search(sample.jackpots.begin(), sample.jackpots.end(), i)) {
                const bool grown =
                    sample.weight[i] >= 9.99 * expected && sample.weight[i] <= 50.01 * expected;
                CHECK(grown);
            } else {
                CHECK(sample.weight[i] == Approx(expected));
            }
        }
    }
}

TEST_CASE("a pool of the plates' strains holds each of them, and the parent, with its growth as fitness") {
    PoolSpec spec;
    spec.barcodes_per_strain = 3;
    spec.parent_barcodes = 5;
    spec.noise_sd = 0;
    spec.jackpot = 0;
    const std::vector<Strain> strains{
        {"parent"}, {"fast", 0.3, 1.0, 0, 0, false}, {"slow", 0, -1.0, 0, 0, false}};
    const Pool pool = plan_pool(spec, 6, strains);
    REQUIRE(pool.guides.size() == 5 + 2 * 3);
    std::map<std::string, std::size_t> barcodes;
    for (std::size_t i = 0; i < pool.guides.size(); ++i) {
        const Guide& guide = pool.guides[i];
        const std::string strain = group_name(pool, guide.gene);
        ++barcodes[strain];
        // While the parent doubles ten times, a strain that grows twice as fast doubles twenty times.
        const double doublings = strain == "fast" ? 10 : strain == "slow" ? -5 : 0;
        CHECK(pool.samples[2].weight[i] == Approx(guide.abundance * std::exp2(doublings)));
    }
    CHECK(barcodes == std::map<std::string, std::size_t>{{"parent", 5}, {"fast", 3}, {"slow", 3}});
}

TEST_CASE("a block of reads is the same whatever was made before it, and holds guides by their weight") {
    const PoolSpec spec = small_pool();
    const Pool pool = plan_pool(spec, 7);
    const ReadMaker maker(spec, 7, pool, 1);
    const ReadMaker::Block third = maker.make(3, 500);
    CHECK((maker.make(0, 500).reads != third.reads));
    CHECK((maker.make(3, 500).reads == third.reads));
    CHECK((ReadMaker(spec, 8, pool, 1).make(3, 500).reads != third.reads));
    CHECK((ReadMaker(spec, 7, pool, 0).make(3, 500).reads != third.reads));

    std::vector<double> count(spec.guides, 0);
    double foreign = 0;
    const double reads = 200'000;
    for (const std::uint32_t guide : maker.make(9, 200'000).guide)
        guide == no_guide ? ++foreign : ++count[guide];
    CHECK(foreign / reads == Approx(0.03).epsilon(0.05));
    const std::vector<double>& weight = pool.samples[1].weight;
    double sum = 0;
    for (const double w : weight)
        sum += w;
    double chi_squared = 0;
    double cells = 0;
    for (std::size_t i = 0; i < count.size(); ++i) {
        const double expected = weight[i] / sum * (reads - foreign);
        if (expected == 0)
            CHECK(count[i] == 0);
        if (expected >= 10) {
            chi_squared += (count[i] - expected) * (count[i] - expected) / expected;
            ++cells;
        }
    }
    CHECK(std::abs(chi_squared - cells) < 5 * std::sqrt(2 * cells));
}

TEST_CASE("wrong bases are as many as asked for, and as many at each quality as it says") {
    PoolSpec spec = small_pool();
    spec.stagger = 0;
    spec.indel = 0;
    spec.foreign = 0;
    spec.unknown = 0;
    const Pool pool = plan_pool(spec, 8);
    const ReadMaker::Block block = ReadMaker(spec, 8, pool, 0).make(0, 30'000);
    const Split reads(block.reads);
    std::map<char, std::pair<double, double>> of_quality;  // bases, wrong ones
    for (std::size_t i = 0; i < reads.length.size(); ++i) {
        const std::string insert = spec.left_flank + pool.guides[block.guide[i]].barcode + spec.right_flank;
        for (std::size_t k = 0; k < reads.length[i]; ++k) {
            auto& [bases, wrong] = of_quality[reads.text[reads.quality_begin[i] + k]];
            ++bases;
            wrong += reads.text[reads.bases_begin[i] + k] != insert[k];
        }
    }
    double bases = 0;
    double wrong = 0;
    for (const auto& [quality, tally] : of_quality) {
        const double error = std::pow(10, -(quality - 33) / 10.0);
        CHECK(std::abs(tally.second - tally.first * error) < 5 * std::sqrt(tally.first * error));
        bases += tally.first;
        wrong += tally.second;
    }
    CHECK(wrong / bases == Approx(0.02).epsilon(0.02));
    CHECK(of_quality.size() == 4);
}

TEST_CASE("reads of a made-up pool are counted right, look-alikes or not") {
    PoolSpec spec = small_pool();
    spec.guides = 3000;
    const Pool pool = plan_pool(spec, 9);
    const ReadMaker::Block block = ReadMaker(spec, 9, pool, 0).make(0, 150'000);
    const Split split(block.reads);
    std::vector<std::string_view> rows;
    for (const Guide& guide : pool.guides)
        rows.push_back(guide.barcode);
    const kernels::sequence::BarcodeIndex index(rows, 1);
    kernels::sequence::Construct construct;
    construct.left_flank = spec.left_flank;
    construct.right_flank = spec.right_flank;
    const std::size_t count = split.length.size();
    std::vector<std::uint32_t> barcode(count), begin(count);
    std::vector<kernels::sequence::Outcome> outcome(count);
    std::vector<std::uint8_t> length(count), reverse(count);
    kernels::sequence::match_barcodes(kernels::sequence::Matcher(index, construct, {}),
                                      {split.text, split.bases_begin, split.quality_begin, split.length},
                                      {barcode, outcome, begin, length, reverse});
    double of_guides = 0, right_ones = 0, wrong = 0, of_siblings = 0, right_siblings = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t guide = block.guide[i];
        wrong += barcode[i] != kernels::sequence::no_barcode && barcode[i] != guide;
        if (guide == no_guide)
            continue;
        ++of_guides;
        right_ones += barcode[i] == guide;
        const bool sibling = pool.guides[guide].look_alike == LookAlike::shifted;
        of_siblings += sibling;
        right_siblings += sibling && barcode[i] == guide;
    }
    const double yield = right_ones / of_guides;
    CHECK(yield > 0.88);
    CHECK(wrong <= 1);
    CHECK(std::abs(right_siblings / of_siblings - yield) < 3 * std::sqrt(yield * (1 - yield) / of_siblings));
}

TEST_CASE("a simulated pool is written whole, and the same with any number of threads") {
    SimulateSpec spec;
    spec.has_plates = false;
    spec.pool = small_pool();
    spec.pool->paired = true;
    spec.pool->compression = GENERATE(as<std::string>(), "none", "gzip", "bgzf");
    const std::string ending = spec.pool->compression == "none" ? "" : ".gz";
    const TemporaryFolder folder;
    simulate(spec, folder.path() / "one");
    {
        const pipeline::ThreadLimit limit(1);
        simulate(spec, folder.path() / "two");
    }
    for (const std::string& name :
         {"reads/t0_r1_R1.fastq" + ending, "reads/t1_r2_R2.fastq" + ending, std::string("library.csv"),
          std::string("samples.csv"), std::string("truth_pool.csv"), std::string("truth_genes.csv"),
          std::string("screen.toml")}) {
        INFO(name);
        const std::string text = text_of(folder.path() / "one" / name);
        CHECK_FALSE(text.empty());
        CHECK((text == text_of(folder.path() / "two" / name)));
    }
    if (!ending.empty())
        return;
    const std::string reads = text_of(folder.path() / "one/reads/t0_r1_R1.fastq");
    const std::string mates = text_of(folder.path() / "one/reads/t0_r1_R2.fastq");
    CHECK(lines_of(reads) == 40'000);  // a quarter of the reads, four lines each
    CHECK(lines_of(mates) == 40'000);
    CHECK(reads.substr(0, reads.find(' ')) == mates.substr(0, mates.find(' ')));
    CHECK(lines_of(text_of(folder.path() / "one/library.csv")) == 401);
    CHECK(lines_of(text_of(folder.path() / "one/samples.csv")) == 5);
}

TEST_CASE("a pool's specification is checked, and written as it was read") {
    const TemporaryFolder folder;
    const auto read = [&](const std::string& text) {
        std::ofstream(folder.path() / "SPEC.toml") << text;
        return read_spec(folder.path() / "SPEC.toml");
    };
    const SimulateSpec spec = read("[pool]\nguides = 50\ncontrols = 5\nerror = 0.01\n");
    CHECK_FALSE(spec.has_plates);
    REQUIRE(spec.pool);
    CHECK(spec.pool->guides == 50);
    CHECK(read(to_toml(spec)).pool->error == 0.01);
    CHECK(read(to_toml(spec)).has_plates);  // every default spelled out
    CHECK_FALSE(read("[plates]\nwells = 96\n").pool);
    const auto complaint = [&](const std::string& line) {
        try {
            read("[pool]\n" + line + "\n");
        } catch (const workflows::ConfigError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK_THAT(complaint("error = 0.2"), Contains("0.05"));
    CHECK_THAT(complaint("controls = 9999"), Contains("more than there are guides"));
    CHECK_THAT(complaint("compression = \"zip\""), Contains("bgzf"));
    CHECK_THAT(complaint("barcode_length = 8\nguides = 60000"), Contains("too many"));
    CHECK_THAT(complaint("left_flank = \"ACGN\""), Contains("A, C, G and T"));
    CHECK_THAT(complaint("gides = 3"), Contains("guides"));
    CHECK_THAT(complaint("barcodes_per_strain = 3"), Contains("there is no [plates]"));
    CHECK_THAT(complaint("barcode_length = 8\n[plates]\n[strains]\ncount = 9000"), Contains("too many"));
    CHECK_THAT(complaint("guides = 50\n[plates]"), Contains("barcodes_per_strain = 0 makes one of genes"));
    const SimulateSpec both = read("[plates]\n[pool]\nbarcodes_per_strain = 3\n");
    CHECK(both.pool->of_strains());
    CHECK(to_toml(read(to_toml(both))) == to_toml(both));
}

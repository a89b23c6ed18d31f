#include "kernels/stats/genome_centring.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace wellsieve::kernels::stats;

namespace {

constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

/// Values around those of a place, and their places; not in order.
struct Genes {
    std::vector<double> value, position;
    std::vector<std::uint32_t> scaffold;
    GenePlaces places() const { return {scaffold, position}; }
};

Genes drifting(std::size_t n, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> noise(0.0, 0.2);
    Genes out;
    for (std::size_t i = 0; i < n; ++i) {
        out.position.push_back(static_cast<double>(i));
        out.scaffold.push_back(0);
    }
    std::shuffle(out.position.begin(), out.position.end(), random);
    for (const double place : out.position)
        out.value.push_back(2.0 * place / static_cast<double>(n) + noise(random));
    return out;
}

double slope(const Genes& genes) {
    double mean_x = 0.0, mean_y = 0.0, xx = 0.0, xy = 0.0;
    const auto n = static_cast<double>(genes.value.size());
    for (std::size_t i = 0; i < genes.value.size(); ++i) {
        mean_x += genes.position[i] / n;
        mean_y += genes.value[i] / n;
    }
    for (std::size_t i = 0; i < genes.value.size(); ++i) {
        xx += (genes.position[i] - mean_x) * (genes.position[i] - mean_x);
        xy += (genes.position[i] - mean_x) * (genes.value[i] - mean_y);
    }
    return n * xy / xx;
}

}  // namespace

TEST_CASE("running medians keep the first and the last whole window to the ends") {
    const std::vector<double> values{5, 1, 2, 9, 3, 3, 0};
    CHECK(running_medians(values, 3) == std::vector<double>{2, 2, 2, 3, 3, 3, 3});
    CHECK(running_medians(values, 1) == values);
    CHECK(running_medians(values, 7) == std::vector<double>(7, 3.0));
}

TEST_CASE("the mode is where most values are, wherever the median is") {
    std::mt19937 random(4);
    std::normal_distribution<double> normal(0.0, 0.1);
    std::vector<double> values;
    for (int i = 0; i < 1000; ++i)
        values.push_back(normal(random) - (i % 10 < 4 ? 3.0 : 0.0));
    CHECK(std::abs(density_mode(values)) < 0.05);
    CHECK(density_mode(std::vector<double>{2, 2, 2}) == 2.0);
    CHECK(std::isnan(density_mode({})));
}

TEST_CASE("a drift along the genome goes, in whatever order genes come") {
    Genes genes = drifting(1000, 1);
    REQUIRE(slope(genes) > 1.9);
    centre_along_genome(genes.value, genes.places(), {});
    CHECK(std::abs(slope(genes)) < 0.4);
    CHECK(std::abs(density_mode(genes.value)) < 1e-9);
}

TEST_CASE("without places, and on scaffolds shorter than a window, the median goes alone") {
    const Genes genes = drifting(200, 2);
    std::vector<double> nowhere = genes.value;
    centre_along_genome(nowhere, {}, {});
    std::vector<double> placed = genes.value;
    centre_along_genome(placed, genes.places(), {});
    CHECK(placed == nowhere);
    CHECK(std::abs(density_mode(nowhere)) < 1.0);
    std::nth_element(nowhere.begin(), nowhere.begin() + 100, nowhere.end());
    CHECK(nowhere[100] + *std::max_element(nowhere.begin(), nowhere.begin() + 100) ==
          Approx(0.0).margin(1e-12));
}

TEST_CASE("each scaffold has its own centre, those of too few genes have no fitness, the missing stay so") {
    Genes genes = drifting(30, 3);
    for (std::size_t i = 0; i < 30; ++i) {
        genes.scaffold[i] = i < 12 ? 7 : i < 21 ? 4 : 9;
        genes.value[i] += genes.scaffold[i];
    }
    genes.value[2] = nan_value;
    centre_along_genome(genes.value, genes.places(), {});
    CHECK(std::isnan(genes.value[2]));
    CHECK(std::all_of(genes.value.begin() + 3, genes.value.begin() + 12,
                      [](double v) { return std::abs(v) < 3.0; }));
    CHECK(std::all_of(genes.value.begin() + 12, genes.value.end(), [](double v) { return std::isnan(v); }));
}

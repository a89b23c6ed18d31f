#include "kernels/stats/barcode_means.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using namespace wellsieve::kernels::stats;

namespace {

struct Barcodes {
    std::vector<double> estimate, error, df;
    std::vector<std::uint32_t> strain;

    void add(std::uint32_t of, double y, double s, double own_df = NAN) {
        estimate.push_back(y);
        error.push_back(s);
        df.push_back(own_df);
        strain.push_back(of);
    }
};

struct Means {
    explicit Means(const Barcodes& barcodes, std::size_t strains)
        : n(strains), mean(strains), error(strains), df(strains) {
        scatter = barcode_means({barcodes.estimate, barcodes.error, barcodes.df, barcodes.strain},
                                {n, mean, error, df});
    }

    std::vector<double> n, mean, error, df;
    BarcodeScatter scatter{};
};

}  // namespace

TEST_CASE("barcodes that agree within their errors are weighted by those alone") {
    Barcodes barcodes;
    barcodes.add(0, 1.0, 0.1, 5);
    barcodes.add(0, 1.1, 0.2, 5);
    barcodes.add(1, -1.0, 0.5, 4);
    const Means means(barcodes, 3);
    CHECK(means.scatter.variance == 0);
    CHECK(means.scatter.df == 1);
    CHECK(means.mean[0] == Approx((1.0 * 100 + 1.1 * 25) / 125));
    CHECK(means.error[0] == Approx(1 / std::sqrt(125.0)));
    CHECK(means.df[0] ==
          Approx(5 / (0.8 * 0.8 + 0.2 * 0.2)));  // Welch: variances 0.8² · 0.01 and 0.2² · 0.04
    CHECK(means.mean[1] == -1.0);
    CHECK(means.error[1] == Approx(0.5));
    CHECK(means.df[1] == Approx(4));
    CHECK(means.n == std::vector<double>{2, 1, 0});
    CHECK(std::isnan(means.mean[2]));
    CHECK(std::isnan(means.error[2]));
    CHECK(std::isnan(means.df[2]));
}

TEST_CASE(
    "the scatter of one strain's barcodes is DerSimonian and Laird's, and a single barcode has it too") {
    // y = 0, 2, 4 with s = 1: Q = 8, C = 3 − 3/3 = 2, τ² = (8 − 2)/2 = 3.
    Barcodes barcodes;
    for (const double y : {0.0, 2.0, 4.0})
        barcodes.add(0, y, 1.0);
    barcodes.add(1, 5.0, 1.0);
    const Means means(barcodes, 2);
    CHECK(means.scatter.variance == Approx(3));
    CHECK(means.mean[0] == Approx(2));
    CHECK(means.error[0] == Approx(std::sqrt(4.0 / 3)));
    CHECK(means.error[1] == Approx(2));
}

TEST_CASE("without standard errors the scatter is the pooled variance between barcodes") {
    Barcodes barcodes;
    barcodes.add(0, 1.0, NAN);
    barcodes.add(0, 3.0, NAN);
    barcodes.add(1, 7.0, NAN);
    const Means means(barcodes, 2);
    CHECK(means.scatter.variance == Approx(2));
    CHECK(means.mean[0] == Approx(2));
    CHECK(means.error[0] == Approx(1));
    CHECK(means.df[0] == Approx(1));
    CHECK(means.error[1] == Approx(std::sqrt(2.0)));

    Barcodes single;
    single.add(0, 1.0, NAN);
    const Means unknown(single, 1);
    CHECK(unknown.mean[0] == 1.0);
    CHECK(std::isnan(unknown.error[0]));
    CHECK(std::isnan(unknown.scatter.variance));
}

TEST_CASE("barcodes of no strain, without estimate, or without the error that others have, take no part") {
    Barcodes barcodes;
    barcodes.add(0, 1.0, 0.1);
    barcodes.add(no_strain, 9.0, 0.1);
    barcodes.add(0, NAN, 0.1);
    barcodes.add(0, 9.0, NAN);
    const Means means(barcodes, 1);
    CHECK(means.n[0] == 1);
    CHECK(means.mean[0] == 1.0);
}

TEST_CASE("nothing depends on the order of the barcodes beyond rounding, and scale and shift carry through") {
    std::mt19937 random(1);
    std::normal_distribution<double> normal;
    Barcodes barcodes, moved;
    for (std::uint32_t strain = 0; strain < 50; ++strain)
        for (std::uint32_t k = 0; k <= strain % 4; ++k) {
            const double s = 0.1 + 0.05 * k;
            const double y = strain + 0.5 * normal(random);
            barcodes.add(strain, y, s, 6);
            moved.add(strain, 3 * y + 1, 3 * s, 6);
        }
    const Means a(barcodes, 50), b(moved, 50);
    CHECK(b.scatter.variance == Approx(9 * a.scatter.variance));
    for (std::size_t i = 0; i < 50; ++i) {
        CHECK(b.mean[i] == Approx(3 * a.mean[i] + 1));
        CHECK(b.error[i] == Approx(3 * a.error[i]));
        CHECK(b.df[i] == Approx(a.df[i]));
    }
    for (auto* column : {&barcodes.estimate, &barcodes.error, &barcodes.df})
        std::reverse(column->begin(), column->end());
    std::reverse(barcodes.strain.begin(), barcodes.strain.end());
    const Means c(barcodes, 50);
    for (std::size_t i = 0; i < 50; ++i)
        CHECK(c.mean[i] == Approx(a.mean[i]).epsilon(1e-12));
}

TEST_CASE("nine of ten 90 % intervals cover the truth, whether barcodes scatter beyond their errors or not") {
    std::mt19937 random(2);
    std::normal_distribution<double> normal;
    for (const double between : {0.0, 0.4}) {
        Barcodes barcodes;
        std::vector<double> truth;
        for (std::uint32_t strain = 0; strain < 4000; ++strain) {
            truth.push_back(normal(random));
            for (std::uint32_t k = 0; k <= strain % 5; ++k) {
                const double s = 0.1 + 0.3 * std::abs(normal(random));
                barcodes.add(strain, truth.back() + std::hypot(s, between) * normal(random), s);
            }
        }
        const Means means(barcodes, 4000);
        double covered = 0;
        for (std::size_t i = 0; i < truth.size(); ++i)
            covered += std::abs(means.mean[i] - truth[i]) < 1.6449 * means.error[i];
        INFO(between);
        CHECK(covered / 4000 > 0.885);
        CHECK(covered / 4000 < 0.915);
        CHECK(std::sqrt(means.scatter.variance) == Approx(between).margin(0.03));
    }
}

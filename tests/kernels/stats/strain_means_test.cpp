#include "kernels/stats/strain_means.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

struct Wells {
    std::vector<double> value;
    std::vector<std::uint32_t> strain, batch;

    void add(std::uint32_t s, std::uint32_t b, double v) {
        strain.push_back(s);
        batch.push_back(b);
        value.push_back(v);
    }
    StrainWells view() const { return {value, strain, batch}; }
};

struct Means {
    Means(const Wells& input, std::size_t strains, const StrainModelOptions& options = {})
        : wells(strains),
          batches(strains),
          mean(strains),
          standard_error(strains),
          variance(strains),
          df(strains),
          moderated(strains),
          between(strains),
          error_df(strains) {
        pooled =
            strain_means(input.view(), options,
                         {wells, batches, mean, standard_error, variance, df, moderated, between, error_df});
    }
    std::vector<double> wells, batches, mean, standard_error, variance, df, moderated, between, error_df;
    StrainVariance pooled;
};

Wells reference_wells(const std::string& number) {
    const ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/strain_means_wells.tsv");
    Wells wells;
    for (std::size_t row = 0; row < table.size(); ++row)
        if (table.text(row, "case") == number)
            wells.add(static_cast<std::uint32_t>(table.number(row, "strain")),
                      static_cast<std::uint32_t>(table.number(row, "batch")), table.number(row, "value"));
    REQUIRE(!wells.value.empty());
    return wells;
}

double squeezed(double variance, double df, const ReferenceTable& expected, std::size_t row) {
    const double prior = expected.number(row, "prior_variance");
    const double prior_df = expected.number(row, "prior_df");
    return df == 0.0 || std::isinf(prior_df) ? prior : (df * variance + prior_df * prior) / (df + prior_df);
}

Wells shuffled(const Wells& wells, unsigned seed) {
    std::vector<std::size_t> order(wells.value.size());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), std::mt19937(seed));
    Wells out;
    for (const std::size_t i : order)
        out.add(wells.strain[i], wells.batch[i], wells.value[i]);
    return out;
}

}  // namespace

TEST_CASE("strain means, errors and variances agree with dense linear algebra and with REML where balanced") {
    const ReferenceTable expected(WELLSIEVE_TEST_DATA "/reference/strain_means.tsv");
    for (const std::string number : {"0", "1", "2", "3", "4"}) {
        const Wells wells = reference_wells(number);
        const Means ours(wells, 1 + *std::max_element(wells.strain.begin(), wells.strain.end()));
        std::size_t compared = 0;
        for (std::size_t row = 0; row < expected.size(); ++row) {
            if (expected.text(row, "case") != number)
                continue;
            const auto strain = static_cast<std::size_t>(expected.number(row, "strain"));
            CAPTURE(number, strain);
            CHECK(relative_error(ours.pooled.residual, expected.number(row, "residual")) < 1e-11);
            CHECK(relative_error(ours.pooled.interaction, expected.number(row, "interaction")) < 1e-11);
            CHECK(relative_error(ours.moderated[strain],
                                 squeezed(ours.variance[strain], ours.df[strain], expected, row)) < 1e-10);
            CHECK(relative_error(ours.mean[strain], expected.number(row, "mean")) < 1e-11);
            CHECK(relative_error(ours.standard_error[strain], expected.number(row, "standard_error")) <
                  1e-11);
            ++compared;
        }
        CHECK(compared == ours.mean.size());
    }
}

TEST_CASE("what can be estimated is said: interaction, pseudo-replicates, single wells") {
    CHECK(Means(reference_wells("0"), 8).pooled.interaction_estimable);
    const StrainVariance one_batch = Means(reference_wells("2"), 6).pooled;
    CHECK(!one_batch.interaction_estimable);
    CHECK(std::isnan(one_batch.interaction));
    const StrainVariance single_wells = Means(reference_wells("3"), 7).pooled;
    CHECK(single_wells.interaction_estimable);
    CHECK(single_wells.residual_includes_interaction);
    CHECK(std::isnan(single_wells.interaction));
    CHECK(single_wells.residual_df == single_wells.interaction_df);
}

TEST_CASE("the order of the wells changes no bit") {
    const Wells wells = reference_wells("1");
    const Means expected(wells, 9);
    for (unsigned seed = 0; seed < 5; ++seed) {
        const Means ours(shuffled(wells, seed), 9);
        CHECK(ours.mean == expected.mean);
        CHECK(ours.standard_error == expected.standard_error);
        CHECK(ours.pooled.interaction == expected.pooled.interaction);
    }
}

TEST_CASE("a balanced example by hand") {
    Wells wells;  // strain 0: batches {1, 3}, {5, 7}; strain 1: batches {0, 2}, {2, 4}
    for (const auto& [s, b, v] : std::vector<std::tuple<int, int, double>>{
             {0, 0, 1}, {0, 0, 3}, {0, 1, 5}, {0, 1, 7}, {1, 0, 0}, {1, 0, 2}, {1, 1, 2}, {1, 1, 4}})
        wells.add(s, b, v);
    const Means ours(wells, 2, {.fewest_interaction_df = 2});
    CHECK(ours.pooled.residual == Approx(2.0));     // four cells of Σ 2 on 1 df
    CHECK(ours.pooled.interaction == Approx(4.0));  // between: (16 + 4)/2 = 10 = 2 + 2 σ²
    CHECK(ours.mean == std::vector{4.0, 2.0});
    CHECK(ours.standard_error[0] == Approx(std::sqrt(4.0 / 2 + 2.0 / 4)));
    CHECK(ours.wells == std::vector{4.0, 4.0});
    CHECK(ours.batches == std::vector{2.0, 2.0});
}

TEST_CASE("batch weights add up to 1 and make the mean from the batch means, with and without interaction") {
    for (const std::string number : {"1", "2"}) {
        const Wells wells = reference_wells(number);
        const Means ours(wells, 9);
        std::vector<double> weight_sum(9), mean(9);
        for (const SharedLoading& w : batch_weights(wells.view(), ours.pooled, ours.moderated)) {
            double sum = 0.0, count = 0.0;
            for (std::size_t i = 0; i < wells.value.size(); ++i)
                if (wells.strain[i] == w.strain && wells.batch[i] == w.source) {
                    sum += wells.value[i];
                    count += 1.0;
                }
            weight_sum[w.strain] += w.weight;
            mean[w.strain] += w.weight * sum / count;
        }
        for (std::size_t strain = 0; strain < 9; ++strain)
            if (ours.wells[strain] > 0.0) {
                CHECK(weight_sum[strain] == Approx(1.0).epsilon(1e-14));
                CHECK(mean[strain] == Approx(ours.mean[strain]).epsilon(1e-13));
            }
    }
}

TEST_CASE("strains with a bad well leave the errors of others alone, and get their own") {
    const auto batches = GENERATE(1u, 3u);  // three wells on one plate, or one on each of three
    std::mt19937 random(7);
    std::normal_distribution<double> noise;
    Wells wells;
    for (std::uint32_t s = 0; s < 200; ++s)
        for (std::uint32_t replicate = 0; replicate < 3; ++replicate)
            wells.add(s, replicate % batches, noise(random));
    for (std::uint32_t replicate = 0; replicate < 300; ++replicate)
        wells.add(200, replicate % batches, noise(random));  // the parent
    Wells dirty = wells;
    for (std::size_t s = 0; s < 12; ++s)
        dirty.value[3 * s] -= 20.0;
    const Means before(wells, 201);
    const Means after(dirty, 201);
    const double true_error = 1.0 / std::sqrt(3.0);
    for (const Means* means : {&before, &after}) {
        std::vector<double> good(means->standard_error.begin() + 12, means->standard_error.begin() + 200);
        std::sort(good.begin(), good.end());
        CHECK(good[good.size() / 2] == Approx(true_error).epsilon(0.1));
        CHECK(good[good.size() * 9 / 10] < 1.3 * true_error);
    }
    for (std::size_t s = 0; s < 12; ++s)
        CHECK(after.standard_error[s] > 4.0 * true_error);
    CHECK(after.pooled.residual == Approx(1.0).epsilon(0.15));
}

TEST_CASE("an interaction on too few degrees of freedom is told, but not used") {
    Wells wells;
    for (std::uint32_t s = 0; s < 4; ++s)
        for (std::uint32_t b = 0; b < 2; ++b)
            for (const double v : {-1.0, 1.0})
                wells.add(s, b, v + 10.0 * b);
    const Means used(wells, 4, {.fewest_interaction_df = 4});
    CHECK(used.pooled.interaction_estimable);
    CHECK(used.standard_error[0] == Approx(std::sqrt(49.0 / 2 + 2.0 / 4)));  // between: 100 = 2 + 2 σ²
    const Means ours(wells, 4);
    CHECK(ours.pooled.interaction == used.pooled.interaction);
    CHECK(ours.pooled.interaction_df == 4.0);
    CHECK(!ours.pooled.interaction_estimable);
    CHECK(ours.standard_error[0] == Approx(std::sqrt(2.0 / 4)));
}

TEST_CASE("the strain that others were measured against says nothing about batches") {
    Wells wells = reference_wells("1");
    const StrainVariance without = Means(wells, 9).pooled;
    for (std::uint32_t b = 0; b < 20; ++b)
        for (const double v : {-1.0, 1.0})
            wells.add(9, b, v);
    const std::vector<std::uint32_t> parent{9};
    const StrainVariance ours = Means(wells, 10, {.references = parent}).pooled;
    CHECK(ours.interaction_df == without.interaction_df);
    CHECK(ours.residual_df == without.residual_df + 20.0);

    Wells single = reference_wells("3");
    const StrainVariance single_without = Means(single, 7).pooled;
    for (std::uint32_t b = 0; b < 20; ++b)
        single.add(7, b, 0.0);
    const std::vector<std::uint32_t> single_parent{7};
    const Means with(single, 8, {.references = single_parent});
    CHECK(with.pooled.residual == single_without.residual);
    CHECK(with.df[7] == 0.0);
    CHECK(with.standard_error[7] > 0.0);
}

TEST_CASE("strains without replicates take the variance of those with some, the parent for example") {
    Wells wells;
    for (const double v : {1.0, 2.0, 3.0})
        wells.add(0, 0, v);
    wells.add(1, 0, 9.0);
    wells.add(2, 0, NAN);
    const Means ours(wells, 4);
    CHECK(ours.standard_error[1] == 1.0);
    CHECK(ours.standard_error[0] == Approx(std::sqrt(1.0 / 3.0)));
    for (const std::size_t absent : {2, 3}) {
        CHECK(ours.wells[absent] == 0.0);
        CHECK(std::isnan(ours.mean[absent]));
        CHECK(std::isnan(ours.standard_error[absent]));
        CHECK(std::isnan(ours.moderated[absent]));
    }
}

TEST_CASE("one well a strain leaves the error unknown, and no wells leave everything unknown") {
    Wells wells;
    wells.add(0, 0, 1.0);
    wells.add(1, 1, 2.0);
    const Means ours(wells, 2);
    CHECK(ours.mean == std::vector{1.0, 2.0});
    CHECK(std::isnan(ours.standard_error[0]));
    CHECK(std::isnan(ours.pooled.residual));
    CHECK(!ours.pooled.interaction_estimable);
    CHECK(std::isnan(Means(Wells{}, 1).mean[0]));
}

TEST_CASE("batches that differ less than wells do leave no interaction") {
    Wells wells;
    for (std::uint32_t s = 0; s < 3; ++s)
        for (std::uint32_t b = 0; b < 2; ++b)
            for (const double v : {-1.0, 0.0, 1.0 + s})
                wells.add(s, b, v);
    const Means ours(wells, 3, {.fewest_interaction_df = 3});
    CHECK(ours.pooled.interaction == 0.0);
    CHECK(ours.pooled.interaction_estimable);
}

TEST_CASE("heritability and repeatability of the isoprenol strains as published beside the data") {
    CHECK(heritability(1.10, 0.49, 0.48, 1, 3) == Approx(0.63).margin(0.005));
    CHECK(heritability(1.10, 0.0, 0.48, 1, 3) == Approx(1.10 / 1.26));
    CHECK(repeatability(3.0, 1.0) == 0.75);
}

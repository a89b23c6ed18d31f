#include "kernels/stats/t_test.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/kernels/stats/replicates.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

TEST_CASE("one-sample, pooled and Welch t agree with SciPy, groups of unequal size") {
    const ReferenceTable reference(WELLSIEVE_TEST_DATA "/reference/t_tests.tsv");
    const Replicates a = Replicates::from(reference, {"a0", "a1", "a2", "a3", "a4"});
    const Replicates b = Replicates::from(reference, {"b0", "b1", "b2", "b3", "b4"});
    const std::size_t n = reference.size();
    ContrastColumns contrast(n);
    TTestColumns result(n);

    welch_t(a.moments(), b.moments(), result.out());
    CHECK(largest_relative_error(result.t, reference.numbers("t_welch")) < 1e-12);
    CHECK(largest_relative_error(result.p, reference.numbers("p_welch")) < 1e-12);

    two_group_contrast(a.moments(), b.moments(), contrast.out());
    ordinary_t(contrast.out(), result.out());
    CHECK(largest_relative_error(result.t, reference.numbers("t_pooled")) < 1e-12);
    CHECK(largest_relative_error(result.p, reference.numbers("p_pooled")) < 1e-12);

    one_sample_contrast(a.moments(), contrast.out());
    ordinary_t(contrast.out(), result.out());
    CHECK(largest_relative_error(result.t, reference.numbers("t_one")) < 1e-12);
    CHECK(largest_relative_error(result.p, reference.numbers("p_one")) < 1e-12);
}

TEST_CASE("too few replicates give no t, and never a number") {
    Replicates lonely;
    lonely.count = {1.0, 0.0, 2.0};
    lonely.mean = {3.0, NAN, 1.0};
    lonely.variance = {NAN, NAN, 0.5};
    ContrastColumns contrast(3);
    TTestColumns result(3);

    welch_t(lonely.moments(), lonely.moments(), result.out());
    CHECK(std::isnan(result.p[0]));
    CHECK(std::isnan(result.p[1]));
    CHECK(result.p[2] == 1.0);

    two_group_contrast(lonely.moments(), lonely.moments(), contrast.out());
    CHECK(contrast.df == std::vector{0.0, 0.0, 2.0});
    CHECK(std::isnan(contrast.variance[0]));
    CHECK(std::isnan(contrast.unscaled_sd[1]));
}

TEST_CASE("a group of one still counts in the pooled test through the other group's variance") {
    Replicates one;
    one.count = {1.0};
    one.mean = {5.0};
    one.variance = {NAN};
    Replicates three;
    three.count = {3.0};
    three.mean = {2.0};
    three.variance = {4.0};
    ContrastColumns contrast(1);
    two_group_contrast(one.moments(), three.moments(), contrast.out());
    CHECK(contrast.df[0] == 2.0);
    CHECK(contrast.variance[0] == 4.0);
    CHECK(contrast.unscaled_sd[0] == Approx(std::sqrt(4.0 / 3.0)));
}

TEST_CASE("replicates without scatter are infinitely far from 0, or not tested at 0") {
    Replicates flat;
    flat.count = {3.0, 3.0};
    flat.mean = {2.0, 0.0};
    flat.variance = {0.0, 0.0};
    ContrastColumns contrast(2);
    TTestColumns result(2);
    one_sample_contrast(flat.moments(), contrast.out());
    ordinary_t(contrast.out(), result.out());
    CHECK(result.t[0] == std::numeric_limits<double>::infinity());
    CHECK(result.p[0] == 0.0);
    CHECK(std::isnan(result.p[1]));
}

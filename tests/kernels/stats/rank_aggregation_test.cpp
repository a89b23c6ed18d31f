#include "kernels/stats/rank_aggregation.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <sstream>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using namespace wellsieve::tests;

namespace {

std::vector<double> numbers(const std::string& text) {
    std::istringstream in(text);
    std::vector<double> out;
    for (double value; in >> value;)
        out.push_back(value);
    return out;
}

}  // namespace

TEST_CASE("rank products, robust ranks and Stuart's p agree with Steck's determinant") {
    const ReferenceTable reference(WELLSIEVE_TEST_DATA "/reference/rank_aggregation.tsv");
    for (std::size_t row = 0; row < reference.size(); ++row) {
        CAPTURE(reference.text(row, "ranks"));
        const RankAggregate ours =
            aggregate_ranks(numbers(reference.text(row, "ranks")), reference.number(row, "ranked"));
        CHECK(relative_error(ours.rank_product, reference.number(row, "rank_product")) < 1e-12);
        CHECK(relative_error(ours.rank_product_p, reference.number(row, "rank_product_p")) < 1e-12);
        CHECK(relative_error(ours.robust_rho, reference.number(row, "rho")) < 1e-12);
        CHECK(relative_error(ours.robust_p, reference.number(row, "robust_p")) < 1e-12);
        CHECK(relative_error(ours.stuart_p, reference.number(row, "stuart_p")) < 1e-12);
    }
}

TEST_CASE("rank aggregation of the isoprenol replicates is RobustRankAggreg's") {
    const std::string path = WELLSIEVE_SHARED_DATA "/screens/isoprenol/reference/rank_aggregation.tsv";
    if (!ReferenceTable::exists(path)) {
        WARN("skipped: no " << path);
        return;
    }
    const ReferenceTable reference(path);
    const double ranked = static_cast<double>(reference.size());
    for (std::size_t row = 0; row < reference.size(); ++row) {
        const std::vector<double> ranks{reference.number(row, "r1"), reference.number(row, "r2"),
                                        reference.number(row, "r3")};
        const RankAggregate ours = aggregate_ranks(ranks, ranked);
        CAPTURE(reference.text(row, "key"));
        CHECK(relative_error(ours.rank_product, reference.number(row, "rank_product_geomean")) < 1e-12);
        CHECK(relative_error(ours.rank_product_p, reference.number(row, "gamma_p")) < 1e-10);
        CHECK(relative_error(ours.robust_p_bound, reference.number(row, "rra_rho")) < 1e-10);
        // R takes the exact p from 1 − Stuart's and so loses digits of small ones.
        CHECK(ours.robust_p == Approx(reference.number(row, "rra_score")).epsilon(1e-9).margin(1e-13));
        CHECK(relative_error(ours.stuart_p, reference.number(row, "stuart")) < 1e-10);
    }
}

TEST_CASE("a single list gives its own share of ranks") {
    const RankAggregate ours = aggregate_ranks(std::vector{7.0}, 100.0);
    CHECK(ours.rank_product == Approx(7.0));
    CHECK(ours.robust_rho == Approx(0.07));
    CHECK(ours.robust_p == Approx(0.07));
    CHECK(ours.stuart_p == Approx(0.07));
}

TEST_CASE("missing lists do not count, and no list gives nothing") {
    const RankAggregate with_hole = aggregate_ranks(std::vector<double>{3.0, NAN, 9.0}, 50.0);
    const RankAggregate without = aggregate_ranks(std::vector{9.0, 3.0}, 50.0);
    CHECK(with_hole.robust_p == without.robust_p);
    CHECK(with_hole.stuart_p == without.stuart_p);
    CHECK(with_hole.rank_product_p == without.rank_product_p);
    CHECK(std::isnan(aggregate_ranks(std::vector<double>{NAN}, 50.0).robust_p));
}

TEST_CASE("last in every list is no evidence, and 64 first places are not rounded to 0") {
    const RankAggregate last = aggregate_ranks(std::vector(5, 20.0), 20.0);
    CHECK(last.robust_p == Approx(1.0));
    CHECK(last.stuart_p == Approx(1.0));
    const RankAggregate first = aggregate_ranks(std::vector(64, 1.0), 1000.0);
    CHECK(first.stuart_p == Approx(std::pow(1e-3, 64)).epsilon(1e-9));
    CHECK(first.robust_p > 0.0);
    CHECK(first.robust_p <= first.robust_p_bound);
}

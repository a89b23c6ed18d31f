#include "kernels/stats/special_functions.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using wellsieve::tests::ReferenceTable;
using wellsieve::tests::relative_error;

namespace {

double evaluate(const std::string& function, double a, double b, double x) {
    if (function == "log_gamma")
        return log_gamma(a);
    if (function == "digamma")
        return digamma(a);
    if (function == "trigamma")
        return trigamma(a);
    if (function == "tetragamma")
        return tetragamma(a);
    if (function == "log_beta")
        return log_beta(a, b);
    if (function == "gamma_lower")
        return incomplete_gamma_lower(a, x);
    if (function == "gamma_upper")
        return incomplete_gamma_upper(a, x);
    REQUIRE(function == "beta");
    return incomplete_beta(a, b, x);
}

}  // namespace

TEST_CASE("special functions agree with 50-digit values to 1e-12") {
    const ReferenceTable reference(WELLSIEVE_TEST_DATA "/reference/special_functions.tsv");
    REQUIRE(reference.size() > 200);
    for (std::size_t row = 0; row < reference.size(); ++row) {
        const std::string& function = reference.text(row, "function");
        const double a = reference.number(row, "a");
        const double b = reference.number(row, "b");
        const double x = reference.number(row, "x");
        CAPTURE(function, a, b, x, reference.number(row, "value"));
        CHECK(relative_error(evaluate(function, a, b, x), reference.number(row, "value")) < 1e-12);
    }
}

TEST_CASE("the inverse functions undo the functions") {
    for (const double y : {1e-3, 0.02, 0.5, 1.0, 1.2064721, 17.0, 4e4})
        CHECK(trigamma_inverse(trigamma(y)) == Approx(y).epsilon(1e-13));
    for (const auto& [a, b] : {std::pair{1.0, 3.0}, {2.0, 2.0}, {3.0, 1.0}, {0.5, 9.0}, {40.0, 3.0}})
        for (const double p : {1e-100, 1e-9, 0.01, 0.4, 0.97}) {
            CAPTURE(a, b, p);
            CHECK(relative_error(incomplete_beta(a, b, incomplete_beta_inverse(a, b, p)), p) < 1e-11);
        }
}

TEST_CASE("trigamma inverse takes limma's limits at the ends") {
    CHECK(trigamma_inverse(4e8) == 5e-5);
    CHECK(trigamma_inverse(1e-7) == 1.0 / 1e-7);
}

TEST_CASE("special functions outside their domain are NaN") {
    CHECK(std::isnan(log_gamma(0.0)));
    CHECK(std::isnan(digamma(-1.0)));
    CHECK(std::isnan(trigamma(NAN)));
    CHECK(std::isnan(trigamma_inverse(0.0)));
    CHECK(std::isnan(incomplete_beta(1.0, 1.0, 1.5)));
    CHECK(std::isnan(incomplete_gamma_lower(0.0, 1.0)));
    CHECK(incomplete_beta(2.0, 3.0, 0.0) == 0.0);
    CHECK(incomplete_beta(2.0, 3.0, 1.0) == 1.0);
}

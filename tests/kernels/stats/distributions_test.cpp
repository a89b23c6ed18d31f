#include "kernels/stats/distributions.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "tests/support/reference_table.hpp"

using namespace wellsieve::kernels::stats;
using wellsieve::tests::ReferenceTable;
using wellsieve::tests::relative_error;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double evaluate(const std::string& function, double x, double df) {
    if (function == "normal_cdf")
        return normal_cdf(x);
    if (function == "normal_quantile")
        return normal_quantile(x);
    if (function == "t_two_sided_p")
        return student_t_two_sided_p(x, df);
    REQUIRE(function == "t_log_tail");
    return student_t_log_tail(x, df);
}

}  // namespace

TEST_CASE("normal and t agree with 50-digit values to 1e-12, far tails included") {
    const ReferenceTable reference(WELLSIEVE_TEST_DATA "/reference/distributions.tsv");
    REQUIRE(reference.size() > 150);
    for (std::size_t row = 0; row < reference.size(); ++row) {
        const std::string& function = reference.text(row, "function");
        const double x = reference.number(row, "x");
        const double df = reference.number(row, "df");
        CAPTURE(function, x, df, reference.number(row, "value"));
        CHECK(relative_error(evaluate(function, x, df), reference.number(row, "value")) < 1e-12);
    }
}

TEST_CASE("t quantiles undo the tail probabilities") {
    for (const double df : {2.1, 3.0, 2.5, 9.134, 40.0, 1e6, infinity})
        for (const double log_p : {-700.0, -40.0, -7.0, -2.0, -1.3863, -1.0, -0.7}) {
            CAPTURE(df, log_p);
            const double t = student_t_tail_quantile(log_p, df);
            CHECK(student_t_log_tail(t, df) == Approx(log_p).epsilon(1e-13));
        }
    CHECK(std::isfinite(student_t_tail_quantile(-2000.0, infinity)));
    CHECK(student_t_tail_quantile(-2000.0, 0.5) == infinity);
    for (const double p : {1e-30, 0.01, 0.3, 0.49999, 0.6, 0.975})
        CHECK(student_t_cdf(student_t_quantile(p, 3.3), 3.3) == Approx(p).epsilon(1e-12));
}

TEST_CASE("t quantiles of the printed tables") {
    CHECK(student_t_quantile(0.975, 1.0) == Approx(12.706204736).epsilon(1e-9));
    CHECK(student_t_quantile(0.975, 10.0) == Approx(2.228138852).epsilon(1e-9));
    CHECK(student_t_quantile(0.025, infinity) == Approx(-1.959963985).epsilon(1e-9));
    CHECK(student_t_quantile(0.5, 4.0) == 0.0);
}

TEST_CASE("distributions at and beyond the ends") {
    CHECK(student_t_quantile(0.0, 3.0) == -infinity);
    CHECK(student_t_quantile(1.0, 3.0) == infinity);
    CHECK(normal_quantile(0.0) == -infinity);
    CHECK(student_t_two_sided_p(infinity, 3.0) == 0.0);
    CHECK(student_t_two_sided_p(0.0, 3.0) == 1.0);
    CHECK(std::isnan(student_t_two_sided_p(NAN, 3.0)));
    CHECK(std::isnan(student_t_two_sided_p(1.0, 0.0)));
    CHECK(std::isnan(student_t_quantile(1.5, 3.0)));
    CHECK(std::isnan(normal_quantile(-0.1)));
}

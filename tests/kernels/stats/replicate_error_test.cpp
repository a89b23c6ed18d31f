#include "kernels/stats/replicate_error.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::stats;

namespace {

struct Ratios {
    explicit Ratios(std::size_t n_replicates) : replicates(n_replicates) {
        const tests::ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/replicate_error_counts.tsv");
        for (std::size_t row = 0; row < table.size(); ++row) {
            if (table.number(row, "replicates") != static_cast<double>(replicates))
                continue;
            in.push_back(table.number(row, "in"));
            out.push_back(table.number(row, "out"));
            log_ratio.push_back(std::log(out.back() / in.back()));
        }
    }
    ReplicateRatios view() const { return {log_ratio, in, out, replicates}; }

    std::size_t replicates;
    std::vector<double> in, out, log_ratio;
};

struct Model {
    explicit Model(std::size_t n) : in_factor(n), out_factor(n), additive(n) {}
    ErrorModel view() { return {in_factor, out_factor, additive}; }
    std::vector<double> in_factor, out_factor, additive;
};

}  // namespace

TEST_CASE("the error model of replicates is the one that an independent optimiser finds") {
    const tests::ReferenceTable expected(WELLSIEVE_TEST_DATA "/reference/replicate_error_model.tsv");
    std::size_t row = 0;
    for (const std::size_t replicates : {2, 3}) {
        const Ratios ratios(replicates);
        Model model(replicates);
        CHECK(fit_error_model(ratios.view(), model.view()) > 0);
        for (std::size_t r = 0; r < replicates; ++r, ++row) {
            CAPTURE(replicates, r);
            CHECK(model.in_factor[r] == Approx(expected.number(row, "in_factor")).epsilon(1e-4));
            CHECK(model.out_factor[r] == Approx(expected.number(row, "out_factor")).epsilon(1e-4));
            CHECK(model.additive[r] == Approx(expected.number(row, "additive")).epsilon(1e-4));
        }
    }
}

TEST_CASE("standardised differences of replicates have the variance that the model says") {
    const Ratios ratios(3);
    Model model(3);
    fit_error_model(ratios.view(), model.view());
    std::vector<double> variance(ratios.log_ratio.size());
    error_variances(ratios.view(), model.view(), variance);
    const std::size_t n = ratios.view().features();
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const double off = ratios.log_ratio[i] - ratios.log_ratio[n + i];
        sum += off * off / (variance[i] + variance[n + i]);
    }
    CHECK(sum / static_cast<double>(n) == Approx(1.0).epsilon(0.15));
}

TEST_CASE("replicates are merged by inverse variance, the missing left out") {
    const std::vector<double> log_ratio{1.0, NAN, 2.0, 3.0}, counts(4, 10.0);
    const ReplicateRatios ratios{log_ratio, counts, counts, 2};
    const std::vector<double> variance{1.0, NAN, 4.0, 2.0};
    std::vector<double> estimate(2), error(2);
    merge_by_variance(ratios, variance, estimate, error);
    CHECK(estimate[0] == Approx((1.0 + 2.0 / 4.0) / 1.25));
    CHECK(error[0] == Approx(std::sqrt(1.0 / 1.25)));
    CHECK(estimate[1] == 3.0);
    CHECK(error[1] == Approx(std::sqrt(2.0)));
}

TEST_CASE("few features leave nothing to fit, however many replicates they have") {
    const std::size_t features = 9, replicates = 4;
    std::vector<double> log_ratio, counts(features * replicates, 50.0);
    for (std::size_t k = 0; k < features * replicates; ++k)
        log_ratio.push_back(std::sin(1.7 * static_cast<double>(k)));
    Model model(replicates);
    CHECK(fit_error_model({log_ratio, counts, counts, replicates}, model.view()) == 0);
    CHECK(model.in_factor == std::vector<double>(replicates, 1.0));
    CHECK(model.additive == std::vector<double>(replicates, 0.0));
}

TEST_CASE("one replicate leaves nothing to fit: counting alone") {
    const std::vector<double> log_ratio(20, 0.0), counts(20, 50.0);
    Model model(1);
    CHECK(fit_error_model({log_ratio, counts, counts, 1}, model.view()) == 0);
    CHECK(model.in_factor[0] == 1.0);
    CHECK(model.additive[0] == 0.0);
    std::vector<double> variance(20);
    error_variances({log_ratio, counts, counts, 1}, model.view(), variance);
    CHECK(variance[3] == Approx(0.04));
}

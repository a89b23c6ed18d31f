#include "kernels/curve/two_readouts.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "kernels/curve/interpolate.hpp"
#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::curve::TwoReadoutOptions;
using kernels::curve::TwoReadouts;
using kernels::curve::undefined;
using tests::CurveSet;

namespace {

std::vector<TwoReadouts> found_in(const CurveSet& product, const CurveSet& biomass,
                                  const TwoReadoutOptions& options, std::span<const double> limits = {}) {
    std::vector<TwoReadouts> out(product.wells);
    kernels::curve::two_readouts(product.view(), biomass.view(), limits, options, out);
    return out;
}

std::vector<double> numbers_of(const TwoReadouts& found) {
    return {found.mean_ratio, found.ratio_at_biomass, found.mean_activity, found.maximum_activity,
            found.time_of_maximum_activity_h};
}

/// A product that follows the biomass, with gaps of its own.
CurveSet product_of(const CurveSet& biomass) {
    CurveSet product = biomass;
    for (std::size_t cell = 0; cell < product.values.size(); ++cell)
        product.values[cell] =
            cell % 13 == 5 ? undefined
                           : 40 + 3000 * biomass.values[cell] * (1 + 0.01 * static_cast<double>(cell % 17));
    return product;
}

}  // namespace

TEST_CASE("two readouts have the same bits as the scalar reference on every target") {
    const TwoReadoutOptions bounded{1, 6, 0.1, 0.8, 3};
    for (const std::size_t wells : {0, 1, 3, 8, 13})
        for (const std::size_t times : {0, 1, 2, 5, 40}) {
            const CurveSet biomass = tests::varied_curves(wells, times, 5);
            const CurveSet product = product_of(biomass);
            const std::vector<double> some(wells, 0.02);
            for (const TwoReadoutOptions& options : {TwoReadoutOptions{}, bounded})
                for (const bool limited : {false, true}) {
                    INFO(wells << " wells, " << times << " times, limited " << limited);
                    const std::span<const double> limits =
                        limited ? std::span<const double>(some) : std::span<const double>();
                    std::vector<TwoReadouts> expected(wells);
                    kernels::curve::two_readouts_reference(product.view(), biomass.view(), limits, options,
                                                           expected);
                    tests::for_each_target([&] {
                        const auto got = found_in(product, biomass, options, limits);
                        for (std::size_t well = 0; well < wells; ++well)
                            CHECK(tests::same_bits(numbers_of(got[well]), numbers_of(expected[well])));
                    });
                }
        }
}

TEST_CASE("two readouts agree with NumPy") {
    const tests::ReferenceTable curves(WELLSIEVE_TEST_DATA "/reference/two_readout_curves.tsv");
    const tests::ReferenceTable expected(WELLSIEVE_TEST_DATA "/reference/two_readouts.tsv");
    std::vector<std::vector<double>> biomass;
    std::vector<std::vector<double>> product;
    for (std::size_t well = 0; well < expected.size(); ++well) {
        biomass.push_back(curves.numbers("n" + std::to_string(well)));
        product.push_back(curves.numbers("p" + std::to_string(well)));
    }
    const std::vector<double> times = curves.numbers("time_h");
    const std::vector<double> limits(expected.size(), 0.02);
    const auto found = found_in(tests::of_columns(times, product), tests::of_columns(times, biomass),
                                {1, 9, 0.3, 1, 3}, limits);
    const std::vector<std::string> columns{"mean_ratio", "ratio_at_biomass", "mean_activity",
                                           "maximum_activity", "time_of_maximum_activity_h"};
    for (std::size_t well = 0; well < expected.size(); ++well)
        for (std::size_t c = 0; c < columns.size(); ++c) {
            INFO("well " << well << ", " << columns[c]);
            CHECK(tests::relative_error(numbers_of(found[well])[c], expected.number(well, columns[c])) <
                  1e-10);
        }
}

TEST_CASE("a product made at a constant rate by biomass shows that rate") {
    // N = e^(0.5 t), P = 7 + 200 N: P/N at N = 4 is 200 + 7/4, (dP/dt)/N is 100 but for the width of the
    // line.
    const std::vector<double> times = tests::every_h(0.1, 60);
    const auto biomass =
        tests::of_columns(times, {tests::curve_of(times, [](double t) { return std::exp(0.5 * t); })});
    const auto product = tests::of_columns(
        times, {tests::curve_of(times, [](double t) { return 7 + 200 * std::exp(0.5 * t); })});
    const TwoReadouts found = found_in(product, biomass, {1, 5, 4, 0.4, 3})[0];
    CHECK(found.ratio_at_biomass == Approx(200 + 7.0 / 4));
    CHECK(found.mean_activity == Approx(100).epsilon(0.01));
    CHECK(found.maximum_activity == Approx(100).epsilon(0.01));
    CHECK(std::isnan(found_in(product, biomass, {1, 5, 100, 0.4, 3})[0].ratio_at_biomass));
}

TEST_CASE("where there is no biomass there is neither ratio nor activity") {
    const std::vector<double> times = tests::every_h(0.5, 20);
    const auto none = tests::of_columns(
        times,
        {std::vector<double>(20, 0), std::vector<double>(20, undefined), std::vector<double>(20, 0.01)});
    const auto product =
        tests::of_columns(times, std::vector<std::vector<double>>(3, std::vector<double>(20, 500)));
    const std::vector<double> limits(3, 0.02);
    for (const TwoReadouts& found : found_in(product, none, {}, limits))
        for (double number : numbers_of(found))
            CHECK(std::isnan(number));
}

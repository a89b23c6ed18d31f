#include "kernels/plate/standardise.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/kernels/plate/grid.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::plate::Scale;
using kernels::plate::Shape;

TEST_CASE("standardised values have the same bits as the scalar reference on every target") {
    const Shape shape = GENERATE(Shape{0, 8, 12}, Shape{1, 1, 1}, Shape{3, 1, 3}, Shape{2, 1, 7},
                                 Shape{5, 1, 8}, Shape{4, 1, 9}, Shape{9, 8, 12}, Shape{5, 16, 24});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<Scale> choice{{0, 1}, {3.5, 0.7}, {1, 0}, {nan, 1}, {-2, -1e-300}};
    std::vector<Scale> scales;
    for (std::size_t plate = 0; plate < shape.plates; ++plate)
        scales.push_back(choice[plate % choice.size()]);
    for (const std::string& kind : tests::value_kinds)
        for (const std::size_t offset : {0, 1, 3}) {
            INFO(shape.plates << " × " << shape.wells() << ", " << kind << " + " << offset);
            const std::vector<double> stored = tests::make_values(kind, shape.size() + offset, 3);
            const std::span values = std::span(stored).subspan(offset);
            std::vector<double> expected(shape.size());
            kernels::plate::standardise_reference(values, shape, scales, expected);
            tests::for_each_target([&] {
                std::vector<double> got(shape.size());
                kernels::plate::standardise(values, shape, scales, got);
                CHECK(tests::first_difference(got, expected) == got.size());
            });
        }
}

TEST_CASE("a plate without spread has no scores, and values may be replaced in place") {
    std::vector<double> values{1, 2, 3, 4};
    kernels::plate::standardise(values, {2, 1, 2}, std::vector<Scale>{{1, 0}, {1, 2}}, values);
    CHECK(std::isnan(values[0]));
    CHECK(std::isnan(values[1]));
    CHECK(values[2] == 1);
    CHECK(values[3] == 1.5);
}

#include "kernels/plate/median_polish.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <vector>

#include "tests/kernels/plate/grid.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::plate::PolishFit;
using kernels::plate::PolishRule;
using kernels::plate::Shape;

namespace {

struct Result {
    explicit Result(const Shape& shape)
        : residuals(shape.size()),
          row_effects(shape.plates * shape.rows),
          column_effects(shape.plates * shape.columns),
          fits(shape.plates) {}

    kernels::plate::PolishOutput out() { return {residuals, row_effects, column_effects, fits}; }

    std::vector<double> residuals, row_effects, column_effects;
    std::vector<PolishFit> fits;
};

void check_same(const Result& got, const Result& expected) {
    CHECK(tests::first_difference(got.residuals, expected.residuals) == got.residuals.size());
    CHECK(tests::same_bits(got.row_effects, expected.row_effects));
    CHECK(tests::same_bits(got.column_effects, expected.column_effects));
    for (std::size_t plate = 0; plate < got.fits.size(); ++plate) {
        INFO("plate " << plate);
        CHECK(got.fits[plate].iterations == expected.fits[plate].iterations);
        CHECK(got.fits[plate].converged == expected.fits[plate].converged);
        CHECK(tests::same_bits({&got.fits[plate].overall, 1}, {&expected.fits[plate].overall, 1}));
    }
}

}  // namespace

TEST_CASE("a median polish has the same bits as the scalar reference on every target") {
    const Shape shape =
        GENERATE(Shape{0, 8, 12}, Shape{1, 1, 1}, Shape{5, 2, 3}, Shape{7, 3, 4}, Shape{9, 4, 6},
                 Shape{11, 6, 8}, Shape{8, 8, 12}, Shape{17, 8, 12}, Shape{9, 16, 24}, Shape{3, 32, 48},
                 Shape{3, 5, 17}, Shape{2, 48, 33}, Shape{4, 1, 9}, Shape{4, 9, 1});
    const PolishRule rule = std::array{kernels::plate::polish_rule_r, kernels::plate::polish_rule_b_score,
                                       PolishRule{0.5, 1}}[GENERATE(0u, 1u, 2u)];
    for (const std::string& kind : tests::value_kinds)
        for (const std::size_t offset : {0, 1, 3}) {
            INFO(shape.plates << " × " << shape.rows << " × " << shape.columns << ", " << kind << " + "
                              << offset);
            const std::vector<double> stored = tests::make_values(kind, shape.size() + offset, 7);
            const std::span values = std::span(stored).subspan(offset);
            const std::vector<std::uint8_t> selected = tests::make_selection(shape, 8);
            for (const bool all : {true, false}) {
                const kernels::plate::Selection selection = all ? kernels::plate::Selection{} : selected;
                Result expected(shape);
                kernels::plate::median_polish_reference(values, selection, shape, rule, expected.out());
                tests::for_each_target([&] {
                    Result got(shape);
                    kernels::plate::median_polish(values, selection, shape, rule, got.out());
                    check_same(got, expected);
                });
            }
        }
}

TEST_CASE("a polish takes row and column effects apart") {
    // overall 10, rows −1 0 1, columns −4 0 0 4, and one spoilt well
    const std::vector<double> values{5, 9, 9, 13, 6, 10, 990, 14, 7, 11, 11, 15};
    const Shape shape{1, 3, 4};
    Result got(shape);
    kernels::plate::median_polish(values, {}, shape, kernels::plate::polish_rule_b_score, got.out());
    CHECK(got.fits[0].overall == 10);
    CHECK(got.fits[0].converged);
    CHECK(got.row_effects == std::vector<double>{-1, 0, 1});
    CHECK(got.column_effects == std::vector<double>{-4, 0, 0, 4});
    CHECK(got.residuals == std::vector<double>{0, 0, 0, 0, 0, 0, 980, 0, 0, 0, 0, 0});
}

TEST_CASE("a well left out of the fit has a residual, and a plate of such wells has none") {
    const std::vector<double> values{1, 2, 3, 4, 1, 2, 3, 4};
    const std::vector<std::uint8_t> selected{1, 1, 1, 0, 0, 0, 0, 0};
    const Shape shape{2, 2, 2};
    Result got(shape);
    kernels::plate::median_polish(values, selected, shape, {}, got.out());
    CHECK(got.residuals[3] == Approx(0).margin(1e-4));
    CHECK(std::isnan(got.fits[1].overall));
    CHECK(std::isnan(got.residuals[4]));
    CHECK(got.row_effects[2] == 0);
}

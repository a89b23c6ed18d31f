#include "kernels/plate/loess_surface.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/kernels/plate/grid.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::plate::Shape;

TEST_CASE("a loess surface has the same bits as the scalar reference on every target") {
    const Shape shape =
        GENERATE(Shape{0, 8, 12}, Shape{1, 1, 1}, Shape{3, 2, 3}, Shape{5, 4, 6}, Shape{3, 8, 12});
    for (const std::string& kind : tests::value_kinds)
        for (const std::size_t offset : {0, 3}) {
            INFO(shape.plates << " × " << shape.rows << " × " << shape.columns << ", " << kind << " + "
                              << offset);
            const std::vector<double> stored = tests::make_values(kind, shape.size() + offset, 7);
            const std::span values = std::span(stored).subspan(offset);
            const std::vector<std::uint8_t> selected = tests::make_selection(shape, 8);
            for (const bool all : {true, false}) {
                const kernels::plate::Selection selection = all ? kernels::plate::Selection{} : selected;
                std::vector<double> expected(shape.size());
                kernels::plate::loess_surface_reference(values, selection, shape, 0.75, expected);
                tests::for_each_target([&] {
                    std::vector<double> got(shape.size());
                    kernels::plate::loess_surface(values, selection, shape, 0.75, got);
                    CHECK(tests::first_difference(got, expected) == got.size());
                });
            }
        }
}

TEST_CASE("a loess surface reproduces a quadratic, also where nothing was measured") {
    const Shape shape{2, 8, 12};
    std::vector<double> truth(shape.size());
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const std::size_t plate_row = i % shape.wells() / 12;
        const auto row = static_cast<double>(plate_row);
        const auto column = static_cast<double>(i % 12);
        truth[i] = 5 + row - 0.5 * column + 0.1 * row * row - 0.2 * row * column + 0.05 * column * column;
    }
    std::vector<double> values = truth;
    values[13] = std::nan("");
    std::vector<double> surface(shape.size());
    kernels::plate::loess_surface(values, {}, shape, 0.75, surface);
    for (std::size_t i = 0; i < truth.size(); ++i)
        CHECK(surface[i] == Approx(truth[i]).epsilon(1e-10));
}

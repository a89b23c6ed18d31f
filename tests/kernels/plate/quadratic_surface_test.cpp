#include "kernels/plate/quadratic_surface.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "tests/kernels/plate/grid.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::plate::Shape;
using kernels::plate::SurfaceFit;
using kernels::plate::SurfaceMethod;

namespace {

struct Surfaces {
    explicit Surfaces(const Shape& shape) : surface(shape.size()), fits(shape.plates) {}
    std::vector<double> surface;
    std::vector<SurfaceFit> fits;
};

/// The tolerance of the header.
void check_close(const std::vector<double>& got, const std::vector<double>& expected,
                 std::span<const double> values) {
    double largest = 1e-300;
    for (const double x : values)
        largest = std::isfinite(x) ? std::max(largest, std::abs(x)) : largest;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < got.size(); ++i)
        wrong += std::isnan(expected[i]) ? !std::isnan(got[i])
                                         : !(std::abs(got[i] - expected[i]) < 1e-9 * largest);
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("a quadratic surface agrees with the QR reference, with the same bits on every target") {
    const Shape shape = GENERATE(Shape{0, 8, 12}, Shape{1, 1, 1}, Shape{3, 2, 3}, Shape{5, 4, 6},
                                 Shape{9, 8, 12}, Shape{9, 16, 24}, Shape{2, 32, 48});
    const SurfaceMethod method = GENERATE(SurfaceMethod::least_squares, SurfaceMethod::huber);
    for (const std::string kind :
         {"random", "heavy tails", "some missing", "infinite", "all missing", "saturated"})
        for (const std::size_t offset : {0, 3}) {
            INFO(shape.plates << " × " << shape.rows << " × " << shape.columns << ", " << kind << " + "
                              << offset);
            const std::vector<double> stored = tests::make_values(kind, shape.size() + offset, 7);
            const std::span values = std::span(stored).subspan(offset);
            const std::vector<std::uint8_t> selected = tests::make_selection(shape, 8);
            for (const bool all : {true, false}) {
                const kernels::plate::Selection selection = all ? kernels::plate::Selection{} : selected;
                Surfaces expected(shape);
                kernels::plate::quadratic_surface_reference(values, selection, shape, method,
                                                            expected.surface, expected.fits);
                std::vector<double> first;
                tests::for_each_target([&] {
                    Surfaces got(shape);
                    kernels::plate::quadratic_surface(values, selection, shape, method, got.surface,
                                                      got.fits);
                    check_close(got.surface, expected.surface, values);
                    if (first.empty())
                        first = got.surface;
                    CHECK(tests::same_bits(got.surface, first));
                    for (std::size_t plate = 0; plate < shape.plates; ++plate)
                        CHECK(got.fits[plate].iterations == expected.fits[plate].iterations);
                });
            }
        }
}

TEST_CASE("a robust surface sees through hits, least squares does not") {
    const Shape shape{1, 8, 12};
    std::vector<double> values(shape.wells());
    for (std::size_t well = 0; well < values.size(); ++well) {
        const std::size_t plate_row = well / 12;
        const auto row = static_cast<double>(plate_row);
        const auto column = static_cast<double>(well % 12);
        values[well] = 5 + row - 0.5 * column + 0.1 * row * row - 0.2 * row * column + 0.05 * column * column;
    }
    Surfaces exact(shape);
    kernels::plate::quadratic_surface(values, {}, shape, SurfaceMethod::least_squares, exact.surface,
                                      exact.fits);
    check_close(exact.surface, values, values);
    std::vector<double> spoilt = values;
    for (const std::size_t hit : {17, 40, 77})
        spoilt[hit] += 100;
    Surfaces robust(shape);
    kernels::plate::quadratic_surface(spoilt, {}, shape, SurfaceMethod::huber, robust.surface, robust.fits);
    Surfaces plain(shape);
    kernels::plate::quadratic_surface(spoilt, {}, shape, SurfaceMethod::least_squares, plain.surface,
                                      plain.fits);
    CHECK(std::abs(plain.surface[40] - values[40]) > 3);
    CHECK(std::abs(robust.surface[40] - values[40]) < 1.5);
}

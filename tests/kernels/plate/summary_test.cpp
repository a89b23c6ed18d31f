#include "kernels/plate/summary.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/kernels/plate/grid.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::plate::Shape;
using kernels::plate::Summary;

namespace {

void check_same(const std::vector<Summary>& got, const std::vector<Summary>& expected) {
    for (std::size_t plate = 0; plate < got.size(); ++plate) {
        const Summary& a = got[plate];
        const Summary& b = expected[plate];
        INFO("plate " << plate);
        CHECK(a.count == b.count);
        CHECK(tests::same_bits(std::vector{a.mean, a.sd, a.median, a.mad, a.shorth},
                               std::vector{b.mean, b.sd, b.median, b.mad, b.shorth}));
    }
}

Summary of(std::vector<double> values) {
    std::vector<Summary> out(1);
    kernels::plate::summarise(values, {}, {1, 1, values.size()}, out);
    return out[0];
}

}  // namespace

TEST_CASE("summaries have the same bits as the scalar reference on every target") {
    const Shape shape =
        GENERATE(Shape{0, 8, 12}, Shape{1, 1, 1}, Shape{3, 1, 2}, Shape{7, 2, 3}, Shape{9, 8, 12},
                 Shape{17, 5, 7}, Shape{8, 16, 24}, Shape{3, 32, 48}, Shape{2, 41, 47});
    for (const std::string& kind : tests::value_kinds)
        for (const std::size_t offset : {0, 1, 3}) {
            INFO(shape.plates << " × " << shape.rows << " × " << shape.columns << ", " << kind << " + "
                              << offset);
            const std::vector<double> stored = tests::make_values(kind, shape.size() + offset, 7);
            const std::span values = std::span(stored).subspan(offset);
            const std::vector<std::uint8_t> selected = tests::make_selection(shape, 8);
            for (const bool all : {true, false}) {
                const kernels::plate::Selection selection = all ? kernels::plate::Selection{} : selected;
                std::vector<Summary> expected(shape.plates);
                kernels::plate::summarise_reference(values, selection, shape, expected);
                tests::for_each_target([&] {
                    std::vector<Summary> got(shape.plates);
                    kernels::plate::summarise(values, selection, shape, got);
                    check_same(got, expected);
                });
            }
        }
}

TEST_CASE("summaries by hand") {
    const Summary s = of({1, 2, 4, 8, 100});
    CHECK(s.count == 5);
    CHECK(s.mean == 23);
    CHECK(s.sd == Approx(std::sqrt((22.0 * 22 + 21 * 21 + 19 * 19 + 15 * 15 + 77 * 77) / 4)));
    CHECK(s.median == 4);
    CHECK(s.mad == 1.4826 * 3);
    CHECK(s.shorth ==
          1.5);  // h = round(2.5) = 2: of 1..4, 2..8, 4..100 the first is shortest; mean of 1 and 2
    CHECK(of({3, 1}).median == 2);
    CHECK(of({3, 1}).mad == 1.4826);
}

TEST_CASE("a summary is undefined where wells are too few") {
    CHECK(of({5}).median == 5);
    CHECK(of({5}).mad == 0);
    CHECK(std::isnan(of({5}).sd));
    const double nan = Summary::undefined;
    CHECK(of({nan, nan}).count == 0);
    CHECK(std::isnan(of({nan, nan}).mean));
    CHECK(std::isnan(of({nan}).shorth));
}

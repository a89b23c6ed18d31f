#include "kernels/curve/outliers.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/kernels/curve/curve_set.hpp"
#include "tests/support/each_target.hpp"

using namespace wellsieve;
using kernels::curve::undefined;
using tests::CurveSet;
using Marks = std::vector<std::uint8_t>;

namespace {

Marks outliers(const CurveSet& set, const std::vector<double>& least_sd = {}, double limit_sd = 3) {
    Marks out(set.values.size(), 7);
    kernels::curve::find_outliers(set.view(), least_sd, limit_sd, out);
    return out;
}

Marks outliers_of(const std::vector<double>& values, double least_sd = 0, double limit_sd = 3) {
    return outliers(tests::of_columns(tests::every_h(1, values.size()), {values}), {least_sd}, limit_sd);
}

std::size_t count(const Marks& marks) {
    return static_cast<std::size_t>(std::count(marks.begin(), marks.end(), 1));
}

}  // namespace

TEST_CASE("outliers are the scalar reference's on every target") {
    for (const std::size_t wells : {0, 1, 3, 8, 13})
        for (const std::size_t times : {0, 1, 6, 7, 8, 40})
            for (const bool with_least : {false, true}) {
                INFO(wells << " wells, " << times << " times");
                CurveSet set = tests::varied_curves(wells, times, 5);
                for (std::size_t cell = 3; cell < set.values.size(); cell += 11)
                    set.values[cell] = cell % 3 == 0 ? undefined : set.values[cell] * 4;
                std::vector<double> least(with_least ? wells : 0, 0.01);
                if (!least.empty())
                    least[0] = undefined;
                Marks expected(set.values.size(), 9);
                kernels::curve::find_outliers_reference(set.view(), least, 3, expected);
                tests::for_each_target([&] { CHECK(outliers(set, least) == expected); });
                if (wells == 13 && times == 40 && !with_least)
                    CHECK(count(expected) > 5);
            }
}

TEST_CASE("outliers are those of NumPy's medians") {
    const tests::ReferenceTable table(WELLSIEVE_TEST_DATA "/reference/outliers.tsv");
    for (const std::string name : {"w0", "w1", "w2", "w3"}) {
        const Marks found = outliers_of(table.numbers(name), table.number(0, name + "_least_sd"),
                                        table.number(0, name + "_limit_sd"));
        const std::vector<double> expected = table.numbers(name + "_outlier");
        std::size_t outlying = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            INFO(name << ", reading " << i);
            CHECK(found[i] == expected[i]);
            outlying += found[i];
        }
        CHECK(outlying > 0);
    }
}

TEST_CASE("a spike is an outlier, in a rise too; a steep rise, a kink, a step and the ends are none") {
    CHECK(outliers_of({1, 2, 3, 40, 5, 6, 7}) == Marks{0, 0, 0, 1, 0, 0, 0});
    CHECK(outliers_of({0.1, 0.2, 0.3, 0.35, 0.5, 0.6, 0.7}, 0.01)[3] == 1);
    std::vector<double> rising, kink, step;
    for (int i = 0; i < 30; ++i) {
        rising.push_back(std::exp(0.9 * i));
        kink.push_back(0.1 + 0.3 * std::max(0, i - 11));
        step.push_back(i < 13 ? 0.2 : 1.4);
    }
    CHECK(count(outliers_of(rising)) == 0);
    CHECK(count(outliers_of(kink, 1e-9)) == 0);  // but for roundings
    CHECK(count(outliers_of(step)) == 0);
    CHECK(count(outliers_of({90, 1, 1, 1, 1, 1, 1, 1, 1, 90})) == 0);
    CHECK(count(outliers_of({1, 2, 90, 3, 4, 5})) == 0);
}

TEST_CASE("readings of the same rounded value are judged by the noise that is given") {
    const std::vector<double> rounded{0.085, 0.085, 0.085, 0.086, 0.085, 0.085, 0.085};
    CHECK(outliers_of(rounded)[3] == 1);
    CHECK(outliers_of(rounded, 0.0005)[3] == 0);
    CHECK(outliers_of(rounded, 0.0003)[3] == 1);
}

TEST_CASE("scale, level and missing readings do not matter to outliers") {
    CurveSet set = tests::varied_curves(5, 60, 8);
    for (std::size_t cell = 40; cell < set.values.size(); cell += 37)
        set.values[cell] *= 3;
    const Marks plain = outliers(set, std::vector<double>(5, 0.01), 4);
    CHECK(count(plain) > 0);
    CurveSet other = set;
    for (double& value : other.values)
        value = 4 * value;
    CHECK(outliers(other, std::vector<double>(5, 0.04), 4) == plain);
    CurveSet gaps{{}, {}, 5};
    Marks expected;
    for (std::size_t row = 0; row < set.times_h.size(); ++row) {
        for (const bool missing : {true, false}) {
            gaps.times_h.push_back(set.times_h[row] + (missing ? 0 : 0.01));
            for (std::size_t well = 0; well < 5; ++well) {
                gaps.values.push_back(missing ? undefined : set.values[row * 5 + well]);
                expected.push_back(missing ? 0 : plain[row * 5 + well]);
            }
        }
    }
    CHECK(outliers(gaps, std::vector<double>(5, 0.01), 4) == expected);
}

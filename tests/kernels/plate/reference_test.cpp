#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kernels/plate/agreement.hpp"
#include "kernels/plate/quality.hpp"
#include "tests/kernels/plate/table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::plate;

namespace {

using Values = std::vector<double>;

Values parse(const std::string& list) {
    Values out;
    for (const char* at = list.c_str(); *at != '\0';) {
        char* end = nullptr;
        out.push_back(std::strtod(at, &end));
        at = *end == ',' ? end + 1 : end;
    }
    return out;
}

Summary of(const Values& values) {
    Summary out;
    summarise(values, {}, {1, 1, values.size()}, {&out, 1});
    return out;
}

using Function = std::function<double(const Values&, const Values&)>;

Function on_one(double (*function)(const Summary&) noexcept) {
    return [function](const Values& a, const Values&) { return function(of(a)); };
}

Function on_two(double (*function)(const Summary&, const Summary&) noexcept) {
    return [function](const Values& a, const Values& b) { return function(of(a), of(b)); };
}

const std::map<std::string, Function> functions{
    {"mean", [](auto& a, auto&) { return of(a).mean; }},
    {"sd", [](auto& a, auto&) { return of(a).sd; }},
    {"median", [](auto& a, auto&) { return of(a).median; }},
    {"mad", [](auto& a, auto&) { return of(a).mad; }},
    {"shorth", [](auto& a, auto&) { return of(a).shorth; }},
    {"coefficient_of_variation", on_one(coefficient_of_variation)},
    {"ssmd_paired", on_one(ssmd_paired)},
    {"ssmd_paired_unbiased", on_one(ssmd_paired_unbiased)},
    {"z_prime", on_two(z_prime)},
    {"z_prime_robust", on_two(z_prime_robust)},
    {"signal_to_background", on_two(signal_to_background)},
    {"signal_to_noise", on_two(signal_to_noise)},
    {"signal_window", on_two(signal_window)},
    {"ssmd", on_two(ssmd)},
    {"ssmd_robust", on_two(ssmd_robust)},
    {"ssmd_unbiased", on_two(ssmd_unbiased)},
    {"ssmd_well_unbiased", [](auto& a, auto& b) { return ssmd_well_unbiased(a[0], of(b)); }},
    {"edge_effect", on_two(edge_effect)},
    {"theil_sen_slope", [](auto& a, auto&) { return theil_sen_slope(a); }},
    {"drift_correlation", [](auto& a, auto&) { return drift_correlation(a); }},
    {"pearson", [](auto& a, auto& b) { return pearson(a, b); }},
    {"spearman", [](auto& a, auto& b) { return spearman(a, b); }},
    {"repeatability_sd", [](auto& a, auto& b) { return repeatability_sd(a, b); }},
};

}  // namespace

TEST_CASE("summaries, quality and agreement are those of NumPy and SciPy") {
    const tests::Table table(WELLSIEVE_TEST_DATA "/reference/plate_kernels.tsv");
    const Values expected = table.numbers("expected");
    REQUIRE(expected.size() == 252);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        INFO(table.column("function")[i] << " of " << table.column("a")[i] << " and "
                                         << table.column("b")[i]);
        const Values a = parse(table.column("a")[i]);
        const double got = functions.at(table.column("function")[i])(a, parse(table.column("b")[i]));
        CHECK(got == Approx(expected[i]).epsilon(1e-11).margin(1e-13));
    }
}

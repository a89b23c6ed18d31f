#include "workflows/library_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "kernels/sequence/library_report.hpp"

namespace wellsieve::workflows {
namespace {

namespace sequence = kernels::sequence;
using pipeline::PoolFeature;
using sequence::LookAlikes;

constexpr std::size_t shown_examples = 3;

/// The barcodes, or of pairs each half that differs, and the feature that each is first of.
struct Rows {
    std::vector<std::string_view> bases;
    std::vector<const PoolFeature*> features;

    template <typename Part>
    Rows(const std::vector<PoolFeature>& all, Part part) {
        for (const PoolFeature& feature : all)
            features.push_back(&feature);
        std::stable_sort(features.begin(), features.end(),
                         [&](const auto* a, const auto* b) { return part(*a) < part(*b); });
        const auto alike = [&](const auto* a, const auto* b) { return part(*a) == part(*b); };
        features.erase(std::unique(features.begin(), features.end(), alike), features.end());
        for (const PoolFeature* feature : features)
            bases.push_back(part(*feature));
    }
};

template <typename Wanted>
std::string examples(const Rows& rows, const std::vector<LookAlikes>& pairs, Wanted wanted) {
    std::string text;
    std::size_t shown = 0;
    for (const LookAlikes& pair : pairs)
        if (wanted(pair) && shown++ < shown_examples)
            text += fmt::format("{}{}{}", text.empty() ? "" : ", ", rows.features[pair.first]->id,
                                pair.first == pair.second ? "" : " and " + rows.features[pair.second]->id);
    return text;
}

std::string examples_of(const Rows& rows, const sequence::LibraryReport& report, std::string_view what) {
    const auto by = [](std::uint32_t n) { return [n](const LookAlikes& pair) { return pair.by == n; }; };
    if (what == "one mismatch apart" || what == "two mismatches apart")
        return examples(rows, report.neighbours, by(what.starts_with("one") ? 1 : 2));
    if (what.starts_with("shifted by "))
        return examples(rows, report.shifted, by(static_cast<std::uint32_t>(what.back() - '0')));
    if (what == "reverse complements" || what == "self-complementary")
        return examples(rows, report.reverse_complements, [&](const LookAlikes& pair) {
            return (pair.first == pair.second) == (what == "self-complementary");
        });
    std::string text;
    for (std::size_t i = 0; i < std::min(shown_examples, report.homopolymers.size()); ++i)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", rows.features[report.homopolymers[i].row]->id);
    return text;
}

std::string report_rows(const Rows& rows, std::string_view which) {
    const sequence::LibraryReport report = sequence::report_library(sequence::BarcodeIndex(rows.bases, 1));
    std::string text;
    for (const sequence::LibraryCost& cost : report.costs) {
        if (cost.rows == 0)
            continue;
        const bool concerns_two = cost.what != "homopolymers" && cost.what != "self-complementary";
        text += fmt::format("  {} of {} {} {} {}: {:.2g} % of {} reads are lost{} ({}{})\n", cost.rows,
                            report.rows, which, cost.rows == 1 ? "is" : "are",
                            cost.what == "homopolymers" ? "with homopolymers of 5 bases or more" : cost.what,
                            100 * cost.share_lost, cost.rows == 1 ? "its" : "their",
                            concerns_two ? fmt::format(", {:.2g} % would go to the other where neither flank "
                                                       "nor quality is looked at",
                                                       100 * cost.share_wrong)
                                         : "",
                            examples_of(rows, report, cost.what), cost.rows > shown_examples ? ", …" : "");
    }
    return text.empty() ? fmt::format("  {} {}: no two are alike\n", report.rows, which) : text;
}

}  // namespace

std::string library_summary(const std::vector<PoolFeature>& features) {
    if (features.empty() || features.front().barcode.empty())
        return {};
    if (features.front().first_part == 0)
        return report_rows(Rows(features, [](const PoolFeature& f) { return std::string_view(f.barcode); }),
                           "barcodes");
    const auto first = [](const PoolFeature& f) {
        return std::string_view(f.barcode).substr(0, f.first_part);
    };
    const auto second = [](const PoolFeature& f) { return std::string_view(f.barcode).substr(f.first_part); };
    return report_rows(Rows(features, first), "first barcodes") +
           report_rows(Rows(features, second), "second barcodes");
}

}  // namespace wellsieve::workflows

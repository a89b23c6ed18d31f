#include "kernels/stats/rank_draws.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <vector>

#include "kernels/stats/distributions.hpp"
#include "kernels/stats/normal_draws.hpp"
#include "tests/support/each_target.hpp"
#include "tests/support/reference_table.hpp"

using namespace wellsieve;
using namespace wellsieve::kernels::stats;
using tests::ReferenceTable;

namespace {

struct Ranks {
    explicit Ranks(std::size_t n) : best(n), top(n), expected(n), low(n), high(n) {}
    RankOut out() { return {best, top, expected, low, high}; }
    bool operator==(const Ranks&) const = default;
    std::vector<double> best, top, expected, low, high;
};

Ranks rank(const JointPosterior& posterior, const RankDrawOptions& options) {
    Ranks ranks(posterior.mean.size());
    rank_by_draws(posterior, options, ranks.out());
    return ranks;
}

/// The same statement by sorting every draw and keeping all ranks.
Ranks rank_by_sorting(const JointPosterior& posterior, const RankDrawOptions& options) {
    const std::size_t n = posterior.mean.size();
    std::vector<std::vector<double>> all(n);
    std::vector<double> value(n), shared(posterior.shared_sd.size()), zero(shared.size(), 0.0);
    for (std::uint32_t draw = 0; draw < options.draws; ++draw) {
        normal_draws_reference({options.seed, 0, draw}, posterior.mean, posterior.own_sd, value);
        normal_draws_reference({options.seed, 1, draw}, zero, posterior.shared_sd, shared);
        for (const SharedLoading& l : posterior.loadings)
            value[l.strain] += l.weight * shared[l.source];
        std::vector<std::size_t> order(n);
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return value[a] > value[b]; });
        for (std::size_t k = 0; k < n; ++k)
            all[order[k]].push_back(static_cast<double>(k + 1));
    }
    Ranks out(n);
    const auto tail = static_cast<std::size_t>((1.0 - options.interval) / 2.0 * options.draws);
    for (std::size_t i = 0; i < n; ++i) {
        std::sort(all[i].begin(), all[i].end());
        const auto within = [&](double limit) {
            return static_cast<double>(std::upper_bound(all[i].begin(), all[i].end(), limit) -
                                       all[i].begin()) /
                   options.draws;
        };
        out.best[i] = within(1.0);
        out.top[i] = within(options.top);
        out.expected[i] = std::accumulate(all[i].begin(), all[i].end(), 0.0) / options.draws;
        out.low[i] = all[i][tail];
        out.high[i] = all[i][all[i].size() - 1 - tail];
    }
    return out;
}

}  // namespace

TEST_CASE(
    "probabilities, expected ranks and intervals are those of sorting every draw, on every SIMD target") {
    std::vector<double> mean, own_sd;
    std::vector<SharedLoading> loadings;
    for (std::uint32_t i = 0; i < 77; ++i) {
        mean.push_back(std::sin(i * 1.7) * (i % 5 == 0 ? 1e6 : 1.0));
        own_sd.push_back(i % 7 == 0 ? 0.0 : 0.1 * (i % 11));
        loadings.push_back({i, i % 4, i % 3 == 0 ? -0.5 : 1.0});
    }
    mean[10] = mean[20] = mean[21] = 0.3;
    own_sd[10] = own_sd[20] = own_sd[21] = 0.0;
    loadings.erase(loadings.begin() + 20, loadings.begin() + 22);
    const std::vector<double> shared_sd{0.2, 0.0, 1.0, 0.4};
    const JointPosterior posterior{mean, own_sd, loadings, shared_sd};
    for (const RankDrawOptions options :
         {RankDrawOptions{3, 500, 10, 0.9}, {4, 33, 1, 0.5}, {5, 1, 80, 0.95}}) {
        const Ranks expected = rank_by_sorting(posterior, options);
        tests::for_each_target([&] { CHECK(rank(posterior, options) == expected); });
    }
}

TEST_CASE("P(among the best 10) of the isoprenol strains agrees with 200,000 draws in R") {
    const std::string folder = WELLSIEVE_SHARED_DATA "/screens/isoprenol/reference";
    if (!ReferenceTable::exists(folder + "/lmer_A_p_top10_marginal_MC200k.tsv")) {
        WARN("skipped: no " << folder);
        return;
    }
    const ReferenceTable strains(folder + "/lmer_A_strain_blup.tsv");
    const ReferenceTable expected(folder + "/lmer_A_p_top10_marginal_MC200k.tsv");
    const std::vector<double> mean = strains.numbers("blup");
    const std::vector<double> sd = strains.numbers("cond_sd");
    std::map<std::string, std::size_t> row_of;
    for (std::size_t row = 0; row < strains.size(); ++row)
        row_of[strains.text(row, "strain")] = row;
    const RankDrawOptions options{.seed = 1, .draws = 100'000, .top = 10};
    const Ranks ours = rank({mean, sd, {}, {}}, options);
    double in_top = 0.0;
    for (const double p : ours.top)
        in_top += p;
    CHECK(in_top == Approx(10.0));
    for (std::size_t row = 0; row < expected.size(); ++row) {
        const double p = expected.number(row, "p_top10");
        const double monte_carlo_error = std::sqrt(p * (1.0 - p) * (1.0 / 1e5 + 1.0 / 2e5)) + 1e-5;
        CAPTURE(expected.text(row, "strain"), p);
        CHECK(std::abs(ours.top[row_of.at(expected.text(row, "strain"))] - p) < 4.5 * monte_carlo_error);
    }
}

TEST_CASE("of two independent strains the better one leads with the probability of their difference") {
    const std::vector<double> mean{0.0, 0.5};
    const std::vector<double> sd{1.0, 0.7};
    const Ranks ours = rank({mean, sd, {}, {}}, {.seed = 9, .draws = 200'000, .top = 1});
    const double p = normal_cdf(0.5 / std::sqrt(1.0 + 0.49));
    CHECK(std::abs(ours.best[1] - p) < 5.0 * std::sqrt(p * (1.0 - p) / 2e5));
    CHECK(ours.best[0] + ours.best[1] == Approx(1.0));
    CHECK(ours.expected[1] == Approx(2.0 - ours.best[1]));
}

TEST_CASE("an error that all share moves no rank; one that two plates do not share does") {
    const std::vector<double> mean{2.0, 1.0, 0.0};
    const std::vector<double> sd(3, 1e-3);
    const std::vector<double> shared_sd{5.0, 5.0};
    const std::vector<SharedLoading> all{{0, 0, 1.0}, {1, 0, 1.0}, {2, 0, 1.0}};
    CHECK(rank({mean, sd, all, shared_sd}, {}).expected == std::vector{1.0, 2.0, 3.0});
    const std::vector<SharedLoading> apart{{0, 0, 1.0}, {1, 1, 1.0}};
    const Ranks ours = rank({mean, sd, apart, shared_sd}, {.seed = 2, .draws = 100'000, .top = 1});
    CHECK(ours.low[0] == 1.0);
    CHECK(ours.high[0] == 3.0);
    CHECK(ours.best[0] < 0.7);
}

TEST_CASE("strains without a posterior stay out and change no other strain's numbers") {
    std::vector<double> mean{3.0, NAN, 2.0, 1.0};
    const std::vector<double> sd{0.5, 1.0, 0.5, NAN};
    const Ranks ours = rank({mean, sd, {}, {}}, {});
    CHECK(std::isnan(ours.top[1]));
    CHECK(std::isnan(ours.low[3]));
    CHECK(ours.expected[0] + ours.expected[2] == Approx(3.0));
    mean[1] = -1e9;
    CHECK(rank({mean, sd, {}, {}}, {}).best[0] == ours.best[0]);
    const std::vector<double> nothing(2, NAN);
    CHECK(std::isnan(rank({nothing, nothing, {}, {}}, {}).best[0]));
}

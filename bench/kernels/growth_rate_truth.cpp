// Growth rates against known truth: writes the tables of kernels/curve/README.md to standard output.

#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "bench/kernels/known_curves.hpp"
#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/window_slopes.hpp"

namespace {

namespace bench = wellsieve::bench;
namespace curve = wellsieve::kernels::curve;
using bench::KnownCurves;
using curve::GrowthRate;

constexpr std::size_t curves_a_cell = 1000;

struct Estimator {
    std::string name;
    std::function<void(const KnownCurves&, std::vector<GrowthRate>&)> estimate;
};

struct Score {
    double median_bias;  ///< relative
    double low;          ///< 5 % of the curves are below
    double high;         ///< and above
    double mean_size;    ///< of the relative error
    double covered;      ///< share of intervals
    double found;        ///< share of curves with a rate
};

Score score(const KnownCurves& cell, const Estimator& estimator) {
    std::vector<GrowthRate> rates(curves_a_cell);
    estimator.estimate(cell, rates);
    std::vector<double> errors;
    double size = 0;
    double covered = 0;
    for (std::size_t well = 0; well < curves_a_cell; ++well) {
        if (std::isnan(rates[well].rate_per_h))
            continue;
        errors.push_back(rates[well].rate_per_h / cell.truths[well] - 1);
        size += std::abs(errors.back());
        covered +=
            rates[well].lower_per_h <= cell.truths[well] && cell.truths[well] <= rates[well].upper_per_h;
    }
    std::sort(errors.begin(), errors.end());
    const auto n = static_cast<double>(errors.size());
    const auto at = [&](double share) { return errors[static_cast<std::size_t>(share * (n - 1))]; };
    return {at(0.5), at(0.05), at(0.95), size / n, covered / n, n / static_cast<double>(curves_a_cell)};
}

std::string percent(double share, int digits, bool sign) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(digits) << (sign ? std::showpos : std::noshowpos) << 100 * share;
    return out.str();
}

void print_header(const char* title) {
    std::cout << "| " << title;
    for (const double noise : bench::reader_noises)
        std::cout << " | " << noise;
    std::cout << " |\n| ---";
    for (std::size_t i = 0; i < bench::reader_noises.size(); ++i)
        std::cout << " | ---";
    std::cout << " |\n";
}

/// Median bias, 5 % and 95 % of the errors, coverage.
std::string line_of(const Score& s) {
    return percent(s.median_bias, 1, true) + " (" + percent(s.low, 0, true) + " … " +
           percent(s.high, 0, true) + ") " + percent(s.covered, 0, false);
}

/// Over several cells: the range of the median bias, mean |error|, coverage.
class Summary {
  public:
    void add(const Score& s) {
        lowest_ = std::min(lowest_, s.median_bias);
        highest_ = std::max(highest_, s.median_bias);
        size_ += s.mean_size;
        covered_ += s.covered;
        ++cells_;
    }

    std::string text(bool with_interval) const {
        const std::string bias = percent(lowest_, 1, true) + " … " + percent(highest_, 1, true);
        const std::string size = percent(size_ / cells_, 1, false);
        return bias + ", " + size + (with_interval ? ", " + percent(covered_ / cells_, 0, false) : "");
    }

  private:
    double lowest_ = std::numeric_limits<double>::infinity();
    double highest_ = -lowest_;
    double size_ = 0;
    double covered_ = 0;
    double cells_ = 0;
};

Estimator windows(const std::string& name, const curve::GrowthRateOptions& options) {
    return {name, [options](const KnownCurves& cell, std::vector<GrowthRate>& out) {
                curve::growth_rates(cell.view(), {}, options, out);
            }};
}

Estimator peer(const std::string& name, const curve::SlopeOptions& options) {
    return {name, [options](const KnownCurves& cell, std::vector<GrowthRate>& out) {
                curve::window_slopes(cell.view(), options, out);
            }};
}

std::vector<Estimator> estimators() {
    constexpr double open = curve::undefined;
    return {windows("default: 1 doubling and more", {}),
            windows("½ doubling and more", {open, 0.5, 5, open}),
            windows("2 doublings and more", {open, 2, 5, open}),
            windows("1 h", {1, open, 3, open}),
            windows("2 h", {2, open, 3, open}),
            windows("4 h", {4, open, 3, open}),
            peer("growthrates, h = 5", {curve::SlopeMethod::growthrates, 5, 0.95}),
            peer("growthrates, h = 15", {curve::SlopeMethod::growthrates, 15, 0.95}),
            peer("gcplyr, 5 points", {curve::SlopeMethod::gcplyr, 5, 0})};
}

}  // namespace

int main() {
    const std::vector<Estimator> all = estimators();
    std::vector<std::vector<Summary>> summaries(all.size(),
                                                std::vector<Summary>(bench::reader_noises.size()));
    print_header("model, sampling");
    for (const bench::NamedModel& model : bench::growth_models)
        for (const double sampling : bench::samplings_min) {
            std::cout << "| " << model.name << ", " << sampling << " min";
            for (std::size_t noise = 0; noise < bench::reader_noises.size(); ++noise) {
                const KnownCurves cell(model.log_of, curves_a_cell, sampling, bench::reader_noises[noise]);
                for (std::size_t i = 0; i < all.size(); ++i) {
                    const Score s = score(cell, all[i]);
                    if (i == 0)
                        std::cout << " | " << line_of(s) << std::flush;
                    if (model.log_of != bench::verhulst_logistic)
                        summaries[i][noise].add(s);
                }
            }
            std::cout << " |\n";
        }
    std::cout << '\n';
    print_header("estimator");
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::cout << "| " << all[i].name;
        const bool with_interval =
            all[i].name.find("points") == std::string::npos && all[i].name.find("h = ") == std::string::npos;
        for (const Summary& summary : summaries[i])
            std::cout << " | " << summary.text(with_interval);
        std::cout << " |\n";
    }
    return 0;
}

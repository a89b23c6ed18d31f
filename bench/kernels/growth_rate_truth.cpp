// Growth rates against known truth: writes the tables of kernels/curve/README.md to standard output.

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <numbers>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "kernels/curve/growth_rate.hpp"
#include "kernels/curve/window_slopes.hpp"

namespace {

namespace curve = wellsieve::kernels::curve;
using curve::GrowthRate;

constexpr std::size_t curves_a_cell = 1000;
constexpr double length_h = 24;
constexpr std::array<double, 6> noises{0.0, 0.0005, 0.001, 0.002, 0.005, 0.01};
constexpr std::array<double, 4> samplings_min{5, 10, 15, 30};

struct Parameters {
    double rate;
    double capacity;
    double initial;
    double lag_h;
};

using LogModel = double (*)(double t, const Parameters& p);

double gompertz(double t, const Parameters& p) {
    const double rise = std::log(p.capacity / p.initial);
    return std::log(p.initial) +
           rise * std::exp(-std::exp(p.rate * std::numbers::e * (p.lag_h - t) / rise + 1));
}

double zwietering_logistic(double t, const Parameters& p) {
    const double rise = std::log(p.capacity / p.initial);
    return std::log(p.initial) + rise / (1 + std::exp(4 * p.rate * (p.lag_h - t) / rise + 2));
}

double verhulst_logistic(double t, const Parameters& p) {
    return std::log(p.capacity / (1 + (p.capacity / p.initial - 1) * std::exp(-p.rate * t)));
}

double baranyi(double t, const Parameters& p) {
    const double h0 = p.rate * p.lag_h;
    const double grown =
        p.rate * t + std::log(std::exp(-p.rate * t) + std::exp(-h0) - std::exp(-p.rate * t - h0));
    return std::log(p.initial) + grown - std::log(1 + std::expm1(grown) * p.initial / p.capacity);
}

struct NamedModel {
    const char* name;
    LogModel log_of;
};

constexpr std::array models{NamedModel{"logistic (Zwietering)", zwietering_logistic},
                            NamedModel{"Gompertz", gompertz}, NamedModel{"Baranyi", baranyi},
                            NamedModel{"logistic (Verhulst, no lag)", verhulst_logistic}};

/// The largest d ln N / dt that the curve reaches.
double true_rate(LogModel log_of, const Parameters& p) {
    constexpr double step_h = 0.05;
    double best = 0;
    double before = log_of(0, p);
    for (int i = 1; i <= length_h / step_h; ++i) {
        const double now = log_of(i * step_h, p);
        best = std::max(best, (now - before) / step_h);
        before = now;
    }
    return best;
}

/// Curves as a plate reader shows them: doubling times of 46 min to 4.6 h, inocula of 0.01 to 0.05, plateaus
/// of 0.5 to 1.5, lags of 0.5 to 4 h.
struct Cell {
    std::vector<double> times_h;
    std::vector<double> values;
    std::vector<double> truths;

    Cell(LogModel log_of, double sampling_min, double noise) : truths(curves_a_cell) {
        std::mt19937_64 random(20261124);
        std::uniform_real_distribution<double> uniform;
        std::normal_distribution<double> normal;
        const auto rows = static_cast<std::size_t>(length_h * 60 / sampling_min) + 1;
        for (std::size_t row = 0; row < rows; ++row)
            times_h.push_back(static_cast<double>(row) * sampling_min / 60);
        values.resize(rows * curves_a_cell);
        for (std::size_t well = 0; well < curves_a_cell; ++well) {
            const Parameters p{0.15 * std::pow(6, uniform(random)), 0.5 + uniform(random),
                               0.01 * std::pow(5, uniform(random)), 0.5 + 3.5 * uniform(random)};
            truths[well] = true_rate(log_of, p);
            for (std::size_t row = 0; row < rows; ++row)
                values[row * curves_a_cell + well] =
                    std::exp(log_of(times_h[row], p)) + noise * normal(random);
        }
    }

    curve::Curves view() const { return {values, times_h, curves_a_cell}; }
};

struct Estimator {
    std::string name;
    std::function<void(const Cell&, std::vector<GrowthRate>&)> estimate;
};

struct Score {
    double median_bias;  ///< relative
    double low;          ///< 5 % of the curves are below
    double high;         ///< and above
    double mean_size;    ///< of the relative error
    double covered;      ///< share of intervals
    double found;        ///< share of curves with a rate
};

Score score(const Cell& cell, const Estimator& estimator) {
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
    for (const double noise : noises)
        std::cout << " | " << noise;
    std::cout << " |\n| ---";
    for (std::size_t i = 0; i < noises.size(); ++i)
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
    return {name, [options](const Cell& cell, std::vector<GrowthRate>& out) {
                curve::growth_rates(cell.view(), {}, options, out);
            }};
}

Estimator peer(const std::string& name, const curve::SlopeOptions& options) {
    return {name, [options](const Cell& cell, std::vector<GrowthRate>& out) {
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
    std::vector<std::vector<Summary>> summaries(all.size(), std::vector<Summary>(noises.size()));
    print_header("model, sampling");
    for (const NamedModel& model : models)
        for (const double sampling : samplings_min) {
            std::cout << "| " << model.name << ", " << sampling << " min";
            for (std::size_t noise = 0; noise < noises.size(); ++noise) {
                const Cell cell(model.log_of, sampling, noises[noise]);
                for (std::size_t i = 0; i < all.size(); ++i) {
                    const Score s = score(cell, all[i]);
                    if (i == 0)
                        std::cout << " | " << line_of(s) << std::flush;
                    if (model.log_of != verhulst_logistic)
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

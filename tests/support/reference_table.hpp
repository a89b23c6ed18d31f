#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace wellsieve::tests {

/// A tab-separated table with a header line, plain or gzip, any line ends. NA and NaN read as NaN.
class ReferenceTable {
  public:
    explicit ReferenceTable(const std::string& path) {
        std::istringstream text(slurp(path));
        for (std::string line; std::getline(text, line);)
            if (!line.empty())
                rows_.push_back(split(line));
        if (rows_.empty())
            throw std::runtime_error("no reference table at " + path);
        for (auto& row : rows_)
            row.resize(std::max(row.size(), rows_[0].size()));  // an empty last cell
    }

    std::size_t size() const { return rows_.size() - 1; }
    const std::vector<std::string>& names() const { return rows_[0]; }
    const std::string& text(std::size_t row, const std::string& name) const {
        return rows_[row + 1][column(name)];
    }
    double number(std::size_t row, const std::string& name) const { return to_number(text(row, name)); }

    std::vector<double> numbers(const std::string& name) const {
        std::vector<double> out;
        for (std::size_t row = 0; row < size(); ++row)
            out.push_back(number(row, name));
        return out;
    }

    static bool exists(const std::string& path) {
        std::FILE* file = std::fopen(path.c_str(), "rb");
        return file != nullptr && std::fclose(file) == 0;
    }

  private:
    std::vector<std::vector<std::string>> rows_;

    static std::string slurp(const std::string& path) {
        std::FILE* pipe = ::popen(("gzip -dcf '" + path + "'").c_str(), "r");
        std::string out;
        char block[65536];
        for (std::size_t n = 0; (n = std::fread(block, 1, sizeof block, pipe)) > 0;)
            out.append(block, n);
        ::pclose(pipe);
        std::replace(out.begin(), out.end(), '\r', '\n');
        return out;
    }

    static std::vector<std::string> split(const std::string& line) {
        std::vector<std::string> cells;
        std::istringstream in(line);
        for (std::string cell; std::getline(in, cell, '\t');)
            cells.push_back(cell);
        return cells;
    }

    static double to_number(const std::string& text) {
        return text.empty() || text == "NA" || text == "NaN" ? std::numeric_limits<double>::quiet_NaN()
                                                             : std::strtod(text.c_str(), nullptr);
    }

    std::size_t column(const std::string& name) const {
        const auto found = std::find(rows_[0].begin(), rows_[0].end(), name);
        if (found == rows_[0].end())
            throw std::runtime_error("no reference column " + name);
        return static_cast<std::size_t>(found - rows_[0].begin());
    }
};

/// |a − b| relative to the larger of them; 0 when both are the same or both NaN.
inline double relative_error(double a, double b) {
    if (a == b || (std::isnan(a) && std::isnan(b)))
        return 0.0;
    return std::abs(a - b) / std::max(std::abs(a), std::abs(b));
}

/// The largest relative error over two columns; NaN in only one of them is infinitely wrong.
inline double largest_relative_error(const std::vector<double>& a, const std::vector<double>& b) {
    REQUIRE(a.size() == b.size());
    double worst = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double error = relative_error(a[i], b[i]);
        worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
    }
    return worst;
}

}  // namespace wellsieve::tests

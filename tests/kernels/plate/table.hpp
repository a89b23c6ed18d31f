#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace wellsieve::tests {

inline bool exists(const std::string& path) {
    return std::filesystem::exists(path);
}

/// A tab-separated table with a header, plain or gzip; columns as text, or as numbers with NA as NaN.
struct Table {
    explicit Table(const std::string& path) {
        const std::string command = (path.ends_with(".gz") ? "gzip -dc '" : "cat '") + path + "'";
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
        if (pipe == nullptr)
            throw std::runtime_error(path + ": cannot be read");
        std::string text;
        std::vector<char> buffer(1 << 20);
        while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
            text.append(buffer.data(), n);
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            rows.push_back(split(text.substr(begin, end - begin)));
            begin = end + 1;
        }
        header = rows.at(0);
        rows.erase(rows.begin());
        for (std::size_t c = 0; c < header.size(); ++c)
            for (const auto& row : rows)
                columns_[header[c]].push_back(row.at(c));
    }

    const std::vector<std::string>& column(const std::string& name) const { return columns_.at(name); }

    std::vector<double> numbers(const std::string& name) const {
        std::vector<double> out;
        for (const std::string& cell : column(name))
            out.push_back(cell == "NA" ? std::numeric_limits<double>::quiet_NaN()
                                       : std::strtod(cell.c_str(), nullptr));
        return out;
    }

    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;

  private:
    static std::vector<std::string> split(const std::string& line) {
        std::vector<std::string> out;
        for (std::size_t begin = 0; begin <= line.size();) {
            const std::size_t end = std::min(line.find('\t', begin), line.size());
            out.push_back(line.substr(begin, end - begin));
            begin = end + 1;
        }
        return out;
    }

    std::map<std::string, std::vector<std::string>> columns_;
};

}  // namespace wellsieve::tests

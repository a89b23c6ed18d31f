#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/sequence/match_barcodes.hpp"
#include "kernels/sequence/records.hpp"

namespace wellsieve::tests {

inline const std::string pooled_data = std::string(WELLSIEVE_SHARED_DATA) + "/pooled";

inline bool have_pooled_data() {
    if (std::filesystem::exists(pooled_data))
        return true;
    WARN(pooled_data << " is missing: not tested");
    return false;
}

/// A file's bytes, inflated when its name ends in .gz.
inline std::string file_text(const std::string& path) {
    const std::string command = (path.ends_with(".gz") ? "gzip -dc '" : "cat '") + path + "'";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    if (pipe == nullptr)
        throw std::runtime_error(path + ": cannot be read");
    std::string text;
    std::vector<char> buffer(1 << 20);
    while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        text.append(buffer.data(), n);
    return text;
}

/// Lines, split at commas and tabs.
inline std::vector<std::vector<std::string>> cells(const std::string& text) {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::string> row(1);
    for (const char c : text)
        if (c == '\n') {
            rows.push_back(std::move(row));
            row.assign(1, "");
        } else if (c == '\t' || c == ',') {
            row.emplace_back();
        } else if (c != '\r') {
            row.back() += c;
        }
    return rows;
}

/// Text split into records, which must be sound.
struct SplitText {
    explicit SplitText(std::string fastq) : text(std::move(fastq)) {
        const std::size_t room = text.size() / 6 + 1;
        for (auto* column : {&name_begin, &name_length, &bases_begin, &quality_begin, &length})
            column->resize(room);
        const kernels::sequence::SplitResult result = kernels::sequence::split_records(
            text, {name_begin, name_length, bases_begin, quality_begin, length});
        if (result.defect != kernels::sequence::RecordDefect::none || result.bytes != text.size())
            throw std::runtime_error("record " + std::to_string(result.records) + " is bad");
        for (auto* column : {&name_begin, &name_length, &bases_begin, &quality_begin, &length})
            column->resize(result.records);
    }

    std::size_t size() const { return length.size(); }
    kernels::sequence::Reads reads() const { return {text, bases_begin, quality_begin, length}; }
    std::string bases(std::size_t i) const { return text.substr(bases_begin[i], length[i]); }

    std::string text;
    std::vector<std::uint32_t> name_begin;
    std::vector<std::uint32_t> name_length;
    std::vector<std::uint32_t> bases_begin;
    std::vector<std::uint32_t> quality_begin;
    std::vector<std::uint32_t> length;
};

/// Columns for the results of so many reads.
struct Matches {
    explicit Matches(std::size_t count)
        : barcode(count), outcome(count), begin(count), length(count), reverse(count) {}

    kernels::sequence::MatchOut out() { return {barcode, outcome, begin, length, reverse}; }
    bool operator==(const Matches&) const = default;

    std::vector<std::uint32_t> barcode;
    std::vector<kernels::sequence::Outcome> outcome;
    std::vector<std::uint32_t> begin;
    std::vector<std::uint8_t> length;
    std::vector<std::uint8_t> reverse;
};

inline Matches match(const kernels::sequence::Matcher& matcher, const SplitText& reads) {
    Matches matches(reads.size());
    kernels::sequence::match_barcodes(matcher, reads.reads(), matches.out());
    return matches;
}

inline std::vector<std::string_view> views(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

/// One record; the same quality for every base unless it is given.
inline std::string fastq(const std::string& bases, std::string quality = "") {
    if (quality.empty())
        quality.assign(bases.size(), 'F');
    return "@r\n" + bases + "\n+\n" + quality + "\n";
}

/// Random sequences that a test can make again.
class Dice {
  public:
    explicit Dice(std::uint32_t seed) : engine_(seed) {}
    std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>(engine_() % end); }
    bool chance(double p) { return static_cast<double>(engine_()) < p * 4294967296.0; }
    std::string bases(std::size_t length) {
        std::string text(length, 'A');
        for (char& c : text)
            c = "ACGT"[below(4)];
        return text;
    }
    /// Another base.
    char other(char c) {
        char drawn = c;
        while (drawn == c)
            drawn = "ACGT"[below(4)];
        return drawn;
    }

  private:
    std::mt19937 engine_;
};

}  // namespace wellsieve::tests

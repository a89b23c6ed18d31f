#include "formats/reads/sample_sheet.hpp"

#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "formats/error.hpp"
#include "formats/reads/table_text_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

/// What a column is; the words of ours and of other programs.
const std::map<std::string, std::string SampleRow::*, std::less<>> text_columns = {
    {"sample", &SampleRow::sample},
    {"samplename", &SampleRow::sample},
    {"sampleid", &SampleRow::sample},
    {"label", &SampleRow::sample},
    {"file", &SampleRow::file},
    {"filename", &SampleRow::file},
    {"fastq", &SampleRow::file},
    {"fastq1", &SampleRow::file},
    {"reads", &SampleRow::file},
    {"path", &SampleRow::file},
    {"index", &SampleRow::index},
    {"barcode", &SampleRow::index},
    {"indexsequence", &SampleRow::index},
    {"samplebarcode", &SampleRow::index},
    {"i7", &SampleRow::index},
    {"index1", &SampleRow::index},
    {"i5", &SampleRow::second_index},
    {"index2", &SampleRow::second_index},
    {"condition", &SampleRow::condition},
    {"treatment", &SampleRow::condition},
    {"replicate", &SampleRow::replicate},
    {"rep", &SampleRow::replicate},
};

bool is_time(std::string_view key) {
    return key == "timeh" || key == "timehours" || key == "hours" || key == "time";
}

bool is_index(std::string_view cell) {
    return cell.size() >= 4 && cell.find_first_not_of("ACGTacgt") == cell.npos;
}

class Reader {
  public:
    Reader(const std::string& path, std::string_view text, SampleSource source)
        : rows_(path, text, owned_), needs_origin_(source == SampleSource::reads) {
        sheet_.path = path;
    }

    SampleSheet read() {
        std::vector<std::string_view> cells;
        if (!rows_.next(cells))
            throw FormatError(sheet_.path, "", "holds no samples");
        const bool untitled = cells.size() == 2 && (is_index(cells[0]) != is_index(cells[1]));
        if (untitled) {
            const bool index_first = is_index(cells[0]);
            columns_ = {index_first ? &SampleRow::index : &SampleRow::sample,
                        index_first ? &SampleRow::sample : &SampleRow::index};
            other_ = {none, none};
            add_row(cells);
        } else {
            read_titles(cells);
        }
        while (rows_.next(cells))
            add_row(cells);
        if (sheet_.rows.empty())
            throw FormatError(sheet_.path, "", "holds no samples");
        check_samples();
        return std::move(sheet_);
    }

  private:
    static constexpr int none = -1;
    static constexpr int time = -2;

    void read_titles(const std::vector<std::string_view>& titles) {
        for (const std::string_view title : titles) {
            const std::string key = plain_key(title);
            const auto known = text_columns.find(key);
            const bool taken = known != text_columns.end() &&
                               std::find(columns_.begin(), columns_.end(), known->second) != columns_.end();
            columns_.push_back(known == text_columns.end() || taken ? nullptr : known->second);
            if (columns_.back() != nullptr || title.empty()) {
                other_.push_back(none);
            } else if (is_time(key)) {
                other_.push_back(time);
            } else {
                other_.push_back(static_cast<int>(sheet_.other_columns.size()));
                sheet_.other_columns.emplace_back(title);
            }
        }
        const auto has = [&](auto member) {
            return std::find(columns_.begin(), columns_.end(), member) != columns_.end();
        };
        const bool has_origin = has(&SampleRow::file) || has(&SampleRow::index);
        if (!has(&SampleRow::sample) || (needs_origin_ && !has_origin))
            throw FormatError(sheet_.path, fmt::format("line {}", rows_.number()),
                              needs_origin_ ? "the titles 'sample' and 'file' or 'index' are wanted"
                                            : "the title 'sample' is wanted");
    }

    void add_row(const std::vector<std::string_view>& cells) {
        SampleRow row;
        row.line = rows_.number();
        row.other.resize(sheet_.other_columns.size());
        for (std::size_t i = 0; i < std::min(cells.size(), columns_.size()); ++i) {
            if (columns_[i] != nullptr)
                row.*columns_[i] = std::string(cells[i]);
            else if (other_[i] == time)
                row.time_h = hours(cells[i]);
            else if (other_[i] >= 0)
                row.other[static_cast<std::size_t>(other_[i])] = std::string(cells[i]);
        }
        if (row.sample.empty())
            fail(row, "has no sample");
        if (needs_origin_ && row.file.empty() && row.index.empty())
            fail(row, fmt::format("sample '{}' has neither file nor index", row.sample));
        take_indices(row);
        sheet_.rows.push_back(std::move(row));
    }

    void take_indices(SampleRow& row) const {
        if (const std::size_t plus = row.index.find('+');
            plus != row.index.npos && row.second_index.empty()) {
            row.second_index = row.index.substr(plus + 1);
            row.index.resize(plus);
        }
        for (std::string* index : {&row.index, &row.second_index}) {
            for (char& c : *index)
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            if (index->find_first_not_of("ACGT") != index->npos)
                fail(row, fmt::format("index '{}' holds other letters than A, C, G and T", *index));
        }
        if (!sheet_.rows.empty() && sheet_.rows.front().second_index.empty() != row.second_index.empty())
            fail(row,
                 fmt::format("has {} second index, and line {} has {}", row.second_index.empty() ? "no" : "a",
                             sheet_.rows.front().line, row.second_index.empty() ? "one" : "none"));
        if (row.index.empty() && !row.second_index.empty())
            fail(row, "has a second index and no first one");
    }

    double hours(std::string_view cell) const {
        double value = std::numeric_limits<double>::quiet_NaN();
        if (cell.empty())
            return value;
        const auto end = fast_float::from_chars(cell.data(), cell.data() + cell.size(), value).ptr;
        if (end != cell.data() + cell.size() || !std::isfinite(value))
            throw FormatError(sheet_.path, fmt::format("line {}", rows_.number()),
                              fmt::format("'{}' is no time in hours", cell));
        return value;
    }

    void check_samples() const {
        std::map<std::string, const SampleRow*> by_origin;
        std::map<std::string, const SampleRow*> by_name;
        for (const SampleRow& row : sheet_.rows) {
            const std::string origin = origin_of(row);
            const auto [same, is_new] = by_origin.emplace(origin, &row);
            if (!is_new)
                fail(row, fmt::format("'{}' is in line {} already", origin, same->second->line));
            const SampleRow& first = *by_name.emplace(row.sample, &row).first->second;
            const bool same_time =
                first.time_h == row.time_h || (std::isnan(first.time_h) && std::isnan(row.time_h));
            if (first.condition != row.condition || first.replicate != row.replicate || !same_time ||
                first.other != row.other)
                fail(row,
                     fmt::format(
                         "sample '{}' differs from line {} in condition, time, replicate or another column",
                         row.sample, first.line));
        }
    }

    static std::string origin_of(const SampleRow& row) {
        const std::string index = row.index + (row.second_index.empty() ? "" : "+") + row.second_index;
        if (row.file.empty())
            return index.empty() ? row.sample : index;
        return row.file + (index.empty() ? "" : " ") + index;
    }

    [[noreturn]] void fail(const SampleRow& row, std::string_view what) const {
        throw FormatError(sheet_.path, fmt::format("line {}", row.line), what);
    }

    std::deque<std::string> owned_;
    Rows rows_;
    bool needs_origin_;
    SampleSheet sheet_;
    std::vector<std::string SampleRow::*> columns_;  ///< [column]; null: another
    std::vector<int> other_;                         ///< [column]: of the user's columns, `time` or `none`
};

}  // namespace

SampleSheet parse_sample_sheet(const std::string& path, std::string_view text, SampleSource source) {
    return Reader(path, text, source).read();
}

SampleSheet read_sample_sheet(const std::string& path, SampleSource source) {
    const std::string text = whole_text(path);
    return parse_sample_sheet(path, text, source);
}

}  // namespace wellsieve::formats::reads

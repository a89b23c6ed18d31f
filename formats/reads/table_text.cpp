#include <fast_float/fast_float.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

#include "formats/error.hpp"
#include "formats/plates/text.hpp"
#include "formats/reads/raw_input_internal.hpp"
#include "formats/reads/table_text_internal.hpp"
#include "formats/reads/text_input_internal.hpp"

namespace wellsieve::formats::reads {

std::string whole_text(const std::string& path) {
    RawInput input(path);
    const bool packed = input.peek().starts_with("\x1f\x8b");
    const auto text = packed ? gzip_text(std::move(input)) : plain_text(std::move(input));
    std::string bytes;
    try {
        while (true) {
            const std::size_t before = bytes.size();
            bytes.resize(before + std::max(before, text->good_bytes()));
            const std::size_t got = text->read(bytes.data() + before, bytes.size() - before);
            bytes.resize(before + got);
            if (got == 0)
                break;
        }
    } catch (const DamagedInput& damage) {
        throw FormatError(path, "", damage.what());
    }
    if (bytes.starts_with("PK\x03\x04"))
        throw FormatError(path, "", "is a workbook or a ZIP archive; save the table as CSV or as text");
    return plates::decode_text(bytes);
}

bool Lines::next(std::string_view& line) {
    while (at_ < text_.size()) {
        const std::size_t end = std::min(text_.find_first_of("\r\n", at_), text_.size());
        line = text_.substr(at_, end - at_);
        at_ = end + (text_.substr(end, 2) == "\r\n" ? 2 : 1);
        ++number_;
        if (line.find_first_not_of(" \t,;") != line.npos && line.front() != '#')
            return true;
    }
    return false;
}

namespace {

std::size_t count_outside_quotes(std::string_view line, char wanted) {
    std::size_t count = 0;
    bool quoted = false;
    for (const char c : line) {
        quoted = quoted != (c == '"');
        count += !quoted && c == wanted;
    }
    return count;
}

/// Whether the end of a line, and as many cells as a row has, stand within the text.
bool holds_line_of(std::string_view text, char delimiter, std::size_t cells) {
    const std::size_t end = text.find_first_of("\r\n");
    if (end == text.npos)
        return false;
    const auto delimiters = static_cast<std::size_t>(
        std::count(text.begin() + static_cast<std::ptrdiff_t>(end), text.end(), delimiter));
    return delimiters + 1 >= std::max<std::size_t>(cells, 2);
}

std::string_view without_mark(std::string_view text) {
    return text.substr(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
}

std::string_view first_line(std::string_view text) {
    Lines lines(text);
    std::string_view line;
    lines.next(line);
    return line;
}

}  // namespace

char delimiter_of(std::string_view line) {
    char best = '\t';
    std::size_t most = 0;
    for (const char delimiter : {'\t', ',', ';'}) {
        const std::size_t count = count_outside_quotes(line, delimiter);
        if (count > most) {
            most = count;
            best = delimiter;
        }
    }
    return best;
}

Rows::Rows(std::string path, std::string_view text, std::deque<std::string>& owned)
    : path_(std::move(path)),
      delimiter_(delimiter_of(first_line(text))),
      cutter_(without_mark(text), delimiter_, owned) {}

bool Rows::next(std::vector<std::string_view>& cells) {
    while (!cutter_.at_end()) {
        if (cutter_.rest().starts_with('#')) {
            cutter_.skip_line();
            continue;
        }
        cells.clear();
        number_ = cutter_.line();
        cutter_.append_row(cells);
        if (columns_ == 0)
            columns_ = cells.size();
        const auto holds_row = [&](std::string_view cell) {
            return holds_line_of(cell, delimiter_, columns_);
        };
        if (cutter_.line() > number_ + 1 && std::any_of(cells.begin(), cells.end(), holds_row))
            throw FormatError(path_, fmt::format("line {}", number_),
                              fmt::format("a quote is not closed before line {}", cutter_.line() - 1));
        if (std::any_of(cells.begin(), cells.end(), [](std::string_view cell) { return !cell.empty(); }))
            return true;
    }
    return false;
}

double number_or_nan(std::string_view cell) {
    double value = std::numeric_limits<double>::quiet_NaN();
    const auto end = fast_float::from_chars(cell.data(), cell.data() + cell.size(), value).ptr;
    return !cell.empty() && end == cell.data() + cell.size() ? value
                                                             : std::numeric_limits<double>::quiet_NaN();
}

std::string plain_key(std::string_view title) {
    std::string key;
    for (const char c : title)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return key;
}

}  // namespace wellsieve::formats::reads

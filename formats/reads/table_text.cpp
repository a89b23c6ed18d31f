#include <algorithm>
#include <cctype>

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

void split_cells(std::string_view line, char delimiter, std::vector<std::string_view>& cells) {
    cells.clear();
    while (true) {
        const std::size_t end = line.find(delimiter);
        std::string_view cell = plates::trim(line.substr(0, end));
        if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"')
            cell = cell.substr(1, cell.size() - 2);
        cells.push_back(cell);
        if (end == line.npos)
            return;
        line.remove_prefix(end + 1);
    }
}

char delimiter_of(std::string_view line) {
    char best = '\t';
    std::ptrdiff_t most = 0;
    for (const char delimiter : {'\t', ',', ';'}) {
        const auto count = std::count(line.begin(), line.end(), delimiter);
        if (count > most) {
            most = count;
            best = delimiter;
        }
    }
    return best;
}

std::string plain_key(std::string_view title) {
    std::string key;
    for (const char c : title)
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return key;
}

}  // namespace wellsieve::formats::reads

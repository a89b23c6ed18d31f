#include "kernels/sequence/construct.hpp"

#include <algorithm>
#include <charconv>

namespace wellsieve::kernels::sequence {
namespace {

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

bool is_iupac(std::string_view text) {
    return !text.empty() &&
           text.find_first_not_of("ACGTRYSWKMBDHVNacgtryswkmbdhvn") == std::string_view::npos;
}

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// `@n`, `@n-m`, `@-m` or nothing.
bool parse_range(std::string_view text, Construct& out) {
    if (text.empty())
        return true;
    if (text.front() != '@')
        return false;
    text.remove_prefix(1);
    const std::size_t dash = std::min(text.find('-'), text.size());
    const std::optional<std::uint32_t> first = dash == 0 ? 0 : number(text.substr(0, dash));
    const std::optional<std::uint32_t> last =
        dash == text.size() ? 0xFFFFFFFF : number(text.substr(dash + 1));
    out.first = first.value_or(0);
    out.last = last.value_or(0);
    return first && last;
}

/// In a template of two pieces PoolQ does not look at what follows the second.
std::string without_tail_of_two_pieces(std::string text) {
    const auto skip = [&](std::size_t from, auto wanted) {
        return static_cast<std::size_t>(
            std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), wanted) -
            text.begin());
    };
    const auto constant = [](char c) { return is_lower(c) && c != 'n'; };
    const std::size_t first = skip(0, constant);
    const std::size_t first_end = skip(first, [](char c) { return c == 'N'; });
    const std::size_t gap_end = skip(first_end, [](char c) { return c == 'n'; });
    const std::size_t second = skip(gap_end, constant);
    const std::size_t second_end = skip(second, [](char c) { return c == 'N'; });
    const bool two = first > 0 && first_end > first && gap_end > first_end && second > gap_end &&
                     second_end > second && skip(second_end, constant) == text.size();
    if (two)
        text.resize(second_end);
    return text;
}

std::optional<Construct> parse_fixed(std::string_view text, std::uint32_t barcode_length) {
    if (text.empty() || (text.front() != '@' && text.front() != ':'))
        return std::nullopt;
    text.remove_prefix(1);
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::optional<std::uint32_t> offset = number(text.substr(0, colon));
    if (!offset || (colon < text.size() && number(text.substr(colon + 1)) != barcode_length))
        return std::nullopt;
    Construct construct;
    construct.search = Search::offsets;
    construct.offsets = {*offset};
    return construct;
}

std::optional<Construct> parse_pattern(std::string_view text, std::uint32_t barcode_length, bool prefix) {
    if (text.empty() || text.front() != ':')
        return std::nullopt;
    text.remove_prefix(1);
    const std::size_t at = std::min(text.find_first_of("@:"), text.size());
    std::string_view range = text.substr(at);
    if (prefix)
        if (const std::size_t colon = range.rfind(':'); colon != std::string_view::npos) {
            if (number(range.substr(colon + 1)) != barcode_length)
                return std::nullopt;
            range = range.substr(0, colon);
        }
    Construct construct;
    construct.search = Search::pattern;
    construct.pattern = text.substr(0, at);
    if (!is_iupac(construct.pattern) || !parse_range(range, construct))
        return std::nullopt;
    if (prefix) {
        for (char& c : construct.pattern)
            c = is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
        construct.pattern.append(barcode_length, 'N');
    }
    construct.pattern = without_tail_of_two_pieces(construct.pattern);
    if (std::count_if(construct.pattern.begin(), construct.pattern.end(), is_upper) != barcode_length)
        return std::nullopt;
    return construct;
}

}  // namespace

std::optional<Construct> parse_poolq_policy(std::string_view policy, std::uint32_t barcode_length) {
    const auto head =
        static_cast<std::size_t>(std::find_if_not(policy.begin(), policy.end(), is_upper) - policy.begin());
    const std::string_view kind = policy.substr(0, head);
    const std::string_view rest = policy.substr(head);
    if (kind == "FIXED")
        return parse_fixed(rest, barcode_length);
    if (kind == "PREFIX" || kind == "TEMPLATE" || kind == "KEYMASK")
        return parse_pattern(rest, barcode_length, kind == "PREFIX");
    return std::nullopt;
}

}  // namespace wellsieve::kernels::sequence

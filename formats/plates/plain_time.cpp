#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "formats/plates/plain_label_internal.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::formats::plates::plain {
namespace {

using Unit = std::pair<std::string_view, double>;
constexpr std::array<Unit, 21> units{{{"h", hour_s},
                                      {"hr", hour_s},
                                      {"hrs", hour_s},
                                      {"hour", hour_s},
                                      {"hours", hour_s},
                                      {"min", minute_s},
                                      {"mins", minute_s},
                                      {"minute", minute_s},
                                      {"minutes", minute_s},
                                      {"m", minute_s},
                                      {"s", 1},
                                      {"sec", 1},
                                      {"secs", 1},
                                      {"second", 1},
                                      {"seconds", 1},
                                      {"ms", 1e-3},
                                      {"msec", 1e-3},
                                      {"d", 24 * hour_s},
                                      {"day", 24 * hour_s},
                                      {"days", 24 * hour_s},
                                      {"std", hour_s}}};

std::optional<double> unit_of(std::string_view word) {
    for (const auto& [name, seconds] : units)
        if (equals_ignoring_case(word, name))
            return seconds;
    return std::nullopt;
}

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// The runs of letters; nothing when there are digits, which a header of times has not.
std::optional<std::vector<std::string_view>> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        while (at < text.size() && is_letter(text[at]))
            ++at;
        if (at > begin)
            words.push_back(text.substr(begin, at - begin));
        else if ((text[at] >= '0' && text[at] <= '9') || (text[at] & 0x80))
            return std::nullopt;
        else
            ++at;
    }
    return words;
}

bool is_time_word(std::string_view word) {
    constexpr std::array<std::string_view, 13> names{
        "time",  "timestamp", "times",   "elapsed",     "zeit",    "timepoint", "point",
        "total", "run",       "runtime", "cultivation", "kinetic", "duration"};
    return std::any_of(names.begin(), names.end(),
                       [&](auto name) { return equals_ignoring_case(word, name); });
}

bool is_clock_word(std::string_view word) {
    return equals_ignoring_case(word, "hh") || equals_ignoring_case(word, "mm") ||
           equals_ignoring_case(word, "ss");
}

}  // namespace

std::optional<TimeHeader> parse_time_header(std::string_view text) {
    text = trim(text);
    if (constexpr std::string_view measured = "Meas. "; starts_with_ignoring_case(text, measured))
        text.remove_prefix(measured.size());
    const auto words = words_of(trim(text));
    if (!words || words->empty())
        return std::nullopt;
    if (words->size() == 1 && words->front() == "t")
        return TimeHeader{};
    // A letter alone is a unit only behind a word for time: "h" may be a strain.
    const bool named = is_time_word(words->front()) || words->front() == "t";
    if (!named && (!unit_of(words->front()) || words->front().size() < 3))
        return std::nullopt;
    TimeHeader header;
    bool clock = false;
    for (std::string_view word : *words) {
        if (is_clock_word(word))
            clock = true;
        else if (const auto unit = unit_of(word))
            header.seconds_per_unit = unit;
        else if (!is_time_word(word) && !(word == "t" && word.data() == words->front().data()))
            return std::nullopt;
    }
    if (clock)
        header.seconds_per_unit.reset();
    return header;
}

std::optional<WrittenTime> parse_written_time(std::string_view text, char decimal_mark) {
    text = trim(text);
    if (const auto clock = parse_clock(text, decimal_mark))
        return WrittenTime{*clock, 1.0};
    std::size_t end = text.size();
    while (end > 0 && is_letter(text[end - 1]))
        --end;
    const auto number = parse_number(text.substr(0, end), decimal_mark);
    if (!number)
        return std::nullopt;
    const auto unit = unit_of(text.substr(end));
    if (end < text.size() && !unit)
        return std::nullopt;
    return WrittenTime{*number, unit};
}

double likely_seconds_per_unit(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    std::vector<double> steps;
    for (std::size_t i = 1; i < times.size(); ++i)
        if (times[i] > times[i - 1])
            steps.push_back(times[i] - times[i - 1]);
    if (steps.empty())
        return 1;
    const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    return *middle < 2 ? hour_s : *middle < 60 ? minute_s : 1;
}

std::string assumed_unit_note(double seconds_per_unit) {
    const std::string unit = seconds_per_unit == hour_s     ? "hours"
                             : seconds_per_unit == minute_s ? "minutes"
                                                            : "seconds";
    return "not stated; taken as " + unit + " from the steps between the times";
}

}  // namespace wellsieve::formats::plates::plain

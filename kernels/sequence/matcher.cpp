#include <algorithm>
#include <cassert>
#include <cmath>

#include "kernels/sequence/matcher_internal.hpp"

namespace wellsieve::kernels::sequence {
namespace {

char upper(char c) {
    return static_cast<char>(c & 0xDF);
}

/// Of a left flank the last letters, of a right one the first.
Flank make_flank(std::string text, bool left, std::uint32_t most_mismatches) {
    if (text.size() > flank_size)
        text = left ? text.substr(text.size() - flank_size) : text.substr(0, flank_size);
    Flank flank;
    flank.size = static_cast<std::uint32_t>(text.size());
    for (std::uint32_t i = 0; i < flank.size; ++i) {
        flank.letters[i] = is_base(text[i]) ? upper(text[i]) : '\0';
        flank.known[i + 1] = static_cast<std::uint8_t>(flank.known[i] + (is_base(text[i]) ? 1 : 0));
    }
    flank.allowed = allowed_in_flank(flank.known[flank.size], most_mismatches);
    if (flank.known[flank.size] == 0)
        flank.size = 0;
    return flank;
}

std::vector<Strand> make_strands(const Construct& construct, std::uint32_t most_mismatches) {
    std::vector<Strand> strands;
    if (construct.orientation != Orientation::reverse)
        strands.push_back({false, make_flank(construct.left_flank, true, most_mismatches),
                           make_flank(construct.right_flank, false, most_mismatches)});
    if (construct.orientation != Orientation::forward)
        strands.push_back({true, make_flank(reverse_complement(construct.right_flank), true, most_mismatches),
                           make_flank(reverse_complement(construct.left_flank), false, most_mismatches)});
    return strands;
}

/// Base codes that an IUPAC letter stands for; N takes unknown ones, too.
std::uint8_t letter_choice(char letter) {
    constexpr std::string_view letters = "ACGTRYSWKMBDHVN";
    constexpr std::array<std::string_view, 15> choices{"A",  "C",  "G",   "T",   "AG",  "CT",  "GC",  "AT",
                                                       "GT", "AC", "CGT", "AGT", "ACT", "ACG", "ACGT"};
    const std::size_t which = letters.find(upper(letter));
    if (which == std::string_view::npos)
        return 0;
    std::uint8_t set = which + 1 == letters.size() ? 16 : 0;
    for (const char c : choices[which])
        set = static_cast<std::uint8_t>(set | 1 << base_code(c));
    return set;
}

Pattern make_pattern(std::string_view text) {
    Pattern pattern;
    for (std::uint32_t i = 0; i < text.size(); ++i) {
        pattern.allowed.push_back(letter_choice(text[i]));
        if (text[i] >= 'A' && text[i] <= 'Z')
            pattern.places.push_back(i);
    }
    return pattern;
}

void set_lengths(Matcher::Plan& plan) {
    plan.lengths.assign(plan.index->lengths().rbegin(), plan.index->lengths().rend());
    const auto is_length = [&](std::uint32_t length) {
        return std::find(plan.lengths.begin(), plan.lengths.end(), length) != plan.lengths.end();
    };
    for (const std::uint32_t length : plan.lengths)
        for (const std::uint32_t other : {length + 1, length - 1})
            if (other > 0 && other <= longest_packed && !is_length(other))
                plan.indel_lengths.push_back(other);
    if (plan.index->allowed_mismatches() == 0)
        plan.options.rescue_indels = false;
}

/// A base of quality 0 or 1 is as good as guessed.
double error_of(double quality) {
    return std::min(std::pow(10.0, -quality / 10), 0.75);
}

std::uint32_t cost_of(double error) {
    return static_cast<std::uint32_t>(
        std::lround(std::max(0.0, 160 * std::log10((1 - error) / (error / 3)))));
}

void set_quality_tables(Matcher::Plan& plan) {
    const double scale = 1u << 20;
    for (std::uint32_t letter = 0; letter < 256; ++letter) {
        const double quality =
            letter > plan.options.quality_offset ? letter - plan.options.quality_offset : 0;
        const double error = error_of(std::min(quality, 93.0));
        plan.mismatch_cost[letter] = static_cast<std::uint16_t>(cost_of(error));
        plan.error[letter] = static_cast<std::uint32_t>(std::lround(error * scale));
    }
    plan.plain_mismatch_cost = cost_of(0.001);
    plan.most_error = plan.options.most_expected_errors < longest_packed
                          ? static_cast<std::uint64_t>(plan.options.most_expected_errors * scale)
                          : no_error_bound;
    const double one = std::pow(2.0, 40);
    for (std::size_t i = 0; i < plan.weight.size(); ++i)
        plan.weight[i] =
            static_cast<std::uint64_t>(std::llround(one * std::pow(10.0, -static_cast<double>(i) / 160)));
    plan.most_weight = static_cast<std::uint64_t>(one * (1 / plan.options.least_posterior - 1));
}

}  // namespace

Matcher::Matcher(const BarcodeIndex& index, const Construct& construct, const MatchOptions& options)
    : plan_(std::make_unique<Plan>()) {
    assert(!index.lengths().empty() && options.unknown_bases <= 3);
    assert(options.barcode_mismatches <= index.allowed_mismatches());
    assert(options.least_posterior > 0.5 && options.least_posterior < 1);
    plan_->index = &index;
    plan_->construct = construct;
    plan_->options = options;
    plan_->strands = make_strands(construct, options.flank_mismatches);
    plan_->pattern = make_pattern(construct.pattern);
    assert(construct.search != Search::pattern ||
           (!plan_->pattern.places.empty() && plan_->pattern.places.size() <= longest_packed));
    set_lengths(*plan_);
    set_quality_tables(*plan_);
}

Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

std::string_view name(Outcome outcome) noexcept {
    constexpr std::array<std::string_view, outcome_count> names{
        "exact",     "one mismatch", "two mismatches", "N rescued", "indel rescued",
        "ambiguous", "low quality",  "no match",       "no anchor"};
    return names[static_cast<std::size_t>(outcome)];
}

}  // namespace wellsieve::kernels::sequence

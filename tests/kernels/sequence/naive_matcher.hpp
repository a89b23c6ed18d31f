#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "kernels/sequence/match_barcodes.hpp"

namespace wellsieve::tests {

/// What became of one read, as match_barcodes has it.
struct NaiveMatch {
    std::uint32_t barcode = kernels::sequence::no_barcode;
    kernels::sequence::Outcome outcome = kernels::sequence::Outcome::no_anchor;
    std::uint32_t begin = kernels::sequence::no_place;
    std::uint32_t length = 0;
    bool reverse = false;
    bool operator==(const NaiveMatch&) const = default;
};

/// The rules of match_barcodes.hpp once more, on plain text: every place of the flanks and every barcode of
/// the library is tried for every read. Shares no code with the kernel. For flanks and offsets.
class NaiveMatcher {
  public:
    NaiveMatcher(const std::vector<std::string>& library, const kernels::sequence::Construct& construct,
                 const kernels::sequence::MatchOptions& options)
        : construct_(construct), options_(options) {
        for (const std::string& barcode : library) {
            library_.push_back(upper(barcode));
            lengths_.push_back(static_cast<int>(barcode.size()));
        }
        std::sort(lengths_.rbegin(), lengths_.rend());
        lengths_.erase(std::unique(lengths_.begin(), lengths_.end()), lengths_.end());
    }

    NaiveMatch match(const std::string& bases, const std::string& quality) const {
        using kernels::sequence::Orientation;
        read_ = upper(bases);
        quality_ = quality;
        NaiveMatch best;
        for (const bool reverse : {false, true}) {
            if (construct_.orientation == (reverse ? Orientation::forward : Orientation::reverse))
                continue;
            reverse_ = reverse;
            left_ = upper(reverse ? turned(construct_.right_flank) : construct_.left_flank);
            right_ = upper(reverse ? turned(construct_.left_flank) : construct_.right_flank);
            left_ = left_.substr(left_.size() - std::min<std::size_t>(left_.size(), 16));
            right_ = right_.substr(0, 16);
            NaiveMatch here =
                construct_.search == kernels::sequence::Search::flanks ? by_flanks() : by_offsets();
            here.reverse = reverse;
            if (kernels::sequence::is_credited(here.outcome))
                return here;
            if (here.outcome < best.outcome)
                best = here;
        }
        return best;
    }

  private:
    using Outcome = kernels::sequence::Outcome;

    kernels::sequence::Construct construct_;
    kernels::sequence::MatchOptions options_;
    std::vector<std::string> library_;
    std::vector<int> lengths_;  ///< longest first
    mutable std::string read_;
    mutable std::string quality_;
    mutable std::string left_;
    mutable std::string right_;
    mutable bool reverse_ = false;

    static bool known(char c) { return std::string("ACGT").find(c) != std::string::npos; }
    static std::string upper(std::string text) {
        for (char& c : text)
            c = static_cast<char>(c & 0xDF);
        return text;
    }
    static std::string turned(const std::string& text) {
        std::string out(text.rbegin(), text.rend());
        for (char& c : out)
            c = c == 'A' ? 'T' : c == 'C' ? 'G' : c == 'G' ? 'C' : c == 'T' ? 'A' : 'N';
        return out;
    }
    static int known_letters(const std::string& flank) {
        return static_cast<int>(std::count_if(flank.begin(), flank.end(), known));
    }
    int allowed(int letters) const {
        const int most = static_cast<int>(options_.flank_mismatches);
        return std::min(most, letters >= 12 ? most : letters >= 6 ? 1 : 0);
    }
    int read_length() const { return static_cast<int>(read_.size()); }

    /// Mismatches of as much of a flank as the read holds from `at`; nothing when it does not fit.
    std::optional<int> fit(const std::string& flank, int at) const {
        if (at < 0)
            return std::nullopt;
        const std::string part = flank.substr(0, static_cast<std::size_t>(std::max(read_length() - at, 0)));
        const int letters = known_letters(part);
        if (part.size() < flank.size() && letters < 6 && letters < known_letters(flank))
            return std::nullopt;
        int wrong = 0;
        for (std::size_t i = 0; i < part.size(); ++i)
            wrong += known(part[i]) && read_[static_cast<std::size_t>(at) + i] != part[i];
        return wrong <= allowed(letters) ? std::optional(wrong) : std::nullopt;
    }

    /// The first and the last base at which a barcode may begin on this strand.
    std::pair<int, int> places() const {
        const int length = read_length();
        const auto within = [](std::uint32_t place, int end) {
            return place < static_cast<std::uint32_t>(end) ? static_cast<int>(place) : end;
        };
        const int first = within(construct_.first, length);
        const int last = within(construct_.last, length - lengths_.back());
        if (!reverse_)
            return {first, last};
        return {std::max(length - last - std::min(lengths_.front(), length), 0),
                std::max(length - first - lengths_.back(), 0)};
    }

    NaiveMatch by_flanks() const {
        if (read_length() < lengths_.back())
            return {};
        const auto [first, last] = places();
        std::optional<int> left;
        int fewest = 1000;
        for (int at = first; at <= last && known_letters(left_) > 0; ++at)
            if (const auto wrong = fit(left_, at - static_cast<int>(left_.size()));
                wrong && *wrong < fewest) {
                left = at;
                fewest = *wrong;
            }
        NaiveMatch match;
        if (left) {
            bool between = false;
            match = behind_left(*left, between);
            if (between || match.outcome != Outcome::no_match)
                return match;
        }
        if (known_letters(right_) > 0)
            if (const NaiveMatch other = before_right(first, last);
                kernels::sequence::is_credited(other.outcome) || !left)
                match = other;
        return match.outcome == Outcome::no_anchor ? where_known() : match;
    }

    std::optional<int> length_to_right(int begin, const std::vector<int>& lengths) const {
        std::optional<int> best;
        int fewest = 1000;
        for (const int length : lengths)
            if (begin + length <= read_length())
                if (const auto wrong = fit(right_, begin + length); wrong && *wrong < fewest) {
                    best = length;
                    fewest = *wrong;
                }
        return best;
    }

    std::vector<int> lengths_with_indel() const {
        std::vector<int> out;
        for (const int length : lengths_)
            for (const int other : {length + 1, length - 1})
                if (other > 0 && other <= 64 && std::count(lengths_.begin(), lengths_.end(), other) == 0)
                    out.push_back(other);
        return out;
    }

    NaiveMatch behind_left(int begin, bool& between) const {
        if (known_letters(right_) == 0)
            return any_length(begin);
        NaiveMatch match;
        std::optional<int> length = length_to_right(begin, lengths_);
        if (length)
            match = look_up(begin, *length);
        else if (options_.rescue_indels)
            length = length_to_right(begin, lengths_with_indel());
        if (!length)
            return any_length(begin);
        between = true;
        if (options_.rescue_indels && match.outcome >= Outcome::no_match)
            match = rescue(begin, *length);
        return match;
    }

    NaiveMatch before_right(int first, int last) const {
        std::optional<int> best;
        int fewest = 1000;
        for (int at = first + lengths_.back(); at <= std::min(last + lengths_.front(), read_length()); ++at)
            if (const auto wrong = fit(right_, at); wrong && *wrong < fewest) {
                best = at;
                fewest = *wrong;
            }
        NaiveMatch match;
        for (const int length : lengths_)
            if (best && *best >= length)
                keep_better(match, look_up(*best - length, length));
        return match;
    }

    NaiveMatch any_length(int begin) const {
        NaiveMatch match;
        for (const int length : lengths_)
            if (begin + length <= read_length())
                keep_better(match, look_up(begin, length));
        return match;
    }

    int begin_of(std::uint32_t offset, int length) const {
        return reverse_ ? read_length() - static_cast<int>(offset) - length : static_cast<int>(offset);
    }

    NaiveMatch where_known() const {
        NaiveMatch match;
        for (const std::uint32_t offset : construct_.offsets)
            for (const int length : lengths_)
                if (static_cast<int>(offset) + length <= read_length()) {
                    const NaiveMatch here = look_up(begin_of(offset, length), length, true);
                    if (here.outcome == Outcome::no_match)
                        continue;
                    if (match.outcome != Outcome::no_anchor && match.barcode != here.barcode)
                        return {kernels::sequence::no_barcode, Outcome::ambiguous, here.begin, here.length};
                    match = here;
                }
        return match;
    }

    NaiveMatch by_offsets() const {
        NaiveMatch match;
        for (const bool exactly : {true, false})
            for (const std::uint32_t offset : construct_.offsets)
                for (const int length : lengths_)
                    if (static_cast<int>(offset) + length <= read_length()) {
                        const NaiveMatch here = look_up(begin_of(offset, length), length, exactly);
                        if (kernels::sequence::is_credited(here.outcome))
                            return here;
                        keep_better(match, here);
                    }
        return match;
    }

    static void keep_better(NaiveMatch& best, const NaiveMatch& other) {
        if (other.outcome < best.outcome)
            best = other;
    }

    // --- the barcode

    struct Seen {
        std::string bases;
        std::string quality;
    };
    Seen seen(int begin, int length) const {
        const auto from = static_cast<std::size_t>(begin);
        const auto size = static_cast<std::size_t>(length);
        Seen out{read_.substr(from, size), quality_.substr(from, size)};
        if (reverse_) {
            out.bases = turned(out.bases);
            std::reverse(out.quality.begin(), out.quality.end());
        }
        return out;
    }

    static int distance(const std::string& a, const std::string& b) {
        int wrong = a.size() == b.size() ? 0 : 1000;
        for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
            wrong += a[i] != b[i];
        return wrong;
    }

    double error(char letter) const {
        const double quality = std::clamp(letter - static_cast<double>(options_.quality_offset), 0.0, 93.0);
        return std::min(std::pow(10.0, -quality / 10), 0.75);
    }

    /// In sixteenths of a decibel.
    double cost(const Seen& read, const std::string& barcode) const {
        double sum = 0;
        for (std::size_t i = 0; i < barcode.size(); ++i)
            if (known(read.bases[i]) && read.bases[i] != barcode[i]) {
                const double e = options_.use_quality ? error(read.quality[i]) : 0.001;
                sum += std::round(std::max(0.0, 160 * std::log10((1 - e) / (e / 3))));
            }
        return sum;
    }

    NaiveMatch look_up(int begin, int length, bool exactly = false) const {
        const Seen read = seen(begin, length);
        NaiveMatch match{kernels::sequence::no_barcode, Outcome::no_match, static_cast<std::uint32_t>(begin),
                         static_cast<std::uint32_t>(length)};
        double expected = 0;
        for (const char letter : read.quality)
            expected += error(letter);
        if (!exactly && options_.use_quality && expected > options_.most_expected_errors) {
            match.outcome = Outcome::low_quality;
            return match;
        }
        const int unknown = length - known_letters(read.bases);
        std::vector<std::uint32_t> candidates = within(read.bases, 0);
        if (candidates.empty() && !exactly) {
            if (unknown > 0 && unknown <= static_cast<int>(options_.unknown_bases))
                candidates = that_agree(read.bases);
            if (unknown < static_cast<int>(options_.barcode_mismatches))
                for (const std::uint32_t row :
                     within(read.bases, static_cast<int>(options_.barcode_mismatches)))
                    if (std::count(candidates.begin(), candidates.end(), row) == 0)
                        candidates.push_back(row);
        }
        if (!candidates.empty())
            decide(read, candidates, unknown, match);
        return match;
    }

    /// First rows of their bases.
    std::vector<std::uint32_t> within(const std::string& bases, int most) const {
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < library_.size(); ++row)
            if (distance(library_[row], bases) <= most && is_first(row))
                rows.push_back(row);
        return rows;
    }
    std::vector<std::uint32_t> that_agree(const std::string& bases) const {
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < library_.size(); ++row)
            if (distance(library_[row], bases) == static_cast<int>(bases.size()) - known_letters(bases) &&
                agrees(library_[row], bases) && is_first(row))
                rows.push_back(row);
        return rows;
    }
    static bool agrees(const std::string& barcode, const std::string& bases) {
        for (std::size_t i = 0; i < bases.size(); ++i)
            if (known(bases[i]) && bases[i] != barcode[i])
                return false;
        return true;
    }
    bool is_first(std::uint32_t row) const {
        return std::find(library_.begin(), library_.end(), library_[row]) == library_.begin() + row;
    }

    void decide(const Seen& read, std::vector<std::uint32_t> rows, int unknown, NaiveMatch& match) const {
        const std::uint32_t best =
            *std::min_element(rows.begin(), rows.end(), [&](std::uint32_t a, std::uint32_t b) {
                return cost(read, library_[a]) < cost(read, library_[b]);
            });
        for (const std::uint32_t row : within(library_[best], 2))
            if (std::count(rows.begin(), rows.end(), row) == 0)
                rows.push_back(row);
        double others = 0;
        for (const std::uint32_t row : rows)
            if (row != best)
                others += std::min(
                    1.0, std::pow(10.0, (cost(read, library_[best]) - cost(read, library_[row])) / 160));
        if (1 / (1 + others) < options_.least_posterior) {
            match.outcome = Outcome::ambiguous;
            return;
        }
        match.barcode = best;
        match.outcome =
            unknown > 0 ? Outcome::n_rescued : static_cast<Outcome>(distance(library_[best], read.bases));
    }

    NaiveMatch rescue(int begin, int length) const {
        const std::string bases = seen(begin, length).bases;
        std::vector<std::uint32_t> rows;
        for (std::uint32_t row = 0; row < library_.size(); ++row) {
            const std::string& longer = library_[row].size() > bases.size() ? library_[row] : bases;
            const std::string& shorter = library_[row].size() > bases.size() ? bases : library_[row];
            bool alike = false;
            for (std::size_t i = 0; i < longer.size() && longer.size() == shorter.size() + 1; ++i)
                alike = alike || std::string(longer).erase(i, 1) == shorter;
            if (alike && is_first(row))
                rows.push_back(row);
        }
        NaiveMatch match{kernels::sequence::no_barcode, Outcome::no_match, static_cast<std::uint32_t>(begin),
                         static_cast<std::uint32_t>(length)};
        if (rows.size() == 1) {
            match.barcode = rows.front();
            match.outcome = Outcome::indel_rescued;
        } else if (rows.size() > 1) {
            match.outcome = Outcome::ambiguous;
        }
        return match;
    }
};

}  // namespace wellsieve::tests

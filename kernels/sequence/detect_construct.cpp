#include "kernels/sequence/detect_construct.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace wellsieve::kernels::sequence {
namespace {

constexpr std::uint64_t most_reads = 200'000;
constexpr std::uint64_t enough_barcodes = 5000;
constexpr std::uint32_t most_of_one_barcode = 20;  ///< to a consensus: a jackpot is no flank
constexpr std::uint64_t least_explained = 25;
constexpr std::int32_t surroundings = 48;
constexpr std::int32_t longest_flank = 16;
constexpr double conserved = 0.65;
constexpr double variable = 0.5;
constexpr std::size_t most_fixed_offsets = 2;
constexpr std::uint32_t least_run_in_flank = 4;  // what several flanks have in common are single bases
constexpr std::uint32_t shortest_run = 4;
constexpr std::uint32_t least_held = 12;  // bases of a barcode that a read ends in

/// Counts of the four bases at one place.
struct Column {
    std::array<std::uint64_t, 4> count{};
    std::uint64_t total() const { return count[0] + count[1] + count[2] + count[3]; }
    std::uint32_t commonest() const {
        return static_cast<std::uint32_t>(std::max_element(count.begin(), count.end()) - count.begin());
    }
    double share() const {
        return total() == 0 ? 0 : static_cast<double>(count[commonest()]) / static_cast<double>(total());
    }
};

/// A barcode of the library that a read holds.
struct Hit {
    std::string_view bases;  ///< of the whole read
    std::uint32_t row;
    std::uint32_t begin;  ///< from the start of the read in the direction of the barcode
    std::uint32_t length;
    bool reverse;

    char letter(std::int64_t place) const {  ///< in the direction of the barcode, from its first base
        const std::int64_t at = static_cast<std::int64_t>(begin) + place;
        if (at < 0 || at >= static_cast<std::int64_t>(bases.size()))
            return '\0';
        const char c =
            bases[static_cast<std::size_t>(reverse ? static_cast<std::int64_t>(bases.size()) - 1 - at : at)];
        return !is_base(c) ? 'N' : reverse ? base_letter(base_code(c) ^ 2) : base_letter(base_code(c));
    }
};

using Counter = std::map<std::uint32_t, std::uint64_t>;

std::vector<Tally> commonest_first(const Counter& counter) {
    std::vector<Tally> out;
    for (const auto& [value, reads] : counter)
        out.push_back({value, reads});
    std::stable_sort(out.begin(), out.end(),
                     [](const Tally& a, const Tally& b) { return a.reads > b.reads; });
    return out;
}

/// Looks for every barcode at every place of the reads.
class Scan {
  public:
    explicit Scan(const BarcodeIndex& index) : index_(index) {
        for (const std::uint32_t length : index.lengths()) {
            double rows = 0;
            for (std::uint32_t row = 0; row < index.size(); ++row)
                rows += index.length(row) == length;
            chance_.push_back(rows / std::pow(4.0, length));
        }
    }

    void add(const Reads& reads) {
        for (std::size_t i = 0;
             i < reads.length.size() && read_count_ < most_reads && hits_.size() < enough_barcodes; ++i)
            add_read(reads.text.substr(reads.bases_begin[i], reads.length[i]));
    }

    const std::vector<Hit>& hits() const { return hits_; }

    void write(ConstructDetection& out) const {
        out.reads = read_count_;
        out.with_barcode = hits_.size();
        out.by_chance = by_chance_;
        Counter forward, reverse, lengths;
        for (const Hit& hit : hits_) {
            ++(hit.reverse ? reverse : forward)[hit.begin];
            ++lengths[hit.length];
        }
        out.forward_offsets = commonest_first(forward);
        out.reverse_offsets = commonest_first(reverse);
        out.barcode_lengths = commonest_first(lengths);
        out.read_lengths = commonest_first(read_lengths_);
        for (const Column& column : columns_)
            out.consensus += column.share() > 0.5 ? base_letter(column.commonest()) : 'N';
    }

  private:
    const BarcodeIndex& index_;
    std::vector<double> chance_;  ///< of a random sequence of each length
    std::uint64_t read_count_ = 0;
    double by_chance_ = 0;
    std::vector<Hit> hits_;
    Counter read_lengths_;
    std::vector<Column> columns_;

    void add_read(std::string_view bases) {
        ++read_count_;
        ++read_lengths_[static_cast<std::uint32_t>(bases.size())];
        columns_.resize(std::max(columns_.size(), std::min<std::size_t>(bases.size(), 300)));
        for (std::size_t i = 0; i < bases.size() && i < columns_.size(); ++i)
            if (is_base(bases[i]))
                ++columns_[i].count[base_code(bases[i])];
        double none_by_chance = 1;
        bool hit = false;
        for (std::size_t k = index_.lengths().size(); k-- > 0;) {  // longest first
            const std::uint32_t length = index_.lengths()[k];
            if (length > bases.size())
                continue;
            none_by_chance *=
                std::pow(1 - std::min(chance_[k], 1.0), 2 * static_cast<double>(bases.size() - length + 1));
            hit = hit || look_for(bases, length);
        }
        by_chance_ += 1 - none_by_chance;
    }

    bool look_for(std::string_view bases, std::uint32_t length) {
        PackedBases window;
        std::uint32_t known = 0;
        for (std::uint32_t end = 0; end < bases.size(); ++end) {
            window.words[0] = window.words[0] >> 2 | window.words[1] << 62;
            window.words[1] >>= 2;
            known = is_base(bases[end]) ? known + 1 : 0;
            set_base(window, length - 1, known > 0 ? base_code(bases[end]) : 0);
            if (known < length)
                continue;
            const std::uint32_t begin = end + 1 - length;
            if (const std::uint32_t row = index_.find_exact(window, length); row != no_barcode) {
                hits_.push_back({bases, row, begin, length, false});
                return true;
            }
            const std::uint32_t row = index_.find_exact(reverse_complement(window, length), length);
            if (row != no_barcode) {
                hits_.push_back(
                    {bases, row, static_cast<std::uint32_t>(bases.size()) - end - 1, length, true});
                return true;
            }
        }
        return false;
    }
};

/// Base counts around barcodes, each barcode a few times only. Columns 0 to surroundings − 1 lie before it,
/// the others behind.
class Surroundings {
  public:
    explicit Surroundings(const std::vector<Hit>& hits) : columns_(std::size_t{2} * surroundings) {
        std::unordered_map<std::uint32_t, std::uint32_t> seen;
        for (const Hit& hit : hits)
            if (++seen[hit.row] <= most_of_one_barcode) {
                ++total_;
                for (std::int32_t i = 0; i < 2 * surroundings; ++i) {
                    const std::int32_t place = i < surroundings
                                                   ? i - surroundings
                                                   : i - surroundings + static_cast<std::int32_t>(hit.length);
                    if (const char c = hit.letter(place); c != '\0' && c != 'N')
                        ++columns_[static_cast<std::size_t>(i)].count[base_code(c)];
                }
            }
    }

    std::string left_flank() const {
        std::string flank;
        for (std::int32_t i = surroundings - 1; i >= surroundings - longest_flank; --i)
            flank.insert(flank.begin(), letter(i));
        return trimmed(flank.substr(std::min(flank.find_first_not_of('N'), flank.size())));
    }

    std::string right_flank() const {
        std::string flank;
        for (std::int32_t i = surroundings; i < surroundings + longest_flank; ++i)
            flank += letter(i);
        return trimmed(flank.substr(0, flank.find_last_not_of('N') + 1));
    }

    /// Runs of variable places that nearly all reads have.
    std::vector<VariableRun> runs(std::uint32_t barcode_length) const {
        std::vector<VariableRun> out;
        for (std::int32_t i = 0, begin = 0; i <= 2 * surroundings; ++i) {
            if (i != 2 * surroundings && i != surroundings && is_variable(i))
                continue;
            if (i - begin >= static_cast<std::int32_t>(shortest_run))
                out.push_back({begin < surroundings
                                   ? begin - surroundings
                                   : begin - surroundings + static_cast<std::int32_t>(barcode_length),
                               static_cast<std::uint32_t>(i - begin), 0, 0});
            begin = i == surroundings && is_variable(i) ? i : i + 1;
        }
        return out;
    }

  private:
    std::vector<Column> columns_;
    std::uint64_t total_ = 0;

    const Column& at(std::int32_t i) const { return columns_[static_cast<std::size_t>(i)]; }

    bool is_covered(std::int32_t i) const { return 10 * at(i).total() >= 9 * total_; }

    bool is_variable(std::int32_t i) const {
        return i < 2 * surroundings && is_covered(i) && at(i).share() < variable;
    }

    char letter(std::int32_t i) const {
        return 2 * at(i).total() >= total_ && at(i).share() >= conserved ? base_letter(at(i).commonest())
                                                                         : 'N';
    }

    static std::string trimmed(const std::string& flank) {
        std::uint32_t longest = 0;
        std::uint32_t run = 0;
        for (const char letter : flank) {
            run = letter == 'N' ? 0 : run + 1;
            longest = std::max(longest, run);
        }
        return longest >= least_run_in_flank ? flank : "";
    }
};

void count_runs(const std::vector<Hit>& hits, std::vector<VariableRun>& runs) {
    for (VariableRun& run : runs) {
        std::unordered_set<std::string> distinct;
        for (const Hit& hit : hits) {
            std::string text;
            for (std::uint32_t i = 0; i < run.length; ++i)
                text += hit.letter(run.begin + static_cast<std::int64_t>(i));
            if (text.find('\0') != std::string::npos || text.find('N') != std::string::npos)
                continue;
            ++run.reads;
            distinct.insert(text);
        }
        run.distinct = distinct.size();
    }
}

/// From the first to the last place that more than a chance few reads have, and two more for indels.
void set_places(const std::vector<Hit>& hits, Construct& construct) {
    Counter offsets;
    for (const Hit& hit : hits)
        ++offsets[hit.begin];
    const std::uint64_t least = std::max<std::uint64_t>(2, hits.size() / 2000);
    std::uint32_t first = 0xFFFFFFFF;
    std::uint32_t last = 0;
    for (const auto& [offset, reads] : offsets)
        if (reads >= least) {
            first = std::min(first, offset);
            last = std::max(last, offset);
        }
    if (first > last)
        return;
    construct.first = first > 2 ? first - 2 : 0;
    construct.last = last + 2;
    for (const Tally& tally : commonest_first(offsets))
        if (20 * tally.reads >= hits.size())
            construct.offsets.push_back(tally.value);
    if (construct.left_flank.empty() && construct.right_flank.empty())
        construct.search = Search::offsets;
    else if (construct.offsets.size() > most_fixed_offsets)
        construct.offsets.clear();
}

bool alike(const Hit& hit, const std::string& flank, std::int64_t begin) {
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < flank.size(); ++i)
        wrong += flank[i] != 'N' && hit.letter(begin + static_cast<std::int64_t>(i)) != flank[i];
    return 3 * wrong <= flank.size();
}

std::uint64_t count_explained(const std::vector<Hit>& hits, const Construct& construct) {
    const std::string& left = construct.left_flank;
    const std::string& right = construct.right_flank;
    return static_cast<std::uint64_t>(std::count_if(hits.begin(), hits.end(), [&](const Hit& hit) {
        if (std::find(construct.offsets.begin(), construct.offsets.end(), hit.begin) !=
            construct.offsets.end())
            return true;
        return hit.begin >= construct.first && hit.begin <= construct.last &&
               ((!left.empty() && alike(hit, left, -static_cast<std::int64_t>(left.size()))) ||
                (!right.empty() && alike(hit, right, hit.length)));
    }));
}

/// Lower end of Wilson's 95 % interval.
double lower_share(std::uint64_t part, std::uint64_t whole) {
    if (whole == 0)
        return 0;
    const double z = 1.96;
    const auto n = static_cast<double>(whole);
    const double p = static_cast<double>(part) / n;
    return (p + z * z / (2 * n) - z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n);
}

std::string reason_against(const ConstructDetection& seen) {
    if (seen.reads == 0)
        return "there are no reads";
    if (seen.with_barcode < least_explained)
        return fmt::format("only {} of {} reads hold a barcode of the library, in either direction",
                           seen.with_barcode, seen.reads);
    if (static_cast<double>(seen.with_barcode) < 2 * seen.by_chance)
        return fmt::format("{} of {} reads hold a barcode of the library, and {:.0f} would by chance",
                           seen.with_barcode, seen.reads, seen.by_chance);
    if (seen.explained < least_explained || seen.confidence < 0.5)
        return fmt::format("{} reads hold a barcode, but only {} at common places", seen.with_barcode,
                           seen.explained);
    return "";
}

}  // namespace

ConstructDetection detect_construct(const BarcodeIndex& index, std::span<const Reads> blocks) {
    Scan scan(index);
    for (const Reads& reads : blocks)
        scan.add(reads);
    ConstructDetection out;
    scan.write(out);
    std::array<std::vector<Hit>, 2> strands;
    for (const Hit& hit : scan.hits())
        strands[hit.reverse ? 1 : 0].push_back(hit);
    const bool reverse = strands[1].size() > strands[0].size();
    std::vector<Hit>& main = strands[reverse ? 1 : 0];
    const std::vector<Hit>& other = strands[reverse ? 0 : 1];
    out.construct.orientation = reverse ? Orientation::reverse : Orientation::forward;
    if (10 * other.size() > main.size()) {
        out.construct.orientation = Orientation::either;
        main.insert(main.end(), other.begin(), other.end());
    }
    const Surroundings around(main);
    out.construct.left_flank = around.left_flank();
    out.construct.right_flank = around.right_flank();
    set_places(main, out.construct);
    out.explained = count_explained(main, out.construct);
    out.confidence = lower_share(out.explained, out.with_barcode);
    if (!out.barcode_lengths.empty()) {
        out.variable_runs = around.runs(out.barcode_lengths.front().value);
        count_runs(main, out.variable_runs);
    }
    out.why_not = reason_against(out);
    out.found = out.why_not.empty();
    return out;
}

namespace {

/// Barcodes by their first bases.
class FrontIndex {
  public:
    explicit FrontIndex(std::span<const std::string_view> barcodes) : index_(fronts(barcodes)) {
        for (const std::string_view barcode : barcodes)
            longest_ = std::max(longest_, static_cast<std::uint32_t>(barcode.size()));
        const std::size_t usable = barcodes.size() - index_.unusable().size() - index_.duplicates().size();
        chance_ = static_cast<double>(usable) / std::pow(4.0, least_held);
        barcodes_ = barcodes;
    }

    /// Where a barcode begins that `bases` end within, first such place; no_place where there is none.
    std::uint32_t cut_at(std::string_view bases) const {
        const auto size = static_cast<std::uint32_t>(bases.size());
        for (std::uint32_t begin = first(size); begin + least_held <= size; ++begin) {
            const std::uint32_t row = index_.find_exact(pack(bases.substr(begin, least_held)), least_held);
            if (row != no_barcode && begin + barcodes_[row].size() > size)
                return begin;
        }
        return no_place;
    }

    double chance_of_cut(std::size_t size) const {
        const std::uint32_t begin = first(static_cast<std::uint32_t>(size));
        const double places =
            size < begin + least_held ? 0.0 : static_cast<double>(size - begin - least_held + 1);
        return 1.0 - std::pow(1.0 - std::min(chance_, 1.0), places);
    }

  private:
    std::span<const std::string_view> barcodes_;
    BarcodeIndex index_;
    std::uint32_t longest_ = 0;
    double chance_ = 0.0;

    std::uint32_t first(std::uint32_t size) const { return size >= longest_ ? size - longest_ + 1 : 0; }

    static BarcodeIndex fronts(std::span<const std::string_view> barcodes) {
        std::vector<std::string_view> out;
        for (const std::string_view barcode : barcodes)
            out.push_back(barcode.size() > least_held ? barcode.substr(0, least_held) : std::string_view());
        return BarcodeIndex::exact_only(out);
    }
};

}  // namespace

CutBarcodes find_cut_barcodes(std::span<const std::string_view> barcodes, std::span<const Reads> blocks) {
    const FrontIndex index(barcodes);
    CutBarcodes out;
    Counter begins, held;
    for (const Reads& reads : blocks)
        for (std::size_t i = 0; i < reads.length.size(); ++i) {
            const std::string_view bases = reads.text.substr(reads.bases_begin[i], reads.length[i]);
            ++out.reads;
            out.by_chance += index.chance_of_cut(bases.size());
            const std::uint32_t begin = index.cut_at(bases);
            if (begin == no_place)
                continue;
            ++out.cut;
            ++begins[begin];
            ++held[static_cast<std::uint32_t>(bases.size()) - begin];
        }
    if (out.cut > 0) {
        out.begin = commonest_first(begins).front().value;
        out.held = commonest_first(held).front().value;
    }
    return out;
}

namespace {

std::string list(const std::vector<Tally>& tallies) {
    std::string text;
    for (std::size_t i = 0; i < tallies.size() && i < 12; ++i)
        text += fmt::format("{}{} ({})", i == 0 ? "" : ", ", tallies[i].value, tallies[i].reads);
    return tallies.empty() ? "none" : tallies.size() > 12 ? text + ", …" : text;
}

std::string describe_construct(const Construct& construct) {
    constexpr std::array<std::string_view, 3> directions{"forward", "reverse complement", "either direction"};
    const auto direction = directions[static_cast<std::size_t>(construct.orientation)];
    if (construct.search == Search::offsets)
        return fmt::format("construct: barcode at {}, {}\n", fmt::join(construct.offsets, ", "), direction);
    return fmt::format("construct: {}[barcode]{}, from {} to {}, {}\n", construct.left_flank,
                       construct.right_flank, construct.first, construct.last, direction);
}

}  // namespace

std::string describe(const ConstructDetection& seen) {
    std::string text = fmt::format(
        "{} reads, {} with a barcode of the library ({:.1f} by chance), {} of them explained, confidence "
        "{:.3f}\n",
        seen.reads, seen.with_barcode, seen.by_chance, seen.explained, seen.confidence);
    if (seen.found)
        text += describe_construct(seen.construct);
    text += fmt::format("barcode begins, forward: {}\n", list(seen.forward_offsets));
    text += fmt::format("barcode begins, reverse complement: {}\n", list(seen.reverse_offsets));
    text += fmt::format("barcode lengths: {}\nread lengths: {}\n", list(seen.barcode_lengths),
                        list(seen.read_lengths));
    for (const VariableRun& run : seen.variable_runs)
        text += fmt::format(
            "{} variable bases from {} of the barcode's first: {} sequences in {} reads, like {}\n",
            run.length, run.begin, run.distinct, run.reads, run.like_umi() ? "a UMI" : "an index");
    return text + fmt::format("commonest bases: {}\n", seen.consensus);
}

}  // namespace wellsieve::kernels::sequence

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "workflows/simulate/pool.hpp"
#include "workflows/simulate/random.hpp"

namespace wellsieve::workflows::simulate {
namespace {

constexpr std::string_view stagger_bases = "GACTCATGTCGAAGTCTACGATGCATCGAT";  ///< the last ones are taken
constexpr std::string_view tail_bases = "TTATCAACTTGAAAAAGTGGCACCGAGTCG";

/// The four levels of quality that recent instruments give, and one for each kind of read: of good, ordinary
/// and poor ones, so that errors come together.
struct Quality {
    char letter;
    double error;
};
constexpr std::array<Quality, 4> levels{
    {{'#', 0.63096}, {',', 0.079433}, {':', 0.0031623}, {'F', 0.00019953}}};
constexpr std::array<double, 3> kinds{0.5, 1, 1.5};
constexpr double share_of_25 = 0.05;
constexpr double of_2_for_one_of_11 = 0.02;
constexpr double two_32 = 4294967296.0;

/// Upper bounds of a 32-bit draw for each level.
using Levels = std::array<std::uint64_t, levels.size()>;

Levels make_levels(double error, double kind) {
    const double wanted = error - share_of_25 * levels[2].error - levels[3].error;
    const double one = levels[1].error + of_2_for_one_of_11 * levels[0].error - levels[3].error;
    const double of_11 = kind * std::max(0.0, wanted / one);
    const std::array<double, 4> shares{of_2_for_one_of_11 * of_11, of_11, share_of_25, 1};
    Levels bounds{};
    double sum = 0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        sum = std::min(sum + shares[i], 1.0);
        bounds[i] = static_cast<std::uint64_t>(sum * two_32);
    }
    return bounds;
}

class Sequencer {
  public:
    explicit Sequencer(const PoolSpec& spec) : unknown_(static_cast<std::uint64_t>(spec.unknown * two_32)) {
        for (std::size_t i = 0; i < kinds.size(); ++i)
            levels_[i] = make_levels(spec.error, kinds[i]);
        for (std::size_t i = 0; i < levels.size(); ++i)
            errors_[i] = static_cast<std::uint64_t>(levels[i].error * two_32);
    }

    /// Appends bases and qualities as they are read, with their lines.
    void read(Random& random, std::string_view bases, std::string& out) const {
        const Levels& bounds = levels_[random.below(kinds.size())];
        const std::size_t begin = out.size();
        out.resize(begin + 2 * bases.size() + 4);
        char* base = out.data() + begin;
        char* quality = base + bases.size() + 3;
        base[bases.size()] = '\n';
        base[bases.size() + 1] = '+';
        base[bases.size() + 2] = '\n';
        for (std::size_t i = 0; i < bases.size(); ++i) {
            const std::uint64_t draw = random.next();
            const std::uint64_t low = draw & 0xFFFFFFFF;
            std::size_t level = 0;
            while (low >= bounds[level])
                ++level;
            base[i] = bases[i];
            quality[i] = levels[level].letter;
            if (draw >> 32 < errors_[level])
                base[i] = "CGTAGTACTACG"[3 * code(bases[i]) + random.below(3)];
            else if ((draw >> 32) - errors_[level] < unknown_) {
                base[i] = 'N';
                quality[i] = levels[0].letter;
            }
        }
        quality[bases.size()] = '\n';
    }

  private:
    std::array<Levels, kinds.size()> levels_;
    std::array<std::uint64_t, levels.size()> errors_;
    std::uint64_t unknown_;

    static std::size_t code(char c) { return c == 'A' ? 0 : c == 'C' ? 1 : c == 'G' ? 2 : 3; }
};

std::string reverse_complement(std::string_view bases) {
    std::string out(bases.rbegin(), bases.rend());
    for (char& c : out)
        c = c == 'A' ? 'T' : c == 'C' ? 'G' : c == 'G' ? 'C' : 'A';
    return out;
}

void random_bases(Random& random, std::size_t length, std::string& out) {
    out.clear();
    for (std::size_t i = 0; i < length; ++i)
        out += "ACGT"[random.next() >> 62];
}

void indel(Random& random, std::string& barcode) {
    const std::uint32_t place = random.below(static_cast<std::uint32_t>(barcode.size()));
    if (random.next() >> 63 != 0)
        barcode.erase(place, 1);
    else
        barcode.insert(barcode.begin() + place, "ACGT"[random.next() >> 62]);
}

}  // namespace

ReadMaker::ReadMaker(const PoolSpec& spec, std::uint64_t seed, const Pool& pool, std::uint32_t sample)
    : spec_(spec), seed_(seed), pool_(pool), sample_(sample) {
    make_aliases();
}

/// Vose 1991: each cell of the table holds at most two guides, so that a guide is drawn in two steps.
void ReadMaker::make_aliases() {
    const std::vector<double>& weight = pool_.samples[sample_].weight;
    const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);
    const auto count = static_cast<double>(weight.size());
    own_share_.resize(weight.size());
    other_guide_.resize(weight.size());
    std::vector<std::uint32_t> small;
    std::vector<std::uint32_t> large;
    for (std::uint32_t i = 0; i < weight.size(); ++i) {
        own_share_[i] = weight[i] / sum * count;
        other_guide_[i] = i;
        (own_share_[i] < 1 ? small : large).push_back(i);
    }
    while (!small.empty() && !large.empty()) {
        const std::uint32_t poor = small.back();
        const std::uint32_t rich = large.back();
        small.pop_back();
        other_guide_[poor] = rich;
        own_share_[rich] -= 1 - own_share_[poor];
        if (own_share_[rich] < 1) {
            large.pop_back();
            small.push_back(rich);
        }
    }
    for (const auto* rest : {&small, &large})
        for (const std::uint32_t i : *rest)
            own_share_[i] = pool_.samples[sample_].weight[i] > 0 ? 1 : own_share_[i];
}

ReadMaker::Block ReadMaker::make(std::uint64_t number, std::uint32_t count) const {
    Random random(seed_, "pool reads", std::uint64_t{sample_} << 40 | number);
    const Sequencer sequencer(spec_);
    Block block;
    std::string insert;
    std::string barcode;
    for (std::uint32_t i = 0; i < count; ++i) {
        const bool foreign = random.uniform() < spec_.foreign;
        std::uint32_t guide = no_guide;
        if (foreign) {
            random_bases(random, spec_.read_length + 40, insert);
        } else {
            const std::uint32_t cell = random.below(static_cast<std::uint32_t>(own_share_.size()));
            guide = random.uniform() < own_share_[cell] ? cell : other_guide_[cell];
            barcode = pool_.guides[guide].barcode;
            if (random.uniform() < spec_.indel)
                indel(random, barcode);
            const std::uint32_t stagger = random.below(spec_.stagger + 1);
            insert = stagger_bases.substr(stagger_bases.size() - stagger);
            insert += spec_.left_flank;
            insert += barcode;
            insert += spec_.right_flank;
            while (insert.size() < spec_.read_length + 20)
                insert += tail_bases;
        }
        const std::string name = fmt::format("@A01234:77:HSIM:1:{}:{}:{} ", 1101 + number % 600,
                                             1000 + random.below(30000), 1000 + 16 * i + sample_);
        block.reads += name + "1:N:0:ACGTTGCA\n";
        sequencer.read(random, std::string_view(insert).substr(0, spec_.read_length), block.reads);
        if (spec_.paired) {
            block.mates += name + "2:N:0:ACGTTGCA\n";
            sequencer.read(random, reverse_complement(insert).substr(0, spec_.read_length), block.mates);
        }
        block.guide.push_back(guide);
    }
    return block;
}

}  // namespace wellsieve::workflows::simulate

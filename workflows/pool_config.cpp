#include "workflows/pool_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/sequence/construct.hpp"
#include "kernels/sequence/merge_umis.hpp"
#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows {
namespace {

void read_offsets(TomlTable& table, std::string_view key, std::vector<std::uint32_t>& offsets) {
    const toml::node* node = table.find(key);
    if (node == nullptr)
        return;
    const toml::array* array = node->as_array();
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i)
        if (const auto value = array->get(i)->value_exact<std::int64_t>(); value && *value >= 0)
            offsets.push_back(static_cast<std::uint32_t>(*value));
    if (array == nullptr || offsets.size() != array->size())
        table.problem(key, "an array of whole numbers is wanted, the bases before the barcode");
}

void read_signed(TomlTable& table, std::string_view key, std::int32_t& value) {
    const toml::node* node = table.find(key);
    if (node == nullptr)
        return;
    const auto number = node->value_exact<std::int64_t>();
    if (number && *number >= -1'000'000 && *number <= 1'000'000)
        value = static_cast<std::int32_t>(*number);
    else
        table.problem(key, "a whole number is wanted");
}

/// One length, or the shortest and the longest.
void read_lengths(TomlTable& table, std::string_view key, std::uint32_t& shortest, std::uint32_t& longest) {
    const toml::node* node = table.find(key);
    if (node == nullptr)
        return;
    const toml::array* both = node->as_array();
    const auto length = [](const toml::node* value) {
        const auto number = value == nullptr ? std::nullopt : value->value_exact<std::int64_t>();
        return number && *number >= 0 && *number <= 1'000'000 ? static_cast<std::uint32_t>(*number) : 0u;
    };
    shortest = length(both == nullptr ? node : both->get(0));
    longest = length(both == nullptr ? node : both->get(1));
    if (both != nullptr && both->size() != 2)
        table.problem(key, "a length, or [shortest, longest] is wanted");
}

void read_word(TomlTable& table, std::string_view key, std::string& word,
               std::initializer_list<std::string_view> words) {
    table.read(key, word);
    if (std::find(words.begin(), words.end(), word) == words.end())
        table.problem(key, fmt::format("one of {} is wanted", fmt::join(words, ", ")));
}

void read_place(TomlTable& table, const std::string& prefix, BarcodePlace& place) {
    const std::string policy_key = prefix + "barcode";
    table.read(policy_key, place.policy);
    table.read(prefix + "left", place.left);
    table.read(prefix + "right", place.right);
    read_offsets(table, prefix + "offsets", place.offsets);
    read_offsets(table, prefix + "begins", place.begins);
    read_word(table, prefix + "orientation", place.orientation, {"auto", "forward", "reverse", "either"});
    if (!place.begins.empty() && (place.begins.size() != 2 || place.begins[0] > place.begins[1]))
        table.problem(prefix + "begins", "[first, last] is wanted, bases before the barcode");
    if (place.policy != "auto" && place.policy.find('@') == std::string::npos)
        table.problem(policy_key,
                      "\"auto\" is wanted, or a place like \"FIXED@30\", \"PREFIX:CACCG@18\", "
                      "\"TEMPLATE:caccgNNNNN@11\"");
    for (const auto& [key, flank] :
         {std::pair(prefix + "left", &place.left), std::pair(prefix + "right", &place.right)})
        if (flank->find_first_not_of("ACGTNacgtn") != std::string::npos)
            table.problem(key, "bases are wanted: A, C, G, T or N");
}

void check_de_novo(TomlTable& table, const PoolsInput& input) {
    if (input.barcode.left.empty() && input.barcode.right.empty())
        table.problem("left", "is missing: without a library barcodes are told by the bases around them");
    else if ((input.barcode.left.empty() || input.barcode.right.empty()) && input.shortest != input.longest)
        table.problem("barcode_length", "with one flank only, one length is wanted");
    if (input.barcode.policy != "auto" || !input.barcode.offsets.empty())
        table.problem(input.barcode.policy != "auto" ? "barcode" : "offsets",
                      "without a library barcodes are told by the bases around them: left and right");
    if (!input.mates.empty() && input.umi != "mates")
        table.problem("mates", "pairs of barcodes need a library");
    if (input.shortest < 1 || input.longest > 64 || input.shortest > input.longest)
        table.problem("barcode_length", "must lie between 1 and 64, the shorter first");
    if (input.cluster_distance > 2)
        table.problem("cluster_distance", "must be 0, 1 or 2");
    if (!(input.cluster_ratio >= 1))
        table.problem("cluster_ratio", "must be 1 or more");
}

void check_umi(TomlTable& table, const PoolsInput& input) {
    if (input.umi == "none") {
        if (input.umi_length > 0)
            table.problem("umi", fmt::format("is missing: where the {} bases stand", input.umi_length));
        return;
    }
    if (input.umi_length < 1 || input.umi_length > kernels::sequence::longest_umi)
        table.problem("umi_length", fmt::format("must lie between 1 and {}", kernels::sequence::longest_umi));
    if (input.umi_mismatches > 1)
        table.problem("umi_mismatches", "must be 0 or 1");
    if (input.umi_at < 0 && input.umi != "barcode")
        table.problem("umi_at", "must not be negative but with umi = \"barcode\"");
    if (input.umi == "mates" && input.mates.empty())
        table.problem("mates", "is missing: the UMIs stand there");
    if (input.umi == "index_reads" && input.index_reads.empty())
        table.problem("index_reads", "is missing: the UMIs stand there");
}

/// Names the keys that were given a value of their own which nothing would look at.
class UnusedKeys {
  public:
    UnusedKeys(TomlTable& table, const PoolsInput& input) : table_(table), input_(input) {}

    void refuse() const {
        if (!input_.counts.empty())
            refuse_reads("counts stand in the place of reads");
        if (input_.mates.empty())
            refuse_place("mate_", input_.mate_barcode, "there are no mates");
        if (input_.samples.empty() && input_.index != "file")
            refuse("index", &PoolsInput::index, "there is no sample sheet (samples) with an index");
        if (input_.umi == "none")
            refuse("umi_mismatches", &PoolsInput::umi_mismatches, "there is no umi");
        if (input_.umi == "none" || input_.umi == "header")
            refuse("umi_at", &PoolsInput::umi_at, "the UMI is not looked for at a base");
        if (input_.library != de_novo)
            refuse_clusters("only library = \"de_novo\" looks at it");
        if (input_.scoring.control.empty())
            refuse_scoring("no control = \"…\" says what to compare with");
        refuse_beside_policy("", input_.barcode);
        refuse_beside_policy("mate_", input_.mate_barcode);
    }

  private:
    TomlTable& table_;
    const PoolsInput& input_;
    const PoolsInput unset_{};

    void refuse_if(bool given, std::string_view key, std::string_view why) const {
        if (given)
            table_.problem(key, fmt::format("would be ignored: {}", why));
    }

    template <typename Value>
    void refuse(std::string_view key, Value PoolsInput::*member, std::string_view why) const {
        refuse_if(input_.*member != unset_.*member, key, why);
    }

    void refuse_reads(std::string_view why) const {
        refuse("mates", &PoolsInput::mates, why);
        refuse("index_reads", &PoolsInput::index_reads, why);
        refuse("second_index_reads", &PoolsInput::second_index_reads, why);
        refuse("reference", &PoolsInput::reference, why);
        refuse_place("", input_.barcode, why);
        refuse("index", &PoolsInput::index, why);
        refuse("index_at", &PoolsInput::index_at, why);
        refuse("index_mismatches", &PoolsInput::index_mismatches, why);
        refuse("index_margin", &PoolsInput::index_margin, why);
        refuse("mismatches", &PoolsInput::mismatches, why);
        refuse("unknown_bases", &PoolsInput::unknown_bases, why);
        refuse("rescue_indels", &PoolsInput::rescue_indels, why);
        refuse("use_quality", &PoolsInput::use_quality, why);
        refuse("least_posterior", &PoolsInput::least_posterior, why);
        refuse("umi", &PoolsInput::umi, why);
    }

    void refuse_clusters(std::string_view why) const {
        refuse_if(input_.shortest != unset_.shortest || input_.longest != unset_.longest, "barcode_length",
                  why);
        refuse("cluster_distance", &PoolsInput::cluster_distance, why);
        refuse("cluster_ratio", &PoolsInput::cluster_ratio, why);
        refuse("least_reads", &PoolsInput::least_reads, why);
    }

    void refuse_scoring(std::string_view why) const {
        refuse_if(input_.scoring.paired, "paired", why);
        refuse_if(!input_.scoring.controls.empty(), "controls", why);
        refuse_if(input_.scoring.normalise != unset_.scoring.normalise, "normalise", why);
        refuse_if(input_.scoring.test != unset_.scoring.test, "test", why);
    }

    void refuse_place(const std::string& prefix, const BarcodePlace& place, std::string_view why) const {
        const BarcodePlace unset;
        refuse_if(place.policy != unset.policy, prefix + "barcode", why);
        refuse_flanks(prefix, place, why);
        refuse_if(place.orientation != unset.orientation, prefix + "orientation", why);
    }

    void refuse_flanks(const std::string& prefix, const BarcodePlace& place, std::string_view why) const {
        refuse_if(!place.left.empty(), prefix + "left", why);
        refuse_if(!place.right.empty(), prefix + "right", why);
        refuse_if(!place.offsets.empty(), prefix + "offsets", why);
        refuse_if(!place.begins.empty(), prefix + "begins", why);
    }

    void refuse_beside_policy(const std::string& prefix, const BarcodePlace& place) const {
        if (place.policy != "auto")
            refuse_flanks(prefix, place,
                          fmt::format("{}barcode = \"{}\" says where they stand", prefix, place.policy));
        else
            refuse_if(!place.begins.empty() && place.left.empty() && place.right.empty(), prefix + "begins",
                      "it bounds where barcodes are looked for between left and right");
    }
};

void check(TomlTable& table, const PoolsInput& input) {
    if (input.reads.empty() && input.counts.empty())
        table.problem("reads", "is missing: write reads = \"…\", or counts = \"…\" for a table of counts");
    if (!input.reads.empty() && !input.counts.empty())
        table.problem("counts", "stands beside reads; one of the two is wanted");
    if (!input.reads.empty() && input.library.empty())
        table.problem(
            "library",
            "is missing: a table of barcodes, or \"de_novo\" with the constant bases left and right "
            "of barcodes that are to be taken from the reads");
    if (input.library == de_novo && !input.counts.empty())
        table.problem("library", "\"de_novo\" takes barcodes from reads, and there are counts");
    else if (input.library == de_novo)
        check_de_novo(table, input);
    UnusedKeys(table, input).refuse();
    if (input.mismatches > 2)
        table.problem("mismatches", "must be 0, 1 or 2");
    check_umi(table, input);
    if (input.unknown_bases > 3)
        table.problem("unknown_bases", "must lie between 0 and 3");
    if (!(input.least_posterior >= 0.5 && input.least_posterior < 1))
        table.problem("least_posterior", "must lie between 0.5 and 1");
    if (!input.index_reads.empty() && input.index != "auto" && input.index != "reads")
        table.problem("index", "there are index_reads; \"reads\" is wanted");
    if (!input.second_index_reads.empty() && input.index_reads.empty())
        table.problem("index_reads", "is missing: second_index_reads are those of a pair");
    if (input.index == "reads" && input.index_reads.empty())
        table.problem("index_reads", "is missing");
}

template <typename Enum>
using Words = std::initializer_list<std::pair<std::string_view, Enum>>;

const Words<pipeline::PoolNormalisation> normalisations = {
    {"auto", pipeline::PoolNormalisation::automatic},  {"total", pipeline::PoolNormalisation::total},
    {"median", pipeline::PoolNormalisation::median},   {"tmm", pipeline::PoolNormalisation::tmm},
    {"control", pipeline::PoolNormalisation::control}, {"spike_in", pipeline::PoolNormalisation::spike_in}};
const Words<pipeline::PoolTest> tests = {{"competitive", pipeline::PoolTest::competitive},
                                         {"rra", pipeline::PoolTest::rra},
                                         {"feba", pipeline::PoolTest::feba},
                                         {"mle", pipeline::PoolTest::mle}};

const Words<pipeline::FeatureTest> feature_tests = {
    {"quasi_likelihood", pipeline::FeatureTest::quasi_likelihood}, {"wald", pipeline::FeatureTest::wald}};

template <typename Enum>
std::string_view word_of(const Words<Enum>& words, Enum value) {
    return std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.second == value; })->first;
}

template <typename Enum>
void read_enum(TomlTable& table, std::string_view key, const Words<Enum>& words, Enum& value) {
    std::string text(word_of(words, value));
    table.read(key, text);
    std::vector<std::string_view> known;
    for (const auto& [word, meaning] : words) {
        known.push_back(word);
        if (word == text)
            value = meaning;
    }
    if (word_of(words, value) != text)
        table.problem(key, fmt::format("one of {} is wanted", fmt::join(known, ", ")));
}

void read_spike_ins(TomlTable& table, std::vector<std::pair<std::string, double>>& spike_ins) {
    const toml::node* node = table.find("spike_ins");
    if (node == nullptr)
        return;
    const toml::table* amounts = node->as_table();
    for (const auto& [name, amount] : amounts != nullptr ? *amounts : toml::table{})
        if (const auto value = amount.value<double>(); value && *value > 0.0 && std::isfinite(*value))
            spike_ins.emplace_back(std::string(name.str()), *value);
    if (amounts == nullptr || spike_ins.size() != amounts->size())
        table.problem("spike_ins", "a table of amounts above 0 is wanted: { NAME = 1000, … }");
}

void read_scoring(TomlTable& table, pipeline::PoolScoreOptions& scoring) {
    table.read("control", scoring.control);
    table.read("paired", scoring.paired);
    table.read("batch", scoring.batch);
    table.read("controls", scoring.controls);
    table.read("time", scoring.time);
    read_spike_ins(table, scoring.spike_ins);
    read_enum(table, "normalise", normalisations, scoring.normalise);
    read_enum(table, "test", tests, scoring.test);
    read_enum(table, "feature_test", feature_tests, scoring.feature_test);
    if (scoring.normalise == pipeline::PoolNormalisation::control && scoring.controls.empty())
        table.problem("controls", "is missing: normalise = \"control\" needs genes, strains or barcodes");
    if (scoring.normalise == pipeline::PoolNormalisation::spike_in && scoring.spike_ins.empty())
        table.problem("spike_ins", "is missing: normalise = \"spike_in\" needs names and amounts");
    if (!scoring.spike_ins.empty() && scoring.control.empty())
        table.problem("control", "is missing: amounts are given where conditions are compared");
    if (!scoring.time.empty() && scoring.control.empty())
        table.problem("control", "is missing: fitness over time needs the condition of the first samples");
}

void append_spike_ins(std::string& out, const std::vector<std::pair<std::string, double>>& spike_ins) {
    std::vector<std::string> texts;
    for (const auto& [name, amount] : spike_ins)
        texts.push_back(fmt::format("{} = {}", quoted(name), amount));
    if (!texts.empty())
        out += fmt::format("spike_ins = {{ {} }}\n", fmt::join(texts, ", "));
}

void append_place(std::string& out, const std::string& prefix, const BarcodePlace& place) {
    append_given(out, prefix + "barcode", place.policy);
    append_given(out, prefix + "left", place.left);
    append_given(out, prefix + "right", place.right);
    if (!place.offsets.empty())
        out += fmt::format("{}offsets = [{}]\n", prefix, fmt::join(place.offsets, ", "));
    if (!place.begins.empty())
        out += fmt::format("{}begins = [{}]\n", prefix, fmt::join(place.begins, ", "));
    append_given(out, prefix + "orientation", place.orientation);
}

}  // namespace

namespace {

constexpr std::array orientation_words = {"forward", "reverse", "either"};

}  // namespace

std::optional<kernels::sequence::Orientation> orientation_of(const std::string& word) {
    const auto* const found = std::find(orientation_words.begin(), orientation_words.end(), word);
    if (found == orientation_words.end())
        return std::nullopt;
    return static_cast<kernels::sequence::Orientation>(found - orientation_words.begin());
}

std::string_view orientation_word(kernels::sequence::Orientation orientation) {
    return orientation_words[static_cast<std::size_t>(orientation)];
}

PoolsInput read_pools(TomlTable& table) {
    PoolsInput input;
    table.read("name", input.name);
    table.read("reads", input.reads);
    table.read("mates", input.mates);
    table.read("index_reads", input.index_reads);
    table.read("second_index_reads", input.second_index_reads);
    table.read("samples", input.samples);
    table.read("library", input.library);
    table.read("counts", input.counts);
    table.read("reference", input.reference);
    read_place(table, "", input.barcode);
    read_place(table, "mate_", input.mate_barcode);
    read_word(table, "index", input.index, {"auto", "file", "reads", "inside", "header"});
    table.read("index_at", input.index_at);
    table.read("index_mismatches", input.index_mismatches);
    table.read("index_margin", input.index_margin);
    table.read("mismatches", input.mismatches);
    read_lengths(table, "barcode_length", input.shortest, input.longest);
    table.read("cluster_distance", input.cluster_distance);
    table.read("cluster_ratio", input.cluster_ratio);
    table.read("least_reads", input.least_reads);
    read_word(table, "umi", input.umi, {"none", "reads", "mates", "index_reads", "header", "barcode"});
    read_signed(table, "umi_at", input.umi_at);
    table.read("umi_length", input.umi_length);
    table.read("umi_mismatches", input.umi_mismatches);
    table.read("unknown_bases", input.unknown_bases);
    table.read("rescue_indels", input.rescue_indels);
    table.read("use_quality", input.use_quality);
    table.read("least_posterior", input.least_posterior);
    read_scoring(table, input.scoring);
    check(table, input);
    table.finish();
    return input;
}

void append_pools(std::string& out, const PoolsInput& input) {
    out += "\n[[pools]]\n";
    append_given(out, "name", input.name);
    append(out, "reads", input.reads);
    append(out, "mates", input.mates);
    append(out, "index_reads", input.index_reads);
    append(out, "second_index_reads", input.second_index_reads);
    append_given(out, "samples", input.samples);
    append_given(out, "library", input.library);
    append_given(out, "counts", input.counts);
    append_given(out, "reference", input.reference);
    if (!input.scoring.control.empty()) {
        append_given(out, "control", input.scoring.control);
        append(out, "controls", input.scoring.controls);
        append_given(out, "time", input.scoring.time);
        append_given(out, "batch", input.scoring.batch);
        append_spike_ins(out, input.scoring.spike_ins);
        out += fmt::format("paired = {}\nnormalise = \"{}\"\ntest = \"{}\"\nfeature_test = \"{}\"\n",
                           input.scoring.paired, word_of(normalisations, input.scoring.normalise),
                           word_of(tests, input.scoring.test),
                           word_of(feature_tests, input.scoring.feature_test));
    }
    if (!input.counts.empty())
        return;
    append_place(out, "", input.barcode);
    if (!input.mates.empty())
        append_place(out, "mate_", input.mate_barcode);
    append_given(out, "index", input.index);
    out += fmt::format(
        "index_at = {}\nindex_mismatches = {}\nindex_margin = {}\nmismatches = {}\nunknown_bases = {}\n",
        input.index_at, input.index_mismatches, input.index_margin, input.mismatches, input.unknown_bases);
    out += fmt::format("rescue_indels = {}\nuse_quality = {}\nleast_posterior = {}\n", input.rescue_indels,
                       input.use_quality, input.least_posterior);
    if (input.library == de_novo)
        out += fmt::format(
            "barcode_length = [{}, {}]\ncluster_distance = {}\ncluster_ratio = {}\nleast_reads = {}\n",
            input.shortest, input.longest, input.cluster_distance, input.cluster_ratio, input.least_reads);
    if (input.umi != "none")
        out += fmt::format("umi = \"{}\"\numi_at = {}\numi_length = {}\numi_mismatches = {}\n", input.umi,
                           input.umi_at, input.umi_length, input.umi_mismatches);
}

}  // namespace wellsieve::workflows

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "kernels/sequence/match_barcodes.hpp"
#include "tests/kernels/sequence/reads.hpp"

using namespace wellsieve;
using kernels::sequence::BarcodeIndex;
using kernels::sequence::Construct;
using kernels::sequence::Matcher;
using kernels::sequence::MatchOptions;
using kernels::sequence::no_barcode;
using kernels::sequence::Search;

namespace {

using Counts = std::map<std::pair<std::string, std::string>, int>;

/// As peers match, that do not look at qualities.
MatchOptions plain_options(std::uint32_t mismatches) {
    MatchOptions options;
    options.use_quality = false;
    options.rescue_indels = false;
    options.barcode_mismatches = mismatches;
    options.unknown_bases = mismatches;
    return options;
}

/// A counts table: barcode, name, one column a condition.
Counts expected_counts(const std::string& path) {
    const auto rows = tests::cells(tests::file_text(path));
    Counts counts;
    for (std::size_t r = 1; r < rows.size(); ++r)
        for (std::size_t c = 2; c < rows[r].size(); ++c)
            if (const int count = std::stoi(rows[r][c]); count != 0)
                counts[{rows[r][0], rows[0][c]}] += count;
    return counts;
}

/// First and second column of a reference file; barcodes of two pieces are joined.
struct Reference {
    explicit Reference(const std::string& path) {
        for (const auto& row : tests::cells(tests::file_text(path))) {
            if (row.size() < 2)
                continue;
            as_written.push_back(row[0]);
            barcodes.push_back(row[0]);
            std::erase_if(barcodes.back(), [](char c) { return c == ';' || c == ':'; });
            names.push_back(row[1]);
        }
    }
    std::vector<std::string> as_written;
    std::vector<std::string> barcodes;
    std::vector<std::string> names;
};

std::vector<std::uint32_t> found_rows(const Reference& reference, const std::string& policy,
                                      const tests::SplitText& reads) {
    const auto construct = kernels::sequence::parse_poolq_policy(
        policy, static_cast<std::uint32_t>(reference.barcodes[0].size()));
    REQUIRE(construct);
    const BarcodeIndex index(tests::views(reference.barcodes), 1);
    return tests::match(Matcher(index, *construct, plain_options(1)), reads).barcode;
}

/// A text in which each record has as many qualities as bases: those of PoolQ's long template have not.
std::string with_full_qualities(const std::string& text) {
    std::string out;
    std::vector<std::string> record;
    for (const auto& line : tests::cells(text + "\n")) {
        record.push_back(line[0]);
        if (record.size() == 4) {
            out += record[0] + "\n" + record[1] + "\n+\n" + std::string(record[1].size(), 'F') + "\n";
            record.clear();
        }
    }
    return out;
}

Counts poolq_counts(const std::string& folder, const std::string& reference_folder,
                    const std::string& rows_file, const std::string& row_policy,
                    const std::string& columns_file) {
    const std::string root = tests::pooled_data + "/poolq/";
    const auto reference_file = [&](const std::string& name) {
        return root + (reference_folder.empty() ? name : reference_folder + "/" + name);
    };
    const bool own = !reference_folder.empty();
    const Reference rows(reference_file(own ? "reference.csv" : "Reference.csv"));
    const Reference columns(reference_file(own ? "conditions.csv" : "Conditions.csv"));
    const tests::SplitText row_reads(with_full_qualities(tests::file_text(root + folder + "/" + rows_file)));
    const tests::SplitText column_reads(tests::file_text(root + folder + "/" + columns_file));
    REQUIRE(row_reads.size() == column_reads.size());
    const auto row = found_rows(rows, row_policy, row_reads);
    const auto column = found_rows(columns, "FIXED@0", column_reads);
    Counts counts;
    for (std::size_t i = 0; i < row.size(); ++i)
        if (row[i] != no_barcode && column[i] != no_barcode)
            ++counts[{rows.as_written[row[i]], columns.names[column[i]]}];
    return counts;
}

}  // namespace

TEST_CASE("counts at an offset equal MAGeCK's exact mode on its second demo") {
    if (!tests::have_pooled_data())
        return;
    const std::string folder = tests::pooled_data + "/mageck_demo2/";
    const auto library = tests::cells(tests::file_text(folder + "library.txt"));
    std::vector<std::string> barcodes;
    for (const auto& row : library)
        barcodes.push_back(row[1]);
    std::map<std::string, std::vector<std::string>> expected;
    for (const auto& row : tests::cells(tests::file_text(folder + "ref.mageck2.count.txt")))
        expected[row[0]] = {row[2], row[3]};
    const BarcodeIndex index(tests::views(barcodes), 0);
    Construct construct;
    construct.search = Search::offsets;
    construct.offsets = {0};
    for (const std::size_t sample : {0, 1}) {
        const tests::SplitText reads(
            tests::file_text(folder + (sample == 0 ? "test1.fastq" : "test2.fastq")));
        std::vector<int> count(barcodes.size(), 0);
        for (const std::uint32_t row :
             tests::match(Matcher(index, construct, plain_options(0)), reads).barcode)
            if (row != no_barcode)
                ++count[row];
        for (std::size_t i = 0; i < count.size(); ++i)
            CHECK(std::to_string(count[i]) == expected.at(library[i][0]).at(sample));
    }
}

TEST_CASE("counts equal PoolQ's expected ones for fixed, prefix and template layouts") {
    if (!tests::have_pooled_data())
        return;
    const std::string root = tests::pooled_data + "/poolq/";
    const Counts expected = expected_counts(root + "expected-counts.txt");
    REQUIRE(expected.size() > 500);
    CHECK((poolq_counts("scenario1", "", "scenario1.fastq", "FIXED@30", "scenario1.fastq") == expected));
    CHECK(
        (poolq_counts("scenario2", "", "scenario2.fastq", "PREFIX:CACCG@18", "scenario2.fastq") == expected));
    CHECK((poolq_counts("scenario3", "", "scenario3.1.fastq", "FIXED@29", "scenario3.barcode_1.fastq") ==
           expected));
    CHECK((poolq_counts("scenario4", "", "scenario4.1.fastq", "PREFIX:CACCG@18",
                        "scenario4.barcode_1.fastq") == expected));
    CHECK((poolq_counts("scenario6", "scenario6", "scenario6.fastq",
                        "TEMPLATE:caccgNNNNNnnnnnnnnnttacaNNNNN@11", "scenario6.barcode_1.fastq") ==
           expected_counts(root + "scenario6/expected-counts.txt")));
    const std::string long_template =
        "TEMPLATE:caccg" + std::string(20, 'N') + std::string(194, 'n') + std::string(20, 'N') + "@12";
    CHECK((poolq_counts("long-template", "long-template", "long-template.fastq", long_template,
                        "long-template.barcode_1.fastq") ==
           expected_counts(root + "long-template/expected-counts.txt")));
    CHECK((poolq_counts("umi", "", "umi1.1.fastq", "PREFIX:CACCG@18", "umi1.barcode_1.fastq") ==
           expected_counts(root + "umi/counts.txt")));
}

TEST_CASE("the counts of made-up reads with stagger and look-alike guides are right") {
    if (!tests::have_pooled_data())
        return;
    const std::string folder = tests::pooled_data + "/synth_200k/s200k";
    const auto truth = tests::cells(tests::file_text(folder + ".truth.tsv.gz"));
    std::vector<std::string> barcodes;
    std::vector<double> reads_of;
    for (std::size_t r = 1; r < truth.size(); ++r) {
        barcodes.push_back(truth[r][2]);
        reads_of.push_back(std::stod(truth[r][3]));
    }
    const BarcodeIndex index(tests::views(barcodes), 1);
    Construct construct;
    construct.left_flank = "TTGTGGAAAGGACGAAACACCG";
    construct.right_flank = "GTTTTAGAGCTAGAAATAGCAAGT";
    const tests::SplitText reads(tests::file_text(folder + ".fastq.gz"));
    std::vector<double> count(barcodes.size(), 0);
    for (const std::uint32_t row : tests::match(Matcher(index, construct, {}), reads).barcode)
        if (row != no_barcode)
            ++count[row];
    std::set<std::string> heads;
    std::set<std::string> tails;
    for (const std::string& barcode : barcodes) {
        heads.insert(barcode.substr(0, 19));
        tails.insert(barcode.substr(1));
    }
    double counted = 0, true_reads = 0, too_many = 0, siblings = 0, sibling_reads = 0;
    for (std::size_t i = 0; i < count.size(); ++i) {
        counted += count[i];
        true_reads += reads_of[i];
        too_many += std::max(0.0, count[i] - reads_of[i]);
        if (heads.contains(barcodes[i].substr(1)) || tails.contains(barcodes[i].substr(0, 19))) {
            siblings += count[i];
            sibling_reads += reads_of[i];
        }
    }
    const double yield = counted / true_reads;
    CHECK(yield > 0.88);
    CHECK(too_many <= 4);
    CHECK(std::abs(siblings / sibling_reads - yield) < 3 * std::sqrt(yield * (1 - yield) / sibling_reads));
}

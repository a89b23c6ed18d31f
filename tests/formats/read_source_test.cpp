#include "formats/reads/read_source.hpp"

#include <htslib/sam.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

#include "formats/error.hpp"
#include "tests/support/packed_reads.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::reads;
using namespace wellsieve::tests;

namespace {

/// All text of a file, checked block by block: whole records, counted and placed right.
std::string all_text(const std::string& path, const ReadSourceOptions& options = {},
                     std::uint32_t asked = 0) {
    const auto source = open_reads(path, options);
    std::string text;
    std::uint64_t records = 0;
    ReadBlock block;
    while (source->next(block, asked)) {
        CHECK(block.first_record == records);
        CHECK(block.byte_offset == text.size());
        CHECK(std::count(block.text.data(), block.text.data() + block.text.size(), '\n') ==
              std::ptrdiff_t{4} * block.records);
        if (asked != 0)
            CHECK(block.records <= asked);
        records += block.records;
        text += block.text.view();
    }
    CHECK(block.records == 0);
    CHECK(block.text.empty());
    CHECK_FALSE(source->next(block, asked));
    return text;
}

std::string read_whole(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

const std::string shared_pools = WELLSIEVE_SHARED_DATA "/pooled/";

bool have_shared_pools() {
    return std::filesystem::exists(shared_pools + "INDEX.tsv");
}

}  // namespace

TEST_CASE("reads come back the same from plain text, gzip, members of gzip and BGZF, in blocks of any size") {
    const TemporaryFolder folder;
    const std::string text = fastq_text(5000, 1);
    const std::string half = text.substr(0, text.size() / 3);
    const std::vector<std::string> forms = {
        text,
        gzip_of(text),
        gzip_of(half) + gzip_of("") + gzip_of(text.substr(half.size())) + std::string(512, '\0'),
        bgzf_of(text),
        bgzf_of(text, 1000),
        bgzf_of(half, 65536) + bgzf_of(text.substr(half.size()), 7777),
    };
    const std::vector<ReadPacking> packings = {ReadPacking::plain, ReadPacking::gzip, ReadPacking::gzip,
                                               ReadPacking::bgzf,  ReadPacking::bgzf, ReadPacking::bgzf};
    for (std::size_t i = 0; i < forms.size(); ++i) {
        const std::string path = write_file(folder.path() / "no_extension", forms[i]);
        CHECK(open_reads(path)->kind().packing == packings[i]);
        for (const std::size_t block_bytes : {1u, 1000u, 70'000u, 1u << 20})
            CHECK(all_text(path, {.block_bytes = block_bytes}) == text);
        for (const std::uint32_t asked : {1u, 7u, 4999u, 5000u, 6000u})
            CHECK(all_text(path, {.block_bytes = 100'000}, asked) == text);
    }
}

TEST_CASE("blocks of BGZF may inflate in any order") {
    const TemporaryFolder folder;
    const std::string text = fastq_text(20'000, 2);
    const std::string path = write_file(folder.path() / "reads", bgzf_of(text, 30'000));
    ReadSourceOptions options;
    options.executor = [](std::size_t n, const auto& body) {
        for (std::size_t i = n; i-- > 0;)
            body(i);
    };
    CHECK(all_text(path, options) == text);
}

TEST_CASE("BGZF without its end marker is read, and told of") {
    const TemporaryFolder folder;
    const std::string text = fastq_text(2000, 2);
    const std::string packed = bgzf_of(text, 30'000);
    const std::size_t marker = bgzf_of("").size();
    for (const std::string& bytes : {packed, packed.substr(0, packed.size() - marker)}) {
        const auto source = open_reads(write_file(folder.path() / "reads", bytes));
        std::string read;
        for (ReadBlock block; source->next(block);)
            read += block.text.view();
        CHECK(read == text);
        CHECK(source->remark().empty() == (bytes == packed));
    }
}

TEST_CASE("line ends, empty reads, long reads and a missing last line end are taken as they are") {
    const TemporaryFolder folder;
    const auto check = [&](const std::string& in, const std::string& out) {
        CHECK(all_text(write_file(folder.path() / "r", in), {.block_bytes = 1}) == out);
        CHECK(all_text(write_file(folder.path() / "r", gzip_of(in))) == out);
    };
    const std::string windows = fastq_text(300, 3, 0, 20, "\r\n");
    check(windows, windows);
    check("@a\n\n+\n\n", "@a\n\n+\n\n");
    check("@a\n\n+\n\n\n\n", "@a\n\n+\n\n");
    for (std::size_t blank = 1; blank < 14; ++blank) {
        check("@a\nA\n+\nI\n" + std::string(blank, '\n'), "@a\nA\n+\nI\n");
        check("@a\n\n+\n\n" + std::string(blank, '\n'), "@a\n\n+\n\n");
    }
    check("@a\nA\n+\nI\n\r\n\n", "@a\nA\n+\nI\n");
    check("@a\nA\n+\nI\n\r\n\r\n\r\n\r\n\r\n", "@a\nA\n+\nI\n");
    check("@a\nACGT\n+\nIIII", "@a\nACGT\n+\nIIII\n");
    check("", "");
    const std::string longest =
        "@long\n" + std::string(3'000'000, 'A') + "\n+\n" + std::string(3'000'000, '@') + "\n";
    check(longest + "@b\nC\n+\nI\n", longest + "@b\nC\n+\nI\n");
}

TEST_CASE(
    "a file that is cut off or damaged is refused with its place; its whole records are kept on demand") {
    const TemporaryFolder folder;
    const std::string text = fastq_text(3000, 4);
    const std::string packed = gzip_of(text);
    const std::string blocks = bgzf_of(text, 20'000);
    std::string wrong_sum = packed;
    wrong_sum[wrong_sum.size() - 6] ^= 1;
    std::string wrong_block = blocks;
    wrong_block[blocks.size() / 2] ^= 0x55;
    const std::vector<std::pair<std::string, std::string>> cases = {
        {text.substr(0, text.size() - 30), "cut off"},
        {packed.substr(0, packed.size() / 2), "cut off"},
        {packed.substr(0, packed.size() - 8), "cut off"},
        {blocks.substr(0, blocks.size() / 2), "cut off"},
        {wrong_sum, "checksum"},
        {wrong_block, "damaged"},
        {packed + "garbage", "gzip"},
    };
    for (const auto& [bytes, why] : cases) {
        const std::string path = write_file(folder.path() / "r.fq", bytes);
        CHECK_THROWS_WITH(all_text(path), Catch::Contains(path) && Catch::Contains("record ") &&
                                              Catch::Contains("byte ") && Catch::Contains(why));
        const auto source = open_reads(path, {.keep_going = true});
        std::string kept;
        ReadBlock block;
        while (source->next(block))
            kept += block.text.view();
        CHECK(kept == text.substr(0, kept.size()));
        CHECK(std::count(kept.begin(), kept.end(), '\n') % 4 == 0);
        CHECK_THAT(source->damage(), Catch::Contains(why));
    }
}

TEST_CASE("every cut through a small file is either whole records or an error") {
    const TemporaryFolder folder;
    const std::string text = fastq_text(3, 5, 2, 5);
    for (std::size_t bytes = 0; bytes <= text.size(); ++bytes) {
        const std::string path = write_file(folder.path() / "r", text.substr(0, bytes));
        const auto source = open_reads(path, {.keep_going = true});
        std::string kept;
        ReadBlock block;
        while (source->next(block))
            kept += block.text.view();
        const bool lost_line_end = kept.size() == bytes + 1;
        CHECK((kept == text.substr(0, kept.size()) || lost_line_end));
        if (kept.size() < bytes)
            CHECK_FALSE(source->damage().empty());
    }
}

TEST_CASE("damaged bytes never make a source fail in another way than with a message") {
    const TemporaryFolder folder;
    const std::string text = fastq_text(400, 6);
    std::mt19937 random(7);
    for (const std::string& form :
         {text, gzip_of(text), bgzf_of(text, 5000), std::string(">a\nACGT\n>b\nAC\nGT\n")}) {
        for (int round = 0; round < 150; ++round) {
            std::string bytes = form;
            for (unsigned i = 0; i < 1 + random() % 4; ++i)
                bytes[random() % bytes.size()] = static_cast<char>(random());
            if (random() % 3 == 0)
                bytes.resize(random() % bytes.size());
            const std::string path = write_file(folder.path() / "r", bytes);
            try {
                const auto source = open_reads(path, {.block_bytes = 1 + random() % 9000});
                ReadBlock block;
                while (source->next(block)) {
                }
            } catch (const FormatError& error) {
                CHECK(std::string(error.what()).find(path) == 0);
            }
        }
    }
}

TEST_CASE("FASTA becomes records of quality 40") {
    const TemporaryFolder folder;
    const std::string fasta = ">a first\nACGT\nAC\r\n>b\n\n>c\n\nGG";
    const std::string expected = "@a first\nACGTAC\n+\nIIIIII\n@b\n\n+\n\n@c\nGG\n+\nII\n";
    CHECK(all_text(write_file(folder.path() / "x.fastq", fasta)) == expected);
    CHECK(all_text(write_file(folder.path() / "x", gzip_of(fasta)), {}, 1) == expected);
    CHECK(open_reads(folder.path() / "x")->kind().format == ReadFormat::fasta);
}

TEST_CASE("SAM, BAM and CRAM give reads as they were sequenced") {
    const TemporaryFolder folder;
    const std::string reference = write_file(folder.path() / "ref.fa", ">chr\nACGTTGCAAC\n");
    const std::string sam =
        "@HD\tVN:1.6\n@SQ\tSN:chr\tLN:10\n"
        "r1\t0\tchr\t1\t60\t4M\t*\t0\t0\tACGT\tABCD\n"
        "r2\t16\tchr\t3\t60\t5M\t*\t0\t0\tGTTGC\tABCDE\n"
        "r2\t2064\tchr\t3\t60\t5M\t*\t0\t0\tGTTGC\tABCDE\n"
        "r3\t4\t*\t0\t0\t*\t*\t0\t0\tNRA\t*\n";
    const std::string expected = "@r1\nACGT\n+\nABCD\n@r2\nGCAAC\n+\nEDCBA\n@r3\nNRA\n+\nIII\n";
    const std::string path = write_file(folder.path() / "a.fastq", sam);
    CHECK(all_text(path) == expected);
    CHECK(open_reads(path)->kind().format == ReadFormat::sam);
    for (const auto* mode : {"wb", "wc"}) {
        const std::string packed = (folder.path() / mode).string();
        samFile* const in = sam_open(path.c_str(), "r");
        sam_hdr_t* const header = sam_hdr_read(in);
        samFile* const out = sam_open(packed.c_str(), mode);
        if (std::strcmp(mode, "wc") == 0)
            REQUIRE(hts_set_fai_filename(out, reference.c_str()) == 0);
        REQUIRE(sam_hdr_write(out, header) == 0);
        bam1_t* const record = bam_init1();
        while (sam_read1(in, header, record) >= 0)
            REQUIRE(sam_write1(out, header, record) >= 0);
        bam_destroy1(record);
        sam_hdr_destroy(header);
        sam_close(in);
        REQUIRE(sam_close(out) == 0);
        CHECK(all_text(packed, {.reference = reference}) == expected);
        CHECK(all_text(packed, {.block_bytes = 1, .reference = reference}) == expected);
        const std::string bytes = read_whole(packed);
        const std::string cut = write_file(folder.path() / "cut", bytes.substr(0, bytes.size() - 40));
        CHECK_THROWS_AS(all_text(cut, {.reference = reference}), FormatError);
        const std::size_t marker = std::strcmp(mode, "wb") == 0 ? 28 : 38;  // whole blocks are left
        write_file(folder.path() / "cut", bytes.substr(0, bytes.size() - marker));
        CHECK_THROWS_WITH(all_text(cut, {.reference = reference}),
                          Catch::Contains("record 4") && Catch::Contains("no end marker"));
    }
    std::filesystem::remove(reference);
    std::filesystem::remove(reference + ".fai");
    CHECK_THROWS_WITH(all_text((folder.path() / "wc").string()), Catch::Contains("reference"));
}

TEST_CASE("what is no file of reads is named for what it is") {
    const TemporaryFolder folder;
    const auto message = [&](std::string_view bytes) {
        try {
            open_reads(write_file(folder.path() / "x.fastq", bytes));
        } catch (const FormatError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK_THAT(message("\x28\xb5\x2f\xfd..."), Catch::Contains("zstd"));
    CHECK_THAT(message("PK\x03\x04..."), Catch::Contains("ZIP"));
    CHECK_THAT(message("@r\rACGT\r+\rIIII\r"), Catch::Contains("end in carriage returns alone"));
    CHECK_THAT(message("well,value\nA1,2\n"), Catch::Contains("begins with 'well,value'"));
    CHECK_THROWS_WITH(open_reads((folder.path() / "none").string()),
                      Catch::Contains("cannot be opened: No such file"));
    CHECK_THROWS_WITH(open_reads(folder.path().string()), Catch::Contains("directory"));
}

TEST_CASE("the offset of qualities is seen in them") {
    const TemporaryFolder folder;
    const auto offset = [&](const std::string& qualities) {
        const std::string record = "@a\n" + std::string(qualities.size(), 'A') + "\n+\n" + qualities + "\n";
        return open_reads(write_file(folder.path() / "q", record))->kind().phred_offset;
    };
    CHECK(offset("FFFF:F,#") == 33);
    CHECK(offset("IIIIIIII") == 33);
    CHECK(offset("hhhhfcB") == 64);
    CHECK(offset("~~~~KKK") == 33);
    if (have_shared_pools())
        CHECK(open_reads(shared_pools + "poolq_phred64/reads-10000.fastq")->kind().phred_offset == 64);
}

namespace {

std::size_t lines_of(const ReadBlock& block) {
    const std::string_view text = block.text.view();
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("files of a group go in step, or the one that ends early is named") {
    const TemporaryFolder folder;
    std::string damage;
    const auto group = [&](const std::string& first, const std::string& second, bool keep_going = false) {
        const std::vector<std::string> paths = {write_file(folder.path() / "1", first),
                                                write_file(folder.path() / "2", gzip_of(second))};
        std::vector<std::unique_ptr<ReadSource>> sources;
        for (const std::string& path : paths)
            sources.push_back(open_reads(path, {.block_bytes = 500}));
        ReadGroup reads(std::move(sources), paths, keep_going);
        std::vector<ReadBlock> blocks;
        std::uint64_t records = 0;
        while (reads.next(blocks)) {
            CHECK(blocks[0].records == blocks[1].records);
            CHECK(blocks[0].first_record == blocks[1].first_record);
            CHECK(lines_of(blocks[0]) == std::size_t{4} * blocks[0].records);
            CHECK(lines_of(blocks[1]) == std::size_t{4} * blocks[1].records);
            records += blocks[0].records;
        }
        damage = reads.damage();
        return records;
    };
    const std::string one = fastq_text(1000, 8);
    const std::string two = fastq_text(1000, 9, 100, 300);
    CHECK(group(one, two) == 1000);
    CHECK_THROWS_WITH(group(one, fastq_text(999, 9)),
                      Catch::Contains("record 1000") && Catch::Contains("ends before"));
    CHECK_THROWS_WITH(group(fastq_text(999, 8), two),
                      Catch::Contains("record 1000") && Catch::Contains("goes on after"));
    for (const std::size_t records : {1, 2, 500, 997, 998, 999}) {
        CHECK(group(one, fastq_text(records, 9), true) == records);
        CHECK_THAT(damage, Catch::Contains(std::to_string(records + 1) + ": ends before"));
        CHECK(group(fastq_text(records, 8), two, true) == records);
        CHECK_THAT(damage, Catch::Contains(std::to_string(records + 1) + ": goes on after"));
    }
    CHECK(group(one, two, true) == 1000);
    CHECK(damage.empty());
    CHECK(same_read("@a/1 x", "@a/2"));
    CHECK_FALSE(same_read("@a/1", "@b/1"));
}

TEST_CASE("a file that HTSlib refuses to open is closed again") {
    const TemporaryFolder folder;
    const std::string path = write_file(folder.path() / "x.cram", std::string("CRAM\0[ss]", 9));
    const auto open_files = [] {
        return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    };
    const auto before = open_files();
    CHECK_THROWS_AS(open_reads(path), FormatError);
    CHECK(open_files() == before);
}

#include <catch2/catch.hpp>
#include <limits>
#include <sstream>

#include "formats/error.hpp"
#include "formats/results/checksum.hpp"
#include "formats/results/csv.hpp"
#include "formats/results/h5ad.hpp"
#include "formats/results/result_reader.hpp"
#include "formats/results/result_writer.hpp"
#include "tests/support/result_tables.hpp"
#include "tests/support/small_result.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::results;
using wellsieve::tests::TemporaryFolder;

namespace {

std::string csv_of(const ResultTable& table) {
    std::ostringstream out;
    write_csv(table, out);
    return out.str();
}

}  // namespace

TEST_CASE("CSV quotes what it must and writes numbers that read back the same") {
    CHECK(csv_of(wellsieve::tests::strains()) ==
          "strain,parent,role,promoter,copies,kcat\n"
          "WT,,parent,,1,0.1\n"
          "\u0394adhE,WT,sample,pTrc,5,\n"
          "\"x, \"\"y\"\"\",WT,sample,\"line\nbreak\",-7,1e-300\n");
    ResultTable table{"any", "second", {}};
    table.add("first, quoted", std::vector<float>{0.1F, -std::numeric_limits<float>::infinity()});
    table.add("second", std::vector<std::int64_t>{std::numeric_limits<std::int64_t>::min(), 0});
    table.add("third", std::vector<bool>{true, false});
    CHECK(csv_of(table) ==
          "second,\"first, quoted\",third\n"
          "-9223372036854775808,0.1,true\n"
          "0,-inf,false\n");
    CHECK(csv_of({"none", "", {}}).empty());
}

TEST_CASE("SHA-256 of the standard's examples") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
          "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a table that the result lacks is named with those it has") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.h5";
    ResultWriter writer(path, "test", "");
    writer.write(wellsieve::tests::quality());
    writer.write(wellsieve::tests::strains());
    writer.commit();
    const ResultReader reader(path);
    std::ostringstream out;
    CHECK_THROWS_WITH(export_csv(reader, "wells", out),
                      path.string() + ": no table 'wells'; there are: strains, qc");
    CHECK_THROWS_AS(export_h5ad(reader, folder.path() / "a.h5ad"), FormatError);
    CHECK_FALSE(std::filesystem::exists(folder.path() / "a.h5ad"));
}

TEST_CASE("a result of schema 1.0 that an earlier program wrote is read") {
    const ResultReader reader(WELLSIEVE_TEST_DATA "/results/v1.0.h5");
    CHECK(reader.schema_version() == "1.0");
    CHECK(reader.writer() == "wellsieve 0.1.0");
    CHECK(reader.config() == "[screen]\nname = \"caf\u00e9\"\n");
    CHECK(reader.tables() == std::vector<std::string>{"inputs", "strains", "plates", "wells", "readouts",
                                                      "measurements", "traits", "scores", "ranking",
                                                      "rejects", "qc"});
    const auto strains = reader.read("strains");
    CHECK(strains.index == "strain");
    CHECK(strains.get<std::vector<std::string>>("strain") ==
          std::vector<std::string>{"WT", "\u0394adhE", "x, \"y\""});
    CHECK(strains.text("parent", 0).empty());
    CHECK(strains.text("parent", 2) == "WT");
    CHECK(reader.read("inputs").get<std::vector<std::int64_t>>("bytes") ==
          std::vector<std::int64_t>{5'000'000'000, 120});
    CHECK(reader.read("measurements").rows() == 600);
    CHECK(reader.read("measurements").find("time_s")->units == "s");
    CHECK(reader.read("measurements").get<std::vector<double>>("time_s")[599] == 600.0 * 49);
    CHECK(reader.read("traits").get<std::vector<double>>("normalised")[5] == 123456789.123);
    CHECK(reader.read("traits").text("flag", 3) == "overflow");
    CHECK(reader.read("ranking").get<std::vector<bool>>("picked") == std::vector<bool>{true, false});
    CHECK(reader.read("wells").text("masked", 2) == "bubble, seen by eye");
    CHECK(reader.read("wells").find("inducer_um")->units == "uM");
}

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <tuple>

#include "formats/results/result_reader.hpp"
#include "formats/results/result_writer.hpp"
#include "formats/results/schema.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats::results;
using wellsieve::tests::TemporaryFolder;

namespace {

ResultTable samples(std::size_t rows) {
    ResultTable table = make_table(table_name::samples);
    for (const ColumnSpec& column : find_spec(table_name::samples)->columns) {
        if (column.type == ColumnType::int64)
            table.add(std::string(column.name), std::vector<std::int64_t>(rows));
        else if (column.type == ColumnType::float64)
            table.add(std::string(column.name), std::vector<double>(rows));
        else
            table.add(std::string(column.name), std::vector<std::string>(rows, "s"));
    }
    return table;
}

ResultTable features(std::size_t rows) {
    ResultTable table = make_table(table_name::features);
    for (const ColumnSpec& column : find_spec(table_name::features)->columns)
        table.add(std::string(column.name), std::vector<std::string>(rows, "f"));
    return table;
}

std::string written(const std::filesystem::path& path, const CountMatrix& counts, const Executor& executor) {
    ResultWriter writer(path, "wellsieve test", "", executor);
    writer.write(samples(counts.samples));
    writer.write(features(counts.features));
    writer.write(counts);
    writer.commit();
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
}

}  // namespace

TEST_CASE("counts come back as they were written, the same bytes for any executor") {
    const TemporaryFolder folder;
    const std::size_t sample_count = GENERATE(0u, 1u, 3u);
    const std::size_t feature_count = GENERATE(0u, 1u, 65'536u, 70'001u);
    std::vector<std::uint32_t> values(sample_count * feature_count);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<std::uint32_t>(i * 2654435761u >> (i % 29));
    const CountMatrix counts{values, sample_count, feature_count};
    const std::string once = written(folder.path() / "a.h5", counts, run_serially);
    const ResultReader reader(folder.path() / "a.h5");
    CHECK(reader.counts() == std::vector<std::string>{"counts"});
    CHECK(reader.read_counts("counts") == values);
    CHECK(reader.tables() == std::vector<std::string>{"samples", "features"});
    const auto backwards = [](std::size_t n, const auto& body) {
        for (std::size_t i = n; i-- > 0;)
            body(i);
    };
    CHECK(written(folder.path() / "b.h5", counts, backwards) == once);
}

TEST_CASE("several pools stand in groups of their own") {
    const TemporaryFolder folder;
    const std::vector<std::uint32_t> first{1, 2, 3, 4, 5, 6};
    const std::vector<std::uint32_t> second{7, 8};
    ResultWriter writer(folder.path() / "a.h5", "wellsieve test", "");
    for (const auto& [name, values, rows, columns] :
         {std::tuple("a", &first, 2u, 3u), std::tuple("b.1", &second, 2u, 1u)}) {
        writer.write(samples(rows), name);
        writer.write(features(columns), name);
        writer.write(CountMatrix{*values, rows, columns}, name);
    }
    writer.commit();
    const ResultReader reader(folder.path() / "a.h5");
    CHECK(reader.counts() == std::vector<std::string>{"pools/a/counts", "pools/b.1/counts"});
    CHECK(reader.tables() == std::vector<std::string>{"pools/a/samples", "pools/a/features",
                                                      "pools/b.1/samples", "pools/b.1/features"});
    CHECK(reader.read_counts("pools/a/counts") == first);
    CHECK(reader.read_counts("pools/b.1/counts") == second);
    CHECK(reader.read("pools/a/features").rows() == 3);
    CHECK_THROWS_WITH(reader.read("pools/c/features"), Catch::Contains("no table 'pools/c/features'"));
}

TEST_CASE("counts that fit no tables are refused") {
    const TemporaryFolder folder;
    ResultWriter writer(folder.path() / "a.h5", "wellsieve test", "");
    const std::vector<std::uint32_t> values(6);
    CHECK_THROWS_AS(writer.write(CountMatrix{values, 2, 4}), std::logic_error);
    ResultWriter other(folder.path() / "b.h5", "wellsieve test", "");
    CHECK_THROWS_AS(other.write(CountMatrix{values, 2, 3}), std::logic_error);
}

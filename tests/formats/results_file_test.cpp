#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/results/result_reader.hpp"
#include "formats/results/result_writer.hpp"
#include "tests/support/result_tables.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::results;
using wellsieve::tests::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

template <typename T>
bool same(const std::vector<T>& a, const std::vector<T>& b) {
    if constexpr (std::is_floating_point_v<T>)
        return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                          [](T x, T y) { return x == y || (std::isnan(x) && std::isnan(y)); });
    else
        return a == b;
}

bool same(const Categorical& a, const Categorical& b) {
    return a == b;
}

void check_same(const ResultTable& read, const ResultTable& written) {
    REQUIRE(read.columns.size() == written.columns.size());
    for (const auto& column : written.columns) {
        INFO(written.name << "." << column.name);
        const auto* found = read.find(column.name);
        REQUIRE(found);
        REQUIRE(found->type() == column.type());
        CHECK(std::visit(
            [found](const auto& values) {
                return same(std::get<std::decay_t<decltype(values)>>(found->data), values);
            },
            column.data));
    }
}

void run_backwards_on_threads(std::size_t n, const std::function<void(std::size_t)>& body) {
    std::vector<std::thread> threads;
    for (std::size_t i = n; i-- > 0;)
        threads.emplace_back(body, i);
    for (auto& thread : threads)
        thread.join();
}

}  // namespace

TEST_CASE("a table comes back as it was written") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "a.h5";
    const std::size_t rows = GENERATE(0u, 1u, 1000u, 65'535u, 65'536u, 65'537u);
    CAPTURE(rows);
    ResultWriter writer(path, "wellsieve test", "[screen]\nname = \"\u00fc\"\n");
    const auto measured = wellsieve::tests::measurements(0, rows);
    writer.write(measured);
    writer.write(wellsieve::tests::strains());
    writer.write(wellsieve::tests::quality());
    CHECK_FALSE(fs::exists(path));
    writer.commit();

    const ResultReader reader(path);
    CHECK(reader.schema_version() == "1.1");
    CHECK(reader.writer() == "wellsieve test");
    CHECK(reader.config() == "[screen]\nname = \"\u00fc\"\n");
    CHECK(reader.tables() == std::vector<std::string>{"strains", "measurements", "qc"});
    check_same(reader.read("measurements"), measured);
    check_same(reader.read("strains"), wellsieve::tests::strains());
    check_same(reader.read("qc"), wellsieve::tests::quality());
    CHECK(reader.read("measurements").find("time_s")->units == "s");
    CHECK(reader.read("strains").find("kcat")->units == "1/s");
    CHECK(reader.read("strains").index == "strain");
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a streamed table holds its batches in a row, whatever their sizes") {
    const TemporaryFolder folder;
    const std::size_t rows = GENERATE(0u, 1u, 65'536u, 65'537u, 400'000u);
    const std::size_t batch = GENERATE(997u, 65'536u, 1'000'000u);
    CAPTURE(rows, batch);
    ResultWriter writer(folder.path() / "a.h5", "test", "");
    auto stream = writer.stream(table_name::measurements);
    for (std::size_t begin = 0; begin < rows; begin += batch)
        stream.append(wellsieve::tests::measurements(begin, std::min(batch, rows - begin)));
    stream.finish();
    writer.commit();
    auto whole = wellsieve::tests::measurements(0, rows);
    if (rows == 0)
        for (auto& column : whole.columns)
            if (auto* kinds = std::get_if<Categorical>(&column.data))
                kinds->categories.clear();
    check_same(ResultReader(folder.path() / "a.h5").read("measurements"), whole);
}

TEST_CASE("categories that batches bring in different orders are one list in the file") {
    const TemporaryFolder folder;
    ResultWriter writer(folder.path() / "a.h5", "test", "");
    auto stream = writer.stream(table_name::measurements);
    auto first = wellsieve::tests::measurements(0, 1), second = first;
    std::get<Categorical>(first.columns[0].data) = {{1}, {"a", "b"}};
    std::get<Categorical>(second.columns[0].data) = {{0}, {"c", "b"}};
    stream.append(first);
    stream.append(second);
    std::get<Categorical>(second.columns[0].data) = {{Categorical::not_available}, {}};
    stream.append(second);
    stream.finish();
    writer.commit();
    const auto table = ResultReader(folder.path() / "a.h5").read("measurements");
    CHECK(table.text("plate", 0) == "b");
    CHECK(table.text("plate", 1) == "c");
    CHECK(table.get<Categorical>("plate") ==
          Categorical{{1, 2, Categorical::not_available}, {"a", "b", "c"}});
}

TEST_CASE("the same content is the same bytes, later and with any executor") {
    const TemporaryFolder folder;
    const auto write = [&](const std::string& name, Executor executor) {
        ResultWriter writer(folder.path() / name, "test", "x = 1", std::move(executor));
        auto stream = writer.stream(table_name::measurements);
        for (std::size_t begin = 0; begin < 300'000; begin += 50'000)
            stream.append(wellsieve::tests::measurements(begin, 50'000));
        stream.finish();
        writer.write(wellsieve::tests::strains());
        writer.write(wellsieve::tests::quality());
        writer.commit();
        return bytes_of(folder.path() / name);
    };
    const auto first = write("a.h5", run_serially);
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    CHECK(first == write("b.h5", run_serially));
    CHECK(first == write("c.h5", run_backwards_on_threads));
}

TEST_CASE("a file that is not committed leaves nothing behind") {
    const TemporaryFolder folder;
    {
        ResultWriter writer(folder.path() / "a.h5", "test", "");
        writer.write(wellsieve::tests::measurements(0, 100'000));
    }
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a table that is not as the schema has it is refused") {
    const TemporaryFolder folder;
    ResultWriter writer(folder.path() / "a.h5", "test", "");
    const auto without = [](std::size_t column) {
        auto table = wellsieve::tests::quality();
        table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(column));
        return table;
    };
    CHECK_THROWS_WITH(writer.write(without(3)), "table 'qc', column 'value': missing");
    auto table = without(3);
    table.add("value", std::vector<float>{1, 2});
    CHECK_THROWS_WITH(writer.write(table), "table 'qc', column 'value': is float32, not float64");
    table = wellsieve::tests::quality();
    table.add("more", std::vector<double>{1, 2});
    CHECK_THROWS_WITH(writer.write(table), "table 'qc', column 'more': unknown to the schema");
    table = without(3);
    table.add("value", std::vector<double>{1});
    CHECK_THROWS_WITH(writer.write(table), "table 'qc', column 'value': has 1 row, not 2");
    table = without(0);
    table.add("plate", Categorical{{0, 1}, {"P1"}});
    CHECK_THROWS_WITH(writer.write(table), "table 'qc', column 'plate': a code without category");
    table = without(0);
    table.add("plate", Categorical{{0, 1}, {"P1", "P1"}});
    CHECK_THROWS_WITH(writer.write(table), "table 'qc', column 'plate': category 'P1' twice");
    CHECK_THROWS_WITH(make_table("plate"), "the schema has no table 'plate'");
    CHECK_THROWS_WITH(writer.stream("strains"), "table 'strains' cannot be streamed");
    auto strains = wellsieve::tests::strains();
    strains.columns.back().name = "kcat/Km";
    CHECK_THROWS_WITH(writer.write(strains), Catch::Contains("'kcat/Km': not a name"));
}

TEST_CASE("text that a result file cannot hold whole is refused, not cut") {
    const TemporaryFolder folder;
    const auto bad = GENERATE(as<std::string>{}, std::string("a\0b", 3), "caf\xe9", "\xed\xa0\x80",
                              "\xc0\x80", "\xf4\x90\x80\x80", "\xe2\x82");
    ResultWriter writer(folder.path() / "a.h5", "test", "");
    auto table = wellsieve::tests::strains();
    std::get<std::vector<std::string>>(table.columns[0].data)[1] = bad;
    CHECK_THROWS_WITH(writer.write(table),
                      (folder.path() / "a.h5").string() +
                          ": cannot write table 'strains': column 'strain': text 2 is not "
                          "UTF-8, or holds a NUL byte");
}

TEST_CASE("what is no result file is refused with one line that says why") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "x.h5";
    CHECK_THROWS_WITH(ResultReader(path), path.string() + ": No such file or directory");
    std::ofstream(path) << "plate,well\n";
    CHECK_THROWS_WITH(ResultReader(path), Catch::StartsWith(path.string() + ": not a Wellsieve result"));
    CHECK_THROWS_AS(ResultReader(folder.path()), FormatError);
}

TEST_CASE("a truncated result file is refused") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "x.h5";
    ResultWriter writer(path, "test", "");
    writer.write(wellsieve::tests::measurements(0, 100'000));
    writer.commit();
    const auto size = fs::file_size(path);
    const auto kept = GENERATE(0.1, 0.5, 0.99);
    fs::resize_file(path, static_cast<std::uintmax_t>(static_cast<double>(size) * kept));
    CHECK_THROWS_AS(ResultReader(path).read("measurements"), FormatError);
}

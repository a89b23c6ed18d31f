#include <filesystem>
#include <fstream>

#include "formats/results/csv.hpp"
#include "formats/results/h5ad.hpp"
#include "formats/results/result_reader.hpp"
#include "tests/support/small_result.hpp"

/// make_result DIR: DIR/result.h5, DIR/TABLE.csv for each of its tables, and DIR/result.h5ad.
int main(int, char** arguments) {
    using namespace wellsieve::formats::results;
    const std::filesystem::path folder = arguments[1];
    wellsieve::tests::write_small_result(folder / "result.h5");
    const ResultReader result(folder / "result.h5");
    for (const auto& table : result.tables()) {
        std::ofstream out(folder / (table + ".csv"), std::ios::binary);
        export_csv(result, table, out);
    }
    export_h5ad(result, folder / "result.h5ad");
}

#include "workflows/simulate/simulate.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <fstream>
#include <utility>
#include <vector>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "pipeline/parallel.hpp"
#include "workflows/commands.hpp"
#include "workflows/simulate/pool_files.hpp"
#include "workflows/simulate/tables.hpp"
#include "workflows/simulate/vendors.hpp"

namespace wellsieve::workflows {
namespace simulate {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw formats::OutputError(folder, "create", error.value());
}

/// Not synced one by one, as results are: they can be made again, and a thousand syncs take seconds.
void write_raw(const fs::path& path, const std::string& text) {
    errno = 0;
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (!file)
        throw formats::OutputError(path, "write", errno);
}

void simulate_plates(const SimulateSpec& spec, Screen screen, const fs::path& out) {
    make_folder(out / "raw");
    pipeline::parallel_for_index(screen.plates.size(), [&](std::size_t number) {
        Plate& plate = screen.plates[number];
        read_plate(spec, screen, number, plate);
        for (const RawFile& file : find_vendor(spec.vendors[number % spec.vendors.size()])->write(plate))
            write_raw(out / "raw" / file.name, file.text);
        plate.od = std::vector<double>();  // `= {}` would keep the memory
        plate.gfp = std::vector<double>();
    });
    formats::write_atomically(out / "layout.csv", layout_csv(screen));
    formats::write_atomically(out / "strains.csv", strains_csv(screen));
    formats::write_atomically(out / "truth.csv", truth_csv(screen));
    formats::write_atomically(out / "truth_wells.csv", truth_wells_csv(spec, screen));
}

void simulate_pool(const SimulateSpec& spec, const std::vector<Strain>& strains, const fs::path& out) {
    make_folder(out / "reads");
    const Pool pool = plan_pool(*spec.pool, spec.seed, strains);
    const PoolCounts counts = write_pool_reads(*spec.pool, spec.seed, pool, out / "reads");
    formats::write_atomically(out / "library.csv", library_csv(pool));
    formats::write_atomically(out / "samples.csv", samples_csv(*spec.pool, pool));
    formats::write_atomically(out / "truth_pool.csv", truth_pool_csv(pool, counts));
    formats::write_atomically(out / (pool.strains.empty() ? "truth_genes.csv" : "truth_fitness.csv"),
                              truth_genes_csv(pool));
}

}  // namespace

void simulate(const SimulateSpec& spec, const fs::path& out) {
    if (fs::exists(out / "screen.toml"))
        throw formats::FormatError((out / "screen.toml").string(), "",
                                   "is there already; choose another folder");
    make_folder(out);
    Screen screen;
    if (spec.has_plates)
        screen = plan_screen(spec);
    const std::size_t plates = screen.plates.size();
    if (spec.pool)
        simulate_pool(spec, screen.strains, out);
    if (spec.has_plates)
        simulate_plates(spec, std::move(screen), out);
    formats::write_atomically(out / "screen.toml", screen_toml(spec, plates));
}

}  // namespace simulate

Exit simulate_screen(const SimulateOptions& options) {
    simulate::SimulateSpec spec = simulate::read_spec(options.spec);
    spec.seed = options.seed.value_or(spec.seed);
    simulate::simulate(spec, options.out);
    fmt::print("{}\n", (options.out / "screen.toml").string());
    return Exit::done;
}

}  // namespace wellsieve::workflows

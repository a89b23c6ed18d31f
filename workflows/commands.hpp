#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "workflows/common_options.hpp"

namespace wellsieve::workflows {

/// What the process returns; the numbers are part of the command line's contract.
enum class Exit : int {
    done = 0,
    internal_error = 1,
    wrong_usage = 2,
    bad_input = 3,
    inputs_set_aside = 4,  ///< done, but some inputs were not used (--keep-going)
    interrupted = 130,
};

/// `wellsieve run`
struct RunScreenOptions {
    std::filesystem::path config;
    std::filesystem::path out;  ///< empty: "results" beside the configuration
    bool force = false;         ///< replace an existing result
    bool keep_going = false;    ///< set files and plates aside that cannot be used
    bool dry_run = false;       ///< print the graph, read nothing
    CommonOptions common;
};

/// The whole screen of one screen.toml.
Exit run_screen(const RunScreenOptions& options);

/// `wellsieve check`: reads and validates everything, computes nothing; prints every problem, not only the
/// first.
Exit check_screen(const std::filesystem::path& config);

/// `wellsieve init`: writes a commented screen.toml for the exports in a folder. Never replaces one.
Exit init_screen(const std::filesystem::path& folder);

/// `wellsieve export`
struct ExportOptions {
    std::filesystem::path result;
    std::string to = "csv";     ///< csv or h5ad
    std::string table = "";     ///< empty: ranking for csv; traits, or else counts, for h5ad
    std::filesystem::path out;  ///< empty: stdout, for csv
};
Exit export_result(const ExportOptions& options);

/// `wellsieve simulate`
struct SimulateOptions {
    std::filesystem::path spec;
    std::filesystem::path out;
    std::optional<std::uint64_t> seed;  ///< in the place of the configured one
};
Exit simulate_screen(const SimulateOptions& options);

struct InspectOptions {
    std::vector<std::string> files;
    std::string reader = "auto";
    bool tidy = false;
    bool with_derived = false;  ///< set points, outputs and balances too
};

/// `wellsieve inspect`: what each file is, or its measurements as tab-separated text, on stdout.
Exit inspect(const InspectOptions& options);

/// `wellsieve inspect --readers`: the readers, their vendors and file types.
Exit list_readers();

/// Parses the command line, runs the command, and turns every exception into one line on stderr and its exit
/// code.
int run_command_line(int argc, char** argv);

}  // namespace wellsieve::workflows

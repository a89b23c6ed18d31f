#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

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

struct InspectOptions {
    std::vector<std::string> files;
    std::string reader = "auto";
    bool tidy = false;
};

/// `wellsieve inspect`: what each file is, or its measurements as tab-separated text, on stdout.
Exit inspect(const InspectOptions& options);

/// `wellsieve inspect --readers`: the readers, their vendors and file types.
Exit list_readers();

/// Parses the command line, runs the command, and turns every exception into one line on stderr and its exit
/// code.
int run_command_line(int argc, char** argv);

}  // namespace wellsieve::workflows

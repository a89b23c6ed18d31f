#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <functional>

#include "formats/error.hpp"
#include "kernels/target.hpp"
#include "workflows/commands.hpp"

namespace wellsieve::workflows {
namespace {

using Action = std::function<Exit()>;

void add_inspect(CLI::App& app, Action& action) {
    CLI::App* command =
        app.add_subcommand("inspect", "Tell what a raw file is: reader, plates, readouts, times, flags");
    auto options = std::make_shared<InspectOptions>();
    auto readers = std::make_shared<bool>(false);
    command->add_option("files", options->files, "Plate-reader exports");
    command->add_flag("--tidy", options->tidy, "Print the measurements as tab-separated text");
    command->add_option("--reader", options->reader, "Use this reader instead of choosing by content");
    command->add_flag("--readers", *readers, "List the readers, their vendors and file types");
    command->callback([options, readers, &action] {
        if (options->files.empty() && !*readers)
            throw CLI::RequiredError("files");
        action = [options, readers] { return *readers ? list_readers() : inspect(*options); };
    });
}

Exit run_action(const Action& action) {
    try {
        return action();
    } catch (const formats::FormatError& error) {
        fmt::print(stderr, "wellsieve: {}\n", error.what());
        return Exit::bad_input;
    } catch (const std::invalid_argument& error) {
        fmt::print(stderr, "wellsieve: {}\n", error.what());
        return Exit::wrong_usage;
    } catch (const std::exception& error) {
        fmt::print(stderr, "wellsieve: internal error: {}\n", error.what());
        return Exit::internal_error;
    }
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app("Raw plate-reader exports in, ranked strains out.", "wellsieve");
    app.set_version_flag("--version", [] {
        return fmt::format("wellsieve {} (SIMD: {})", WELLSIEVE_VERSION, kernels::active_target());
    });
    app.require_subcommand(1);
    Action action;
    add_inspect(app, action);
    try {
        kernels::apply_target_from_environment();
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::wrong_usage);
    } catch (const std::invalid_argument& error) {
        fmt::print(stderr, "wellsieve: WELLSIEVE_SIMD: {}\n", error.what());
        return static_cast<int>(Exit::wrong_usage);
    }
    return static_cast<int>(run_action(action));
}

}  // namespace wellsieve::workflows

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "kernels/target.hpp"
#include "pipeline/error.hpp"
#include "pipeline/parallel.hpp"
#include "workflows/commands.hpp"
#include "workflows/config.hpp"

namespace wellsieve::workflows {
namespace {

using Action = std::function<Exit()>;

constexpr std::uint64_t largest_seed = INT64_MAX;  // what a configuration can hold

/// A message as a JSON string, quotes included.
class JsonMessage : public spdlog::custom_flag_formatter {
  public:
    void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
        const nlohmann::json text = std::string(message.payload.data(), message.payload.size());
        const std::string quoted = text.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        out.append(quoted.data(), quoted.data() + quoted.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<JsonMessage>(); }
};

spdlog::sink_ptr json_sink(const std::string& path) {
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(path, true);
        auto formatter = std::make_unique<spdlog::pattern_formatter>();
        formatter->add_flag<JsonMessage>('*').set_pattern(
            R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":%*})");
        sink->set_formatter(std::move(formatter));
        return sink;
    } catch (const spdlog::spdlog_ex&) {
        throw formats::OutputError(path, "write", errno);
    }
}

/// The program's log goes to stderr, and whatever is asked for there, in full to a file of JSON lines; nobody
/// else sets it up.
void start_log(const CommonOptions& common) {
    auto to_stderr = std::make_shared<spdlog::sinks::stderr_sink_st>();
    to_stderr->set_pattern("wellsieve: %v");
    to_stderr->set_level(common.quiet     ? spdlog::level::err
                         : common.verbose ? spdlog::level::info
                                          : spdlog::level::warn);
    auto logger = std::make_shared<spdlog::logger>("wellsieve", to_stderr);
    spdlog::set_default_logger(logger);
    spdlog::set_level(spdlog::level::info);
    if (!common.log_json.empty())
        logger->sinks().push_back(json_sink(common.log_json));
}

void add_common(CLI::App& command, CommonOptions& common) {
    command.option_defaults()->group("Common options");
    command.add_option("--threads", common.threads, "Threads to use; 0: all")->capture_default_str();
    command.add_option_function<std::string>(
        "--memory",
        [&common](const std::string& text) {
            try {
                common.memory_bytes = parse_size(text);
            } catch (const std::invalid_argument& error) {
                throw CLI::ValidationError(error.what());
            }
        },
        "Memory for data on its way: 512MiB, 2GiB (default) …");
    command
        .add_option_function<std::string>(
            "--progress",
            [&common](const std::string& when) {
                common.progress = when == "auto"     ? ProgressMode::automatic
                                  : when == "always" ? ProgressMode::always
                                                     : ProgressMode::never;
            },
            "Tell bytes, rate and time left on stderr; auto: where it is a terminal")
        ->check(CLI::IsMember({"auto", "always", "never"}))
        ->default_str("auto");
    command
        .add_option("--seed", common.seed,
                    "Seed of the random draws, where there are any, in the place of the configured one")
        ->check(CLI::Range(std::uint64_t{0}, largest_seed).description(""));
    command.add_flag("-q,--quiet", common.quiet, "Results and errors only");
    command.add_flag("-v,--verbose", common.verbose, "Say what is being done");
    command.add_option("--log-json", common.log_json,
                       "Write the whole log to this file as well, a JSON object a line");
}

/// What the command is to do when the command line is whole, and how its options want it done.
void set_action(CLI::App& command, CommonOptions& common, Action& action, std::function<Exit()> act) {
    add_common(command, common);
    command.callback([&common, &action, act = std::move(act)] {
        action = [&common, act] {
            const pipeline::ThreadLimit limit(common.threads);
            return act();
        };
    });
}

void add_run(CLI::App& app, CommonOptions& common, Action& action) {
    CLI::App* command =
        app.add_subcommand("run", "Run a whole screen: raw exports and reads in, ranked strains out");
    auto options = std::make_shared<RunScreenOptions>();
    command->add_option("screen", options->config, "The screen's configuration, a TOML file")->required();
    command->add_option("-o,--out", options->out,
                        "Folder for the results; default: results, beside the configuration");
    command->add_flag("--force", options->force, "Replace an existing result");
    command->add_flag("--keep-going", options->keep_going,
                      "Set files and plates aside that cannot be used, list them, and exit with 4");
    command->add_flag("--dry-run", options->dry_run, "Print the graph, compute nothing");
    set_action(*command, common, action, [options, &common] {
        options->common = common;
        return run_screen(*options);
    });
}

void add_check(CLI::App& app, CommonOptions& common, Action& action) {
    CLI::App* command =
        app.add_subcommand("check", "Read and validate everything, compute nothing, list all problems");
    auto config = std::make_shared<std::filesystem::path>();
    command->add_option("screen", *config, "The screen's configuration, a TOML file")->required();
    set_action(*command, common, action, [config] { return check_screen(*config); });
}

void add_init(CLI::App& app, CommonOptions& common, Action& action) {
    CLI::App* command =
        app.add_subcommand("init", "Write a commented screen.toml for a folder of exports or reads");
    auto folder = std::make_shared<std::filesystem::path>();
    command->add_option("folder", *folder, "Folder with plate-reader exports, or files of reads")->required();
    set_action(*command, common, action, [folder] { return init_screen(*folder); });
}

void add_export(CLI::App& app, CommonOptions& common, Action& action) {
    CLI::App* command = app.add_subcommand("export", "Write a table, or the whole result, in another format");
    auto options = std::make_shared<ExportOptions>();
    command->add_option("result", options->result, "A result.h5")->required();
    command
        ->add_option("--to", options->to,
                     "csv: one table; h5ad: wells by traits, or samples by barcodes, for AnnData")
        ->check(CLI::IsMember({"csv", "h5ad"}))
        ->capture_default_str();
    command->add_option(
        "--table", options->table,
        "For csv the table, by default ranking; for h5ad traits, counts or pools/NAME/counts, by "
        "default the first that is there");
    command->add_option("-o,--out", options->out, "File to write; default for csv: stdout");
    set_action(*command, common, action, [options] { return export_result(*options); });
}

void add_simulate(CLI::App& app, CommonOptions& common, Action& action) {
    CLI::App* command = app.add_subcommand("simulate", "Make up plates, or pooled reads, with a known truth");
    auto options = std::make_shared<SimulateOptions>();
    command->add_option("spec", options->spec, "What to make up, a TOML file")->required();
    command
        ->add_option("-o,--out", options->out,
                     "Folder for exports or reads, their tables, the truth and screen.toml")
        ->required();
    set_action(*command, common, action, [options, &common] {
        options->seed = common.seed;
        return simulate_screen(*options);
    });
}

void add_inspect(CLI::App& app, CommonOptions& common, Action& action) {
    CLI::App* command = app.add_subcommand(
        "inspect",
        "Tell what a raw file is: reader, plates, readouts, times, flags; or reads, lengths, quality");
    auto options = std::make_shared<InspectOptions>();
    auto readers = std::make_shared<bool>(false);
    command->add_option("files", options->files, "Plate-reader exports, or files of reads");
    CLI::Option* tidy =
        command->add_flag("--tidy", options->tidy, "Print the measurements as tab-separated text");
    command
        ->add_flag("--calc", options->with_derived,
                   "With --tidy: also what a reactor sets or computes (set points, outputs, OTR, RQ)")
        ->needs(tidy);
    command->add_option("--reader", options->reader, "Use this reader instead of choosing by content");
    command->add_flag("--readers", *readers, "List the readers, their vendors and file types");
    command->parse_complete_callback([options, readers] {
        if (options->files.empty() && !*readers)
            throw CLI::RequiredError("files");
    });
    set_action(*command, common, action,
               [options, readers] { return *readers ? list_readers() : inspect(*options); });
}

/// CLI11 says of a word that is no command only that a command is missing.
int wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
    const std::vector<std::string> unknown = app.remaining();
    if (!app.get_subcommands().empty() || error.get_name() != "RequiredError")
        return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::wrong_usage);
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands({}))
        commands.push_back(command->get_name());
    fmt::print(stderr, "wellsieve: {}; the commands are {}\nRun with --help for more information.\n",
               unknown.empty() ? "a command is missing" : fmt::format("'{}' is no command", unknown.front()),
               fmt::join(commands, ", "));
    return static_cast<int>(Exit::wrong_usage);
}

Exit run_action(const CommonOptions& common, const Action& action) {
    try {
        start_log(common);
        return action();
    } catch (const ConfigError& error) {
        for (const std::string& problem : error.problems())
            spdlog::error("{}", problem);
        return Exit::bad_input;
    } catch (const formats::FormatError& error) {
        spdlog::error("{}", error.what());
        return Exit::bad_input;
    } catch (const formats::OutputError& error) {
        spdlog::error("{}", error.what());
        return Exit::bad_input;
    } catch (const pipeline::Interrupted&) {
        spdlog::error("interrupted, nothing was written");
        return Exit::interrupted;
    } catch (const std::invalid_argument& error) {
        spdlog::error("{}", error.what());
        return Exit::wrong_usage;
    } catch (const std::exception& error) {
        spdlog::error("internal error: {}", error.what());
        return Exit::internal_error;
    }
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App app("Raw plate-reader exports and raw reads in, ranked strains out.", "wellsieve");
    app.set_version_flag("--version", [] {
        return fmt::format("wellsieve {} (SIMD: {})", WELLSIEVE_VERSION, kernels::active_target());
    });
    app.require_subcommand(1);
    CommonOptions common;
    Action action;
    add_run(app, common, action);
    add_check(app, common, action);
    add_init(app, common, action);
    add_inspect(app, common, action);
    add_export(app, common, action);
    add_simulate(app, common, action);
    try {
        kernels::apply_target_from_environment();
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return wrong_usage(app, error);
    } catch (const std::invalid_argument& error) {
        fmt::print(stderr, "wellsieve: WELLSIEVE_SIMD: {}\n", error.what());
        return static_cast<int>(Exit::wrong_usage);
    }
    return static_cast<int>(run_action(common, action));
}

}  // namespace wellsieve::workflows

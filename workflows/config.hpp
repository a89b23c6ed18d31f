#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/screen_options.hpp"
#include "workflows/pool_config.hpp"

namespace wellsieve::workflows {

/// One [[plates]] entry: which files, and what is in their wells.
struct PlatesInput {
    std::vector<std::string> files;  ///< globs, relative to the configuration's folder
    std::string reader = "auto";
    std::string layout;  ///< empty: strains are the sample names of the files; "{plate}" stands for the plate
    std::string plate_list;  ///< which file holds which plate and replicate
    std::string masks;       ///< wells to set aside
    std::string batch;       ///< one name for all plates of this entry
    std::string replicate;
};

/// One [[offline]] entry: files of analysers, and how their samples are told.
struct OfflineInput {
    std::vector<std::string> files;  ///< globs
    std::string reader = "auto";
    std::string samples;  ///< a table of the samples; empty: none
    std::string pattern;  ///< of their names
    std::string plate;
    std::string start;                   ///< date and time, as TOML has it; empty: not said
    double start_s = pipeline::not_set;  ///< the same in seconds of the calendar
};

/// A whole screen.toml, checked. Paths are as written; `folder` is what they are relative to.
struct ScreenConfig {
    std::filesystem::path file;
    std::filesystem::path folder;
    std::string name;
    std::string strain_table;
    std::vector<PlatesInput> plates;
    std::vector<OfflineInput> offline;
    std::vector<PoolsInput> pools;
    pipeline::ScreenOptions options;

    std::filesystem::path resolve(const std::string& path) const { return folder / path; }

    /// Whether wells or vessels were measured: by a run's files, or by analysers alone.
    bool has_wells() const { return !plates.empty() || !offline.empty(); }
};

/// Reads and checks screen.toml. Unknown keys, wrong types and values out of range are collected, each as one
/// line "FILE: line N: …" with the nearest known key; all of them are in the thrown ConfigError.
ScreenConfig read_config(const std::filesystem::path& file);

class ConfigError : public std::runtime_error {
  public:
    explicit ConfigError(std::vector<std::string> problems);
    const std::vector<std::string>& problems() const { return problems_; }

  private:
    std::vector<std::string> problems_;
};

/// The effective configuration, every default spelled out, as TOML. The same configuration gives the same
/// text.
std::string to_toml(const ScreenConfig& config);

}  // namespace wellsieve::workflows

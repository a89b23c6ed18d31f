#include "workflows/inputs.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <system_error>

#include "formats/error.hpp"
#include "formats/plates/document.hpp"
#include "formats/results/checksum.hpp"
#include "pipeline/plate_collection.hpp"

namespace wellsieve::workflows {
namespace {

namespace fs = std::filesystem;
namespace plates = formats::plates;
using pipeline::PlacementOptions;
using pipeline::PlateJob;
using pipeline::ScreenReject;

/// The files that a glob below the configuration's folder matches; the folder's own name is no glob.
std::vector<std::string> matches_of(const ScreenConfig& config, const std::string& glob) {
    const std::string pattern = (fs::path(as_glob(config.folder.string())) / glob).string();
    glob_t found{};
    const auto is_grave = [](const char*, int error) { return error == ENOENT ? 0 : 1; };
    const int status = ::glob(pattern.c_str(), GLOB_BRACE | GLOB_NOSORT, is_grave, &found);
    const int error = errno;
    std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + (status == 0 ? found.gl_pathc : 0));
    ::globfree(&found);
    if (status == GLOB_ABORTED)
        throw formats::FormatError(
            pattern, "",
            fmt::format("a folder on the way cannot be read: {}", std::generic_category().message(error)));
    return paths;
}

class Gatherer {
  public:
    Gatherer(const ScreenConfig& config, std::vector<std::string>& problems)
        : config_(config), problems_(problems) {}

    ScreenInputs gather() {
        for (std::size_t entry = 0; entry < config_.plates.size(); ++entry)
            gather_entry(entry);
        for (std::size_t entry = 0; entry < config_.offline.size(); ++entry)
            gather_offline(entry);
        for (std::vector<PlateJob>* jobs : {&inputs_.jobs, &inputs_.offline_jobs})
            std::sort(jobs->begin(), jobs->end(), [](const PlateJob& a, const PlateJob& b) {
                return pipeline::natural_less(a.name, b.name);
            });
        for (const pipeline::ReadoutSelector& readout : config_.options.readouts)
            if (!readout.correction.calibration.empty())
                read("calibration", readout.correction.calibration, [&](const plates::Document& document) {
                    inputs_.calibrations[readout.name] = plates::read_calibration(document);
                });
        if (!config_.strain_table.empty())
            read("strains", config_.strain_table, [&](const plates::Document& document) {
                inputs_.strains = plates::read_strain_table(document);
            });
        return std::move(inputs_);
    }

  private:
    void gather_entry(std::size_t entry) {
        const PlatesInput& input = config_.plates[entry];
        PlacementOptions options;
        options.batch = input.batch;
        options.replicate = input.replicate;
        add_files(input.files, {"", "", input.reader, entry}, inputs_.jobs);
        if (!input.layout.empty())
            read_layouts(input.layout, options);
        if (!input.masks.empty()) {
            options.masks_path = input.masks;
            read("masks", input.masks,
                 [&](const plates::Document& document) { options.masks = plates::read_masks(document); });
        }
        if (!input.plate_list.empty())
            read("plate list", input.plate_list, [&](const plates::Document& document) {
                options.plate_list = plates::read_plate_list(document);
            });
        inputs_.placement.push_back(std::move(options));
    }

    void gather_offline(std::size_t entry) {
        const OfflineInput& input = config_.offline[entry];
        add_files(input.files, {"", "", input.reader, entry, 0, "offline"}, inputs_.offline_jobs);
        pipeline::OfflineOptions options;
        options.table_path = input.samples;
        options.pattern = input.pattern;
        options.plate = input.plate;
        options.start_s = input.start_s;
        if (!input.samples.empty())
            read("samples", input.samples, [&](const plates::Document& document) {
                options.table = plates::read_sample_table(document);
            });
        inputs_.offline.push_back(std::move(options));
    }

    /// Jobs like `like` for the files that the globs match.
    void add_files(const std::vector<std::string>& globs, PlateJob like, std::vector<PlateJob>& jobs) {
        for (const std::string& glob : globs) {
            const std::vector<std::string> paths = matches_of(config_, glob);
            if (paths.empty())
                problem(fmt::format("files = \"{}\": no such file", glob));
            for (const std::string& path : paths) {
                like.path = path;
                like.name = name_of(config_, path);
                if (!seen_.insert(like.name).second)
                    problem(fmt::format("files: '{}' is named twice", like.name));
                std::error_code unreadable;
                const auto bytes = fs::file_size(path, unreadable);
                like.bytes = unreadable ? 0 : bytes;
                jobs.push_back(like);
            }
        }
    }

    /// "layouts/{plate}.csv" is every file of that shape; what stands for {plate} is the plate.
    void read_layouts(const std::string& layout, PlacementOptions& options) {
        const std::size_t brace = layout.find("{plate}");
        if (brace == std::string::npos) {
            read("layout", layout, [&](const plates::Document& document) {
                options.layouts.push_back(plates::read_layout(document));
                options.layouts.back().path = layout;
            });
            return;
        }
        const std::string before = layout.substr(0, brace);
        const std::string after = layout.substr(brace + 7);
        const std::size_t files_before = options.layouts.size();
        for (const std::string& path : matches_of(config_, fmt::format("{}*{}", before, after))) {
            const std::string name = name_of(config_, path);
            const std::string lead = fs::path(before).lexically_normal().generic_string();
            const std::string plate = name.substr(lead.size(), name.size() - lead.size() - after.size());
            read("layout", name, [&](const plates::Document& document) {
                plates::Layout found = plates::read_layout(document);
                if (found.plates.size() == 1 && found.plates.begin()->first.empty()) {
                    auto wells = std::move(found.plates.begin()->second);
                    found.plates = {{plate, std::move(wells)}};
                }
                found.path = name;
                options.layouts.push_back(std::move(found));
            });
        }
        if (options.layouts.size() == files_before)
            problem(fmt::format("layout = \"{}\": no such file", layout));
    }

    template <typename Use>
    void read(std::string_view kind, const std::string& name, Use use) {
        try {
            const auto document = plates::Document::open(config_.resolve(name).string());
            use(document);
            const std::string listed = name_of(config_, document.path());
            if (tables_.insert(listed).second)
                inputs_.tables.push_back({listed, document.bytes().size(),
                                          formats::results::sha256_hex(document.bytes()), std::string(kind),
                                          "", 0, 0, 0});
        } catch (const formats::FormatError& error) {
            problems_.emplace_back(error.what());
        }
    }

    void problem(const std::string& message) {
        problems_.push_back(fmt::format("{}: {}", config_.file.string(), message));
    }

    const ScreenConfig& config_;
    std::vector<std::string>& problems_;
    ScreenInputs inputs_;
    std::set<std::string> seen_;
    std::set<std::string> tables_;
};

using Names = std::set<std::string, std::less<>>;

void unused_of_entry(const PlacementOptions& entry, const Names& plates, const Names& files,
                     const std::string& no_plate, std::vector<ScreenReject>& rejects) {
    for (const plates::Layout& layout : entry.layouts)
        for (const auto& [plate, wells] : layout.plates)
            if (!plate.empty() && !plates.contains(plate))
                rejects.push_back({"layout", layout.path, fmt::format("plate '{}'", plate), no_plate});
    for (const plates::Mask& mask : entry.masks)
        if (!plates.contains(mask.plate))
            rejects.push_back({"mask", entry.masks_path,
                               fmt::format("plate '{}', well {}", mask.plate, well_name(mask.well)),
                               no_plate});
    for (const plates::PlateListEntry& listed : entry.plate_list)
        if (!files.contains(listed.file))
            rejects.push_back({"plate list", listed.file, fmt::format("plate '{}'", listed.plate),
                               "is not among the files"});
}

}  // namespace

std::string as_glob(std::string_view name) {
    std::string glob;
    for (char c : name) {
        if (std::string_view("\\*?[]{}").find(c) != std::string_view::npos)
            glob += '\\';
        glob += c;
    }
    return glob;
}

std::vector<std::string> files_matching(const ScreenConfig& config, const std::string& pattern) {
    return matches_of(config, pattern);
}

std::string name_of(const ScreenConfig& config, const std::string& path) {
    return fs::path(path).lexically_proximate(config.folder).generic_string();
}

std::string bytes_of_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string bytes(fs::file_size(path), '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

ScreenInputs gather_inputs(const ScreenConfig& config, std::vector<std::string>& problems) {
    return Gatherer(config, problems).gather();
}

std::vector<ScreenReject> unused_entries(const ScreenInputs& inputs,
                                         const pipeline::PlateCollection& collection) {
    Names names(collection.set_aside.begin(), collection.set_aside.end());
    for (const pipeline::PlateData& plate : collection.plates) {
        names.insert(plate.name);
        names.insert(plate.layout_plate);
    }
    Names files;
    for (const PlateJob& job : inputs.jobs)
        files.insert(fs::path(job.path).filename().string());
    const bool all_read = std::none_of(collection.rejects.begin(), collection.rejects.end(),
                                       [](const ScreenReject& reject) { return reject.kind == "file"; });
    const std::string no_plate =
        all_read ? "no file holds this plate" : "no file that could be read holds this plate";
    std::vector<ScreenReject> rejects;
    for (const PlacementOptions& entry : inputs.placement)
        unused_of_entry(entry, names, files, no_plate, rejects);
    return rejects;
}

bool sets_input_aside(const ScreenReject& reject) {
    return reject.kind == "file" || reject.kind == "plate";
}

std::vector<std::string> mismatch_warnings(const std::vector<ScreenReject>& rejects) {
    const std::set<std::string_view> told{"layout", "well", "mask", "plate list"};
    std::map<std::pair<std::string_view, std::string_view>, std::vector<const ScreenReject*>> cases;
    for (const ScreenReject& reject : rejects)
        if (sets_input_aside(reject) || told.contains(reject.kind))
            cases[{reject.kind, reject.reason}].push_back(&reject);
    std::vector<std::string> warnings;
    for (const auto& [key, all] : cases)
        warnings.push_back(fmt::format(
            "{}{}{}{}: {}", all.front()->input, all.front()->place.empty() ? "" : ": ", all.front()->place,
            all.size() > 1 ? fmt::format(", and {} more", all.size() - 1) : "", key.second));
    return warnings;
}

}  // namespace wellsieve::workflows

#pragma once

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "formats/plates/measurement.hpp"
#include "pipeline/plate_data.hpp"

namespace wellsieve::pipeline {

/// One export to read.
struct PlateJob {
    std::string path;  ///< to open it
    std::string name;  ///< for messages and results: relative to the configuration
    std::string reader = "auto";
    std::size_t entry = 0;  ///< which of the configuration's [[plates]], or [[offline]], it belongs to
    std::uint64_t bytes = 0;
    std::string kind = "plates";  ///< or "offline"
};

/// A file as its reader sees it.
struct PlateFileBatch {
    PlateJob job;
    InputFile input;
    formats::plates::PlateFile file;
    bool rows_in_any_order = false;  ///< as its reader says
    std::vector<ScreenReject> rejects;
};

/// What an error says of that input, which its text begins with; nothing where it is about another file.
std::optional<std::string> said_of(std::string_view input, const std::exception& error);

/// Opens an export and reads it. With `keep_going`, a file that cannot be read becomes a reject.
struct ReadPlates {
    using In = PlateJob;
    using Out = PlateFileBatch;
    static constexpr std::string_view name = "read plates";

    bool keep_going = false;

    PlateFileBatch operator()(const PlateJob& job) const;
};

}  // namespace wellsieve::pipeline

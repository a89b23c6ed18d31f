#include <fmt/format.h>
#include <htslib/hts.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "formats/error.hpp"
#include "formats/reads/raw_input_internal.hpp"

namespace wellsieve::formats::reads {

RawInput::RawInput(std::string path) : path_(std::move(path)) {
    hts_set_log_level(HTS_LOG_OFF);  // what it has to say comes out as our own errors
    std::error_code ignored;
    if (path_ != "-" && std::filesystem::is_directory(path_, ignored))
        throw FormatError(path_, "", "is a directory, a file of reads is wanted");
    errno = 0;
    // From the root, no part of a name can look like a scheme ("http:") to HTSlib.
    file_.reset(hopen(path_ == "-" ? "-" : std::filesystem::absolute(path_).c_str(), "r"));
    if (!file_)
        throw FormatError(path_, "", fmt::format("cannot be opened: {}", std::strerror(errno)));
}

std::string_view RawInput::peek() {
    const ssize_t got = hpeek(file_.get(), peeked_, sizeof peeked_);
    if (got < 0)
        throw FormatError(path_, "", fmt::format("cannot be read: {}", std::strerror(errno)));
    return {peeked_, static_cast<std::size_t>(got)};
}

std::size_t RawInput::read(char* to, std::size_t bytes) {
    const ssize_t got = hread(file_.get(), to, bytes);
    if (got < 0)
        throw FormatError(path_, "", fmt::format("cannot be read: {}", std::strerror(errno)));
    return static_cast<std::size_t>(got);
}

}  // namespace wellsieve::formats::reads

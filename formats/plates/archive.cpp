#include "formats/plates/archive_internal.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <memory>

#include "formats/error.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t least_budget = 96 * mebibyte;
constexpr std::size_t budget_per_byte = 400;      // sheets shrink by 10 to 40, their cells cost as much again
constexpr std::size_t most_deflate_grows = 1032;  // no deflate stream can grow by more

std::string describe(zip_error_t& error) {
    std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    return text;
}

bool is_ascii(std::string_view bytes) {
    return std::none_of(bytes.begin(), bytes.end(), [](char c) { return static_cast<signed char>(c) < 0; });
}

}  // namespace

MemoryBudget::MemoryBudget(std::string_view path, std::size_t file_bytes)
    : path_(path), left_(std::max(least_budget, file_bytes * budget_per_byte)) {}

void MemoryBudget::take(std::size_t bytes) {
    if (bytes > left_)
        throw FormatError(path_, "",
                          "asks for more memory than any export of its size needs; is it damaged?");
    left_ -= bytes;
}

Archive::Archive(std::string_view path, std::string_view bytes) : path_(path), budget_(path, bytes.size()) {
    zip_error_t error;
    zip_error_init(&error);
    zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
    if (source != nullptr)
        handle_ = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (handle_ != nullptr)
        return;
    zip_source_free(source);
    throw FormatError(path_, "",
                      fmt::format("is not a whole zip archive ({}); export it again", describe(error)));
}

Archive::~Archive() {
    zip_discard(handle_);
}

std::optional<std::size_t> Archive::index_of(std::string_view part) const {
    const std::string name(part);
    zip_int64_t index = zip_name_locate(handle_, name.c_str(), 0);
    if (index < 0)
        index = zip_name_locate(handle_, name.c_str(), ZIP_FL_NOCASE);
    return index < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(index));
}

std::string Archive::read(std::string_view part, std::size_t longest) {
    const auto fail = [&](std::string_view message) {
        throw FormatError(path_, fmt::format("part {}", part), message);
    };
    const auto index = index_of(part);
    if (!index)
        fail("is missing from the workbook");
    zip_stat_t stat;
    if (zip_stat_index(handle_, *index, 0, &stat) != 0)
        fail(zip_strerror(handle_));
    const std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(zip_fopen_index(handle_, *index, 0),
                                                                 zip_fclose);
    if (!file)
        fail(zip_strerror(handle_));

    std::string bytes;
    std::size_t used = 0;
    std::size_t grow = std::min<std::size_t>({stat.size, stat.comp_size * most_deflate_grows, longest}) + 1;
    for (zip_int64_t got = 1; got != 0; used += static_cast<std::size_t>(got)) {
        if (used == bytes.size()) {
            budget_.take(grow);
            bytes.resize(used + grow);
            grow = mebibyte;
        }
        got = zip_fread(file.get(), bytes.data() + used, bytes.size() - used);
        if (got < 0)
            fail(fmt::format("is damaged ({})", zip_file_strerror(file.get())));
        if (used + static_cast<std::size_t>(got) > longest)
            fail(fmt::format("is longer than {} MiB, which no export is", longest / mebibyte));
    }
    bytes.resize(used);
    if (!is_ascii(bytes))  // UTF-16 starts with a mark, which is not
        bytes = decode_text(bytes);
    return bytes;
}

}  // namespace wellsieve::formats::plates

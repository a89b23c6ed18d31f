#include "tests/formats/reader_conformance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <tuple>

#include "formats/plates/reader.hpp"

namespace wellsieve::tests {
namespace {

using namespace formats::plates;
using formats::FormatError;

constexpr std::string_view file_name = "folder/sample.export";

std::string bytes_of(const ReaderCase& c, std::string_view text) {
    return c.to_bytes ? c.to_bytes(text) : std::string(text);
}

PlateFile read_bytes(const ReaderCase& c, std::string bytes) {
    return read_plate_file(Document(std::string(file_name), std::move(bytes)), c.reader);
}

PlateFile read_text(const ReaderCase& c, std::string_view text) {
    return read_bytes(c, bytes_of(c, text));
}

/// The message of the refusal; fails when the file is taken.
std::string refusal(const ReaderCase& c, std::string bytes) {
    try {
        read_bytes(c, std::move(bytes));
    } catch (const FormatError& error) {
        return error.what();
    }
    FAIL("the file was taken");
    return {};
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
    std::string out;
    for (char byte : text)
        byte == '\n' ? out += line_end : out += byte;
    return out;
}

std::string as_utf16(std::string_view utf8, bool little_endian) {
    std::string out = little_endian ? "\xFF\xFE" : "\xFE\xFF";
    for (std::size_t i = 0; i < utf8.size();) {
        const auto lead = static_cast<unsigned char>(utf8[i]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3;
        unsigned unit = length == 1 ? lead : lead & (length == 2 ? 0x1Fu : 0x0Fu);
        for (std::size_t k = 1; k < length; ++k)
            unit = unit << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3Fu);
        const char low = static_cast<char>(unit & 0xFF);
        const char high = static_cast<char>(unit >> 8);
        out += little_endian ? low : high;
        out += little_endian ? high : low;
        i += length;
    }
    return out;
}

bool same_number(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

std::string measurement_text(const PlateFile& file, std::size_t i) {
    const Measurement& m = file.measurements[i];
    const auto token = file.flag_texts.find(i);
    return fmt::format(
        "measurement {}: plate {}, readout {}, well {}, time {}, temperature {}, value {}, flag '{}' {}", i,
        m.plate, m.readout, well_name(m.well), m.time_s, m.temperature_c, m.value, flag_name(m.flag),
        token == file.flag_texts.end() ? "" : token->second);
}

/// Where a reading stands; without what a cut may have lost.
using Place = std::tuple<std::uint32_t, Well, Mode, std::string, double, double, double, double>;

Place place_of(const ReaderCase& c, const PlateFile& file, const Measurement& m) {
    const auto sortable = [](double x) { return std::isnan(x) ? -1 : x; };
    const Readout& r = file.readouts[m.readout];
    if (c.header_stands_last)
        return {0, m.well, Mode::analyte, "", 0, 0, 0, sortable(m.time_s)};
    return {m.plate,
            m.well,
            r.mode,
            r.name,
            sortable(r.wavelength_nm),
            sortable(r.excitation_nm),
            sortable(r.emission_nm),
            sortable(m.time_s)};
}

/// How many numbers of `part` the whole file does not have in that place.
std::size_t invented(const ReaderCase& c, const PlateFile& whole, const PlateFile& part) {
    std::multimap<Place, double> known;
    for (const Measurement& m : whole.measurements)
        known.emplace(place_of(c, whole, m), m.value);
    std::size_t count = 0;
    for (const Measurement& m : part.measurements) {
        if (m.flag != Flag::none)
            continue;
        const auto [begin, end] = known.equal_range(place_of(c, part, m));
        const auto found =
            std::find_if(begin, end, [&](const auto& entry) { return entry.second == m.value; });
        if (found == end)
            ++count;
        else
            known.erase(found);
    }
    return count;
}

/// Reads the first `size` bytes; a FormatError is as good as a part of the whole file.
void check_cut(const ReaderCase& c, const PlateFile& whole, const std::string& bytes, std::size_t tolerated) {
    std::optional<PlateFile> part;
    try {
        part = read_bytes(c, bytes);
    } catch (const FormatError&) {
        return;
    }
    INFO("cut to " << bytes.size() << " bytes, which end in \""
                   << bytes.substr(bytes.size() - std::min<std::size_t>(bytes.size(), 40)) << '"');
    REQUIRE(part->measurements.size() <= whole.measurements.size());
    REQUIRE(invented(c, whole, *part) <= tolerated);
}

/// Adds the sample to the seeds of the fuzzers in the folder that WELLSIEVE_SEEDS names.
void keep_as_seed(const ReaderCase& c, const std::filesystem::path& folder) {
    const auto keep = [&](const std::string& target, const std::string& bytes) {
        std::filesystem::create_directories(folder / target);
        const std::string name = fmt::format("{:016x}", std::hash<std::string>()(bytes));
        std::ofstream(folder / target / name, std::ios::binary) << bytes;
    };
    keep(c.reader, bytes_of(c, c.sample));
    if (c.to_bytes) {
        keep(c.reader + ".xlsx", c.sample);
        keep("workbook", bytes_of(c, c.sample));
    }
}

void check_truncated(const ReaderCase& c, const PlateFile& whole) {
    for (std::size_t end = 0; end < c.sample.size(); ++end)
        if (end == 0 || c.sample[end - 1] == '\n')
            check_cut(c, whole, bytes_of(c, std::string_view(c.sample).substr(0, end)), 0);
    // A cut through a number leaves a shorter one, and nobody can tell. Of a workbook's bytes nothing
    // remains.
    const std::string bytes = bytes_of(c, c.sample);
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 199);
    for (std::size_t end = 1; end < bytes.size(); end += step)
        check_cut(c, whole, bytes.substr(0, end), c.to_bytes ? 0 : 1);
}

void check_same(const ReaderCase& c, const PlateFile& whole, const std::string& bytes) {
    CHECK(choose_reader(Document(std::string(file_name), bytes)).name == c.reader);
    CHECK_THAT(difference(whole, read_bytes(c, bytes)), Catch::Equals(""));
}

void check_text_variants(const ReaderCase& c, const PlateFile& whole) {
    SECTION("lines ended by CR and LF") {
        check_same(c, whole, with_line_ends(c.sample, "\r\n"));
    }
    if (c.lone_cr) {
        SECTION("lines ended by CR alone") {
            check_same(c, whole, with_line_ends(c.sample, "\r"));
        }
    }
    SECTION("no line end after the last line") {
        check_same(c, whole, c.sample.substr(0, c.sample.find_last_not_of('\n') + 1));
    }
    SECTION("UTF-8 with a byte order mark") {
        check_same(c, whole, "\xEF\xBB\xBF" + c.sample);
    }
    SECTION("UTF-16, little endian") {
        check_same(c, whole, as_utf16(with_line_ends(c.sample, "\r\n"), true));
    }
    SECTION("UTF-16, big endian") {
        check_same(c, whole, as_utf16(with_line_ends(c.sample, "\r\n"), false));
    }
    SECTION("UTF-16 without a byte order mark") {
        check_same(c, whole, as_utf16(c.sample, true).substr(2));
    }
    if (c.trailing_delimiters) {
        SECTION("trailing delimiters") {
            check_same(c, whole, with_line_ends(c.sample, std::string(2, c.delimiter) + "\n"));
        }
    }
    if (!c.decimal_comma.empty()) {
        SECTION("decimal comma") {
            check_same(c, whole, c.decimal_comma);
        }
    }
}

void check_bad_token(const ReaderCase& c) {
    const std::string& in_file = c.bad_token_in_file.empty() ? c.bad_token : c.bad_token_in_file;
    const std::string message = refusal(c, bytes_of(c, with_replaced(c.sample, c.cell, in_file)));
    const auto line = 1 + std::count(c.sample.begin(), c.sample.begin() + c.sample.find(c.cell), '\n');
    const std::string place = !c.bad_token_place.empty() ? c.bad_token_place
                              : c.to_bytes               ? "sheet '"
                                                         : fmt::format("line {}", line);
    INFO(message);
    CHECK(message.starts_with(file_name));
    CHECK(message.find(place) != std::string::npos);
    CHECK(message.find(fmt::format("well {}", c.well)) != std::string::npos);
    CHECK(message.find(c.bad_token) != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
}

void check_known_token(const ReaderCase& c, const PlateFile& whole) {
    const std::string& in_file = c.known_token_in_file.empty() ? c.known_token : c.known_token_in_file;
    const PlateFile file = read_text(c, with_replaced(c.sample, c.cell, in_file));
    REQUIRE(file.measurements.size() == whole.measurements.size());
    std::size_t changed = 0;
    for (std::size_t i = 0; i < file.measurements.size(); ++i) {
        const Measurement& m = file.measurements[i];
        if (same_number(m.value, whole.measurements[i].value))
            continue;
        ++changed;
        CHECK(well_name(m.well) == c.well);
        CHECK(std::isnan(m.value));
        CHECK(m.flag == c.flag);
        REQUIRE(file.flag_texts.count(i) == 1);
        CHECK(file.flag_texts.at(i) == c.known_token);
    }
    CHECK(changed == 1);
}

void check_empty_cell(const ReaderCase& c, const PlateFile& whole) {
    const auto numbers = [](const PlateFile& file) {
        return std::count_if(file.measurements.begin(), file.measurements.end(),
                             [](const Measurement& m) { return m.flag == Flag::none; });
    };
    const PlateFile file = read_text(c, with_replaced(c.sample, c.cell, ""));
    CHECK(numbers(file) == numbers(whole) - 1);
    CHECK(invented(c, whole, file) == 0);
    for (const Measurement& m : file.measurements)
        if (m.flag != Flag::none && well_name(m.well) == c.well)
            CHECK(m.flag == Flag::not_measured);
}

}  // namespace

std::string with_replaced(std::string_view text, std::string_view part, std::string_view replacement) {
    const std::size_t at = text.find(part);
    REQUIRE(at != std::string_view::npos);
    REQUIRE(text.find(part, at + 1) == std::string_view::npos);
    return std::string(text.substr(0, at)).append(replacement).append(text.substr(at + part.size()));
}

std::string difference(const PlateFile& a, const PlateFile& b) {
    if (a.plates.size() != b.plates.size())
        return fmt::format("{} plates, {} plates", a.plates.size(), b.plates.size());
    for (std::size_t i = 0; i < a.plates.size(); ++i)
        if (a.plates[i].name != b.plates[i].name || a.plates[i].shape != b.plates[i].shape)
            return fmt::format("plate {}: '{}', '{}'", i, a.plates[i].name, b.plates[i].name);
    if (a.readouts.size() != b.readouts.size())
        return fmt::format("{} readouts, {} readouts", a.readouts.size(), b.readouts.size());
    for (std::size_t i = 0; i < a.readouts.size(); ++i)
        if (!a.readouts[i].same_as(b.readouts[i]))
            return fmt::format("readout {}: '{}', '{}'", i, a.readouts[i].name, b.readouts[i].name);
    if (a.measurements.size() != b.measurements.size())
        return fmt::format("{} measurements, {} measurements", a.measurements.size(), b.measurements.size());
    for (std::size_t i = 0; i < a.measurements.size(); ++i)
        if (measurement_text(a, i) != measurement_text(b, i))
            return measurement_text(a, i) + " / " + measurement_text(b, i);
    const auto reason_differs = [](const Reject& x, const Reject& y) { return x.reason != y.reason; };
    if (a.rejects.size() != b.rejects.size() ||
        !std::equal(a.rejects.begin(), a.rejects.end(), b.rejects.begin(), std::not_fn(reason_differs)))
        return "the rejects";
    if (a.samples != b.samples)
        return "the samples";
    return a.metadata == b.metadata ? "" : "the metadata";
}

void check_reader(const ReaderCase& c) {
    if (const char* folder = std::getenv("WELLSIEVE_SEEDS"))
        return keep_as_seed(c, folder);
    const PlateFile whole = read_text(c, c.sample);
    SECTION("good, and found by content") {
        CHECK(whole.measurements.size() == c.measurements);
        check_same(c, whole, bytes_of(c, c.sample));
    }
    if (!c.to_bytes)
        check_text_variants(c, whole);
    SECTION("unknown text in the place of a reading") {
        check_bad_token(c);
    }
    if (!c.known_token.empty()) {
        SECTION("a known token in the place of a reading") {
            check_known_token(c, whole);
        }
    }
    if (c.may_be_empty) {
        SECTION("an empty cell in the place of a reading") {
            check_empty_cell(c, whole);
        }
    }
    SECTION("truncated") {
        check_truncated(c, whole);
    }
    SECTION("empty or blank") {
        refusal(c, "");
        refusal(c, bytes_of(c, "\n\n  \n"));
        CHECK_THROWS_AS(choose_reader(Document(std::string(file_name), bytes_of(c, "\n\n  \n"))),
                        FormatError);
    }
}

}  // namespace wellsieve::tests

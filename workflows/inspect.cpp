#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

#include "formats/counted.hpp"
#include "formats/plates/reader.hpp"
#include "formats/plates/tidy.hpp"
#include "formats/reads/read_source.hpp"
#include "pipeline/read_summary.hpp"
#include "workflows/commands.hpp"

namespace wellsieve::workflows {

using formats::counted;
namespace {

namespace plates = formats::plates;

std::string optics(const plates::Readout& readout) {
    std::string text;
    if (!std::isnan(readout.wavelength_nm))
        text += fmt::format(" {} nm", readout.wavelength_nm);
    if (!std::isnan(readout.excitation_nm))
        text += fmt::format(" excitation {} nm", readout.excitation_nm);
    if (!std::isnan(readout.emission_nm))
        text += fmt::format(" emission {} nm", readout.emission_nm);
    return text;
}

struct ReadoutSummary {
    std::set<plates::Well> wells;
    std::set<double> times_s;
    std::size_t values = 0;
    double low = INFINITY;
    double high = -INFINITY;
    std::map<plates::Flag, std::size_t> flags;
};

ReadoutSummary summarise(const plates::PlateFile& file, std::uint32_t plate, std::uint32_t readout) {
    ReadoutSummary summary;
    for (const plates::Measurement& m : file.measurements) {
        if (m.plate != plate || m.readout != readout)
            continue;
        ++summary.values;
        summary.wells.insert(m.well);
        if (!std::isnan(m.time_s))
            summary.times_s.insert(m.time_s);
        if (m.flag != plates::Flag::none) {
            ++summary.flags[m.flag];
        } else {
            summary.low = std::min(summary.low, m.value);
            summary.high = std::max(summary.high, m.value);
        }
    }
    return summary;
}

void print_readout(const plates::Readout& readout, const ReadoutSummary& summary) {
    fmt::print("    {}{}{}{}: {} in {}", plates::mode_name(readout.mode), optics(readout),
               readout.name.empty() ? "" : fmt::format(" '{}'", readout.name),
               readout.unit.empty() ? "" : fmt::format(" [{}]", readout.unit),
               counted(summary.values, "value"), counted(summary.wells.size(), "well"));
    if (!summary.times_s.empty())
        fmt::print(", {} from {} to {} s", counted(summary.times_s.size(), "time"), *summary.times_s.begin(),
                   *summary.times_s.rbegin());
    if (summary.low <= summary.high)
        fmt::print(", from {} to {}", summary.low, summary.high);
    for (const auto& [flag, count] : summary.flags)
        fmt::print(", {} {}", count, plates::flag_name(flag));
    fmt::print("\n");
}

void print_summary(const plates::Document& document, const plates::Reader& reader,
                   const plates::PlateFile& file) {
    fmt::print("{}\n  reader: {} ({})\n", document.path(), reader.name, reader.vendor);
    for (const auto& [key, value] : file.metadata)
        fmt::print("  {}: {}\n", key, value);
    for (std::uint32_t plate = 0; plate < file.plates.size(); ++plate) {
        const plates::PlateShape shape = file.shape(plate);
        fmt::print("  plate '{}': {} ({} x {})\n", file.plates[plate].name, counted(shape.wells(), "well"),
                   shape.rows, shape.columns);
        for (std::uint32_t readout = 0; readout < file.readouts.size(); ++readout) {
            const ReadoutSummary summary = summarise(file, plate, readout);
            if (summary.values > 0)
                print_readout(file.readouts[readout], summary);
        }
    }
    for (const plates::Reject& reject : file.rejects)
        fmt::print("  not used: {}: {}\n", reject.place, reject.reason);
}

void print_reads(const std::string& path) {
    const pipeline::ReadSummary summary = pipeline::summarise_reads(path);
    fmt::print("{}\n  {}, {}: {}, {}\n", path, format_name(summary.kind.format),
               packing_name(summary.kind.packing), counted(summary.reads, "read"),
               counted(summary.bases(), "base"));
    if (summary.reads == 0)
        return;
    fmt::print("  lengths: {} to {}, half of them {} or less\n", summary.lengths.begin()->first,
               summary.lengths.rbegin()->first, summary.median_length());
    fmt::print("  quality (PHRED+{}): mean {:.1f}, {:.1f} % of bases at 20 or more, {:.1f} % at 30 or more\n",
               summary.kind.phred_offset, summary.mean_quality(), 100 * summary.share_of_quality(20),
               100 * summary.share_of_quality(30));
    const auto share = [&](char letter) {
        return 100.0 * static_cast<double>(summary.letters[static_cast<unsigned char>(letter)]) /
               static_cast<double>(std::max<std::uint64_t>(summary.bases(), 1));
    };
    fmt::print("  bases: A {:.1f} %, C {:.1f} %, G {:.1f} %, T {:.1f} %, N {:.1f} %\n", share('A'),
               share('C'), share('G'), share('T'), share('N'));
    fmt::print("  first read: {}\n", summary.first_read);
}

}  // namespace

Exit inspect(const InspectOptions& options) {
    for (const std::string& path : options.files) {
        if (formats::reads::sniff_reads(path) && !options.tidy) {
            print_reads(path);
            continue;
        }
        const auto document = plates::Document::open(path);
        const plates::Reader& reader = plates::choose_reader(document, options.reader);
        const plates::PlateFile file = plates::read_plate_file(document, reader.name);
        if (options.tidy)
            fmt::print("{}", plates::to_tidy(file, options.with_derived));
        else
            print_summary(document, reader, file);
    }
    return Exit::done;
}

Exit list_readers() {
    for (const plates::Reader& reader : plates::readers())
        fmt::print("{:<16} {:<32} {:<16} {}\n", reader.name, reader.vendor, reader.file_types,
                   reader.looked_for);
    return Exit::done;
}

}  // namespace wellsieve::workflows

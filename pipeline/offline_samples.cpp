#include "pipeline/offline_samples.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "formats/counted.hpp"
#include "formats/error.hpp"
#include "formats/plates/text.hpp"
#include "formats/plates/value.hpp"

namespace wellsieve::pipeline {
namespace {

namespace plates = formats::plates;
using formats::counted;
using plates::Flag;
using plates::TakenSample;

struct TimeWord {
    std::string_view word;
    double in_hours;
};
constexpr std::array time_words{TimeWord{"hours", 1}, TimeWord{"minutes", 1.0 / 60}, TimeWord{"days", 24}};

/// Enters the part of a name that stands for a word of the pattern; false where it cannot.
bool enter(std::string_view word, std::string_view part, SampleName& name) {
    for (const TimeWord& time : time_words) {
        if (word != time.word)
            continue;
        const auto number = plates::parse_number(part);
        const bool plain = part.find_first_not_of("0123456789.") == part.npos;
        if (number && plain)
            name.time_h = *number * time.in_hours;
        return number && plain;
    }
    (word == "plate" ? name.plate : name.vessel) = part;
    return true;
}

bool take_apart(std::string_view text, std::string_view pattern, SampleName& name) {
    if (pattern.empty())
        return text.empty();
    if (pattern.front() != '{')
        return !text.empty() && plates::equals_ignoring_case(text.substr(0, 1), pattern.substr(0, 1)) &&
               take_apart(text.substr(1), pattern.substr(1), name);
    const std::size_t end = pattern.find('}');
    for (std::size_t length = 1; length <= text.size(); ++length)
        if (take_apart(text.substr(length), pattern.substr(end + 1), name) &&
            enter(pattern.substr(1, end - 1), text.substr(0, length), name))
            return true;
    return false;
}

struct Place {
    std::size_t plate = 0;
    std::uint32_t well = 0;
    double time_s = not_set;
};

/// Where a sample is from, or why that is not known.
struct Origin {
    std::optional<Place> place = {};
    std::string reason = {};
    double dilution = 1;
};

/// What is told of a sample beside what was measured, or why nothing is.
struct Told {
    SampleName name = {};
    double taken_s = not_set;
    const TakenSample* row = nullptr;  ///< of the table
    std::string reason = {};
};

std::optional<std::uint32_t> well_of_vessel(const PlateData& plate, std::string_view vessel) {
    for (std::uint32_t i = 0; i < plate.vessels.size(); ++i)
        if (plates::equals_ignoring_case(plate.vessels[i], vessel))
            return i;
    const auto well = plates::parse_well(vessel);
    return well && plate.shape.contains(*well) ? std::optional(plate.shape.index(*well)) : std::nullopt;
}

Origin find_vessel(std::span<const PlateData> all, std::string_view plate, std::string_view vessel) {
    Origin found;
    bool has_plate = plate.empty();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!plate.empty() && all[i].name != plate && all[i].layout_plate != plate)
            continue;
        has_plate = true;
        const auto well = well_of_vessel(all[i], vessel);
        if (!well)
            continue;
        if (found.place)
            return {{},
                    fmt::format(
                        "vessel '{}' is on plate '{}' and on plate '{}': a column plate, {{plate}} in the "
                        "pattern, or plate = … must say which",
                        vessel, all[found.place->plate].name, all[i].name)};
        found.place = {i, *well};
    }
    if (!has_plate)
        found.reason = fmt::format("there is no plate '{}'", plate);
    else if (!found.place)
        found.reason = plate.empty() ? fmt::format("no plate has a vessel '{}'", vessel)
                                     : fmt::format("plate '{}' has no vessel '{}'", plate, vessel);
    return found;
}

/// What one [[offline]] entry says of samples.
class Samples {
  public:
    Samples(const OfflineOptions& options, std::span<const PlateData> all) : options_(options), all_(all) {
        for (const TakenSample& sample : options.table)
            by_name_.emplace(sample.sample, &sample);
    }

    /// `row`: what the file says beside the name.
    Told told_of(const std::string& sample, const plates::SampleRow& row) const {
        Told told{{options_.plate, row.vessel.empty() ? sample : row.vessel}, row.taken_s};
        if (!options_.table_path.empty()) {
            const auto found = by_name_.find(sample);
            if (found == by_name_.end())
                return {.reason = fmt::format("is not in {}", options_.table_path)};
            told.row = found->second;
            told.name = {told.row->plate, told.row->vessel, told.row->time_h};
            if (!std::isnan(told.row->taken_s))
                told.taken_s = told.row->taken_s;
        } else if (!options_.pattern.empty()) {
            const auto parsed = parse_sample_name(sample, options_.pattern);
            if (!parsed)
                return {.reason = fmt::format("is not named as \"{}\" has it", options_.pattern)};
            told.name = *parsed;
        }
        if (told.name.plate.empty())
            told.name.plate = options_.plate;
        return told;
    }

    /// `in_file_s`: the time that the file gives the reading.
    Origin origin(const std::string& sample, const plates::SampleRow& row, double in_file_s) {
        const Told told = told_of(sample, row);
        if (!told.reason.empty())
            return {{}, told.reason};
        used_.insert(told.row);
        Origin origin = find_vessel(all_, told.name.plate, told.name.vessel);
        if (!origin.place)
            return origin;
        origin.dilution = told.row == nullptr ? 1 : told.row->dilution;
        double time_s = told.name.time_h * plates::hour_s;
        if (std::isnan(time_s))
            time_s = in_file_s;
        if (std::isnan(time_s)) {
            time_s = told.taken_s - options_.start_s;
            if (time_s < 0)
                return {{}, fmt::format("was taken {:.3g} h before the start", -time_s / plates::hour_s)};
        }
        if (std::isnan(time_s))
            return {{},
                    "its time is not known: a column time_h, {hours} in the pattern, or start = … for dates "
                    "tells it"};
        origin.place->time_s = time_s;
        return origin;
    }

    /// Of the table, what no file has.
    void reject_unused(std::vector<ScreenReject>& rejects) const {
        for (const TakenSample& sample : options_.table)
            if (!used_.contains(&sample))
                rejects.push_back({"sample", options_.table_path,
                                   fmt::format("{}, sample '{}'", sample.place, sample.sample),
                                   "is in no file"});
    }

  private:
    const OfflineOptions& options_;
    std::span<const PlateData> all_;
    std::map<std::string_view, const TakenSample*> by_name_;
    std::set<const TakenSample*> used_;
};

struct Reading {
    double value = plates::missing;
    double temperature_c = plates::missing;
    Flag flag = Flag::none;
    std::string sample;
    std::string file;
    std::string place;
};

std::string sample_name(const plates::PlateFile& file, const plates::Measurement& measurement) {
    const auto named = file.samples.find({measurement.plate, measurement.well});
    return named == file.samples.end() ? well_name(measurement.well) : named->second;
}

/// A number precedes what is none, and that an empty cell.
bool precedes(const Reading& a, const Reading& b) {
    const auto rank = [](Flag flag) { return flag == Flag::none ? 0 : flag == Flag::not_measured ? 2 : 1; };
    return rank(a.flag) < rank(b.flag);
}

/// Whether a quantity falls as its sample is diluted: amounts, masses and cells per volume.
bool is_per_volume(std::string_view unit) {
    constexpr std::array volumes{"/L", "/mL", "/dL", "/uL", "/µL"};
    constexpr std::array molar{"M", "mM", "uM", "µM"};
    return std::any_of(volumes.begin(), volumes.end(),
                       [&](std::string_view volume) { return unit.ends_with(volume); }) ||
           std::find(molar.begin(), molar.end(), unit) != molar.end();
}

/// One quantity of the vessels of one plate.
struct SampledReadout {
    plates::Readout readout;
    std::map<std::pair<double, std::uint32_t>, Reading> readings;  ///< by time [s] and well
};

ReadoutSeries series_of(const SampledReadout& sampled, std::size_t wells) {
    ReadoutSeries series;
    series.readout = sampled.readout;
    series.of_samples = true;
    series.source = sampled.readings.begin()->second.file;
    for (const auto& [at, reading] : sampled.readings) {
        if (series.times_s.empty() || series.times_s.back() != at.first) {
            series.times_s.push_back(at.first);
            series.temperature_c.push_back(reading.temperature_c);
            series.values.resize(series.values.size() + wells, plates::missing);
            series.flags.resize(series.flags.size() + wells, absent);
        }
        const std::size_t cell = (series.times_s.size() - 1) * wells + at.second;
        series.values[cell] = reading.value;
        series.flags[cell] = reading.flag;
    }
    return series;
}

/// The samples of a file, each once, and what the file says of it.
std::map<std::string, plates::SampleRow> samples_of(const plates::PlateFile& file) {
    std::map<std::string, plates::SampleRow> out;
    std::size_t row = 0;
    for (std::size_t i = 0; i < file.measurements.size(); ++i) {
        while (row < file.sample_rows.size() && file.sample_rows[row].first <= i)
            ++row;
        out.try_emplace(sample_name(file, file.measurements[i]),
                        row == 0 ? plates::SampleRow{} : file.sample_rows[row - 1]);
    }
    return out;
}

struct VesselStrain {
    std::string strain;
    std::string place;  ///< where the table says it
};

bool natural_order(const std::string& a, const std::string& b) {
    return natural_less(a, b);
}
using Vessels = std::map<std::string, VesselStrain, decltype(&natural_order)>;

/// The smallest plate whose wells the vessels are called by, or nothing where one is called otherwise ("R1"
/// is a reactor before it is a well of a plate of 1,536).
std::optional<plates::PlateShape> shape_of_wells(const Vessels& vessels) {
    plates::Well last{};
    for (const auto& [vessel, strain] : vessels) {
        const auto well = plates::parse_well(vessel);
        if (!well)
            return std::nullopt;
        last = {std::max(last.row, well->row), std::max(last.column, well->column)};
    }
    constexpr std::uint32_t most_wells = 384;
    const plates::PlateShape shape = plates::smallest_shape_with(last);
    return shape.wells() <= most_wells ? std::optional(shape) : std::nullopt;
}

PlateData plate_of(const std::string& name, const Vessels& vessels) {
    constexpr std::size_t most_columns = 48;
    PlateData plate;
    plate.name = plate.layout_plate = name;
    const auto wells = shape_of_wells(vessels);
    const std::size_t columns = std::min(vessels.size(), most_columns);
    plate.shape =
        wells ? *wells
              : plates::PlateShape{static_cast<std::uint16_t>((vessels.size() + columns - 1) / columns),
                                   static_cast<std::uint16_t>(columns)};
    plate.wells.resize(plate.shape.wells());
    plate.measured.resize(plate.shape.wells());
    plate.vessels.resize(wells ? 0 : plate.shape.wells());
    std::uint32_t next = 0;
    for (const auto& [vessel, strain] : vessels) {
        const std::uint32_t well = wells ? plate.shape.index(*plates::parse_well(vessel)) : next++;
        if (!wells)
            plate.vessels[well] = vessel;
        plate.wells[well].strain = strain.strain.empty() ? vessel : strain.strain;
        plate.wells[well].role = plates::Role::sample;
    }
    return plate;
}

class SamplePlacement {
  public:
    explicit SamplePlacement(PlateCollection& collection)
        : collection_(collection), of_plate_(collection.plates.size()) {}

    void add(PlateFileBatch batch, Samples& samples) {
        const plates::PlateFile& file = batch.file;
        rejected_ = 0;
        std::size_t row = 0;
        const plates::SampleRow no_row{};
        for (std::size_t i = 0; i < file.measurements.size(); ++i) {
            const plates::Measurement& m = file.measurements[i];
            while (row < file.sample_rows.size() && file.sample_rows[row].first <= i)
                ++row;
            const plates::SampleRow& said = row == 0 ? no_row : file.sample_rows[row - 1];
            const std::string sample = sample_name(file, m);
            const Origin origin = samples.origin(sample, said, m.time_s);
            if (origin.place) {
                samples_used_.insert({batch.job.name, sample});
                const plates::Readout& readout = file.readouts[m.readout];
                enter(*origin.place, readout,
                      {is_per_volume(readout.unit) ? m.value * origin.dilution : m.value, m.temperature_c,
                       m.flag, sample, batch.job.name, said.place});
            } else {
                set_aside(batch.job.name, sample, said.place, origin.reason);
            }
        }
        batch.input.cells_rejected += rejected_;
        batch.input.cells_used = file.measurements.size() - rejected_;
        collection_.inputs.push_back(std::move(batch.input));
        std::move(batch.rejects.begin(), batch.rejects.end(), std::back_inserter(collection_.rejects));
    }

    std::vector<std::string> finish() {
        for (std::size_t plate = 0; plate < of_plate_.size(); ++plate)
            for (const SampledReadout& sampled : of_plate_[plate])
                collection_.add_series(plate, series_of(sampled, collection_.plates[plate].shape.wells()));
        for (const auto& [what, where] : set_aside_)
            collection_.rejects.push_back(
                {"sample", what.file,
                 fmt::format("{}{}sample '{}'", where.first, where.first.empty() ? "" : ", ", what.sample),
                 fmt::format("{} ({})", what.reason, counted(where.second, "value"))});
        if (set_aside_.empty())
            return {};
        std::set<std::pair<std::string, std::string>> lost;
        for (const auto& [what, where] : set_aside_)
            lost.insert({what.file, what.sample});
        const SetAside& first = set_aside_.begin()->first;
        return {fmt::format("{} of {} of offline analysers not used, the first of them '{}' of {}: {}",
                            lost.size(), counted(lost.size() + samples_used_.size(), "sample"), first.sample,
                            first.file, first.reason)};
    }

  private:
    struct SetAside {
        std::string file;
        std::string sample;
        std::string reason;
        auto operator<=>(const SetAside&) const = default;
    };

    void enter(const Place& at, const plates::Readout& readout, Reading reading) {
        std::vector<SampledReadout>& all = of_plate_[at.plate];
        auto sampled = std::find_if(all.begin(), all.end(),
                                    [&](const auto& known) { return known.readout.same_as(readout); });
        if (sampled == all.end())
            sampled = all.insert(all.end(), {readout, {}});
        const auto [known, is_new] = sampled->readings.try_emplace({at.time_s, at.well}, reading);
        if (is_new)
            return;
        ++rejected_;
        if (precedes(reading, known->second))
            std::swap(reading, known->second);
        if (reading.flag == Flag::not_measured)
            return;
        const Reading& used = known->second;
        collection_.rejects.push_back(
            {"sample", reading.file,
             fmt::format("{}{}sample '{}'", reading.place, reading.place.empty() ? "" : ", ", reading.sample),
             fmt::format("{} of well {} at {:.6g} h stands twice: {} is not used, for {} of sample '{}' is",
                         readout.name, well_name(collection_.plates[at.plate].shape.well(at.well)),
                         at.time_s / plates::hour_s, text_of(reading), text_of(used), used.sample)});
    }

    static std::string text_of(const Reading& reading) {
        return reading.flag == Flag::none ? fmt::format("{}", reading.value)
                                          : fmt::format("'{}'", flag_name(reading.flag));
    }

    void set_aside(const std::string& file, const std::string& sample, const std::string& place,
                   const std::string& reason) {
        ++rejected_;
        ++set_aside_.try_emplace({file, sample, reason}, place, 0).first->second.second;
    }

    PlateCollection& collection_;
    std::vector<std::vector<SampledReadout>> of_plate_;
    std::map<SetAside, std::pair<std::string, std::size_t>> set_aside_;  ///< first place and number of values
    std::set<std::pair<std::string, std::string>> samples_used_;         ///< by file
    std::uint64_t rejected_ = 0;                                         ///< of the file at hand
};

}  // namespace

std::optional<SampleName> parse_sample_name(std::string_view name, std::string_view pattern) {
    SampleName found;
    return take_apart(name, pattern, found) ? std::optional(std::move(found)) : std::nullopt;
}

std::string problem_with_pattern(std::string_view pattern) {
    std::set<std::string_view> words;
    std::size_t times = 0;
    for (std::size_t open = pattern.find('{'); open != pattern.npos; open = pattern.find('{', open + 1)) {
        const std::size_t end = pattern.find('}', open);
        if (end == pattern.npos)
            return "a '{' without its '}'";
        const std::string_view word = pattern.substr(open + 1, end - open - 1);
        const bool is_time = std::any_of(time_words.begin(), time_words.end(),
                                         [&](const TimeWord& time) { return time.word == word; });
        times += is_time;
        if (!is_time && word != "plate" && word != "vessel")
            return fmt::format("'{{{}}}' is none of {{plate}}, {{vessel}}, {{hours}}, {{minutes}}, {{days}}",
                               word);
        if (!words.insert(word).second || times > 1)
            return fmt::format("'{{{}}}' is one too many", word);
    }
    return words.contains("vessel") ? std::string() : "{vessel} is missing";
}

std::vector<PlateData> plates_of_samples(std::span<const PlateFileBatch> files,
                                         std::span<const OfflineOptions> entries) {
    std::map<std::string, Vessels> of_plate;
    for (const PlateFileBatch& batch : files) {
        const OfflineOptions& entry = entries[batch.job.entry];
        const Samples samples(entry, {});
        for (const auto& [sample, row] : samples_of(batch.file)) {
            const Told told = samples.told_of(sample, row);
            if (!told.reason.empty())
                continue;
            Vessels& vessels =
                of_plate.try_emplace(told.name.plate.empty() ? "samples" : told.name.plate, &natural_order)
                    .first->second;
            VesselStrain& known = vessels[told.name.vessel];
            if (told.row == nullptr || told.row->strain.empty())
                continue;
            if (!known.strain.empty() && known.strain != told.row->strain)
                throw formats::FormatError(
                    entry.table_path, told.row->place,
                    fmt::format("vessel '{}' holds strain '{}' here and '{}' in {}", told.name.vessel,
                                told.row->strain, known.strain, known.place));
            known = {told.row->strain, told.row->place};
        }
    }
    std::vector<PlateData> plates;
    for (const auto& [name, vessels] : of_plate)
        plates.push_back(plate_of(name, vessels));
    return plates;
}

std::vector<std::string> place_samples(std::vector<PlateFileBatch> files,
                                       std::span<const OfflineOptions> entries, PlateCollection& collection) {
    std::vector<Samples> of_entry;
    for (const OfflineOptions& entry : entries)
        of_entry.emplace_back(entry, collection.plates);
    SamplePlacement placement(collection);
    for (PlateFileBatch& file : files) {
        const std::size_t entry = file.job.entry;
        placement.add(std::move(file), of_entry[entry]);
    }
    std::vector<std::string> warnings = placement.finish();
    for (const Samples& samples : of_entry)
        samples.reject_unused(collection.rejects);
    collection.put_in_order();
    return warnings;
}

}  // namespace wellsieve::pipeline

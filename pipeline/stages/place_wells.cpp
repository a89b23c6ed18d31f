#include "pipeline/stages/place_wells.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "formats/error.hpp"
#include "formats/plates/text.hpp"
#include "pipeline/reading_order.hpp"

namespace wellsieve::pipeline {
namespace {

namespace plates = formats::plates;
using plates::Flag;
using plates::Layout;
using plates::Measurement;
using plates::PlateFile;
using plates::PlateShape;
using plates::Well;
using plates::WellContent;

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "", "1", "Plate 1", "Plate": a name that the next file's plate has, too.
bool is_generic(std::string_view name) {
    if (plates::starts_with_ignoring_case(name, "plate"))
        name = plates::trim(name.substr(5));
    return all_digits(name);
}

std::string stem_of(const std::string& path) {
    return std::filesystem::path(path).stem().string();
}

const Layout* layout_with(const std::vector<Layout>& layouts, std::string_view plate) {
    const Layout* found = nullptr;
    for (const Layout& layout : layouts) {
        if (layout.wells_of(plate) == nullptr)
            continue;
        if (found != nullptr)
            throw formats::FormatError(layout.path, fmt::format("plate '{}'", plate),
                                       fmt::format("{} has this plate, too; keep one of them", found->path));
        found = &layout;
    }
    return found;
}

bool names_plate(const std::vector<Layout>& layouts, std::string_view plate) {
    return std::any_of(layouts.begin(), layouts.end(), [&](const Layout& layout) {
        return layout.plates.find(plate) != layout.plates.end();
    });
}

std::string plates_of(const std::vector<Layout>& layouts) {
    std::string names;
    for (const Layout& layout : layouts)
        for (const auto& [plate, wells] : layout.plates)
            names += fmt::format("{}'{}'", names.empty() ? "" : ", ", plate);
    return names;
}

/// The entry of the plate list for a plate of a file: of its run, or else of the whole file.
const plates::PlateListEntry& listed_as(const PlacementOptions& entry, const PlateFileBatch& batch,
                                        std::uint32_t plate) {
    const std::string file = std::filesystem::path(batch.job.path).filename().string();
    const std::string& run = batch.file.plates[plate].name;
    const plates::PlateListEntry* found = nullptr;
    for (const plates::PlateListEntry& listed : entry.plate_list)
        if (listed.file == file && (listed.run == run || (listed.run.empty() && found == nullptr)))
            found = &listed;
    if (found == nullptr)
        throw formats::FormatError(batch.job.name,
                                   batch.file.plates.size() > 1 ? fmt::format("'{}'", run) : "",
                                   "is not in the plate list; add it, or leave it out of files");
    return *found;
}

/// Moves a run to where it began on the clock that the plate's runs share.
void start_at(double start_h, PlateData& data) {
    for (ReadoutSeries& series : data.series) {
        series.on_shared_clock = true;
        for (double& time_s : series.times_s)
            time_s += start_h * formats::plates::hour_s;
    }
}

void name_from_list(const plates::PlateListEntry& listed, const PlateFileBatch& batch, std::uint32_t plate,
                    PlateData& data) {
    data.layout_plate = listed.plate;
    if (listed.run.empty() && batch.file.plates.size() > 1)
        data.layout_plate += ":" + batch.file.plates[plate].name;
    if (!listed.replicate.empty())
        data.replicate = listed.replicate;
    if (!listed.batch.empty())
        data.batch = listed.batch;
}

void name_from_file(const PlacementOptions& entry, const PlateFileBatch& batch, std::uint32_t plate,
                    PlateData& data) {
    const std::string& in_file = batch.file.plates[plate].name;
    const std::string stem = stem_of(batch.job.path);
    const bool several = batch.file.plates.size() > 1;
    const std::string joined = fmt::format("{}:{}", stem, in_file);
    const std::string own = !is_generic(in_file) ? in_file : several ? joined : stem;
    data.layout_plate = own;
    for (const std::string& candidate : {in_file, stem, joined})
        if (names_plate(entry.layouts, candidate) && (candidate != stem || !several)) {
            data.layout_plate = candidate;
            return;
        }
}

void name_plate(const PlacementOptions& entry, const PlateFileBatch& batch, std::uint32_t plate,
                PlateData& data) {
    data.batch = entry.batch;
    data.replicate = entry.replicate;
    if (entry.plate_list.empty())
        name_from_file(entry, batch, plate, data);
    else
        name_from_list(listed_as(entry, batch, plate), batch, plate, data);
    data.name =
        data.replicate.empty() ? data.layout_plate : fmt::format("{}-r{}", data.layout_plate, data.replicate);
}

PlateShape shape_of(const PlateFile& file, std::uint32_t plate, const std::map<Well, WellContent>* layout) {
    PlateShape shape = file.shape(plate);
    if (layout == nullptr || file.plates[plate].shape)
        return shape;
    for (const auto& [well, content] : *layout)
        if (!shape.contains(well))
            shape = std::max(shape, plates::smallest_shape_with(well));
    return shape;
}

void annotate_from_layout(const Layout& layout, const PlateFileBatch& batch, PlateData& data) {
    data.layout_path = layout.path;
    for (const auto& [well, content] : *layout.wells_of(data.layout_plate)) {
        if (!data.shape.contains(well))
            throw formats::FormatError(
                batch.job.name, fmt::format("plate '{}'", data.name),
                fmt::format("has {} wells, and {} has well {} of it: one of them is of another plate",
                            data.shape.wells(), layout.path, well_name(well)));
        WellAnnotation& annotation = data.wells[data.shape.index(well)];
        annotation.in_layout = true;
        annotation.strain = content.strain;
        annotation.replicate = content.replicate;
        annotation.condition = content.condition;
        annotation.medium = content.medium;
        annotation.other = content.other;
        annotation.role =
            content.role.value_or(content.strain.empty() ? plates::Role::empty : plates::Role::sample);
    }
}

/// "PP_0812-R3" is replicate 3 of strain PP_0812.
void split_replicate(const std::string& sample, WellAnnotation& annotation) {
    const std::size_t dash = sample.rfind("-R");
    const bool numbered = dash != std::string::npos && dash > 0 && dash + 2 < sample.size() &&
                          all_digits(std::string_view(sample).substr(dash + 2));
    annotation.strain = numbered ? sample.substr(0, dash) : sample;
    annotation.replicate = numbered ? sample.substr(dash + 2) : std::string();
}

void annotate_from_samples(const PlateFile& file, std::uint32_t plate, PlateData& data) {
    for (const auto& [place, sample] : file.samples) {
        if (place.first != plate || !data.shape.contains(place.second))
            continue;
        WellAnnotation& annotation = data.wells[data.shape.index(place.second)];
        split_replicate(sample, annotation);
        annotation.role = plates::parse_role(annotation.strain).value_or(plates::Role::sample);
    }
}

void name_vessels(const PlateFile& file, std::uint32_t plate, PlateData& data) {
    if (file.plates[plate].vessels != plates::Vessels::reactors)
        return;
    data.vessels.resize(data.shape.wells());
    for (const auto& [place, name] : file.samples)
        if (place.first == plate && data.shape.contains(place.second))
            data.vessels[data.shape.index(place.second)] = name;
}

/// The file's readings, one matrix a readout and read.
class SeriesBuilder {
  public:
    SeriesBuilder(const PlateFileBatch& batch, const std::vector<std::uint16_t>& reads, std::uint32_t plate,
                  PlateShape shape)
        : batch_(batch), reads_(reads), plate_(plate), shape_(shape) {}

    std::vector<ReadoutSeries> build() {
        collect_times();
        for (auto& [key, times] : times_)
            series_.push_back(empty_series(key, times));
        fill();
        return std::move(series_);
    }

  private:
    using Key = std::pair<std::uint32_t, std::uint16_t>;  // readout and read

    /// NaN, the time of an endpoint, sorts first.
    struct TimeOrder {
        bool operator()(double a, double b) const { return std::isnan(a) ? !std::isnan(b) : a < b; }
    };
    using Times = std::set<double, TimeOrder>;

    void collect_times() {
        const Key* last = nullptr;
        Times* times = nullptr;
        for (std::size_t i = 0; i < batch_.file.measurements.size(); ++i) {
            const Measurement& m = batch_.file.measurements[i];
            if (m.plate != plate_)
                continue;
            const Key key{m.readout, reads_[i]};
            if (last == nullptr || *last != key) {
                const auto entry = times_.try_emplace(key).first;
                last = &entry->first;
                times = &entry->second;
            }
            times->insert(times->end(), m.time_s);
        }
    }

    ReadoutSeries empty_series(const Key& key, const Times& times) const {
        ReadoutSeries series;
        series.readout = batch_.file.readouts[key.first];
        series.read = key.second;
        series.source = batch_.job.name;
        series.times_s.assign(times.begin(), times.end());
        series.temperature_c.assign(times.size(), plates::missing);
        series.values.assign(times.size() * shape_.wells(), plates::missing);
        series.flags.assign(times.size() * shape_.wells(), absent);
        return series;
    }

    void fill() {
        std::map<Key, std::size_t> position;
        for (const auto& [key, times] : times_)
            position.emplace(key, position.size());
        std::size_t time = 0;
        Key last{UINT32_MAX, 0};
        ReadoutSeries* current = nullptr;
        for (std::size_t i = 0; i < batch_.file.measurements.size(); ++i) {
            const Measurement& m = batch_.file.measurements[i];
            if (m.plate != plate_)
                continue;
            if (const Key key{m.readout, reads_[i]}; key != last) {
                last = key;
                current = &series_[position.at(key)];
            }
            ReadoutSeries& series = *current;
            if (time >= series.times_s.size() || TimeOrder{}(series.times_s[time], m.time_s) ||
                TimeOrder{}(m.time_s, series.times_s[time]))
                time = static_cast<std::size_t>(
                    std::lower_bound(series.times_s.begin(), series.times_s.end(), m.time_s, TimeOrder{}) -
                    series.times_s.begin());
            const std::size_t cell = time * shape_.wells() + shape_.index(m.well);
            series.values[cell] = m.value;
            series.flags[cell] = m.flag;
            if (std::isnan(series.temperature_c[time]))
                series.temperature_c[time] = m.temperature_c;
        }
    }

    const PlateFileBatch& batch_;
    const std::vector<std::uint16_t>& reads_;
    std::uint32_t plate_;
    PlateShape shape_;
    std::map<Key, Times> times_;
    std::vector<ReadoutSeries> series_;
};

bool is_measured(const PlateData& data, std::uint32_t well) {
    for (const ReadoutSeries& series : data.series)
        for (std::size_t cell = well; cell < series.flags.size(); cell += data.shape.wells())
            if (series.flags[cell] != absent && series.flags[cell] != Flag::not_measured)
                return true;
    return false;
}

void apply_masks(const PlacementOptions& entry, PlateData& data) {
    for (const plates::Mask& mask : entry.masks) {
        const bool this_plate = mask.plate == data.layout_plate || mask.plate == data.name;
        if (!this_plate || (!mask.replicate.empty() && mask.replicate != data.replicate))
            continue;
        if (!data.shape.contains(mask.well))
            throw formats::FormatError(entry.masks_path, fmt::format("well {}", well_name(mask.well)),
                                       fmt::format("plate '{}' has no such well", data.name));
        data.wells[data.shape.index(mask.well)].mask_reason = mask.reason.empty() ? "masked" : mask.reason;
    }
}

void place_plate(const PlacementOptions& entry, const PlateFileBatch& batch,
                 const std::vector<std::uint16_t>& reads, std::uint32_t plate, PlateData& data) {
    name_plate(entry, batch, plate, data);
    const Layout* layout = layout_with(entry.layouts, data.layout_plate);
    if (layout == nullptr && !entry.layouts.empty())
        throw formats::FormatError(
            batch.job.name, fmt::format("plate '{}'", data.layout_plate),
            fmt::format("no layout has this plate; there are {}", plates_of(entry.layouts)));
    const auto* wells = layout == nullptr ? nullptr : layout->wells_of(data.layout_plate);
    data.shape = shape_of(batch.file, plate, wells);
    data.wells.resize(data.shape.wells());
    name_vessels(batch.file, plate, data);
    data.series = SeriesBuilder(batch, reads, plate, data.shape).build();
    if (!entry.plate_list.empty())
        if (const auto start_h = listed_as(entry, batch, plate).start_h)
            start_at(*start_h, data);
    if (layout == nullptr)
        annotate_from_samples(batch.file, plate, data);
    else
        annotate_from_layout(*layout, batch, data);
    for (std::uint32_t well = 0; well < data.shape.wells(); ++well)
        data.measured.push_back(is_measured(data, well));
    apply_masks(entry, data);
}

std::uint64_t cells_of(const PlateFile& file, std::uint32_t plate) {
    return static_cast<std::uint64_t>(std::count_if(file.measurements.begin(), file.measurements.end(),
                                                    [&](const Measurement& m) { return m.plate == plate; }));
}

void place_plates(const PlacementOptions& entry, const PlateFileBatch& batch, bool keep_going,
                  PlateBatch& out) {
    const std::vector<std::uint16_t> reads = plates::number_reads(batch.file);
    if (!batch.rows_in_any_order)
        check_times_ascend(batch.file, reads, batch.job.name);
    for (std::uint32_t plate = 0; plate < batch.file.plates.size(); ++plate) {
        PlateData data;
        try {
            place_plate(entry, batch, reads, plate, data);
            out.plates.push_back(std::move(data));
        } catch (const formats::FormatError& error) {
            const auto reason = said_of(batch.job.name, error);
            if (!keep_going || !reason)
                throw;
            out.rejects.push_back({"plate", batch.job.name, "", *reason});
            out.set_aside.insert(out.set_aside.end(), {data.name, data.layout_plate});
            out.input.cells_rejected += cells_of(batch.file, plate);
        }
    }
}

}  // namespace

PlateBatch PlaceWells::operator()(const PlateFileBatch& batch) const {
    PlateBatch out{batch.input, {}, batch.rejects};
    try {
        place_plates(entries[batch.job.entry], batch, keep_going, out);
    } catch (const formats::FormatError& error) {
        const auto reason = said_of(batch.job.name, error);
        if (!keep_going || !reason)
            throw;
        out.plates.clear();
        out.rejects.push_back({"file", batch.job.name, "", *reason});
        out.input.cells_rejected = out.input.cells_in;
    }
    for (const PlateData& data : out.plates)
        for (const ReadoutSeries& series : data.series)
            out.input.cells_used += static_cast<std::uint64_t>(std::count_if(
                series.flags.begin(), series.flags.end(), [](Flag flag) { return flag != absent; }));
    return out;
}

}  // namespace wellsieve::pipeline

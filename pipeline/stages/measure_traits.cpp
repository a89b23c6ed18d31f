#include "pipeline/stages/measure_traits.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>

#include "kernels/plate/summary.hpp"

namespace wellsieve::pipeline {
namespace {

using formats::plates::Flag;
using formats::plates::missing;
using formats::plates::Role;

constexpr double seconds_per_hour = 3600;

struct FlaggedValue {
    double value = missing;
    Flag flag = Flag::not_measured;
};

const ReadoutSeries* series_of(const NamedPlate& named, const std::vector<NamedReadout>& readouts,
                               const std::string& name) {
    for (std::size_t i = 0; i < named.plate->series.size(); ++i)
        if (readouts[(*named.readouts)[i]].name == name)
            return &named.plate->series[i];
    return nullptr;
}

/// What to subtract from one readout, [time][well]; constant over the wells of a medium.
class BlankCorrection {
  public:
    BlankCorrection(const PlateData& plate, const ReadoutSeries& series, const TraitOptions& trait)
        : plate_(plate), series_(series), trait_(trait) {}

    /// The median of the blanks at that time that share the well's medium where the trait asks for it; NaN
    /// when there is none to subtract though the trait asks for one.
    double at(std::size_t time, std::uint32_t well) const {
        if (trait_.blank == Blank::constant)
            return trait_.blank_value;
        if (trait_.blank == Blank::none)
            return 0;
        const std::string* medium = trait_.blank == Blank::medium ? &plate_.wells[well].medium : nullptr;
        const std::optional<double> blank = median_blank(time, medium);
        if (blank)
            return *blank;
        return trait_.blank == Blank::automatic ? 0 : missing;
    }

  private:
    std::optional<double> median_blank(std::size_t time, const std::string* medium) const {
        std::vector<double> blanks;
        const std::size_t wells = plate_.shape.wells();
        for (std::size_t i = 0; i < wells; ++i) {
            const WellAnnotation& well = plate_.wells[i];
            const bool counts = well.role == Role::blank && well.mask_reason.empty() &&
                                (medium == nullptr || well.medium == *medium);
            if (counts && series_.flags[time * wells + i] == Flag::none)
                blanks.push_back(series_.values[time * wells + i]);
        }
        if (blanks.empty())
            return std::nullopt;
        kernels::plate::Summary summary;
        kernels::plate::summarise(blanks, {}, {1, 1, blanks.size()}, std::span(&summary, 1));
        return summary.median;
    }

    const PlateData& plate_;
    const ReadoutSeries& series_;
    const TraitOptions& trait_;
};

/// One well's readings over time: the blank of each time, or 0.
struct Curve {
    const ReadoutSeries& series;
    const std::vector<std::vector<double>>& blanks;  ///< [time][well]; empty: nothing is subtracted
    std::size_t wells;
    std::size_t well;

    std::size_t times() const { return series.times_s.size(); }
    Flag flag(std::size_t time) const { return series.flags[time * wells + well]; }
    double value(std::size_t time) const {
        return series.values[time * wells + well] - (blanks.empty() ? 0 : blanks[time][well]);
    }
    double time_h(std::size_t time) const { return series.times_s[time] / seconds_per_hour; }
};

bool was_read(Flag flag) {
    return flag != absent && flag != Flag::not_measured;
}

/// The last reading, or the one nearest to the wanted time.
FlaggedValue endpoint(const Curve& curve, double time_h) {
    std::optional<std::size_t> chosen;
    for (std::size_t t = 0; t < curve.times(); ++t) {
        if (!was_read(curve.flag(t)))
            continue;
        const bool nearer = std::isnan(time_h) || !chosen ||
                            std::abs(curve.time_h(t) - time_h) < std::abs(curve.time_h(*chosen) - time_h);
        if (nearer)
            chosen = t;
    }
    if (!chosen)
        return {};
    return {curve.value(*chosen), curve.flag(*chosen)};
}

bool in_window(const Curve& curve, std::size_t time, const TraitOptions& trait) {
    const double h = curve.time_h(time);
    return std::isnan(h) || (!(h < trait.from_h) && !(h > trait.to_h));
}

/// Extremum, mean or area of the readings in the window; a flagged one among them flags the whole.
FlaggedValue over_window(const Curve& curve, const TraitOptions& trait) {
    double sum = 0;
    double area = 0;
    double best = missing;
    std::size_t count = 0;
    std::size_t last = 0;
    for (std::size_t t = 0; t < curve.times(); ++t) {
        if (!was_read(curve.flag(t)) || !in_window(curve, t, trait))
            continue;
        if (curve.flag(t) != Flag::none)
            return {missing, curve.flag(t)};
        const double value = curve.value(t);
        sum += value;
        if (count > 0)
            area += (curve.value(last) + value) / 2 * (curve.time_h(t) - curve.time_h(last));
        best = trait.feature == Feature::minimum ? std::fmin(best, value) : std::fmax(best, value);
        last = t;
        ++count;
    }
    if (count == 0 || (trait.feature == Feature::auc && count < 2))
        return {};
    switch (trait.feature) {
        case Feature::mean:
            return {sum / static_cast<double>(count), Flag::none};
        case Feature::auc:
            return {area, Flag::none};
        default:
            return {best, Flag::none};
    }
}

FlaggedValue feature_of(const Curve& curve, const TraitOptions& trait) {
    return trait.feature == Feature::endpoint ? endpoint(curve, trait.time_h) : over_window(curve, trait);
}

std::vector<std::vector<double>> blanks_of(const PlateData& plate, const ReadoutSeries& series,
                                           const TraitOptions& trait) {
    const BlankCorrection correction(plate, series, trait);
    std::vector<std::vector<double>> blanks(series.times_s.size(), std::vector<double>(plate.shape.wells()));
    for (std::size_t time = 0; time < blanks.size(); ++time) {
        std::map<std::string_view, double> known;  // by medium; one for all where media do not matter
        for (std::uint32_t well = 0; well < plate.shape.wells(); ++well) {
            const std::string_view medium = trait.blank == Blank::medium ? plate.wells[well].medium : "";
            const auto [entry, added] = known.try_emplace(medium);
            if (added)
                entry->second = correction.at(time, well);
            blanks[time][well] = entry->second;
        }
    }
    return blanks;
}

/// The feature of one readout in every well, raw and with the blank subtracted.
PlateTrait measure(const PlateData& plate, const ReadoutSeries* series, const TraitOptions& trait) {
    const std::size_t wells = plate.shape.wells();
    PlateTrait out{std::vector<double>(wells, missing), std::vector<double>(wells, missing),
                   std::vector<Flag>(wells, Flag::not_measured)};
    if (series == nullptr)
        return out;
    const auto blanks = blanks_of(plate, *series, trait);
    const std::vector<std::vector<double>> nothing;
    for (std::size_t well = 0; well < wells; ++well) {
        const FlaggedValue raw = feature_of({*series, nothing, wells, well}, trait);
        out.raw[well] = raw.value;
        out.flags[well] = raw.flag;
        if (raw.flag == Flag::none)
            out.corrected[well] = feature_of({*series, blanks, wells, well}, trait).value;
        if (raw.flag == Flag::none && std::isnan(out.corrected[well]))
            out.flags[well] = Flag::error;
    }
    return out;
}

void divide(PlateTrait& numerator, const PlateTrait& denominator) {
    for (std::size_t well = 0; well < numerator.raw.size(); ++well) {
        if (numerator.flags[well] == Flag::none)
            numerator.flags[well] = denominator.flags[well];
        numerator.raw[well] /= denominator.raw[well];
        numerator.corrected[well] /= denominator.corrected[well];
        if (numerator.flags[well] == Flag::none && !(denominator.corrected[well] > 0))
            numerator.flags[well] = Flag::underflow;
        if (numerator.flags[well] != Flag::none)
            numerator.corrected[well] = missing;
    }
}

void set_masked_aside(const PlateData& plate, PlateTrait& trait) {
    for (std::size_t well = 0; well < plate.wells.size(); ++well)
        if (!plate.wells[well].mask_reason.empty()) {
            trait.flags[well] = Flag::masked;
            trait.corrected[well] = missing;
        }
}

}  // namespace

std::vector<PlateTrait> MeasureTraits::operator()(const NamedPlate& named) const {
    std::vector<PlateTrait> out;
    for (const TraitOptions& trait : traits) {
        PlateTrait measured = measure(*named.plate, series_of(named, readouts, trait.readout), trait);
        if (!trait.per.empty())
            divide(measured, measure(*named.plate, series_of(named, readouts, trait.per), trait));
        set_masked_aside(*named.plate, measured);
        out.push_back(std::move(measured));
    }
    return out;
}

}  // namespace wellsieve::pipeline

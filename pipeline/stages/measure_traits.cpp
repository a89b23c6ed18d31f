#include "pipeline/stages/measure_traits.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>

#include "pipeline/blank_correction.hpp"
#include "pipeline/fed_batch.hpp"
#include "pipeline/gas_readouts.hpp"
#include "pipeline/product_curves.hpp"
#include "pipeline/reading_rounds.hpp"
#include "pipeline/readout_correction.hpp"
#include "pipeline/sensor_features.hpp"
#include "pipeline/window_areas.hpp"

namespace wellsieve::pipeline {
namespace {

using formats::plates::Flag;
using formats::plates::missing;

struct FlaggedValue {
    double value = missing;
    Flag flag = Flag::not_measured;
};

/// The readouts of a plate by name, in rounds of readings; what is written on change, and samples, keep their
/// times.
class NamedSeries {
  public:
    NamedSeries(const NamedPlate& named, const std::vector<NamedReadout>& readouts, const GasOptions& gas,
                const FedBatchOptions& fed_batch)
        : named_(named),
          readouts_(readouts),
          gas_(gas),
          fed_batch_(fed_batch),
          rounds_(named.plate->series.size()) {}

    /// Null where the plate has no such readout.
    const ReadoutSeries* find(const std::string& name) {
        if (is_gas_readout(name, gas_))
            return find_gas(name);
        const std::optional<std::size_t> i = number_of(name);
        if (!i)
            return nullptr;
        const ReadoutSeries& as_read = named_.plate->series[*i];
        if (!rounds_[*i] && !as_read.readout.on_change && !as_read.of_samples)
            rounds_[*i] = in_rounds(as_read, named_.plate->shape.wells());
        return rounds_[*i] && *rounds_[*i] ? &**rounds_[*i] : &as_read;
    }

    /// With the times at which each well was read.
    const ReadoutSeries* find_as_read(const std::string& name) {
        if (is_gas_readout(name, gas_))
            return find_gas(name);
        const std::optional<std::size_t> i = number_of(name);
        return i ? &named_.plate->series[*i] : nullptr;
    }

    /// As read or, in a vessel that is fed or sampled, as it would be in a batch: for slopes.
    const ReadoutSeries* find_for_slopes(const std::string& name) {
        const ReadoutSeries* as_read = find_as_read(name);
        if (!fed_batch_.given() || as_read == nullptr || is_gas_readout(name, gas_))
            return as_read;
        const auto [made, is_new] = batch_series_.try_emplace(name);
        if (is_new)
            made->second =
                pseudo_batch_series(name, *as_read, fed_batch_, *named_.plate,
                                    [this](const std::string& input) { return find_as_read(input); });
        return &made->second;
    }

    /// The same for growth curves.
    const ReadoutSeries* find_for_growth(const std::string& name) {
        return fed_batch_.given() ? find_for_slopes(name) : find(name);
    }

  private:
    std::optional<std::size_t> number_of(const std::string& name) const {
        for (std::size_t i = 0; i < rounds_.size(); ++i)
            if (readouts_[(*named_.readouts)[i]].name == name)
                return i;
        return std::nullopt;
    }

    const ReadoutSeries* find_gas(const std::string& name) {
        const auto [made, is_new] = gas_series_.try_emplace(name);
        if (is_new)
            made->second = gas_series(name, gas_, *named_.plate,
                                      [this](const std::string& input) { return find_as_read(input); });
        return made->second ? &*made->second : nullptr;
    }

    const NamedPlate& named_;
    const std::vector<NamedReadout>& readouts_;
    const GasOptions& gas_;
    const FedBatchOptions& fed_batch_;
    std::vector<std::optional<std::optional<ReadoutSeries>>> rounds_;  ///< set once it was asked for
    std::map<std::string, std::optional<ReadoutSeries>> gas_series_;
    std::map<std::string, ReadoutSeries> batch_series_;
};

/// One well's readings over time.
struct Curve {
    const ReadoutSeries& series;
    const std::vector<double>& values;  ///< [time][well], as read or corrected
    std::size_t wells;
    std::size_t well;

    std::size_t times() const { return series.times_s.size(); }
    double value(std::size_t time) const { return values[time * wells + well]; }
    double time_h(std::size_t time) const { return series.times_s[time] / formats::plates::hour_s; }

    /// A value beyond the calibration is one above the reader's range.
    Flag flag(std::size_t time) const {
        const Flag as_read = series.flags[time * wells + well];
        return as_read == Flag::none && std::isinf(value(time)) ? Flag::overflow : as_read;
    }
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

/// Extremum or mean of the readings in the window; a flagged one among them flags the whole.
FlaggedValue over_window(const Curve& curve, const TraitOptions& trait) {
    double sum = 0;
    double best = missing;
    std::size_t count = 0;
    for (std::size_t t = 0; t < curve.times(); ++t) {
        if (!was_read(curve.flag(t)) || !in_window(curve, t, trait))
            continue;
        if (curve.flag(t) != Flag::none)
            return {missing, curve.flag(t)};
        const double value = curve.value(t);
        sum += value;
        best = trait.feature == Feature::minimum ? std::fmin(best, value) : std::fmax(best, value);
        ++count;
    }
    if (count == 0 || (trait.feature == Feature::auc && count < 2))
        return {};
    const bool of_all = trait.feature == Feature::mean || trait.feature == Feature::auc;
    return {of_all ? sum / static_cast<double>(count) : best, Flag::none};
}

/// The feature of each well; an area has the flags of the readings in its window, too.
std::vector<FlaggedValue> features_of(const ReadoutSeries& series, const std::vector<double>& values,
                                      std::size_t wells, const TraitOptions& trait) {
    std::vector<FlaggedValue> found(wells);
    const bool is_area = trait.feature == Feature::auc;
    const std::vector<double> areas =
        is_area ? window_areas(series, values, wells, trait) : std::vector<double>();
    for (std::size_t well = 0; well < wells; ++well) {
        const Curve curve{series, values, wells, well};
        found[well] =
            trait.feature == Feature::endpoint ? endpoint(curve, trait.time_h) : over_window(curve, trait);
        if (is_area && found[well].flag == Flag::none && !std::isnan(found[well].value))
            found[well] = {areas[well], std::isnan(areas[well]) ? unsupported : Flag::none};
    }
    return found;
}

PlateTrait unmeasured(std::size_t wells) {
    return {std::vector<double>(wells, missing),
            std::vector<double>(wells, missing),
            std::vector<double>(wells, missing),
            std::vector<Flag>(wells, Flag::not_measured),
            {}};
}

/// The feature of one readout in every well, raw and corrected.
PlateTrait measure(const PlateData& plate, NamedSeries& all, const std::string& readout,
                   const TraitOptions& trait, const ReadoutCorrection& correction) {
    const ReadoutSeries* series = all.find(readout);
    const std::size_t wells = plate.shape.wells();
    PlateTrait out = unmeasured(wells);
    if (series == nullptr)
        return out;
    out.reasons.resize(wells);
    const std::vector<FlaggedValue> as_read = features_of(*series, series->values, wells, trait);
    const std::vector<FlaggedValue> of_corrected =
        features_of(*series, corrected_values(plate, *series, trait, correction), wells, trait);
    const std::vector<std::uint8_t> blank_grows = wells_whose_blank_grows(plate, *series, trait);
    if (std::find(blank_grows.begin(), blank_grows.end(), 1) != blank_grows.end())
        out.with_growing_blanks.push_back(readout);
    for (std::size_t well = 0; well < wells; ++well) {
        const FlaggedValue& raw = as_read[well];
        out.raw[well] = raw.value;
        out.flags[well] = raw.flag;
        if (raw.flag == unsupported)
            out.reasons[well] = window_not_covered;
        if (raw.flag != Flag::none)
            continue;
        const FlaggedValue& value = of_corrected[well];
        out.corrected[well] = std::isfinite(value.value) ? value.value : missing;
        out.flags[well] = value.flag == Flag::none && std::isnan(value.value) ? Flag::error : value.flag;
    }
    return out;
}

void divide(PlateTrait& numerator, const PlateTrait& denominator) {
    std::ranges::copy(denominator.with_growing_blanks, std::back_inserter(numerator.with_growing_blanks));
    for (std::size_t well = 0; well < numerator.raw.size(); ++well) {
        if (numerator.flags[well] == Flag::none) {
            numerator.flags[well] = denominator.flags[well];
            if (denominator.flags[well] == unsupported)
                numerator.reasons[well] = denominator.reasons[well];
        }
        numerator.raw[well] /= denominator.raw[well];
        numerator.corrected[well] /= denominator.corrected[well];
        if (numerator.flags[well] == Flag::none && !(denominator.corrected[well] > 0))
            numerator.flags[well] = Flag::underflow;
        if (numerator.flags[well] != Flag::none)
            numerator.corrected[well] = missing;
    }
}

/// A feature of each well's track; nothing is subtracted from a sensor.
PlateTrait measure_tracks(const PlateData& plate, NamedSeries& all, const TraitOptions& trait) {
    const std::size_t wells = plate.shape.wells();
    PlateTrait out = unmeasured(wells);
    const bool slopes = is_of_two_tracks(trait.feature);
    const auto find = [&](const std::string& name) {
        return slopes ? all.find_for_slopes(name) : all.find_as_read(name);
    };
    const ReadoutSeries* series = find(trait.readout);
    const std::string& other_name = slopes ? trait.per : trait.setpoint;
    const ReadoutSeries* other = other_name.empty() ? nullptr : find(other_name);
    if (series == nullptr || (!other_name.empty() && other == nullptr))
        return out;
    out.reasons.resize(wells);
    const double end_h = end_of_run_h(plate);
    const auto track = [&](const ReadoutSeries& of, std::size_t well, double from_h) {
        return track_of(of, wells, well, from_h, trait.to_h, end_h);
    };
    for (std::size_t well = 0; well < wells; ++well) {
        std::optional<SensorTrack> beside;
        if (other != nullptr)  // a set point may have been set long before
            beside = track(*other, well, slopes ? trait.from_h : missing);
        const SensorFeature found =
            sensor_feature(trait, track(*series, well, trait.from_h), beside ? &*beside : nullptr,
                           static_cast<std::uint32_t>(well));
        out.raw[well] = out.corrected[well] = found.value;
        out.standard_error[well] = found.standard_error;
        if (std::isfinite(found.value))
            out.flags[well] = Flag::none;
        else if (!found.reason.empty())
            out.flags[well] = unsupported;
        out.reasons[well] = found.reason;
    }
    return out;
}

void set_masked_aside(const PlateData& plate, PlateTrait& trait) {
    for (std::size_t well = 0; well < plate.wells.size(); ++well)
        if (!plate.wells[well].mask_reason.empty()) {
            trait.flags[well] = Flag::masked;
            trait.corrected[well] = missing;
        }
}

/// A feature of each well's growth curve, or of the model fitted to it.
PlateTrait take_from(const GrowthCurves& curves, const TraitOptions& trait, const CurveOptions& options) {
    PlateTrait out = unmeasured(curves.rates.size());
    out.reasons.resize(curves.rates.size());
    const std::vector<kernels::curve::GrowthFit>* fits = nullptr;
    if (trait.fit)
        fits = &curves.fits[static_cast<std::size_t>(
            std::find(options.fits.begin(), options.fits.end(), *trait.fit) - options.fits.begin())];
    for (std::size_t well = 0; well < curves.rates.size(); ++well) {
        const kernels::curve::Verdicts verdicts = curves.traits[well].verdicts;
        const bool fitted = fits != nullptr && !is_ruled_out(trait.feature, verdicts);
        GrowthFeature found;
        if (fits == nullptr)
            found = growth_feature(
                trait.feature, curves.rates[well], curves.traits[well],
                curves.intervals.empty() ? kernels::curve::TraitIntervals{} : curves.intervals[well]);
        else if (fitted)
            found = fitted_feature(trait.feature, (*fits)[well]);
        if (std::isfinite(found.value)) {
            out.corrected[well] = found.value;
            out.standard_error[well] = found.standard_error;
            out.flags[well] = Flag::none;
        } else if (!verdicts.has(kernels::curve::Verdict::no_data)) {
            out.flags[well] = unsupported;
            out.reasons[well] = fitted ? reason_against((*fits)[well])
                                       : reason_against(trait.feature, curves.traits[well].verdicts);
        }
    }
    return out;
}

/// A feature of one readout, or of one divided by that of another.
PlateTrait of_one(const PlateData& plate, NamedSeries& all, const TraitOptions& trait,
                  const MeasureTraits& how) {
    const ReadoutSeries* series = all.find(trait.readout);
    const bool of_tracks = is_of_sensor(trait.feature) || (series != nullptr && series->readout.on_change);
    PlateTrait measured = of_tracks
                              ? measure_tracks(plate, all, trait)
                              : measure(plate, all, trait.readout, trait, how.correction_of(trait.readout));
    if (!trait.per.empty() && !is_of_two_tracks(trait.feature))
        divide(measured, measure(plate, all, trait.per, trait, how.correction_of(trait.per)));
    return measured;
}

std::string_view reason_against(const ProductCurves& curves, std::size_t well) {
    if (curves.blank_grows[well] != 0)
        return verdict_name(kernels::curve::Verdict::blank_grows);
    return curves.has_biomass[well] != 0 ? "not_reached"
                                         : verdict_name(kernels::curve::Verdict::below_detection);
}

/// A feature of the product's curve and the biomass's together.
PlateTrait take_from(const ProductCurves& curves, Feature feature) {
    PlateTrait out = unmeasured(curves.found.size());
    out.reasons.resize(curves.found.size());
    for (std::size_t well = 0; well < curves.found.size(); ++well) {
        out.corrected[well] = product_feature(feature, curves.found[well]);
        if (std::isfinite(out.corrected[well])) {
            out.flags[well] = Flag::none;
        } else if (curves.was_read[well] != 0) {
            out.flags[well] = unsupported;
            out.reasons[well] = reason_against(curves, well);
        }
    }
    return out;
}

PlateTrait of_two(const PlateData& plate, NamedSeries& all, const TraitOptions& trait,
                  const MeasureTraits& how) {
    const ReadoutSeries* product = all.find(trait.readout);
    const ReadoutSeries* biomass = all.find(trait.per);
    if (product == nullptr || biomass == nullptr)
        return unmeasured(plate.shape.wells());
    return take_from(analyse_product(curve_matrix(plate, *product, trait, how.correction_of(trait.readout)),
                                     curve_matrix(plate, *biomass, trait, how.correction_of(trait.per)),
                                     how.curves, trait),
                     trait.feature);
}

}  // namespace

std::vector<CurveAnalysis> curve_analyses(const std::vector<TraitOptions>& traits) {
    std::vector<CurveAnalysis> analyses;
    for (std::size_t t = 0; t < traits.size(); ++t) {
        if (!is_of_growth(traits[t].feature))
            continue;
        const auto known = std::find_if(analyses.begin(), analyses.end(), [&](const CurveAnalysis& analysis) {
            return same_analysis(traits[analysis.traits.front()], traits[t]);
        });
        if (known == analyses.end())
            analyses.push_back({{t}});
        else
            known->traits.push_back(t);
    }
    return analyses;
}

const ReadoutCorrection& MeasureTraits::correction_of(const std::string& readout) const {
    static const ReadoutCorrection nothing;
    for (const ReadoutSelector& selector : selectors)
        if (selector.name == readout)
            return selector.correction;
    return nothing;
}

PlateTraits MeasureTraits::operator()(const NamedPlate& named) const {
    PlateTraits out;
    out.traits.resize(traits.size());
    NamedSeries all(named, readouts, gas, fed_batch);
    for (const CurveAnalysis& analysis : curve_analyses(traits)) {
        const TraitOptions& first = traits[analysis.traits.front()];
        const ReadoutSeries* series = all.find_for_growth(first.readout);
        GrowthCurves& analysed = out.curves.emplace_back();
        if (series != nullptr)
            analysed = analyse_growth(
                curve_matrix(*named.plate, *series, first, correction_of(first.readout)), curves, first);
        for (std::size_t t : analysis.traits)
            out.traits[t] = series == nullptr ? unmeasured(named.plate->shape.wells())
                                              : take_from(analysed, traits[t], curves);
    }
    for (std::size_t t = 0; t < traits.size(); ++t) {
        const TraitOptions& trait = traits[t];
        if (is_of_two(trait.feature))
            out.traits[t] = of_two(*named.plate, all, trait, *this);
        else if (!is_of_growth(trait.feature))
            out.traits[t] = of_one(*named.plate, all, trait, *this);
        set_masked_aside(*named.plate, out.traits[t]);
    }
    return out;
}

}  // namespace wellsieve::pipeline

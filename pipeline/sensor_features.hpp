#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// One readout of one well as its sensor wrote it, without what is flagged. Where only changes are written a
/// reading holds until the next, and the last one to the end of the run.
struct SensorTrack {
    std::vector<double> times_h;  ///< ascending
    std::vector<double> values;
    bool held = false;

    /// The value that held, or the one on the line between two readings; NaN before the first and, where
    /// nothing is held, behind the last.
    double at(double time_h) const;
};

/// When the last reading of a plate's sensors was taken; NaN where they have none with a time. Samples may be
/// taken later.
double end_of_run_h(const PlateData& plate);

/// The well's readings from `from_h` to `to_h` (NaN: open). Of a held track also what held at `from_h`, and
/// the last value once more at `to_h` or, if that comes first, at the end of the run.
SensorTrack track_of(const ReadoutSeries& series, std::size_t wells, std::size_t well, double from_h,
                     double to_h, double end_h);

struct SensorFeature {
    double value = formats::plates::missing;
    double standard_error = formats::plates::missing;  ///< of yield_on, specific_rate, dynamic_kla
    std::string_view reason = {};  ///< "not_reached"; empty where there were too few readings
};

/// The trait's feature of one track. `other`: the set point's track, of `yield_on` what is used up, of
/// `specific_rate` the biomass; may be null for others. Means and areas of a held track are those of its
/// steps. `stream`: the number of the vessel, for the random numbers behind the error of a specific rate.
SensorFeature sensor_feature(const TraitOptions& trait, const SensorTrack& track, const SensorTrack* other,
                             std::uint32_t stream = 0);

}  // namespace wellsieve::pipeline

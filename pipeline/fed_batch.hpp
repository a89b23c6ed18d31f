#pragma once

#include "pipeline/gas_readouts.hpp"
#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// The concentration called `name` as it would be in a batch without feeds and samples
/// (kernels/curve/pseudo_batch.hpp), at the times at which it was read. Between readings of the volume, and
/// where there are none but the first, the volume is what was left after the last sample and what was fed
/// since. A reading at a time before the volume is known has no value; nor has any where the plate lacks an
/// input.
ReadoutSeries pseudo_batch_series(const std::string& name, const ReadoutSeries& concentration,
                                  const FedBatchOptions& options, const PlateData& plate,
                                  const FindReadout& find);

}  // namespace wellsieve::pipeline

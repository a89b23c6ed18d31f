#include "pipeline/report.hpp"

#include <fmt/format.h>

#include "pipeline/error.hpp"

namespace wellsieve::pipeline {

void RunReport::verify() const {
    for (const LaneReport& lane : lanes) {
        if (lane.batches_in != lane.batches_out || lane.bytes_in != lane.bytes_out)
            throw InternalError(
                fmt::format("lane '{}': {} batches ({} bytes) went in and {} ({} bytes) came out", lane.name,
                            lane.batches_in, lane.bytes_in, lane.batches_out, lane.bytes_out));
        for (const StageReport& stage : lane.stages)
            if (stage.batches != lane.batches_in)
                throw InternalError(fmt::format("lane '{}': stage '{}' saw {} of {} batches", lane.name,
                                                stage.name, stage.batches, lane.batches_in));
    }
}

}  // namespace wellsieve::pipeline

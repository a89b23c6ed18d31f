#include "formats/results/run_record.hpp"

#include <nlohmann/json.hpp>

namespace wellsieve::formats::results {

std::string to_json(const RunRecord& record) {
    using nlohmann::ordered_json;
    ordered_json phases = ordered_json::array();
    for (const RunRecord::Phase& phase : record.phases)
        phases.push_back({{"name", phase.name}, {"seconds", phase.seconds}});
    ordered_json stages = ordered_json::array();
    for (const RunRecord::Stage& stage : record.stages)
        stages.push_back({{"name", stage.name}, {"batches", stage.batches}, {"seconds", stage.seconds}});
    const ordered_json json = {
        {"program", record.program},
        {"simd_target", record.simd_target},
        {"host", record.host},
        {"started", record.started},
        {"threads", record.threads},
        {"memory_bytes", record.memory_bytes},
        {"largest_resident_bytes", record.largest_resident_bytes},
        {"seed", record.seed},
        {"phases", phases},
        {"stages", stages},
        {"accounting",
         {{"files", record.files},
          {"bytes", record.bytes},
          {"plates", record.plates},
          {"cells",
           {{"in", record.cells_in}, {"used", record.cells_used}, {"rejected", record.cells_rejected}}},
          {"reads", {{"in", record.reads_in}, {"counted", record.reads_counted}}},
          {"rejects", record.rejects}}},
        {"choices", record.choices},
        {"notes", record.notes},
        {"warnings", record.warnings},
    };
    return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace wellsieve::formats::results

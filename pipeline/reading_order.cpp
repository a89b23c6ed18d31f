#include "pipeline/reading_order.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>
#include <vector>

#include "formats/error.hpp"
#include "formats/plates/well.hpp"

namespace wellsieve::pipeline {
namespace {

using formats::plates::Measurement;

constexpr std::size_t most_columns = 48;

/// The time of the last reading of each plate, readout, read and well; NaN before the first.
class LastTimes {
  public:
    double& of(const Measurement& m, std::uint16_t read) {
        if (const Key key{m.plate, m.readout, read}; current_ == nullptr || key != key_) {
            key_ = key;
            current_ = &times_[key];
        }
        const std::size_t well = m.well.row * most_columns + m.well.column;
        if (current_->size() <= well)
            current_->resize(well + 1, formats::plates::missing);
        return (*current_)[well];
    }

  private:
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::uint16_t>;

    std::map<Key, std::vector<double>> times_;
    Key key_;
    std::vector<double>* current_ = nullptr;
};

}  // namespace

void check_times_ascend(const formats::plates::PlateFile& file, std::span<const std::uint16_t> reads,
                        const std::string& name) {
    LastTimes times;
    for (std::size_t i = 0; i < file.measurements.size(); ++i) {
        const Measurement& m = file.measurements[i];
        double& last = times.of(m, reads[i]);
        if (m.time_s < last)
            throw formats::FormatError(
                name,
                fmt::format("plate '{}', well {}", file.plates[m.plate].name,
                            formats::plates::well_name(m.well)),
                fmt::format(
                    "time runs backwards, from {} s to {} s; a file that holds several runs must be taken "
                    "apart, one run a file",
                    last, m.time_s));
        last = m.time_s;
    }
}

}  // namespace wellsieve::pipeline

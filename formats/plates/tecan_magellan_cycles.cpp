// Magellan's list of cycles: one line a cycle with its date, time and temperature, then the wells, each
// followed by its values in the order of the cycles.

#include <fmt/format.h>

#include <cmath>

#include "formats/counted.hpp"
#include "formats/plates/plate_grid_internal.hpp"
#include "formats/plates/tecan_magellan_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates::tecan {
namespace {

struct Cycle {
    double time_s = missing;
    double temperature_c = missing;
};

/// "Friday, July 5, 2024: 15:02:03 / 600 s / 25.1 °C"
std::optional<Cycle> cycle_in(std::string_view line) {
    const std::size_t first = line.find('/');
    const std::size_t second = first == std::string_view::npos ? first : line.find('/', first + 1);
    if (second == std::string_view::npos)
        return std::nullopt;
    const std::string_view time = trim(line.substr(first + 1, second - first - 1));
    const std::string_view temperature = line.substr(second + 1);
    if (!time.ends_with('s') || !temperature.ends_with('C') || std::isnan(first_number(time)))
        return std::nullopt;
    return Cycle{first_number(time), first_number(temperature)};
}

class CycleReader {
  public:
    CycleReader(const Document& document, const Table& table, PlateFile& file)
        : document_(document), table_(table), file_(file) {}

    void read() {
        std::size_t row = 0;
        for (; const auto cycle = cycle_in(table_.cell(row, 0)); ++row)
            cycles_.push_back(*cycle);
        note(file_, "start time", table_.cell(0, 0).substr(0, table_.cell(0, 0).find('/')));
        const Footer footer = read_footer(table_, row);
        const Settings settings = footer.measurements.empty() ? Settings{} : footer.measurements.front();
        readout_ = file_.readout(settings.readout(""));
        plate_ = file_.plate(footer.plate.empty() ? "1" : footer.plate);
        for (; row < table_.rows(); ++row)
            if (parse_well(table_.cell(row, 0)))
                read_wells(row);
    }

  private:
    /// Several wells may share a line.
    void read_wells(std::size_t row) {
        std::optional<Well> well;
        std::size_t cycle = 0;
        for (std::size_t c = 0; c < table_.columns(row); ++c) {
            const std::string_view cell = table_.cell(row, c);
            if (const auto next = parse_well(cell)) {
                check_complete(row, well, cycle);
                well = next;
                cycle = 0;
            } else if (!cell.empty()) {
                if (cycle == cycles_.size())
                    document_.fail(table_, row, c,
                                   fmt::format("well {}: more values than cycles", well_name(*well)));
                add_reading(document_, table_, row, c,
                            {.time_s = cycles_[cycle].time_s,
                             .temperature_c = cycles_[cycle].temperature_c,
                             .readout = readout_,
                             .plate = plate_,
                             .well = *well},
                            file_);
                ++cycle;
            }
        }
        check_complete(row, well, cycle);
    }

    /// A missing value would give those behind it the times of others.
    void check_complete(std::size_t row, std::optional<Well> well, std::size_t values) const {
        if (well && values != 0 && values != cycles_.size())
            document_.fail(table_, row,
                           fmt::format("well {}: {} for {}", well_name(*well), counted(values, "value"),
                                       counted(cycles_.size(), "cycle")));
    }

    const Document& document_;
    const Table& table_;
    PlateFile& file_;
    std::vector<Cycle> cycles_;
    std::uint32_t readout_ = 0;
    std::uint32_t plate_ = 0;
};

}  // namespace

bool lists_cycles(const Table& table) {
    return cycle_in(table.cell(0, 0)).has_value();
}

void read_cycles(const Document& document, const Table& table, PlateFile& file) {
    CycleReader(document, table, file).read();
}

}  // namespace wellsieve::formats::plates::tecan

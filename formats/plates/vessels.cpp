#include <fmt/format.h>

#include "formats/plates/plain_internal.hpp"
#include "formats/plates/vessels_internal.hpp"

namespace wellsieve::formats::plates {
namespace {

constexpr std::size_t longest_row = 48;  ///< of a plate

}  // namespace

void VesselSet::add(std::string_view name) {
    if (numbers_.try_emplace(name, static_cast<std::uint32_t>(order_.size())).second)
        order_.push_back(name);
}

void VesselSet::place(const Document& document, std::string_view plate, Vessels kind, PlateFile& file) {
    if (order_.empty())
        document.fail("names no vessel and no sample");
    const auto shape = plain::shape_for_series(order_.size());
    if (!shape)
        document.fail(fmt::format("{} vessels, more than a plate has wells", order_.size()));
    shape_ = order_.size() <= longest_row ? PlateShape{1, static_cast<std::uint16_t>(order_.size())} : *shape;
    const std::uint32_t index = file.plate(plate);
    file.plates[index].shape = shape_;
    file.plates[index].vessels = kind;
    for (std::string_view name : order_)
        file.samples.emplace(std::pair(index, well(name)), name);
}

}  // namespace wellsieve::formats::plates

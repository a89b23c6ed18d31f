#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/measurement.hpp"

namespace wellsieve::formats::plates {

/// Vessels that stand alone, reactors or samples, as the wells of one plate: in the order in which they are
/// named, along one row while it holds them, else along the rows of the smallest standard plate that does.
class VesselSet {
  public:
    /// Remembers a vessel; one that is known already stays where it is. The name must outlive the set.
    void add(std::string_view name);

    /// Adds the plate with the vessels' names as samples. Throws FormatError: no vessel, or more than a plate
    /// has.
    void place(const Document& document, std::string_view plate, Vessels kind, PlateFile& file);

    /// Of a vessel that was added; after `place`.
    Well well(std::string_view name) const { return shape_.well(numbers_.at(name)); }
    std::size_t size() const { return order_.size(); }

  private:
    std::vector<std::string_view> order_;
    std::map<std::string_view, std::uint32_t> numbers_;
    PlateShape shape_;
};

}  // namespace wellsieve::formats::plates

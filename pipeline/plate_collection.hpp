#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/layout.hpp"
#include "pipeline/cell_store.hpp"
#include "pipeline/plate_data.hpp"
#include "pipeline/screen_options.hpp"

namespace wellsieve::pipeline {

/// "p2" before "p10": digits compare as numbers.
bool natural_less(std::string_view a, std::string_view b);

/// Gathers the plates of all files and makes one of the parts that several files have of the same plate. What
/// comes out does not depend on the order in which batches are added.
class PlateCollection {
  public:
    /// Readings for which there is no room in `memory_bytes` go to a scratch file in `folder`.
    void limit_memory(std::size_t memory_bytes, std::filesystem::path folder);

    void add(PlateBatch batch);

    /// Sorts, merges and joins the strain table. Throws FormatError: the same reading of a well in two files,
    /// a plate with two shapes, a strain that the table lacks (each with the files and the place).
    void finish(const formats::plates::StrainTable* strains, const std::string& strain_table_path);

    /// Adds a readout to a plate; after `finish`.
    void add_series(std::size_t plate, ReadoutSeries series);

    /// Sorts inputs and rejects, whoever added them.
    void put_in_order();

    /// Rejects wells that a layout names and nothing has read, and wells that were read and no layout names;
    /// once all readings are in.
    void report_mismatches();

    /// A plate with all its readings in memory. Several threads at once.
    PlateData whole(std::size_t plate) const;

    std::vector<InputFile> inputs;
    std::vector<PlateData> plates;  ///< their readings may be put aside
    std::vector<ScreenReject> rejects;
    std::vector<std::string> set_aside;  ///< names of plates among the rejects, in files and layouts

  private:
    void merge_into(PlateData& plate, PlateData part);
    void join_runs(ReadoutSeries& series, ReadoutSeries run, const PlateData& plate);
    void merge();

    CellStore cells_;
};

/// A readout as results call it.
struct NamedReadout {
    std::string name;
    formats::plates::Readout readout;
    std::uint16_t read = 1;
};

/// Gives every readout of every plate its name: the selector's that it fits, otherwise one made of its mode
/// and wavelengths ("absorbance_600"), and the selector's unit where the file states none. Series of each
/// plate are then in the order of the returned list, and `index[plate][series]` says which is which. Throws
/// FormatError when a selector fits several readouts of a plate.
std::vector<NamedReadout> name_readouts(const std::vector<ReadoutSelector>& selectors,
                                        std::vector<PlateData>& plates,
                                        std::vector<std::vector<std::uint32_t>>& index);

}  // namespace wellsieve::pipeline

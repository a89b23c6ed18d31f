#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/plates/document.hpp"
#include "formats/plates/well.hpp"

namespace wellsieve::formats::plates {

/// What a well, or a strain, is for.
enum class Role : std::uint8_t { sample, parent, positive, negative, blank, empty };

std::string_view role_name(Role role);
/// Also the usual other words: "control" and "reference" (parent), "pos", "neg", "medium" (blank) …
std::optional<Role> parse_role(std::string_view text);

/// What is in one well.
struct WellContent {
    std::string strain;
    std::optional<Role> role;  ///< where the layout says it; otherwise the strain table does
    std::string replicate;
    std::string condition;
    std::string medium;
    std::map<std::string, std::string> other;  ///< further variables of the layout, by name
};

/// Which strain, role, replicate and condition is in which well, plate by plate.
struct Layout {
    std::string path;
    /// By plate; the entry "" holds for every plate that has none of its own.
    std::map<std::string, std::map<Well, WellContent>, std::less<>> plates;

    /// The wells of a plate; null when the layout has neither that plate nor an entry for all.
    const std::map<Well, WellContent>* wells_of(std::string_view plate) const;
};

/// A plater-shaped file (a block a variable: its name top left, 1 … n across, A … down, a blank line
/// between), or a tidy one (a row a well: columns `well`, or `row` and `column`; `strain`, `role`,
/// `replicate`, `condition`, `medium`, `plate`; others are kept). A plate of "" or "*" means every plate.
/// Throws FormatError: neither shape, a well twice, an unknown role, a block with a variable twice.
Layout read_layout(const Document& document);

struct StrainEntry {
    std::string strain;
    std::string parent;
    std::optional<Role> role;
    std::vector<std::string> design;  ///< one for each of StrainTable::design_columns
};

struct StrainTable {
    std::vector<std::string> design_columns;
    std::vector<StrainEntry> strains;
};

/// Columns `strain`, and where there are any `parent`, `role` and the design's. Throws FormatError: no
/// `strain` column, a strain twice, a parent that is no strain of the table, an unknown role.
StrainTable read_strain_table(const Document& document);

/// A well to set aside, and why.
struct Mask {
    std::string plate;
    std::string replicate;  ///< empty: every replicate of the plate
    Well well;
    std::string reason;
};

/// Columns `plate`, `well`, and where there are any `replicate` (or `sample`) and `reason` (or `comment`,
/// `flag`): a list of wells to mask, such as a screen log of cellHTS2.
std::vector<Mask> read_masks(const Document& document);

/// Which file holds which plate.
struct PlateListEntry {
    std::string file;  ///< its name, without folders
    std::string plate;
    std::string replicate;
    std::string batch;
    std::string run;                ///< what the file calls the plate (a sheet); empty: any
    std::optional<double> start_h;  ///< when the run began, on the clock that the plate's runs share
};

/// Columns `file` (or `filename`), `plate`, and where there are any `replicate`, `batch`, `run` (or `sheet`)
/// and `start_h`.
std::vector<PlateListEntry> read_plate_list(const Document& document);

}  // namespace wellsieve::formats::plates

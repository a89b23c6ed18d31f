#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "formats/atomic_file.hpp"
#include "formats/error.hpp"
#include "formats/plates/layout.hpp"
#include "formats/plates/reader.hpp"
#include "formats/plates/sample_table.hpp"
#include "formats/reads/library.hpp"
#include "formats/reads/read_source.hpp"
#include "formats/reads/sample_sheet.hpp"
#include "pipeline/plate_collection.hpp"
#include "workflows/commands.hpp"
#include "workflows/inputs.hpp"
#include "workflows/toml_table_internal.hpp"

namespace wellsieve::workflows {
namespace {

namespace fs = std::filesystem;
namespace plates = formats::plates;
namespace reads = formats::reads;

/// A quantity that exports hold. Where its mode and wavelengths are not its own, its label tells it apart.
struct FoundReadout {
    plates::Readout readout;
    bool by_label = false;
    std::string name = {};
};

/// What the files of a folder turned out to be.
struct Found {
    std::vector<std::string> exports;
    std::vector<std::string> analysers;  ///< exports of samples, where there are others beside them
    std::vector<std::string> others;     ///< tables and files that no reader takes
    std::vector<FoundReadout> readouts;
    bool names_samples = false;  ///< exports say what is in their wells
    std::string layout;
    std::string strains;
    std::string plate_list;
    std::string masks;
    std::string taken;  ///< a table of the samples that analysers measured
    std::vector<std::string> reads;
    std::string library;
    std::string samples;
    std::vector<std::string> unknown;
};

std::string as_name(std::string_view text) {
    std::string name;
    for (const char c : text)
        name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? static_cast<char>(std::tolower(c)) : '_';
    return name;
}

std::string readout_name(const plates::Readout& readout) {
    using plates::Mode;
    if (readout.mode == Mode::absorbance)
        return std::isnan(readout.wavelength_nm) ? "od" : fmt::format("od{}", readout.wavelength_nm);
    if (readout.mode == Mode::fluorescence)
        return std::isnan(readout.emission_nm) ? "fluorescence"
                                               : fmt::format("fluorescence_{}", readout.emission_nm);
    if (readout.mode == Mode::luminescence)
        return "luminescence";
    return readout.name.empty() ? "value" : as_name(readout.name);
}

/// With what the short name leaves out.
std::string longer_name(const FoundReadout& found) {
    const plates::Readout& readout = found.readout;
    if (found.by_label && !readout.name.empty() && readout.mode < plates::Mode::online)
        return fmt::format("{}_{}", readout_name(readout), as_name(readout.name));
    if (!std::isnan(readout.excitation_nm))
        return fmt::format("fluorescence_{}_{}", readout.excitation_nm, readout.emission_nm);
    return readout_name(readout);
}

bool has_optics(const plates::Readout& readout) {
    return !std::isnan(readout.wavelength_nm) || !std::isnan(readout.excitation_nm) ||
           !std::isnan(readout.emission_nm);
}

/// Adds what a file reads and no file before it. What it reads twice with the same optics differs by label.
void take_readouts(const plates::PlateFile& file, std::vector<FoundReadout>& readouts) {
    for (const plates::Readout& readout : file.readouts) {
        const bool by_label =
            readout.mode >= plates::Mode::online ||
            std::any_of(file.readouts.begin(), file.readouts.end(), [&](const plates::Readout& other) {
                return other.same_optics(readout) && other.name != readout.name;
            });
        if (std::none_of(readouts.begin(), readouts.end(), [&](const FoundReadout& known) {
                return known.readout.same_optics(readout) &&
                       (!(by_label || known.by_label) || known.readout.name == readout.name);
            }))
            readouts.push_back({readout, by_label});
    }
}

/// Short names where they are of one readout alone.
void name_readouts(std::vector<FoundReadout>& readouts) {
    std::map<std::string, int> short_names;
    for (FoundReadout& found : readouts) {
        found.by_label |= !has_optics(found.readout) &&
                          std::any_of(readouts.begin(), readouts.end(), [&](const FoundReadout& other) {
                              return &other != &found && other.readout.mode == found.readout.mode;
                          });
        ++short_names[readout_name(found.readout)];
    }
    std::map<std::string, int> taken;
    for (FoundReadout& found : readouts) {
        found.name = readout_name(found.readout);
        if (short_names[found.name] > 1)
            found.name = longer_name(found);
        if (const int count = ++taken[found.name]; count > 1)
            found.name += fmt::format("_{}", count);
    }
    std::sort(readouts.begin(), readouts.end(),
              [](const FoundReadout& a, const FoundReadout& b) { return a.name < b.name; });
}

/// A table of ours, known by its columns or blocks.
bool take_table(const plates::Document& document, const std::string& name, Found& found) {
    const auto reads = [&](auto read) {
        try {
            read(document);
            return true;
        } catch (const formats::FormatError&) {
            return false;
        }
    };
    if (document.is_workbook())
        return false;
    const bool has_well = reads(plates::read_layout);
    if (reads(plates::read_masks) && name.find("mask") != std::string::npos)
        found.masks = name;
    else if (reads(plates::read_plate_list))
        found.plate_list = name;
    else if (has_well && name.find("layout") != std::string::npos)
        found.layout = name;
    else if (!has_well && name.find("strain") != std::string::npos && reads(plates::read_strain_table))
        found.strains = name;
    else if (name.find("sample") != std::string::npos && reads(plates::read_sample_table))
        found.taken = name;
    else
        return false;
    return true;
}

/// Files of reads, and the tables that go with them.
bool take_pool_file(const fs::path& path, const std::string& name, Found& found) {
    const auto kind = reads::sniff_reads(path.string());
    if (kind && kind->format != reads::ReadFormat::fasta) {
        found.reads.push_back(name);
        return true;
    }
    const auto parses = [&](auto read) {
        try {
            read(path.string());
            return true;
        } catch (const formats::FormatError&) {
            return false;
        }
    };
    const bool named_samples = name.find("sample") != name.npos || name.find("condition") != name.npos;
    if (named_samples && parses([](const std::string& sheet) { reads::read_sample_sheet(sheet); }))
        found.samples = name;
    else if ((name.find("library") != name.npos || name.find("guide") != name.npos) &&
             parses(reads::read_library))
        found.library = name;
    else
        return false;
    found.others.push_back(name);
    return true;
}

void look_at(const fs::path& path, const std::string& name, Found& found) {
    if (path.filename().string().starts_with(
            "truth")) {  // of `simulate`: no readings, though some have wells
        found.others.push_back(name);
        return;
    }
    try {
        if (take_pool_file(path, name, found))
            return;
        const auto document = plates::Document::open(path.string());
        if (take_table(document, name, found)) {
            found.others.push_back(name);
            return;
        }
        const plates::PlateFile file = plates::read_plate_file(document);
        if (file.readouts.empty()) {
            found.others.push_back(name);
            return;
        }
        (file.sample_rows.empty() ? found.exports : found.analysers).push_back(name);
        take_readouts(file, found.readouts);
        found.names_samples |= !file.samples.empty();
    } catch (const formats::FormatError&) {
        found.unknown.push_back(name);
        found.others.push_back(name);
    }
}

Found look_around(const fs::path& folder) {
    std::vector<std::string> names;
    try {
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            if (entry.is_regular_file())
                names.push_back(entry.path().lexically_relative(folder).generic_string());
    } catch (const fs::filesystem_error& error) {
        throw formats::FormatError(
            folder.string(), "",
            fmt::format("it, or a folder in it, cannot be read: {}", error.code().message()));
    }
    std::sort(names.begin(), names.end(), pipeline::natural_less);
    Found found;
    for (const std::string& name : names)
        look_at(folder / name, name, found);
    if (found.exports.empty())  // samples alone are what is screened
        std::swap(found.exports, found.analysers);
    name_readouts(found.readouts);
    return found;
}

std::string glob_of(const std::string& file) {
    const fs::path path(file);
    const fs::path folder = as_glob(path.parent_path().generic_string());
    return (folder / ("*" + as_glob(path.extension().string()))).generic_string();
}

/// A glob for the files of a folder and extension, or their names where it would match something else, too.
std::string quoted_files(const std::vector<std::string>& names, const Found& found) {
    std::set<std::string> taken;  // globs that match a table or an unknown file
    for (const std::string& other : found.others)
        taken.insert(glob_of(other));
    std::set<std::string> files;
    for (const std::string& file : names)
        files.insert(taken.contains(glob_of(file)) ? as_glob(file) : glob_of(file));
    std::string text;
    for (const std::string& file : files)
        text += fmt::format("{}{}", text.empty() ? "" : ", ", quoted(file));
    return files.size() == 1 ? text : fmt::format("[{}]", text);
}

std::string table_line(std::string_view key, const std::string& file, std::string_view example,
                       std::string_view what) {
    const std::string line = fmt::format("{} = {}", key, quoted(file.empty() ? std::string(example) : file));
    return fmt::format("{}{:<34}# {}\n", file.empty() ? "# " : "", line, what);
}

std::string readout_section(const FoundReadout& found) {
    const plates::Readout& readout = found.readout;
    std::string text =
        fmt::format("\n[readouts.{}]\nmode = \"{}\"\n", as_key(found.name), mode_name(readout.mode));
    for (const auto& [key, value] :
         {std::pair("wavelength_nm", readout.wavelength_nm),
          std::pair("excitation_nm", readout.excitation_nm), std::pair("emission_nm", readout.emission_nm)})
        if (!std::isnan(value))
            text += fmt::format("{} = {}\n", key, value);
    if (!readout.name.empty() && found.by_label)
        text += fmt::format("label = {}\n", quoted(readout.name));
    return text;
}

/// Commented out where no analyser's file is there.
std::string offline_toml(const Found& found) {
    const std::string mark = found.analysers.empty() ? "# " : "";
    std::string text =
        fmt::format("\n{}{:<34}# samples measured by an analyser, joined with the vessels of the run\n", mark,
                    "[[offline]]");
    text +=
        fmt::format("{}files = {}\n", mark,
                    found.analysers.empty() ? quoted("cedex/*.txt") : quoted_files(found.analysers, found));
    text +=
        table_line("samples", found.taken, "samples.csv",
                   "columns sample, vessel, time_h (or date_time), plate where there are several, dilution");
    text +=
        R"(# pattern = "{vessel}_{hours}"      # in the place of a table: {plate}, {vessel}, {hours}, {minutes}, {days}
# plate = "run 1"                   # where neither says it
# start = 2026-02-18T08:00:00       # of the run: dates are counted from here
)";
    return text;
}

std::string plates_toml(const Found& found) {
    std::string text = fmt::format("\n{}[strains]\n", found.strains.empty() ? "# " : "");
    text +=
        table_line("table", found.strains, "strains.csv", "columns strain, parent, role, and your design's");
    text += fmt::format("\n[[plates]]\nfiles = {}\n", quoted_files(found.exports, found));
    text += fmt::format("{:<36}# or a name of `wellsieve inspect --readers`\n", "reader = \"auto\"");
    text += table_line("layout", found.layout, "layout.csv",
                       "plater-shaped or tidy; \"layouts/{plate}.csv\": one a plate");
    text += table_line("plate_list", found.plate_list, "plates.csv",
                       "columns file, plate, replicate, batch; run, start_h: several runs of a plate");
    text += table_line("masks", found.masks, "masks.csv", "columns plate, well, reason: wells to set aside");
    text += table_line("batch", "", "1", "plates made and grown together");
    text += table_line("replicate", "", "1", "which replicate these plates are");
    text += offline_toml(found);
    for (const FoundReadout& readout : found.readouts)
        text += readout_section(readout);
    text +=
        R"(# label = "OD:600"                  # as the file calls it, where optics do not tell readings apart
# read = 2                          # which of several readings of one quantity; default: the only one
# unit = "g/L"                      # where one name has several, or the file states none
# calibration = "dilutions.csv"      # columns measured, true: readings less the blank, and what they should be
# polynomial = [1, 0.05]            # or true = 1 x + 0.05 x^2 ..., which must rise up to the largest reading
# path_length_cm = 0.56             # absorbance is divided by it; or volume_ul = 200 and well_diameter_mm = 6.7
)";
    text += fmt::format("\n[[traits]]\nname = \"{0}\"\nreadout = \"{0}\"\n", found.readouts.front().name);
    text += R"(# per = "od600"                     # divide by another readout
feature = "endpoint"                # endpoint, maximum, minimum, mean, auc; of growth curves: growth_rate,
                                    # doubling_time, lag, carrying_capacity, yield, log_auc, time_of_max_rate,
                                    # time_to_threshold, saturation_time, death_rate, initial_biomass, growth_phases;
                                    # of two curves, with per: mean_ratio, ratio_at_biomass, promoter_activity,
                                    # max_promoter_activity (slope of the readout over `per`);
                                    # of sensors: change, time_outside, longest_excursion, largest_deviation,
                                    # excursions, first_rise, yield_on (per = what is used up),
                                    # specific_rate (per = biomass; sd, per_sd: of a reading; decay_per_h),
                                    # dynamic_kla (of dissolved oxygen that rises to `saturated`, after gassing out)
# setpoint = 7.0                    # of excursions: a number or a readout, with its tolerance; or low and high
# tolerance = 0.1
# low = 30
# high = 100
# least_h = 0                       # excursions that end sooner do not count
# time_h = 24                       # of the endpoint; default: the last reading
# from_h = 0                        # window of mean, auc, log_auc and of two curves; default: all readings
# to_h = 24
# threshold = 0.5                   # of time_to_threshold, after the blank; of first_rise, over the first reading
# at_biomass = 0.3                  # of ratio_at_biomass, after the blank
# slope_window_h = 1                # of the promoter activities: width of the lines whose slope is taken
# fit = "gompertz"                  # growth_rate, doubling_time, lag, carrying_capacity, initial_biomass of a fitted model
blank = "auto"                      # auto, none, a number; at each time: plate, medium; smooth over time: lowess,
                                    # medium_lowess; the well's own: first, minimum
# blank_span = 0.667                # of lowess: share of the times that a line is fitted to
scale = "auto"                      # auto, log2, linear
goal = "maximize"                   # maximize, minimize, or a target value
normalise = "auto"                  # auto, none, control, percent_of_control, parent, mean, median, shorth,
                                    # negatives, zscore, robust_zscore, polish, spatial, loess
variance = "none"                   # none, plate, experiment: divide by the plates' or the screen's robust spread
# weight = 1                        # strains are ranked by the sum of weight × effect of all traits with a weight

[curves]                            # how growth curves are analysed; needed by no other feature
method = "window"                   # window, spline, gaussian_process, or as other programs do it: growthrates,
                                    # gcplyr, pyphe
# window_h = 2                      # width of the window; default: as wide as the noise of each curve asks for
# window_doublings = 1              # or as wide as so many doublings take
points = 5                          # readings in a window of growthrates, gcplyr, pyphe
smoothness = 0.5                    # of the spline, as R's spar: 0 follows every reading, 1 is nearly a line
quota = 0.95                        # growthrates: windows within this share of the steepest are joined
# fit = ["logistic", "gompertz"]    # growth models fitted to the curves that grow, in the table fits: logistic,
                                    # richards, baranyi, huang, zwietering_logistic, gompertz, zwietering_richards
# fit_scale = "linear"              # linear: of the biomass; logarithmic: of its logarithm
detection_sd = 3                    # so many standard deviations of the plate's blanks, after the blank, are seen
# detection_limit = 0.02            # or this level
quantification_sd = 15              # readings below so many are not used for the rate
outliers = "none"                   # hampel: readings far from the seven around them are left out
outlier_sd = 5                      # of hampel: so many standard deviations
lag_level = "mean_of_first"         # where the tangent ends: first, minimum, mean_of_first
first_points = 3                    # of mean_of_first
min_fold_change = 1.5               # a curve that rises less does not grow
lysis_share = 0.2                   # a fall by more than this share of the maximum is lysis
phase_share = 0.2                   # a growth phase rises by at least this share of the whole rise
bootstrap = 0                       # draws of each curve (31 will do) behind intervals of all its traits; 0: none

# [fed_batch]                       # vessels that are fed or sampled: growth, yield_on and specific_rate then take the
# volume = "volume"                 # concentrations of a batch. Readout of the broth before sampling, or litres at start
# sampled = "sample"                # readout: taken out at that time
# feeds = ["feed"]                  # readouts: fed since the start; in [readouts.glucose]: in_feed = 400

# [gas]                             # makes the readouts our, cer [mmol/(L h)] and rq from off-gas
# inlet_flow = "flow"               # readouts; sL/h, L/min ...
# outlet_oxygen = "o2"              # %
# outlet_carbon_dioxide = "co2"     # %
# volume = "volume"                 # a readout, or litres
# inlet_oxygen_percent = 20.95      # or inlet_oxygen = "o2_in", a readout, where it changes
# outlet_water_percent = 0          # of the off-gas at the analyser; 0: it was dried
# outlet_delay_s = 0                # from the vessel to the analyser
# dissolved_oxygen = "do"           # readout, %: makes kla [1/h] = OUR / (C* - C)
# saturated_mmol_per_l = 0.21       # C*
# kla_per_h = 200                   # without off-gas: makes otr [mmol/(L h)] = kLa (C* - C)
# inlet_carbon_dioxide_percent = 0.04

[rank]
# by = "od600"                      # the trait that ranks; default: the first one, or the sum of those with weights
against = "parent"                  # parent, or mean: of all strains
min_effect = 0.1                    # smallest difference worth having, on the trait's scale
top = 24                            # how many strains can go on
fdr = 0.05                          # expected share of wrong ones among the picked
interval = 0.9                      # coverage of the intervals
draws = 0                           # joint draws for P(top); 0: 4000, fewer beyond 2,500 strains
seed = 1
)";
    return text;
}

std::string pools_toml(const Found& found) {
    std::string text = fmt::format("\n[[pools]]\n{:<36}# what traits and results call it\nreads = {}\n",
                                   "name = \"pool\"", quoted_files(found.reads, found));
    text += table_line("samples", found.samples, "samples.csv",
                       "file or index, sample, condition, time_h, replicate; none: a file a sample");
    text += table_line("library", found.library, "library.csv",
                       "barcode, and guide or strain, gene; scaffold, position");
    text += R"(# counts = "counts.txt"             # a table of counts in the place of reads and library
# mates = "*_R2.fastq.gz"           # the other ends, where the library has pairs of barcodes
# index_reads = "*_I1.fastq.gz"     # reads that tell the sample
# second_index_reads = "*_I2.fastq.gz" # and its second index, where samples have pairs (index2, or index "ACGT+TTGC")
# reference = "genome.fa"           # of CRAM files
barcode = "auto"                    # found out from the reads, or where it stands, as PoolQ writes it: "FIXED@30", "PREFIX:CACCG@18"
# left = "CGAAACACCG"               # constant bases before the barcode
# right = "GTTTTAGAGC"              # constant bases behind it
# offsets = [0]                     # or the bases before it, in the order in which they are tried
# begins = [20, 32]                 # the first and the last place where it may begin between left and right
orientation = "auto"                # forward, reverse, either; auto: as found out, else forward
# mate_barcode = "auto"             # of the mates likewise, as are mate_left, mate_right, mate_offsets, mate_begins, mate_orientation
index = "auto"                      # where samples are told: auto, file, reads, inside, header
index_at = 0                        # base at which the index begins
index_mismatches = 1
index_margin = 2                    # mismatches by which the second best index must be worse
mismatches = 1                      # in the barcode: 0, 1 or 2
unknown_bases = 2                   # Ns in the barcode, in the place of mismatches
rescue_indels = true                # barcodes one base too short or long, told by the constant bases
use_quality = true                  # base qualities decide between barcodes that look alike
least_posterior = 0.99              # of the barcode that a read is credited to
# barcode_length = [15, 40]         # with library = "de_novo": barcodes are what stands between left and right
# cluster_distance = 2              # errors by which a rarer sequence is taken for a commoner one
# cluster_ratio = 5                 # which must have so many times its reads
# least_reads = 2                   # of a barcode that counts
# umi = "reads"                     # molecules are counted, by UMIs that stand in: reads, mates, index_reads, header; or barcode
# umi_at = 0                        # base at which the UMI begins, from the start of the read, or from the barcode (may be negative)
# umi_length = 10
# umi_mismatches = 1                # misread UMIs are merged by the directional rule; 0: each UMI is a molecule
# control = "none"                  # the condition that all others are compared with; without it nothing is scored
# paired = false                    # samples of one replicate belong together
# batch = "run"                     # a column of the samples: those that were handled together
# controls = ["NTC"]                # genes, strains or barcodes that should not move
# normalise = "auto"                # auto: by controls where there are any, else tmm; total, median, tmm, control, spike_in
# spike_ins = { NAME = 1000 }       # known amounts of barcodes that were added: amounts of all
# time = "time_h"                   # a column of the samples, which were taken at several times: fitness along it
# feature_test = "quasi_likelihood" # or "wald": dispersions and fold changes by priors, as DESeq2 has them
# test = "competitive"              # beside it: rra or mle (MAGeCK's ranks, its likelihood), or feba

# [[traits]]                        # the fold change of each strain's barcodes, ranked beside traits of plates
# name = "fitness"
# pool = "pool"                     # the name = "…" of the [[pools]]
# condition = "selected"            # that is compared with the control; the only one, where nothing is said
# goal = "maximize"                 # or minimize
# weight = 1                        # see the traits of plates
)";
    return text;
}

std::string screen_toml(const fs::path& folder, const Found& found) {
    std::string text =
        fmt::format("[screen]\nname = {}\n", quoted(fs::weakly_canonical(folder).filename().string()));
    if (!found.exports.empty())
        text += plates_toml(found);
    if (!found.reads.empty())
        text += pools_toml(found);
    return text;
}

}  // namespace

Exit init_screen(const fs::path& folder) {
    if (!fs::is_directory(folder))
        throw formats::FormatError(folder.string(), "", "is no folder");
    const fs::path target = folder / "screen.toml";
    if (fs::exists(target))
        throw formats::FormatError(target.string(), "",
                                   "is there already; move it away to have a new one written");
    const Found found = look_around(folder);
    if (found.exports.empty() && found.reads.empty())
        throw formats::FormatError(folder.string(), "", "holds no file that a reader recognises");
    formats::AtomicFile file(target);
    file.write(screen_toml(folder, found));
    file.commit();
    fmt::print("{}\n", target.string());
    for (const std::string& name : found.unknown)
        fmt::print("not recognised: {}\n", name);
    if (!found.exports.empty() && found.layout.empty())
        fmt::print(
            "no layout: {}; layout.csv, with the columns plate, well, strain, role (sample, parent, "
            "blank …), says what is in each well\n",
            found.names_samples ? "strains are the sample names of the files"
                                : "no file says which strains are in its wells");
    return Exit::done;
}

}  // namespace wellsieve::workflows

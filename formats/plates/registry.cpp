#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "formats/plates/reader.hpp"
#include "formats/plates/readers_internal.hpp"
#include "formats/plates/text.hpp"

namespace wellsieve::formats::plates {
namespace {

// One line a reader.
std::vector<Reader> list_readers() {
    return {
        {"gen5", "Agilent/BioTek Gen5", "txt csv xlsx",
         "'Software Version' and 'Plate Number' of a Gen5 export", sniff_gen5, read_gen5},
        {"softmax", "Molecular Devices SoftMax Pro", "txt",
         "'##BLOCKS=' or a 'Plate:' line of a SoftMax Pro export", sniff_softmax, read_softmax},
        tecan_icontrol_reader(),
        tecan_magellan_reader(),
        tecan_spark_reader(),
        tecan_sunrise_reader(),
        {"bmg", "BMG Labtech MARS, Omega, SMART Control", "csv txt xlsx",
         "a header of 'User:', 'Path:' and 'Test name:' or 'Test ID:'", sniff_bmg, read_bmg},
        {"envision", "PerkinElmer EnVision", "csv txt", "'Plate information' above 'Plate, Repeat, Barcode'",
         sniff_envision, read_envision},
        {"kaleido", "PerkinElmer/Revvity Kaleido", "csv txt",
         "'Results from' above all, or 'Results for …' above 'Barcode: …'", sniff_kaleido, read_kaleido},
        {"nivo", "PerkinElmer/Revvity VICTOR Nivo", "csv txt", "'… RESULTS' above '1 OPERATION'", sniff_nivo,
         read_nivo},
        {"victor", "PerkinElmer VICTOR", "txt csv",
         "columns 'Plate, Repeat, Well' or 'Plate, Repeat, End time'", sniff_victor, read_victor},
        {"fusion", "PerkinElmer Fusion", "csv", "'Software:' with 'Fusion'", sniff_fusion, read_fusion},
        {"skanit", "Thermo SkanIt", "xlsx txt csv",
         "'Measurement results' at the top of a sheet, or above a step in a text", sniff_skanit, read_skanit},
        {"lunatic", "Unchained Labs Lunatic, Stunner", "csv xlsx",
         "columns 'Plate Position' and 'Sample name'", sniff_lunatic, read_lunatic},
        {"biolector", "m2p-labs/Beckman Coulter BioLector I, II, Pro", "csv",
         "'READING;WELLNUM', '=====data=====', or 'Well;…;Channel' over 'Time:'", sniff_biolector,
         read_biolector},
        {"dasgip", "Eppendorf DASGIP, DASware 4 and 5", "csv",
         "'[Info]' above '[TrackInfo]' and '[TrackData1]'", sniff_dasgip, read_dasgip},
        {"ambr", "Sartorius ambr 15, 250", "xlsx", "a sheet whose signals each have a column 'Time'",
         sniff_ambr, read_ambr},
        {"mfcs", "Sartorius MFCS and alike", "csv txt",
         "'PDatTime' or a time above a row of units in brackets", sniff_mfcs, read_mfcs},
        {"growth_profiler", "EnzyScreen Growth Profiler", "csv", "'File_Type' and 'MTP_Wells_X'",
         sniff_growth_profiler, read_growth_profiler},
        {"cedex", "Roche Cedex Bio HT", "txt", "'#ARC-FILE#' with 'CEDEX BIO'", sniff_cedex, read_cedex},
        {"flex2", "Nova Biomedical BioProfile FLEX2", "csv",
         "columns 'Date & Time', 'Sample ID', 'Sample Type'", sniff_flex2, read_flex2},
        {"vicell", "Beckman Coulter Vi-CELL BLU, XR", "csv xlsx txt",
         "'Sample ID' beside 'Viable (x10^6) cells/mL', or 'Vi-CELL XR' above", sniff_vicell, read_vicell},
        {"asm", "Allotrope Simple Model, plate reader", "json",
         "JSON with a 'plate reader aggregate document'", sniff_asm, read_asm, Match::certain, true},
        {"edd", "JBEI Experiment Data Depot", "csv", "columns 'Line Name', 'Measurement Type' and 'Value'",
         sniff_edd, read_edd, Match::certain, true},
        {"block", "plain plates", "csv txt tsv xlsx", "numbers across and letters down, as on a plate",
         sniff_block, read_block, Match::weak},
        {"tidy", "plain tidy table", "csv txt tsv xlsx",
         "columns 'well' and 'value', or 'well' and what was read", sniff_tidy, read_tidy, Match::weak, true},
        {"wide", "plain curves", "csv txt tsv xlsx",
         "a column 'time' and one a well, or a row a well and times across", sniff_wide, read_wide,
         Match::weak},
        {"list", "plain list without header", "txt csv tsv xlsx",
         "lines of a well and a value, or plate, well and value", sniff_list, read_list, Match::weak, true},
    };
}

std::string names_of(std::span<const Reader> list) {
    std::string names;
    for (const Reader& reader : list)
        names += fmt::format("{}{}", names.empty() ? "" : ", ", reader.name);
    return names;
}

const Reader& reader_by_name(const Document& document, std::string_view name) {
    for (const Reader& reader : readers())
        if (reader.name == name)
            return reader;
    document.fail(fmt::format("there is no reader '{}'; there are {}", name, names_of(readers())));
}

[[noreturn]] void fail_unrecognised(const Document& document) {
    if (document.bytes().starts_with("\x1f\x8b"))
        document.fail("is packed by gzip; unpack it");
    if (document.bytes().starts_with("\xD0\xCF\x11\xE0"))
        document.fail(
            "is a workbook of Excel 97 to 2003 (.xls) or a program's own file; save it as .xlsx or export "
            "text");
    if (document.text().find('\0') != std::string_view::npos)
        document.fail("is neither text nor an .xlsx workbook; export the readings as one of them");
    std::string message =
        "no reader recognises this file; reader = \"NAME\" in [[plates]] chooses one; looked for";
    for (const Reader& reader : readers())
        message +=
            fmt::format("{} {} ({})", &reader == readers().data() ? "" : ";", reader.looked_for, reader.name);
    document.fail(message);
}

/// Promises that every reader makes, checked here once.
void check_promises(const Document& document, const PlateFile& file) {
    if (file.measurements.empty())
        document.fail("holds no measurement");
    for (const Measurement& m : file.measurements) {
        if ((m.flag == Flag::none) == std::isnan(m.value))
            document.fail(
                fmt::format("well {}: a value must be a number or carry a flag", well_name(m.well)));
        const auto& shape = file.plates[m.plate].shape;
        if (shape && !shape->contains(m.well))
            document.fail(fmt::format("plate '{}' has {} rows and {} columns, and no well {}",
                                      file.plates[m.plate].name, shape->rows, shape->columns,
                                      well_name(m.well)));
    }
}

}  // namespace

std::span<const Reader> readers() {
    static const std::vector<Reader> all = list_readers();
    return all;
}

const Reader& choose_reader(const Document& document, std::string_view name) {
    if (name != "auto")
        return reader_by_name(document, name);
    Match best = Match::no;
    std::vector<const Reader*> surest;
    for (const Reader& reader : readers()) {
        if (reader.at_most < best)
            continue;
        const Match match = reader.sniff(document);
        if (match > best) {
            best = match;
            surest.clear();
        }
        if (match == best && match != Match::no)
            surest.push_back(&reader);
    }
    if (surest.empty())
        fail_unrecognised(document);
    if (surest.size() > 1)
        document.fail(
            fmt::format("both '{}' and '{}' take this file for theirs; say which with reader = \"…\"",
                        surest[0]->name, surest[1]->name));
    return *surest.front();
}

PlateFile read_plate_file(const Document& document, std::string_view reader_name) {
    PlateFile file = choose_reader(document, reader_name).read(document);
    check_promises(document, file);
    return file;
}

}  // namespace wellsieve::formats::plates

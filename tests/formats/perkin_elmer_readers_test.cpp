#include <catch2/catch.hpp>
#include <cmath>

#include "tests/formats/reader_conformance.hpp"
#include "tests/support/readings.hpp"

using namespace wellsieve::formats::plates;
using wellsieve::tests::check_optics;
using wellsieve::tests::check_reader;
using wellsieve::tests::read_sample;
using wellsieve::tests::readings;
using wellsieve::tests::times_s;
using wellsieve::tests::with_replaced;

namespace {

const std::string kaleido_2 =
    "\n\nResults for\xC2\xA0"
    "ABS mono 1\n\nBarcode:\xC2\xA0P 7, PlateRepeat: 1, WellRepeat: 1\n,1,2,3\nA,0.4711,0.2,0.3\n"
    "B,0.5,0.6,0.7\n\nAnalysis Result  \n\nResults for ABS mono 1\n\nBarcode: P 7, AnalysisParameter: "
    "ratio\n,1,2,3\n"
    "A,1,1,1\nB,1,1,1\n\nMeasurement Basic Information\nSoftware version:,,Kaleido 2.0.1\nInstrument Serial "
    "Number:,,99\n\n"
    "Plate Type\nNumber of rows:,,2\nNumber of "
    "columns:,,3\nPlatemap\nPlate\n,1,2,3\nA,-,-,-\nB,-,-,-\n\nMeasurements:\n\n"
    "Meas,,,,\nTech,,,,ABS mono 1\nExc. filter [nm],,,,\nExcitation wavelength [nm],,,,450\n\nAnalysis:\n\n"
    "Exported with Kaleido 2.0.1 and xslt version 2.0.0\n";

const std::string kaleido_35 =
    "EnSight Results from,,,,\nProtocol Name,demo,,,\n,,,,\nResult for FI 1,,,,\nBarcode,Repeat,Loop "
    "no,Analysis Parameter,\n"
    "P7,1,,,\n,,,,\n,1,2,3,\nA,4711,2,3,\nB,5,6,7,\n,,,,\nResult for LUM 2,,,,\nBarcode,Repeat,Loop "
    "no,Analysis Parameter,\n"
    "P8,1,,,\n,,,,\n,1,2,3,\nA,8,9,10,\nB,11,12,13,\n,,,,\nMeasurement Information,,,,\nMeasurement "
    "Started,,10/16/2024 13:39,,\n"
    "Number of Rows,,3,,\nNumber of Columns,,2,,\nPlatemap,,,,\n,1,2,3,\nA,-,-,-,\nDetails of Measurement "
    "Sequence,,,,\n"
    "Operation,,,FI 1,\nExcitation Wavelength [nm],,,485nm,\nEmission Wavelength "
    "[nm],,,535,\nOperation,,,LUM 2,\n"
    "Measurement Time [s],,,0.1,\nPost Processing Sequence,,,,\nExported with Kaleido 3.5.1,,,,\n";

const std::string nivo =
    "WELL RESULTS\n\nPROTOCOL NAME,demo\n\nPlate,0\nBarcode,0\n\n3 OPERATION,ABS (F) - "
    "Kinetics\nTEMPERATURE(Celsius),30.5\n\n"
    ",Cycle,1,2,3\n,Plate,0,0,0\n,Barcode,0,0,0\nWell,Time(s),0.0,1772.1,3543.0\nA1,,0.059,0.4711,0.058\nH12,"
    ",0.1,0.2,0.3\n"
    "4 OPERATION,FI (F) - Kinetics\n,Cycle,1,2,3\nWell,Time(s),10.0,1782.1,\nA1,,100,200,\nPARAMETERS\n\n"
    "PLATE FORMAT,96 wells (8X12)\nInstrument serial number,77\n\n1 OPERATION,Plate Kinetics-Plate "
    "start\nKINETIC CYCLES,3\n\n"
    "3 OPERATION,ABS (F)-Plate Kinetics\nEXCITATION FILTER,600/10nm\n\n4 OPERATION,FI (F)-Plate Kinetics\n"
    "EXCITATION FILTER,480/30nm\nEMISSION FILTER,530/30nm\n\nPLATE MAP\n\n,1,2,\nA,X,X,\n";

const std::string victor_notes =
    "\n\nProtocol name ..................... demo\nName of the label ................. OD\n"
    "Label technology .................. Photometry\nCW-lamp filter name ............... 600\n\n"
    "Name of the label ................. GFP\nLabel technology .................. Prompt fluorometry\n"
    "CW-lamp filter name ............... F485\nEmission filter name .............. F535\n";

const std::string victor_list =
    "Plate\tRepeat\tWell\tType\tTime\tOD (A)\tTime\tGFP "
    "(Counts)\n1\t1\tA01\tM\t00:00:41.29\t0.4711\t00:01:44.84\t874\n"
    "1\t1\tA02\tM\t00:00:41.61\t0.054\t00:01:45.20\t976\n1\t2\tA01\tM\t00:30:41.29\t0.060\t00:31:44.84\t900\n"
    "1\t2\tA02\tM\t00:30:41.61\t0.070\t00:31:45.20\t980\n";

const std::string fusion =
    "  Assay:   , Luminescence  , Description:  , demo \n  Software:  , Fusion 3.50  , Instrument Serial:  , "
    "12 \n"
    "  Detection Mode:  , Luminescence  , Shaking:  , Off \n  EmFilter1:  , --Empty--  , EmFilter2:  , -- \n"
    "  Plate Seq#: 835  Comment:  ,   Acquired: Monday, June 30, 2006 08:07  Temperature Min/Max: 0.0/0.0\n  "
    "RLU  ,  \n"
    "     ,  1   ,  2  ,  3  \n  A  ,   4711,   22,  23\n  B  ,   24,   25,  26\n";

}  // namespace

TEST_CASE("Kaleido 2.0: a reading, an analysis set aside, settings below") {
    const auto file = read_sample(kaleido_2);
    REQUIRE(file.readouts.size() == 1);
    check_optics(file.readouts[0], Mode::absorbance, 450, missing, missing);
    CHECK(file.plates[0].name == "P 7");
    CHECK(file.plates[0].shape == PlateShape{2, 3});
    CHECK(readings(file, "B2") == "0.6");
    CHECK(file.rejects.size() == 1);
    CHECK(file.metadata.at("serial number") == "99");
    check_reader({.reader = "kaleido",
                  .sample = kaleido_2,
                  .measurements = 6,
                  .cell = "0.4711",
                  .well = "A1",
                  .delimiter = ',',
                  .header_stands_last = true});
}

TEST_CASE("Kaleido 3.5: padded lines, two operations and plates, a shape on its side") {
    const auto file = read_sample(kaleido_35);
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[0], Mode::fluorescence, missing, 485, 535);
    check_optics(file.readouts[1], Mode::luminescence, missing, missing, missing);
    REQUIRE(file.plates.size() == 2);
    CHECK(file.plates[1].shape == PlateShape{2, 3});
    CHECK(readings(file, "B3", 1, 1) == "13");
    check_reader({.reader = "kaleido",
                  .sample = kaleido_35,
                  .measurements = 12,
                  .cell = "4711",
                  .well = "A1",
                  .delimiter = ',',
                  .header_stands_last = true});
}

TEST_CASE("Kaleido: an image measurement holds no reading") {
    std::string text = kaleido_35;
    for (std::size_t at; (at = text.find("FI 1")) != std::string::npos;)
        text.replace(at, 4, "Well image");
    CHECK(read_sample(text).rejects.size() == 1);
}

TEST_CASE("Nivo: cycles across, each operation with its filters, an unfinished cycle") {
    const auto file = read_sample(nivo);
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[0], Mode::absorbance, 600, missing, missing);
    check_optics(file.readouts[1], Mode::fluorescence, missing, 480, 530);
    CHECK(times_s(file, "A1") == std::vector<double>{0, 1772.1, 3543});
    CHECK(readings(file, "A1", 1) == "100 200");
    CHECK(file.plates[0].name == "0");
    CHECK(file.plates[0].shape == PlateShape{8, 12});
    CHECK(file.measurements[0].temperature_c == 30.5);
    check_reader({.reader = "nivo",
                  .sample = nivo,
                  .measurements = 8,
                  .cell = "0.4711",
                  .well = "A1",
                  .delimiter = ',',
                  .header_stands_last = true});
}

TEST_CASE("Nivo: single readings of several plates, as wells or as plates") {
    const auto file = read_sample(
        "WELL RESULTS\n\nPlate,1\nBarcode,X7\n\n1 "
        "OPERATION,LUM\nWell,Result\nA1,100\nB2,200\n\nPlate,2\nBarcode,X8\n\n"
        "1 OPERATION,LUM\nA1,300\nB2,OVER\n\nPLATE RESULTS\nPlate,3\nBarcode,n.a.\n2 OPERATION,ABS "
        "(M)\n,1,2,3\nA,0.1,0.2,0.3\n"
        "B,0.4,0.5,0.6\nPARAMETERS\n2 OPERATION,ABS (M)\nEXCITATION WAVELENGTH (nm),595\n");
    REQUIRE(file.plates.size() == 3);
    CHECK(file.plates[1].name == "X8");
    CHECK(file.plates[2].name == "3");
    CHECK(readings(file, "B2", 0, 0) == "200");
    CHECK(readings(file, "B2", 0, 1) == "overflow");
    CHECK(readings(file, "B3", 1, 2) == "0.6");
    check_optics(file.readouts[1], Mode::absorbance, 595, missing, missing);
    CHECK(std::isnan(file.measurements[0].time_s));
}

TEST_CASE("VICTOR list: each reading has its time, settings in the notes below") {
    const auto file = read_sample(victor_list + victor_notes);
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[0], Mode::absorbance, 600, missing, missing);
    check_optics(file.readouts[1], Mode::fluorescence, missing, 485, 535);
    CHECK(times_s(file, "A1", 1) == std::vector<double>{104.84, 1904.84});
    CHECK(readings(file, "A2", 0) == "0.054 0.07");
    CHECK(file.metadata.at("protocol") == "demo");
    // Times count only where a plate was read again, which a file cut short no longer shows.
    std::string endpoint = victor_list + victor_notes;
    for (std::size_t at; (at = endpoint.find("1\t2\tA")) != std::string::npos;)
        endpoint.replace(at, 3, "2\t1");
    check_reader({.reader = "victor",
                  .sample = endpoint,
                  .measurements = 8,
                  .cell = "0.4711",
                  .well = "A1",
                  .header_stands_last = true});
}

TEST_CASE("VICTOR: one repeat is an endpoint, and a default label names its own filters") {
    const auto file = read_sample(
        "Plate,Repeat,Well,Type,Time,\"Fluorescein (485nm/535nm, 1.0s) (Counts)\",0.1sec (CPS)\n"
        "1,1,A01,M,00:00:06.83,15300,7\n2,1,A01,M,00:00:07.09,1967850,8\n");
    REQUIRE(file.readouts.size() == 2);
    check_optics(file.readouts[0], Mode::fluorescence, missing, 485, 535);
    check_optics(file.readouts[1], Mode::luminescence, missing, missing, missing);
    CHECK(file.plates.size() == 2);
    CHECK(std::isnan(file.measurements[0].time_s));
    CHECK_THROWS_WITH(read_sample("Plate,Repeat,Well,Type,Time,OD (A)\n1,1,Z99,M,00:00:06.83,1\n"),
                      Catch::Contains("line 2, column 3: 'Z99' is not a well"));
}

TEST_CASE("VICTOR plates: temperature, barcode and time stand above; a list beside them says the same") {
    const std::string plates =
        "Plate\tRepeat\tEnd time\tStart temp.\tEnd temp.\tBarCode\n1\t1\t11:59:50 PM\t29.9\t30\tX7\n\nOD "
        "(A)\n-0.000\n\n"
        "0.1\t0.2\t0.3\n0.4\t0.5\t0.6\n\nPlate\tRepeat\tEnd time\tStart temp.\tEnd temp.\tBarCode\n"
        "1\t2\t12:00:20 AM\t30.1\t30\tX7\n\nOD (A)\n-0.000\n\n0.7\t0.8\t0.9\n1.0\t1.1\t0.4711\n";
    const auto file = read_sample(plates + victor_notes);
    CHECK(file.plates[0].name == "X7");
    CHECK(readings(file, "B3") == "0.6 0.4711");
    CHECK(times_s(file, "B3") == std::vector<double>{0, 30});
    CHECK(file.measurements[0].temperature_c == 29.9);
    const auto both = read_sample(victor_list + plates + victor_notes);
    CHECK(both.measurements.size() == 8);
    CHECK(both.plates[0].name == "X7");
    CHECK(both.measurements.back().temperature_c == 30.1);
    CHECK_THROWS_WITH(read_sample(with_replaced(plates, "0.7\t0.8\t0.9\n", "") + victor_notes),
                      Catch::Contains("line 16") && Catch::Contains("not a whole plate"));
}

TEST_CASE("Fusion: facts in pairs above the plate") {
    const auto file = read_sample(fusion);
    check_optics(file.readouts[0], Mode::luminescence, missing, missing, missing);
    CHECK(file.plates[0].name == "835");
    CHECK(readings(file, "B3") == "26");
    CHECK(file.metadata.at("start time") == "Monday, June 30, 2006 08:07");
    check_reader({.reader = "fusion",
                  .sample = fusion,
                  .measurements = 6,
                  .cell = "4711",
                  .well = "A1",
                  .delimiter = ','});
}

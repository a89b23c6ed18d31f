#pragma once

#include <string>
#include <string_view>

#include "tests/support/workbook_builder.hpp"

// Invented exports in the forms of Tecan's programs, tab-separated.
namespace wellsieve::tests::tecan {

inline std::string as_sheet(std::string_view text) {
    return make_workbook({sheet_from_text("Sheet2", text)});
}

inline constexpr std::string_view icontrol_head =
    "Application: Tecan i-control\t\t\t\tTecan i-control , 1.10.4.0\n"
    "Device: infinite 200Pro\t\t\t\tSerial number: 12345\n"
    "\n"
    "Date:\t21/01/2015\n"
    "Plate\t\t\t\tCostar 96 Flat Bottom Transparent [COS96ft.pdfx]\n"
    "\n";

inline std::string icontrol_kinetic() {
    return std::string(icontrol_head) +
           "2 Labels\n"
           "Kinetic Measurement\n"
           "Kinetic Cycles\t\t\t\t4\n"
           "Mode\t\t\t\tAbsorbance\n"
           "Wavelength\t\t\t\t595\tnm\n"
           "Bandwidth\t\t\t\t10\tnm\n"
           "Mode\t\t\t\tFluorescence Top Reading\n"
           "Excitation Wavelength\t\t\t\t485\tnm\n"
           "Emission Wavelength\t\t\t\t540\tnm\n"
           "Gain\t\t\t\t60\tOptimal (80%)\n"
           "Start Time:\t21/01/2015 13:36:54\n"
           "\n"
           "OD\n"
           "Cycle Nr.\t1\t2\t3\t4\n"
           "Time [s]\t0\t836.8\t1676.5\n"
           "Temp. [°C]\t30\t30.3\t30.1\n"
           "A1\t0.109999999403954\t0.1251\t0.1402\n"
           "B12\t0.2103\t0.2204\t0.2305\n"
           "C3\n"
           "\n"
           "Green\n"
           "Cycle Nr.\t1\t2\t3\t4\n"
           "Time [s]\t0\t836.9\n"
           "Temp. [°C]\t30.1\t30.2\n"
           "A1\t33500\t38323\n"
           "B12\t7000\t7012\n"
           "\n"
           "End Time:\t22/01/2015 10:18:25\n";
}

inline std::string icontrol_endpoint() {
    return std::string(icontrol_head) +
           "Label: OD600\n"
           "Mode\t\t\t\tAbsorbance\n"
           "Wavelength\t\t\t\t600\tnm\n"
           "Start Time:\t21/01/2015 13:36:54\n"
           "\tTemperature: 23.5 °C\n"
           "<>\t1\t2\t3\n"
           "A\t0.0511\t0.0612\t0.0713\n"
           "C\t0.0814\t0.0915\t\n"
           "\n"
           "End Time:\t21/01/2015 13:37:54\n"
           "\n"
           "Label: GFP\n"
           "Mode\t\t\t\tFluorescence Top Reading\n"
           "Excitation Wavelength\t\t\t\t485\tnm\n"
           "Emission Wavelength\t\t\t\t540\tnm\n"
           "Start Time:\t21/01/2015 13:38:54\n"
           "\tTemperature: 24.5 °C\n"
           "<>\t1\t2\t3\n"
           "A\t1201\t1302\t1403\n"
           "C\t1504\t1605\tOVER\n"
           "\n"
           "End Time:\t21/01/2015 13:39:54\n";
}

inline constexpr std::string_view spark_head =
    "Method name: growth\n"
    "Application: SparkControl\t\t\t\tV2.3\n"
    "Device: Spark\t\t\t\tSerial number: 77\n"
    "\n"
    "Plate\t\t\t\t[GRE96ft] - Greiner 96 Flat Transparent Cat. No.: 655101\n"
    "\n"
    "List of actions in this measurement script:\n"
    "Plate\n"
    "\n"
    "Name\t\t\t\tGRE96ft\n"
    "Plate layout\n"
    "<>\t1\t2\n"
    "A\tSM1_1\tBL1\n"
    "\n"
    "Mode\tKinetic\n"
    "Interval time\t\t\t\t00:20:00\thh:mm:ss\n"
    "\n";

inline std::string spark_list() {
    std::string text(spark_head);
    for (std::string_view gain : {"40", "50"})
        text.append(
                "Mode\tFluorescence Top Reading\nName\tGFP\nExcitation wavelength\t\t\t\t488\tnm\n"
                "Emission wavelength [nm]\t\t\t\t530\nGain\t\t\t\t")
            .append(gain)
            .append(
                "\tManual\nPart of Plate\t\t\t\tA1-A2\n\nStart Time\t\t\t\t19/12/2019 15:07\n"
                "Temperature\t\t\t\t28.5\t°C\n\n<>\tValue\tTime [ms]\nA1\t18")
            .append(gain)
            .append("\t0\nA2\tOVER\t777\n\n\nEnd Time\t\t\t\t19/12/2019 15:08\n\n");
    return text;
}

}  // namespace wellsieve::tests::tecan

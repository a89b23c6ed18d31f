"""What is corrected before a trait is taken, through `wellsieve run`: blanks smooth over time and by medium, a reader that
does not answer in proportion, the path of the light, readings that stand out. Curves are made with the fault, and the
truth comes back; what cannot be corrected is missing, and what makes no sense is refused in one line.

usage: corrections_test.py WELLSIEVE
"""
import math
import os
import random
import sys
import tempfile

from bad_curves_test import ABSORBANCE, BLANK, GOOD, HOURS, layout_of, logistic, noisy, wide
from growth_data_test import SCREEN, check_curves, run_screen, table
from screen_support import run, write, write_csv

ENDPOINT = """
[[traits]]
name = "last"
readout = "od"
feature = "endpoint"
normalise = "none"
"""


def analysed(program, curves, readout=ABSORBANCE, more="", screen=SCREEN + ENDPOINT, blanks=("B1", "B2"), files=None):
    """Runs the curves; by well its row in `curves`, by well the endpoint, and other tables by name."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (files or {}).items():
            write(os.path.join(folder, name), text)
        path = os.path.join(folder, "curves.tsv")
        curves = {**curves, **{well: curves.get(well, BLANK) for well in blanks}}
        wide(path, curves)
        run_screen(program, folder, path, readout, layout_of(curves, blanks), more, screen)
        rows, traits = table(program, folder, "curves"), table(program, folder, "traits")
        check_curves(rows, [row for row in traits if row["trait"] != "last"])  # a blank's endpoint may be 0
        others = {name: table(program, folder, name) for name in ("inputs", "measurements")}
        return ({row["well"]: row for row in rows}, {row["well"]: row for row in traits if row["trait"] == "last"}, others)


def refused(program, *words, readout=ABSORBANCE, more="", screen=SCREEN, files=None, curves=None):
    try:
        analysed(program, curves or {"A1": GOOD}, readout, more, screen, files=files)
    except AssertionError as error:
        message = str(error)
        assert "exit 3" in message and all(word in message for word in words), message
        return
    raise AssertionError(f"taken: {readout} {more}")


def shown(truth):
    """What a reader shows whose reading m stands for m + 0.3 m^2."""
    return (math.sqrt(1 + 1.2 * truth) - 1) / 0.6


def dilutions(largest, steps=300):
    points = [largest * i / steps for i in range(steps + 1)]
    return "measured,true\n" + "".join(f"{m:.9f},{m + 0.3 * m * m:.9f}\n" for m in points)


def number(row, column):
    return float(row[column])


def test_response(program):
    """Polynomial and table both give back the biomass that the reader hides, and the rate with it."""
    truth = [logistic(hour, 0.6, 0.02, 1.5) for hour in HOURS]
    curves = {"A1": noisy([0.09 + shown(value) for value in truth])}
    plain, _, _ = analysed(program, curves)
    assert number(plain["A1"], "carrying_capacity") < 1.3
    found = []
    for keys in ('polynomial = [1, 0.3]', 'calibration = "dilutions.csv"'):
        rows, last, others = analysed(program, curves, f"{ABSORBANCE}\n{keys}", files={"dilutions.csv": dilutions(1.4)})
        assert abs(number(rows["A1"], "carrying_capacity") / truth[-1] - 1) < 0.005, rows["A1"]
        assert abs(number(rows["A1"], "growth_rate_per_h") / (0.6 * 0.98) - 1) < 0.06, rows["A1"]
        assert abs(number(last["A1"], "corrected") / truth[-1] - 1) < 0.005, last["A1"]
        assert abs(number(last["A1"], "raw") - 0.09 - shown(truth[-1])) < 0.005, "raw stays as it was read"
        listed = [row for row in others["inputs"] if row["kind"] == "calibration"]
        assert len(listed) == ("calibration" in keys) and all(row["sha256"] for row in listed), others["inputs"]
        found.append(number(rows["A1"], "growth_rate_per_h"))
    assert math.isclose(*found, rel_tol=1e-3), found


def test_beyond_the_calibration(program):
    """Nothing is made up above the last point of a table: no capacity, and an endpoint that overflows."""
    curves = {"A1": noisy([0.09 + logistic(hour) for hour in HOURS]), "A2": noisy([0.09 + logistic(hour, 0.6, 0.02, 0.3) for hour in HOURS])}
    rows, last, _ = analysed(program, curves, f'{ABSORBANCE}\ncalibration = "dilutions.csv"',
                             files={"dilutions.csv": dilutions(0.5)})
    assert rows["A1"]["carrying_capacity"] == "" and rows["A1"]["growth_rate_per_h"], rows["A1"]
    assert last["A1"]["corrected"] == "" and last["A1"]["flag"] == "overflow", last["A1"]
    assert rows["A2"]["carrying_capacity"] and last["A2"]["flag"] == "", (rows["A2"], last["A2"])


def test_path_length(program):
    """Biomass is that of 1 cm; rates and lags do not change."""
    plain, last, _ = analysed(program, {"A1": GOOD})
    path = 200 / (math.pi / 4 * 6.7 ** 2) / 10
    for keys, length in (("path_length_cm = 0.5", 0.5), ("volume_ul = 200\nwell_diameter_mm = 6.7", path)):
        rows, corrected, _ = analysed(program, {"A1": GOOD}, f"{ABSORBANCE}\n{keys}")
        for column in ("carrying_capacity", "initial_biomass", "auc", "noise_sd"):
            assert math.isclose(number(rows["A1"], column) * length, number(plain["A1"], column), rel_tol=1e-9), column
        for column in ("growth_rate_per_h", "lag_h", "log_auc", "saturation_h"):
            assert math.isclose(number(rows["A1"], column), number(plain["A1"], column), rel_tol=1e-9), column
        assert math.isclose(number(corrected["A1"], "corrected") * length, number(last["A1"], "corrected"), rel_tol=1e-9)
        assert corrected["A1"]["raw"] == last["A1"]["raw"]


def with_blank(blank):
    return (SCREEN + ENDPOINT).replace('normalise = "none"', f'normalise = "none"\n{blank}')


def test_smooth_blanks(program):
    """Blanks that drift and scatter: less their LOWESS a curve keeps its own noise, and one bad blank does not matter."""
    scatter = random.Random(5)
    drift = [0.09 + 0.02 * hour / 15 for hour in HOURS]
    truth = [logistic(hour, start=0.1) for hour in HOURS]  # well above what blanks with such a scatter hide
    cell = [drift[i] + 0.001 * math.sin(7 * i) + truth[i] for i in range(len(HOURS))]
    blanks = {well: [value + scatter.gauss(0, 0.006) for value in drift] for well in ("B1", "B2")}
    blanks["B1"][20] += 0.3
    noise = {}
    for blank in ("plate", "lowess"):
        rows, last, _ = analysed(program, {"A1": cell, **blanks}, screen=with_blank(f'blank = "{blank}"'))
        noise[blank] = number(rows["A1"], "noise_sd")
    print(f"  noise of the curve: {noise}")
    assert noise["lowess"] < 0.5 * noise["plate"], noise
    assert abs(number(rows["A1"], "initial_biomass") - sum(truth[:3]) / 3) < 0.006, rows["A1"]
    assert abs(number(last["A1"], "corrected") - truth[-1]) < 0.01, last["A1"]


def test_media(program):
    """Each well has the blank of its medium, smooth over time; a well whose medium has no blank has no trait."""
    curves = {"A1": noisy([0.1 + logistic(hour) for hour in HOURS]), "A2": noisy([0.3 + logistic(hour) for hour in HOURS]),
              "A3": noisy([0.3 + logistic(hour) for hour in HOURS]),
              "B1": noisy([0.1] * len(HOURS), 0.003), "B2": noisy([0.3] * len(HOURS), 0.003)}
    media = {"A1": "M9", "A2": "LB", "A3": "TB", "B1": "M9", "B2": "LB"}
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "curves.tsv")
        wide(path, curves)
        write_csv(os.path.join(folder, "layout.csv"), ["plate", "well", "strain", "role", "medium"],
                  [["", well, "" if well[0] == "B" else f"S_{well}", "blank" if well[0] == "B" else "sample", media[well]]
                   for well in curves])
        screen = with_blank('blank = "medium_lowess"').format(name="media", file=path, readout=ABSORBANCE)
        write(os.path.join(folder, "screen.toml"), screen)
        run(program, "run", os.path.join(folder, "screen.toml"), "-o", os.path.join(folder, "out"))
        rows = {row["well"]: row for row in table(program, folder, "curves")}
        traits = {(row["well"], row["trait"]): row for row in table(program, folder, "traits")}
    for well in ("A1", "A2"):
        assert abs(number(rows[well], "initial_biomass") - 0.0233) < 0.004, rows[well]
        assert abs(number(rows[well], "carrying_capacity") - 1) < 0.01, rows[well]
    assert rows["A3"]["verdict"] == "no_data" and traits["A3", "last"]["flag"] == "error", (rows["A3"], traits["A3", "last"])


def test_outliers(program):
    """Spikes are left out, told of, and change nothing else; noise, growth and a lag's end are no outliers."""
    spoilt = list(GOOD)
    for i, spike in ((9, 0.4), (30, -0.5), (50, 0.8)):
        spoilt[i] += spike
    more = '\n[curves]\noutliers = "hampel"\n'
    scatter = random.Random(11)
    noise = {f"C{i + 1}": [0.09 + logistic(hour, 0.3 + 0.05 * i) + scatter.gauss(0, 0.004) for hour in HOURS]
             for i in range(12)}
    rows, _, others = analysed(program, {"A1": spoilt, "A2": GOOD, **noise}, more=more)
    assert rows["A1"]["outliers_h"] == ", ".join(f"{HOURS[i]:g}" for i in (9, 30, 50)), rows["A1"]
    assert "outliers_removed" in rows["A1"]["verdicts"] and rows["A2"]["outliers_h"] == "", (rows["A1"], rows["A2"])
    for column in ("growth_rate_per_h", "lag_h", "carrying_capacity", "initial_biomass"):
        assert math.isclose(number(rows["A1"], column), number(rows["A2"], column), rel_tol=0.05, abs_tol=0.05), column
    assert int(rows["A1"]["points_used"]) == len(HOURS) - 3
    removed = [row["outliers_h"] for well, row in rows.items() if well[0] == "C"]
    print(f"  outliers among {len(removed) * len(HOURS)} readings with noise alone: {[hours for hours in removed if hours]}")
    assert sum(len(hours.split(",")) for hours in removed if hours) <= 2
    spike = [row for row in others["measurements"] if row["well"] == "A1" and float(row["time_s"]) == 3600 * HOURS[9]]
    assert math.isclose(float(spike[0]["value"]), spoilt[9], abs_tol=1e-5) and spike[0]["flag"] == "", "as read"
    kept, _, _ = analysed(program, {"A1": spoilt})
    assert kept["A1"]["outliers_h"] == "" and int(kept["A1"]["points_used"]) == len(HOURS)


def test_what_must_not_matter(program):
    """With every correction on: twice the readings on twice the scale, and a later clock, give the same rate."""
    more = '\n[curves]\noutliers = "hampel"\n'
    screen = with_blank('blank = "lowess"')
    spoilt = list(GOOD)
    spoilt[30] += 0.5
    one, _, _ = analysed(program, {"A1": spoilt}, f"{ABSORBANCE}\npolynomial = [1, 0.3]", more, screen)
    doubled = {well: [2 * value for value in curve] for well, curve in (("A1", spoilt), ("B1", BLANK), ("B2", BLANK))}
    two, _, _ = analysed(program, doubled, f"{ABSORBANCE}\npolynomial = [0.5, 0.075]", more, screen)
    for column in ("growth_rate_per_h", "lag_h", "carrying_capacity"):
        assert math.isclose(number(one["A1"], column), number(two["A1"], column), rel_tol=2e-3, abs_tol=2e-3), column
    assert one["A1"]["outliers_h"] == two["A1"]["outliers_h"] == f"{HOURS[30]:g}"


def test_polynomial_that_turns(program):
    """A response that falls within the readings is an error that says where; the well may be masked instead."""
    keys = ABSORBANCE + "\npolynomial = [1, -0.4]"  # turns at 1.25
    high = [1.5 * value for value in GOOD]
    assert max(GOOD) - 0.09 < 1.25 < max(high) - 0.09
    low, _, _ = analysed(program, {"A1": GOOD}, keys)
    assert number(low["A1"], "carrying_capacity") > 0
    refused(program, "curves.tsv", "[readouts.od] polynomial", "turns down at 1.25", "well A1", curves={"A1": high}, readout=keys)


def test_refused(program):
    keys = ABSORBANCE + "\n"
    refused(program, "nowhere.csv", readout=keys + 'calibration = "nowhere.csv"')
    refused(program, "bad.csv", "no number", readout=keys + 'calibration = "bad.csv"', files={"bad.csv": "measured,true\n0,0\n1,x\n"})
    refused(program, "not both", readout=keys + 'calibration = "a.csv"\npolynomial = [1]')
    refused(program, "array of numbers", readout=keys + 'polynomial = "square"')
    refused(program, "first coefficient", readout=keys + "polynomial = [0, 1]")
    refused(program, "path_length_cm", "above 0", readout=keys + "path_length_cm = 0")
    refused(program, "well_diameter_mm", "together", readout=keys + "volume_ul = 200")
    refused(program, "not both", readout=keys + "path_length_cm = 1\nvolume_ul = 200\nwell_diameter_mm = 7")
    refused(program, "absorbance alone", readout='mode = "fluorescence"\nexcitation_nm = 485\npath_length_cm = 0.5')
    refused(program, "readings as they are", readout=keys + "polynomial = [1, 0.3]",
            screen=SCREEN + '\n[[traits]]\nname = "x"\nreadout = "od"\nfeature = "change"\n')
    refused(program, "blank_span", screen=with_blank('blank = "lowess"\nblank_span = 0'))
    refused(program, "lowess", screen=with_blank('blank = "lowes"'))
    refused(program, "hampel", more='\n[curves]\noutliers = "hample"\n')
    refused(program, "outlier_sd", more='\n[curves]\noutlier_sd = 0\n')


def main():
    for test in (test_response, test_beyond_the_calibration, test_path_length, test_smooth_blanks, test_media, test_outliers,
                 test_what_must_not_matter, test_polynomial_that_turns, test_refused):
        print(test.__name__, flush=True)
        test(sys.argv[1])


if __name__ == "__main__":
    main()

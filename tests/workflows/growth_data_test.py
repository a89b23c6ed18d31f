"""Every kinetic plate export and every set of growth curves of the shared data, through `wellsieve run` as it is: each
screen ends with a ranking and a table `curves`, each curve with a verdict, no trait is a number where the verdict says
that the curve has none, and just the wells with a rate are ranked. Where a file's authors tell which wells they left
without cells, those have no rate; where R's growthrates was run on a file, its rates come out of `method =
"growthrates"`, and ours agree with them.

usage: growth_data_test.py WELLSIEVE [-v]
"""
import collections
import csv
import math
import os
import re
import sys
import tempfile

from scipy.stats import spearmanr

from screen_support import need, read_csv, run, write, write_csv

# Which reading of a file is taken for biomass.
PLATES = {
    "agilent_gen5/Kinetic_Analysis_Mean_Slope_and_Standard_Curve_tab.txt": 'mode = "absorbance"',
    "agilent_gen5/kinetic_helper_gene_growth_curve.txt": 'mode = "absorbance"',
    "agilent_gen5/kinetic_multiplate.txt": 'mode = "absorbance"',
    "agilent_gen5_de/AP12.csv": 'mode = "absorbance"',
    "bmg_omega_xlsx/bmg_lumistar_omega.xlsx": 'mode = "luminescence"\nemission_nm = 535',
    "moldev_softmax_pro/fl_kinetic_plates.txt": 'mode = "fluorescence"\nread = 1',
    "perkinelmer_nivo/parse_nivo_output.csv": 'mode = "absorbance"',
    "tecan_icontrol/Tecan_280715.xlsx": 'mode = "absorbance"',
    "tecan_magellan_asc/2020-06-22-R1.asc": 'mode = "absorbance"',
    "tecan_spark/200228_example_data.csv": 'mode = "absorbance"\nwavelength_nm = 600',
}
GROWTH = {
    "bletl_BL1_JH_ShakerSteps.raw.csv": 'label = "Biomass referenced"',
    "curveball_Tecan_210115.raw.xlsx": 'mode = "absorbance"',
    "curveball_tecan210115.tsv": "",
    "detl_DASwareV4_4reactors.raw.csv": 'label = "T.PV"',
    "gcplyr_gen5_rep2.raw.csv": 'mode = "absorbance"',
    "gcplyr_isolate.tsv": "",
    "gcplyr_plate_rep2.tsv": "",
    "growthcurver_growthdata_SIM.tsv": "",
    "growthdash_syn_logistic.tsv": "",
    "growthdash_syn_logistic_noised.tsv": "",
    "growthrates_bactgrowth.tsv": "",
    "kinbiont_plate_data.csv": "",
    "physiofit_peiro2019.tsv": 'label = "X"',
    "pyphe_colony32.tsv": "",
    "qurve_2FMA.raw.csv": "",
    "qurve_2FMA.tsv": "",
    "qurve_growthprofiler.raw.csv": 'mode = "online"',
    "qurve_lac_fluorescence.tsv": "",
    "qurve_lac_growth.tsv": "",
    "qurve_victorx3.raw.txt": 'mode = "absorbance"',
}

SCREEN = """[screen]
name = "{name}"

[[plates]]
files = "{file}"
layout = "layout.csv"

[readouts.od]
{readout}

[[traits]]
name = "growth"
readout = "od"
feature = "growth_rate"
normalise = "none"

[[traits]]
name = "lag"
readout = "od"
feature = "lag"
goal = "minimize"
normalise = "none"

[[traits]]
name = "capacity"
readout = "od"
feature = "carrying_capacity"
normalise = "none"
"""

# No number of a curve may stand beside a verdict that rules it out.
RULED_OUT = {
    "blank_grows": ("growth_rate_per_h", "lag_h", "carrying_capacity", "doubling_time_h", "saturation_h", "auc", "maximum"),
    "no_data": ("growth_rate_per_h", "lag_h", "carrying_capacity", "doubling_time_h", "saturation_h"),
    "no_growth": ("growth_rate_per_h", "lag_h", "carrying_capacity", "doubling_time_h", "saturation_h"),
    "too_few_points": ("growth_rate_per_h", "lag_h", "doubling_time_h"),
    "below_detection": ("growth_rate_per_h", "lag_h", "doubling_time_h"),
    "still_growing": ("carrying_capacity", "saturation_h"),
    "negative_lag": ("lag_h",),
}


def tidy(program, path):
    stdout, _ = run(program, "inspect", "--tidy", path)
    return list(csv.DictReader(stdout.splitlines(), delimiter="\t"))


def table(program, folder, name):
    stdout, _ = run(program, "export", os.path.join(folder, "out", "result.h5"), "--table", name)
    return list(csv.DictReader(stdout.splitlines()))


def run_screen(program, folder, path, readout, layout=None, more="", screen=SCREEN):
    """A screen of one file where every well is a strain of its own, or what `layout` says it is."""
    if layout is None:
        wells = sorted({row["well"] for row in tidy(program, path)})
        layout = [["", well, f"S_{well}", "sample"] for well in wells]
        if not re.match(r"[A-Z]\d", wells[0]):  # vessels: the file names what is in them
            screen = screen.replace('layout = "layout.csv"\n', "")
    columns = ["plate", "well", "strain", "role", "medium"][:len(layout[0])]
    write_csv(os.path.join(folder, "layout.csv"), columns, layout)
    name = os.path.basename(path)
    config = os.path.join(folder, "screen.toml")
    write(config, screen.format(name=name, file=path, readout=readout or 'mode = "analyte"') + more)
    stdout, _ = run(program, "run", config, "-o", os.path.join(folder, "out"))
    assert "nan" not in stdout, stdout  # without replicates there are dashes
    return stdout


def check_curves(curves, traits):
    assert curves, "no curve was analysed"
    for row in curves:
        held = [verdict for verdict in row["verdicts"].split(", ") if verdict]
        assert row["verdict"] == (held[0] if held else "ok"), row
        for verdict in held:
            for column in RULED_OUT.get(verdict, ()):
                assert row[column] == "", f"{row['well']}: {column} = {row[column]} beside {verdict}"
        if row["growth_rate_per_h"]:
            rate = float(row["growth_rate_per_h"])
            assert rate > 0 and math.isclose(float(row["doubling_time_h"]), math.log(2) / rate, rel_tol=1e-9), row
            if row["window_start_h"]:  # a spline and a Gaussian process have no window
                assert float(row["window_start_h"]) < float(row["window_end_h"]) and int(row["window_points"]) >= 3, row
            assert float(row["growth_rate_se_per_h"]) >= 0
    for row in traits:
        assert (row["corrected"] == "") == (row["flag"] != ""), row
        assert row["corrected"] == "" or float(row["corrected"]) != 0 or row["trait"] == "lag", row


def check_file(program, path, readout, verbose):
    with tempfile.TemporaryDirectory() as folder:
        stdout = run_screen(program, folder, path, readout)
        curves = table(program, folder, "curves")
        check_curves(curves, table(program, folder, "traits"))
        ranking = read_csv(os.path.join(folder, "out", "ranking.csv"))
    grown = {row["well"] for row in curves if row["growth_rate_per_h"]}
    assert len(ranking) == len(grown), f"{path}: {len(ranking)} strains are ranked, {len(grown)} wells grow"
    counts = collections.Counter(row["verdict"] for row in curves)
    rates = [float(row["growth_rate_per_h"]) for row in curves if row["growth_rate_per_h"]]
    middle = sorted(rates)[len(rates) // 2] if rates else float("nan")
    print(f"{os.path.basename(path)}: {len(curves)} curves, {len(ranking)} ranked, median rate {middle:.3f}/h, "
          + ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common()))
    if verbose:
        print(stdout)


def curves_by_name(program, path, more=""):
    """By what the file calls it, each curve's row of the table `curves`."""
    names = {row["well"]: row["sample"] or row["well"] for row in tidy(program, path)}
    with tempfile.TemporaryDirectory() as folder:
        run_screen(program, folder, path, "", more=more)
        return {names[row["well"]]: row for row in table(program, folder, "curves")}


def check_blanks(program, growth):
    """Wells that were left without cells have no growth rate, though the screen takes them for samples."""
    design = read_csv(os.path.join(growth, "gcplyr_plate_rep2.design.tsv"), "\t")
    with open(os.path.join(growth, "kinbiont_plate_annotation.csv"), encoding="utf-8", newline="") as annotation:
        annotated = list(csv.reader(annotation))
    blanks = {
        # Not its five wells "Blank": the raw readings of one rise from 0.09 to 0.32 in the last hours.
        "gcplyr_plate_rep2.tsv": {row["well"] for row in design if not row["strain"]},
        "kinbiont_plate_data.csv": {row[0] for row in annotated if row[1] == "b"},
        "growthdash_syn_logistic.tsv": {f"blank {number}" for number in range(3)},
        "growthdash_syn_logistic_noised.tsv": {f"blank {number}" for number in range(3)},
    }
    for name, wells in blanks.items():
        curves = curves_by_name(program, os.path.join(growth, name))
        assert wells and wells <= set(curves), name
        growing = {well for well, row in curves.items() if row["growth_rate_per_h"]}
        assert not wells & growing, f"{name}: blanks {wells & growing} grow"
        if name.startswith("gcplyr"):
            inoculated = {row["well"] for row in design if row["strain"] not in ("", "Blank")}
            assert inoculated <= growing, f"{name}: {inoculated - growing} hold cells and do not grow"
        print(f"{name}: {len(wells)} blanks, none grows; {len(growing)} of {len(curves) - len(wells)} others do")


def check_growthrates(program, growth):
    """R's growthrates, whose rates `method = "growthrates"` gives; and how far our own are from them. Its five readings are
    the noisier: on the simulated set 6.2 % (mean) from the slope of a logistic with a background, ours 3.3 %."""
    for name in ("growthrates_bactgrowth", "gcplyr_isolate", "growthcurver_growthdata_SIM"):
        path = os.path.join(growth, f"{name}.tsv")
        peer = {row["well"]: float(row["easylinear_mumax"])
                for row in read_csv(os.path.join(growth, "ref", f"{name}.growthrates.tsv"), "\t")}
        same = curves_by_name(program, path, '\n[curves]\nmethod = "growthrates"\n')
        assert set(same) == set(peer)
        for well, rate in peer.items():
            ours = float(same[well]["growth_rate_per_h"])
            assert math.isclose(ours, rate, rel_tol=1e-6), f"{name}, {well}: {ours}, growthrates has {rate}"
        own = curves_by_name(program, path)
        ratios = sorted(float(own[well]["growth_rate_per_h"]) / rate for well, rate in peer.items())
        agreement = spearmanr([float(own[well]["growth_rate_per_h"]) for well in peer], list(peer.values())).statistic
        print(f"{name}: {len(peer)} rates as of growthrates; ours differ by {100 * (ratios[len(ratios) // 2] - 1):+.1f} % "
              f"(median), {100 * (ratios[0] - 1):+.1f} to {100 * (ratios[-1] - 1):+.1f} %, Spearman {agreement:.3f}")
        assert abs(ratios[len(ratios) // 2] - 1) < 0.05 and agreement > 0.94


def check_joined_runs(program, path):
    """One plate, read in eight runs on one day, the last one first in the file: a plate list with the hour at which each
    began makes one curve of them."""
    stdout, _ = run(program, "inspect", path)
    starts = {}
    for sheet, clock in re.findall(r"start time of plate (Sheet\d): \d+/\d+/\d+ ([\d:]+)", stdout):
        hours, minutes, seconds = map(int, clock.split(":"))
        starts[sheet] = hours + minutes / 60 + seconds / 3600
    assert len(starts) == 8
    first = min(starts.values())
    with tempfile.TemporaryDirectory() as folder:
        write_csv(os.path.join(folder, "plates.csv"), ["file", "run", "plate", "start_h"],
                  [[os.path.basename(path), sheet, "P1", start - first] for sheet, start in starts.items()])
        screen = SCREEN.replace('layout = "layout.csv"', 'layout = "layout.csv"\nplate_list = "plates.csv"')
        run_screen(program, folder, path, 'mode = "absorbance"', screen=screen)
        curves = table(program, folder, "curves")
        check_curves(curves, table(program, folder, "traits"))
        times = [float(row["time_s"]) / 3600 for row in table(program, folder, "measurements") if row["well"] == "A1"
                 and row["readout"] == "od"]
    assert len(times) == 77 + 3 + 6 * 4 and times == sorted(times) and times[0] == 0 and 24.5 < times[-1] < 25
    grown = [row for row in curves if row["growth_rate_per_h"]]
    print(f"{os.path.basename(path)}, its runs joined: {len(curves)} curves over {times[-1]:.1f} h, {len(grown)} grow")
    # Alone, the last run begins in the middle of growth and most of the others are too short.
    assert len(curves) == 96 and len(grown) > 80


def check_promoters(program, path):
    """Product per biomass, from channels that are read half a minute apart."""
    two = """
[readouts.gfp]
mode = "fluorescence"
excitation_nm = 485
"""
    for feature in ("mean_ratio", "ratio_at_biomass", "promoter_activity", "max_promoter_activity"):
        two += f"""
[[traits]]
name = "{feature}"
readout = "gfp"
per = "od"
feature = "{feature}"
at_biomass = 0.2
blank = "minimum"
normalise = "none"
"""
    with tempfile.TemporaryDirectory() as folder:
        run_screen(program, folder, path, 'mode = "absorbance"', more=two)
        traits = table(program, folder, "traits")
    values = collections.defaultdict(dict)
    for row in traits:
        assert (row["corrected"] == "") == (row["flag"] != ""), row
        if row["corrected"]:
            values[row["trait"]][row["well"]] = float(row["corrected"])
    print(f"{os.path.basename(path)}, GFP per OD: " + ", ".join(f"{len(values[f])} {f}" for f in
                                                                 ("mean_ratio", "ratio_at_biomass", "promoter_activity")))
    assert len(values["ratio_at_biomass"]) >= 20
    for well, activity in values["max_promoter_activity"].items():
        assert activity >= values["promoter_activity"].get(well, activity)


def check_bootstrap(program, path):
    """`bootstrap` puts an interval beside each trait that a curve has, and a standard error beside each lag. The same for
    any number of threads; without it there are none."""
    intervals = {"doubling_time": "_h", "initial_biomass": "", "lag": "_h", "carrying_capacity": "", "yield": "",
                 "maximum": "", "saturation": "_h", "auc": "", "log_auc": ""}
    assert not any("lag_low" in column for column in next(iter(curves_by_name(program, path).values())))
    results = []
    with tempfile.TemporaryDirectory() as folder:
        run_screen(program, folder, path, "", more="\n[curves]\nbootstrap = 47\n")
        curves = table(program, folder, "curves")
        traits = table(program, folder, "traits")
        for threads in ("1", "3"):
            out = os.path.join(folder, threads)
            run(program, "run", os.path.join(folder, "screen.toml"), "--threads", threads, "-o", out)
            with open(os.path.join(out, "result.h5"), "rb") as result:
                results.append(result.read())
    assert results[0] == results[1]
    given = collections.Counter()
    for row in curves:
        for name, unit in intervals.items():
            low, high = row[f"{name}_low{unit}"], row[f"{name}_high{unit}"]
            assert (low == "") == (high == "") and (row[name + unit] or not low), row
            if low:
                assert float(low) <= float(high), row
                given[name] += 1
    for name, unit in intervals.items():  # a quarter of these plateaus might as well be growing still
        assert given[name] >= 0.7 * sum(row[name + unit] != "" for row in curves) > 0, name
    lags = [row for row in traits if row["trait"] == "lag" and row["corrected"]]
    assert sum(row["standard_error"] != "" for row in lags) >= 0.9 * len(lags) > 0
    print(f"{os.path.basename(path)}, bootstrap: of {len(curves)} curves " +
          ", ".join(f"{count} {name}" for name, count in given.items()))


def main():
    program, verbose = sys.argv[1], "-v" in sys.argv
    plates, growth = need("data/plates"), need("data/growth")
    for folder, files in ((plates, PLATES), (growth, GROWTH)):
        for name, readout in files.items():
            check_file(program, os.path.join(folder, name), readout, verbose)
    check_blanks(program, growth)
    check_growthrates(program, growth)
    check_bootstrap(program, os.path.join(growth, "growthrates_bactgrowth.tsv"))
    check_joined_runs(program, os.path.join(plates, "tecan_icontrol/Tecan_280715.xlsx"))
    check_promoters(program, os.path.join(plates, "agilent_gen5_de/AP12.csv"))


if __name__ == "__main__":
    main()

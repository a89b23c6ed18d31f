"""Samples of offline analysers joined with the vessels of an online run.

Real files: each value that `inspect --tidy` finds in an analyser's file (which plate_truth_test.py compares with the
truth) must stand in `measurements` at the well and the time that a sample table gives its sample, or be counted and
listed. Simulated: vessels whose growth, uptake and product are known, biomass online, metabolites in a Cedex file; and
the same fed and sampled, in pseudo-batch concentrations.

usage: offline_test.py WELLSIEVE
"""
import csv
import json
import math
import os
import random
import shutil
import sys
import tempfile

from screen_support import need, run, write, write_csv


def table(program, out, name):
    stdout, _ = run(program, "export", os.path.join(out, "result.h5"), "--table", name)
    return list(csv.DictReader(stdout.splitlines()))


def tidy(program, path):
    stdout, _ = run(program, "inspect", "--tidy", path)
    return list(csv.DictReader(stdout.splitlines(), delimiter="\t"))


REAL = """[screen]
name = "joined"
[[plates]]
files = "{online}"
[[offline]]
files = {offline}
samples = "samples.csv"
[readouts.online]
mode = "online"
label = "{label}"
[readouts.offline]
label = "{analyte}"
unit = "{unit}"
[[traits]]
name = "change"
readout = "online"
feature = "change"
normalise = "none"
[[traits]]
name = "titer"
readout = "offline"
feature = "endpoint"
normalise = "none"
[rank]
against = "mean"
"""
BIOPROCESS = "data/plates/bioprocess/"
# An online run, its wells or reactors, a readout of it; the analysers' files, one of their quantities.
PAIRS = [
    ("biolector_pro/224-MO_Coryne--2019-07-12-16-54-30.csv", [f"{row}{column:02}" for row in "ABCDEF" for column in range(1, 9)],
     "BS5 calibrated",
     ["roche_cedex_bioht/roche_cedex_bioht_example01.txt", "roche_cedex_bioht/roche_cedex_bioht_v7_example_01.txt"],
     "lactate", "g/L"),
    ("dasgip_dasware4/v4_20180726.Control.csv", [f"Unit {unit}" for unit in range(1, 5)], "pH.PV",
     ["novabio_flex2/SampleResultsDEVICE1232021-02-18_104838.csv"], "glucose", "g/L"),
    ("ambr/ambr_test_data.xlsx", ["HT1", "HT2"], "DO",
     ["beckman_vi_cell_blu/Beckman_Vi-Cell-BLU_example01.csv",
      "roche_cedex_bioht/roche_cedex_bioht_v5_multiple_detection_ranges.txt"], "viable cell density (cell counter)",
     "10^6 cells/mL"),
]


def well_of(vessel, vessels):
    if vessel[1:].isdigit() and len(vessel) == 3:
        return f"{vessel[0]}{int(vessel[1:])}"
    return f"A{vessels.index(vessel) + 1}"


def test_real(program, folder):
    for online, vessels, label, analysers, analyte, unit in PAIRS:
        paths = [need(BIOPROCESS + name) for name in analysers]
        found = [row for path in paths for row in tidy(program, path)]
        samples = sorted({row["sample"] for row in found})
        lost = samples[-1]  # is in no row of the table
        places = {sample: (vessels[i % len(vessels)], 1 + i // len(vessels)) for i, sample in enumerate(samples[:-1])}
        write_csv(os.path.join(folder, "samples.csv"), ["sample", "vessel", "time_h"],
                  [[sample, *place] for sample, place in places.items()] + [["no such", vessels[0], 3]])
        screen = os.path.join(folder, "screen.toml")
        write(screen, REAL.format(online=need(BIOPROCESS + online), offline=json.dumps(paths), label=label, analyte=analyte,
                                  unit=unit))
        out = os.path.join(folder, os.path.basename(online))
        run(program, "check", screen)
        run(program, "run", screen, "-o", out)
        rows = table(program, out, "measurements")
        measured = {}
        for row in rows:
            if row["time_s"] and float(row["time_s"]) in {3600.0 * hours for _, hours in places.values()}:
                measured.setdefault((row["well"], float(row["time_s"])), []).append((row["value"], row["flag"]))
        wanted = {}
        for row in found:
            if row["sample"] != lost:
                vessel, hours = places[row["sample"]]
                wanted.setdefault((well_of(vessel, vessels), 3600.0 * hours, row["mode"], row["unit"]), []).append(row)
        numbers = 0
        for (well, time_s, _, _), readings in wanted.items():
            values = [row["value"] for row in readings if row["value"]]
            there = measured[well, time_s]
            if values:
                assert any(value and float(value) == float(values[0]) for value, _ in there), (well, time_s, readings, there)
                numbers += 1
        inputs = [row for row in table(program, out, "inputs") if row["kind"] == "offline"]
        assert len(inputs) == len(paths), inputs
        for row in inputs:
            assert int(row["rows_in"]) == int(row["rows_used"]) + int(row["rows_rejected"]), row
        rejects = table(program, out, "rejects")
        reasons = [f"{row['place']}: {row['reason']}" for row in rejects if row["kind"] == "sample"]
        assert any(f"sample '{lost}'" in reason and "is not in samples.csv" in reason for reason in reasons), reasons
        assert any("sample 'no such'" in reason and "is in no file" in reason for reason in reasons), reasons
        doubled = sum(len(readings) - 1 for readings in wanted.values())
        assert sum("stands twice" in reason for reason in reasons) <= doubled, reasons
        titers = [row for row in table(program, out, "traits") if row["trait"] == "titer" and row["corrected"]]
        assert titers, "no titer"
        print(f"{os.path.basename(online)}: {numbers} values of {len(samples) - 1} samples at their vessels, "
              f"{len(titers)} titers, {len(reasons)} rejects")


MU, X0 = (0.35, 0.42, 0.30, 0.38), 0.08
Q_GLUCOSE, Q_PRODUCT = (-0.9, -1.0, -0.7, -1.2), (0.12, 0.30, 0.25, 0.20)  # g/(g h)
GLUCOSE, HOURS = 20.0, 10
SD_BIOMASS, SD_METABOLITE = 0.01, 0.05
SAMPLING_H = (0.5, 2, 3.5, 5, 6, 7, 8, 9)
SIMULATED = """[screen]
name = "simulated"
[[plates]]
files = "run.csv"
layout = "layout.csv"
[[offline]]
files = "cedex.txt"
{samples}
[readouts.biomass]
label = "TURB"
[readouts.glucose]
label = "glucose"
[readouts.product]
label = "lactate"
{more}
[[traits]]
name = "growth"
readout = "biomass"
feature = "growth_rate"
blank = "none"
normalise = "none"
[[traits]]
name = "titer"
readout = "product"
feature = "endpoint"
normalise = "none"
{traits}
[rank]
by = "growth"
against = "mean"
"""
PER_BIOMASS = """[[traits]]
name = "{name}"
readout = "{readout}"
per = "{per}"
feature = "{feature}"
sd = 0.05
per_sd = 0.01
goal = "maximize"
normalise = "none"
"""


def mfcs(tracks, times):
    """MFCS-like: a column a track and reactor, the reactors' numbers behind the names."""
    names = [f"{name}_{reactor + 1}" for name, values in tracks.items() for reactor in range(len(values))]
    lines = [";".join(["ProcessTime", *names]), ";".join(["(hours)", *["(g/L)" if n.startswith("TURB") else "(L)" for n in names]])]
    for i, time in enumerate(times):
        cells = [values[reactor][i] for values in tracks.values() for reactor in range(len(values))]
        lines.append(";".join([f"{time:.6f}", *[f"{cell:.9f}" for cell in cells]]))
    return "\n".join(lines) + "\n"


def cedex(readings):
    """Software 6: a row a test; (sample, code, text)."""
    lines = ["0\t2026-02-18 20:00:00\t#ARC-FILE#\t1.1a\t2026-02-18\t2026-02-18\tCEDEX BIO HT\t1\t6.0.0.1905\tADMIN"]
    for sample, date, code, text in readings:
        lines.append(f"40\t{date}\t{sample}\t\tSAM\t\t{code}\t\tg/L\t \t  {text}\t  0.1\tR")
    return "\n".join(lines) + "\n"


def clock(hours):
    """Date and time of so many hours after the start, 2026-02-18 08:00."""
    seconds = round(hours * 3600)
    return f"2026-02-18 {8 + seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def layout(folder):
    write_csv(os.path.join(folder, "layout.csv"), ["well", "strain"], [[f"A{v + 1}", f"S{v + 1}"] for v in range(4)])


def found_traits(program, out):
    return {(row["well"], row["trait"]): row for row in table(program, out, "traits")}


def check_init(program, folder, out):
    """`init` tells the run from the analyser's file, and finds the table of its samples."""
    fresh = os.path.join(folder, "fresh")
    os.mkdir(fresh)
    for name in ("run.csv", "cedex.txt", "samples.csv", "layout.csv"):
        shutil.copy(os.path.join(folder, name), fresh)
    run(program, "init", fresh)
    screen = os.path.join(fresh, "screen.toml")
    with open(screen, encoding="utf-8") as file:
        text = file.read()
    lines = text.splitlines()
    assert lines[lines.index('files = "*.txt"') - 1].startswith("[[offline]]"), text
    assert '\nsamples = "samples.csv"' in text and '[readouts.glucose]' in text, text
    run(program, "run", screen)
    found = [row for row in table(program, os.path.join(fresh, "results"), "inputs") if row["kind"] == "offline"]
    assert found and found[0]["rows_used"] == [row for row in table(program, out, "inputs")
                                               if row["kind"] == "offline"][0]["rows_used"], found


def test_simulated(program, folder):
    """Exponential growth, four vessels: rates within their errors, by names, by a table and by dates the same."""
    draw = random.Random(7)
    times = [i / 10 for i in range(HOURS * 10 + 1)]
    biomass = [[X0 * math.exp(mu * t) + draw.gauss(0, SD_BIOMASS) for t in times] for mu in MU]
    layout(folder)
    write(os.path.join(folder, "run.csv"), mfcs({"TURB": biomass}, times))
    readings, rows, last = [], [], {}
    for vessel, mu in enumerate(MU):
        for k, hours in enumerate(SAMPLING_H):
            made = X0 / mu * (math.exp(mu * hours) - 1)
            glucose = GLUCOSE + Q_GLUCOSE[vessel] * made + draw.gauss(0, SD_METABOLITE)
            product = 0.5 + Q_PRODUCT[vessel] * made + draw.gauss(0, SD_METABOLITE)
            last[vessel] = f"{product:.4f}"
            # The first glucose is beyond the range of the first kit, and read again by another.
            texts = [("GLC2B", "> 10.0")] if k == 0 else []
            texts += [("GLC3B", f"{glucose:.4f}"), ("LAC2B", last[vessel])]
            for code, text in texts:
                readings.append((f"{vessel + 1}_{hours:g}", clock(hours), code, text))
            rows.append([f"{vessel + 1}_{hours:g}", vessel + 1, hours])
    readings += [("9_2", clock(2), "GLC3B", "3.0"), ("QC", clock(2), "LAC2B", "< 0.5")]
    write(os.path.join(folder, "cedex.txt"), cedex(readings))
    write_csv(os.path.join(folder, "samples.csv"), ["sample", "vessel", "time_h"], rows)
    write_csv(os.path.join(folder, "vessels.csv"), ["sample", "vessel"], [row[:2] for row in rows])
    traits = "".join(PER_BIOMASS.format(name=f"{feature} {readout}", readout=readout, per=per, feature=feature)
                     for readout, per, feature in (("glucose", "biomass", "specific_rate"), ("product", "biomass", "specific_rate"),
                                                   ("product", "glucose", "yield_on"), ("biomass", "glucose", "yield_on")))
    outs = {}
    for name, samples in (("pattern", 'pattern = "{vessel}_{hours}"'), ("table", 'samples = "samples.csv"'),
                          ("dates", 'samples = "vessels.csv"\nstart = 2026-02-18T08:00:00')):
        screen = os.path.join(folder, f"{name}.toml")
        write(screen, SIMULATED.format(samples=samples, more="", traits=traits))
        outs[name] = os.path.join(folder, name)
        stdout, _ = run(program, "run", screen, "-o", outs[name])
        assert "2 of 34 samples of offline analysers not used" in stdout, stdout
    found = found_traits(program, outs["pattern"])
    for name in ("table", "dates"):
        assert {k: v["corrected"] for k, v in found_traits(program, outs[name]).items()} == {
            k: v["corrected"] for k, v in found.items()}, name
    check_init(program, folder, outs["table"])
    worst = 0
    for vessel, mu in enumerate(MU):
        truth = {"growth": mu, "specific_rate glucose": Q_GLUCOSE[vessel], "specific_rate product": Q_PRODUCT[vessel],
                 "yield_on product": Q_PRODUCT[vessel] / -Q_GLUCOSE[vessel], "yield_on biomass": mu / -Q_GLUCOSE[vessel]}
        for trait, value in truth.items():
            row = found[f"A{vessel + 1}", trait]
            error, spread = abs(float(row["corrected"]) - value), float(row["standard_error"])
            worst = max(worst, error / spread)
            assert error < 4 * spread and spread < 0.1 * abs(value) + 0.01, (vessel, trait, value, row)
        assert found[f"A{vessel + 1}", "titer"]["corrected"] == str(float(last[vessel])), (vessel, last)
    rejects = [row for row in table(program, outs["pattern"], "rejects") if row["kind"] == "sample"]
    reasons = [row["reason"] for row in rejects]
    assert sum("'overflow' is not used" in reason for reason in reasons) == 4, reasons
    assert sum("no plate has a vessel '9'" in reason for reason in reasons) == 1, reasons
    assert sum("is not named as" in reason for reason in reasons) == 1 and len(reasons) == 6, reasons
    print(f"simulated: growth, two fluxes and two yields of 4 vessels, at most {worst:.1f} standard errors off")


def test_fed_batch(program, folder):
    """The same fed at a constant rate and sampled. Per step, exact for constant specific rates in amounts."""
    feed_l_per_h, in_feed, volume0, sample_l = 0.02, 300.0, 1.0, 0.03
    q_glucose, q_product = -0.8, 0.2
    step = 1 / 3600
    times, biomass, volumes, fed, sampled = [], [[] for _ in MU], [[] for _ in MU], [[] for _ in MU], [[] for _ in MU]
    readings = []
    for vessel, mu in enumerate(MU):
        volume, total = volume0, 0.0
        cells, glucose, product = X0 * volume0, GLUCOSE * volume0, 0.0
        for i in range(HOURS * 3600 + 1):
            hours = i / 3600
            taken = any(abs(hours - at) < step / 2 for at in SAMPLING_H)
            if i % 180 == 0:
                if vessel == 0:
                    times.append(hours)
                for list_, value in ((biomass, cells / volume), (volumes, volume), (fed, total), (sampled, sample_l if taken else 0)):
                    list_[vessel].append(value)
            if taken:
                readings += [(f"{vessel + 1}_{hours:g}", clock(hours), code, f"{amount / volume:.6f}")
                             for code, amount in (("GLC3B", glucose), ("LAC2B", product))]
                share = 1 - sample_l / volume
                cells, glucose, product, volume = cells * share, glucose * share, product * share, volume - sample_l
            grown = cells * (math.exp(mu * step) - 1)
            glucose += in_feed * feed_l_per_h * step + q_glucose * grown / mu
            product += q_product * grown / mu
            cells += grown
            volume += feed_l_per_h * step
            total += feed_l_per_h * step
    layout(folder)
    write(os.path.join(folder, "run.csv"), mfcs({"TURB": biomass, "VOL": volumes, "FEED": fed, "TAKEN": sampled}, times))
    write(os.path.join(folder, "cedex.txt"), cedex(readings))
    more = "".join(f'[readouts.{name}]\nlabel = "{label}"\n' for name, label in
                   (("volume", "VOL"), ("feed", "FEED"), ("taken", "TAKEN")))
    more += '[fed_batch]\nvolume = "volume"\nsampled = "taken"\nfeeds = ["feed"]\n'
    traits = "".join(PER_BIOMASS.format(name=f"{feature} {readout}", readout=readout, per=per, feature=feature)
                     for readout, per, feature in (("glucose", "biomass", "specific_rate"), ("product", "biomass", "specific_rate"),
                                                   ("product", "glucose", "yield_on")))
    screen = os.path.join(folder, "fed.toml")
    text = SIMULATED.format(samples='pattern = "{vessel}_{hours}"', more=more, traits=traits)
    write(screen, text.replace('label = "glucose"\n', f'label = "glucose"\nin_feed = {in_feed}\n'))
    out = os.path.join(folder, "fed")
    run(program, "run", screen, "-o", out)
    found = found_traits(program, out)
    for vessel, mu in enumerate(MU):
        for trait, value, tolerance in (("growth", mu, 1e-4), ("specific_rate glucose", q_glucose, 2e-3),
                                        ("specific_rate product", q_product, 2e-3), ("yield_on product", -q_product / q_glucose, 2e-3)):
            row = found[f"A{vessel + 1}", trait]
            assert math.isclose(float(row["corrected"]), value, rel_tol=tolerance), (vessel, trait, value, row)
    print("fed-batch: growth, two fluxes and a yield of 4 vessels that are fed and sampled, to 0.2 %")


ALONE = """[screen]
name = "alone"
[[offline]]
files = "cedex.txt"
{samples}
[readouts.product]
label = "lactate"
[[traits]]
name = "growth"
readout = "product"
feature = "growth_rate"
blank = "none"
normalise = "none"
[[traits]]
name = "titer"
readout = "product"
feature = "endpoint"
normalise = "none"
[rank]
by = "growth"
against = "mean"
"""


def test_analyser_alone(program, folder):
    """No online run: vessels, strains and dilutions are those of the table, and what comes out is undiluted."""
    readings, rows = [], []
    for vessel, mu in enumerate(MU):
        for k in range(12):
            hours, dilution = 0.75 * k, (1, 2, 5, 20)[k // 3]
            sample = f"S{vessel * 12 + k + 1}"
            readings.append((sample, clock(hours), "LAC2B", f"{0.05 * math.exp(mu * hours) / dilution:.9f}"))
            rows.append([sample, f"R{vessel + 1}", hours, dilution if dilution > 1 else "", f"strain {vessel % 2}"])
    write(os.path.join(folder, "cedex.txt"), cedex(readings))
    write_csv(os.path.join(folder, "samples.csv"), ["sample", "vessel", "time_h", "dilution", "strain"], rows)
    screen = os.path.join(folder, "alone.toml")
    write(screen, ALONE.format(samples='samples = "samples.csv"'))
    run(program, "check", screen)
    out = os.path.join(folder, "alone")
    run(program, "run", screen, "-o", out)
    found = found_traits(program, out)
    for vessel, mu in enumerate(MU):
        row = found[f"A{vessel + 1}", "growth"]
        assert math.isclose(float(row["corrected"]), mu, rel_tol=1e-5), (vessel, mu, row)
        titer = 0.05 * math.exp(mu * 0.75 * 11)
        assert math.isclose(float(found[f"A{vessel + 1}", "titer"]["corrected"]), titer, rel_tol=1e-6), (vessel, titer)
    wells = {row["well"]: row["strain"] for row in table(program, out, "wells")}
    assert wells == {f"A{vessel + 1}": f"strain {vessel % 2}" for vessel in range(4)}, wells
    with open(os.path.join(out, "ranking.csv"), encoding="utf-8", newline="") as file:
        ranked = [row["strain"] for row in csv.DictReader(file)]
    assert sorted(ranked) == ["strain 0", "strain 1"], ranked
    for change, message in (((3, 0.5), "'0.5' is no dilution"), ((4, "strain 9"), "vessel 'R1' holds strain")):
        spoilt = [list(row) for row in rows]
        spoilt[1][change[0]] = change[1]
        write_csv(os.path.join(folder, "samples.csv"), ["sample", "vessel", "time_h", "dilution", "strain"], spoilt)
        _, stderr = run(program, "check", screen, expect=3)
        assert "samples.csv: line" in stderr and message in stderr, stderr
    print("alone: growth and titers of 4 vessels of 2 strains from diluted samples")


def test_refusals(program, folder):
    layout(folder)
    write(os.path.join(folder, "run.csv"), mfcs({"TURB": [[1, 2]] * 4}, [0, 1]))
    write(os.path.join(folder, "cedex.txt"), cedex([("1_1", clock(1), "GLC3B", "3")]))
    write_csv(os.path.join(folder, "samples.csv"), ["sample", "vessel", "time_h"], [["1_1", 1, "noon"]])
    for samples, message in (
            ('pattern = "{hours}"', "{vessel} is missing"),
            ('pattern = "{vessel}_{hours}"\nsamples = "samples.csv"', "not by both"),
            ('pattern = "{vessel}"\nstart = "eight"', "such as 2026-02-18T10:28:00"),
            ('samples = "samples.csv"', "'noon' is no number of hours"),
            ('samples = "none.csv"', "none.csv"),
            ('patern = "{vessel}"', "pattern")):
        screen = os.path.join(folder, "bad.toml")
        write(screen, SIMULATED.format(samples=samples, more="", traits=""))
        _, stderr = run(program, "check", screen, expect=3)
        assert message in stderr, stderr
    write_csv(os.path.join(folder, "samples.csv"), ["sample", "vessel", "strain"], [["1_1", 1, "S1"]])
    write(screen, SIMULATED.format(samples='samples = "samples.csv"', more="", traits=""))
    _, stderr = run(program, "check", screen, expect=3)
    assert "samples.csv: line 2" in stderr and "leave the column out" in stderr, stderr


def main():
    program = sys.argv[1]
    for test in (test_real, test_simulated, test_fed_batch, test_analyser_alone, test_refusals):
        with tempfile.TemporaryDirectory() as folder:
            test(program, folder)


if __name__ == "__main__":
    main()

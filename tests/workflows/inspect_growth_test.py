"""Every raw export and wide table of the growth data, read by `wellsieve inspect --tidy`: the reader that takes it, and
as many wells and times as its index says.

usage: inspect_growth_test.py WELLSIEVE
"""
import collections
import csv
import os
import sys

from screen_support import need, run

READERS = {
    "bletl_BL1_JH_ShakerSteps.raw.csv": "biolector",
    "curveball_Tecan_210115.raw.xlsx": "tecan_icontrol",
    "detl_DASwareV4_4reactors.raw.csv": "dasgip",
    "gcplyr_gen5_rep2.raw.csv": "gen5",
    "qurve_2FMA.raw.csv": "wide",
    "qurve_growthprofiler.raw.csv": "growth_profiler",
    "qurve_victorx3.raw.txt": "victor",
}
# No curves: who is in which well, a truth, a calibration; a table of simulated variables.
NO_READINGS = ("design", "truth", "annotation", "calibration", "pseudobatch")


def readings(program, path):
    """Numbers by well and quantity: how many there are."""
    tidy, _ = run(program, "inspect", "--tidy", path)
    counts = collections.Counter()
    for row in csv.DictReader(tidy.splitlines(), delimiter="\t"):
        quantity = tuple(row[key] for key in ("mode", "wavelength_nm", "excitation_nm", "emission_nm"))
        counts[row["plate"], row["well"], quantity] += row["value"] != ""
    return counts


def main():
    program = sys.argv[1]
    folder = need("data/growth")
    with open(os.path.join(folder, "INDEX.tsv"), encoding="utf-8", newline="") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    for row in rows:
        name = row["file"]
        if any(word in name for word in NO_READINGS):
            continue
        path = os.path.join(folder, name)
        summary, _ = run(program, "inspect", path)
        wanted = READERS.get(name, "tidy" if name.startswith("physiofit") else "wide")
        assert f"reader: {wanted} " in summary, f"{name}: {summary}"
        counts = readings(program, path)
        assert counts, name
        wells = {(plate, well) for plate, well, _ in counts}
        if row["wells"].isdigit():
            assert len(wells) == int(row["wells"]), f"{name}: {len(wells)} wells, the index says {row['wells']}"
        if row["time_points"].isdigit():
            most = max(counts.values())
            assert most == int(row["time_points"]), f"{name}: {most} times, the index says {row['time_points']}"
        print(f"{name}: {wanted}, {len(wells)} wells, {max(counts.values())} times")


if __name__ == "__main__":
    main()

"""KcViab, a genome-wide RNAi screen of 57 plates of 384 wells in two replicates, run from its 114 raw files.

With cellHTS2's plate-median scaling and the spread of each replicate, a well's mean effect must reproduce the scores
published in 2003 (Pearson >= 0.981). Every well is accounted for.
"""
import json
import os
import sys
import tarfile
import tempfile

from scipy.stats import pearsonr

from screen_support import need, read_csv, run, write, write_csv

SCREEN = """
[screen]
name = "KcViab"

[[plates]]
files = "raw/*.txt"
layout = "layout.csv"
plate_list = "Platelist.txt"
masks = "Screenlog.txt"

[readouts.viability]

[[traits]]
name = "viability"
readout = "viability"
scale = "linear"
normalise = "median"
variance = "experiment"
goal = "minimize"

[rank]
against = "mean"
min_effect = 1
top = 500
"""


def write_screen(folder, data):
    with tarfile.open(os.path.join(data, "FT_raw_114_files.tar.gz")) as archive:
        archive.extractall(os.path.join(folder, "raw"))
    for name in ("Platelist.txt", "Screenlog.txt"):
        with open(os.path.join(data, name), encoding="utf-8") as source:
            write(os.path.join(folder, name), source.read())
    rows = []
    for entry in read_csv(os.path.join(data, "GeneIDs_Dm_HFA_1.1.txt"), "\t"):
        role = {"A01": "empty", "A02": "empty", "B01": "negative", "B02": "positive"}.get(entry["Well"], "sample")
        strain = f"{entry['Plate']}_{entry['Well']}" if role == "sample" else ""
        rows.append([entry["Plate"], entry["Well"], strain, role, entry["GeneID"]])
    write_csv(os.path.join(folder, "layout.csv"), ["plate", "well", "strain", "role", "gene"], rows)
    write(os.path.join(folder, "screen.toml"), SCREEN)


def main():
    program = sys.argv[1]
    data = need("data/screens/kcviab")
    with tempfile.TemporaryDirectory() as folder:
        write_screen(folder, data)
        stdout, _ = run(program, "run", os.path.join(folder, "screen.toml"), "-o", os.path.join(folder, "out"))
        ranking = {row["strain"]: float(row["estimate"]) for row in read_csv(os.path.join(folder, "out", "ranking.csv"))}
        with open(os.path.join(folder, "out", "run.json"), encoding="utf-8") as file:
            record = json.load(file)
    published = {f"{row['Plate']}_{row['Well']}": float(row["Score"])
                 for row in read_csv(os.path.join(data, "Analysis2003.txt"), "\t") if row["Score"] not in ("", "NA")}
    common = sorted(set(ranking) & set(published))
    correlation = pearsonr([-ranking[w] for w in common], [published[w] for w in common]).statistic
    print(stdout)
    print(f"{len(ranking)} wells ranked, {len(common)} of them published; Pearson {correlation:.4f}")
    assert len(common) > 21000
    assert correlation >= 0.981
    cells = record["accounting"]["cells"]
    assert cells["in"] == 114 * 384 and cells["in"] == cells["used"] + cells["rejected"]


if __name__ == "__main__":
    main()

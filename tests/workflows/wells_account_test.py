"""Wells and plates that the layout has and the files have not, and the other way round: each told once, whichever files
hold the readings of a plate.

usage: wells_account_test.py WELLSIEVE
"""
import csv
import os
import sys
import tempfile

from screen_support import read_csv, run, write

SPEC = """[screen]
seed = 5
[plates]
wells = 96
replicates = 2
vendors = ["tidy"]
[strains]
count = 60
"""


def read_lines(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def main(program, folder):
    write(folder + ".toml", SPEC)
    run(program, "simulate", folder + ".toml", "-o", folder)
    layout = os.path.join(folder, "layout.csv")
    wells = {role: [row["well"] for row in read_csv(layout) if (row["plate"], row["role"]) == ("P1", role)]
             for role in ("sample", "empty", "blank")}
    half_read, unread, air = wells["sample"][0], wells["sample"][1], wells["empty"][0]
    first = os.path.join(folder, "raw", "P1.csv")
    header, *rows = read_lines(first)

    def without(kept, *left_out):
        return [row for row in rows if f",{kept}," in row and row.split(",")[1] not in left_out]

    write(first, "\n".join([header, *without("absorbance", unread, air), ""]))
    write(os.path.join(folder, "raw", "P1b.csv"), "\n".join([header, *without("fluorescence", half_read, unread, air), ""]))
    lines = read_lines(layout)
    unnamed = next(row["well"] for row in read_csv(layout) if (row["plate"], row["role"]) == ("P2", "sample"))
    write(layout, "\n".join([*[line for line in lines if not line.startswith(f"P2,{unnamed},")],
                             "P9,A1,S01,sample,1", "P9,A2,S02,sample,1", ""]))
    stdout, _ = run(program, "run", os.path.join(folder, "screen.toml"))
    table, _ = run(program, "export", os.path.join(folder, "results", "result.h5"), "--table", "rejects")
    found = {(row["kind"], row["place"], row["reason"]) for row in csv.DictReader(table.splitlines())}
    assert found == {("layout", f"plate 'P1', well {unread}", "has no measurement"),
                     ("layout", "plate 'P9'", "no file holds this plate"),
                     ("well", f"plate 'P2', well {unnamed}", "is not in layout.csv")}, found
    for warning in (f"warning: layout.csv: plate 'P1', well {unread}: has no measurement",
                    "warning: layout.csv: plate 'P9': no file holds this plate",
                    f"warning: raw/P2.csv: plate 'P2', well {unnamed}: is not in layout.csv"):
        assert warning + "\n" in stdout, stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        main(os.path.abspath(sys.argv[1]), os.path.join(scratch, "screen"))

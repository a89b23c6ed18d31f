#!/usr/bin/env python3
"""Writes an example screen with a known truth: 110 strains in triplicate on four 384-well plates.

usage: make_screen.py FOLDER

Optical density (600 nm) and green fluorescence (485/520 nm) as MARS-like tables would be too much to explain; each
plate is one plain file of plate-shaped blocks, as any reader software can write. The trait is fluorescence per
optical density. Each plate has the parent in 24 wells, medium blanks in 16, effects of plate, row and column, and
noise; a few wells are saturated or were missed. truth.csv holds each strain's effect (log2, against the parent).
"""
import csv
import os
import random
import sys

ROWS, COLUMNS, PLATES, REPLICATES = 16, 24, 4, 12
SEED = 20261124
LETTERS = "ABCDEFGHIJKLMNOP"

SCREEN = """[screen]
name = "example"

[strains]
table = "strains.csv"

[[plates]]
files = "raw/*.csv"
layout = "layout.csv"

[readouts.od]
label = "OD600"

[readouts.gfp]
label = "GFP 485/520"

[[traits]]
name = "product"
readout = "gfp"
per = "od"

[rank]
min_effect = 0.1
top = 10
"""


def plate_contents(strains, random_source):
    """Wells of the four plates: parent, blanks, then every strain the same number of times, in random places."""
    wells = [(plate, row, column) for plate in range(PLATES) for row in range(ROWS) for column in range(COLUMNS)]
    contents = {}
    for plate in range(PLATES):
        own = [well for well in wells if well[0] == plate]
        random_source.shuffle(own)
        for well in own[:24]:
            contents[well] = "parent"
        for well in own[24:40]:
            contents[well] = "blank"
    free = [well for well in wells if well not in contents]
    random_source.shuffle(free)
    for strain, well in zip(strains * REPLICATES, free):
        contents[well] = strain
    return contents


def reading(content, effects, position, random_source):
    """Optical density and fluorescence of one well."""
    if content == "blank":
        return 0.09 + random_source.gauss(0, 0.002), 120 + random_source.gauss(0, 4)
    growth = 1.1 * random_source.lognormvariate(0, 0.06)
    product = 2400 * 2 ** (effects.get(content, 0) + position) * random_source.lognormvariate(0, 0.07)
    return 0.09 + growth, 120 + growth * product


def write_block(writer, title, values):
    writer.writerow([title])
    writer.writerow([""] + list(range(1, COLUMNS + 1)))
    for row in range(ROWS):
        writer.writerow([LETTERS[row]] + values[row])
    writer.writerow([])


def write_plate(path, plate, contents, effects, random_source):
    offset = random_source.gauss(0, 0.25)
    rows = [random_source.gauss(0, 0.03) for _ in range(ROWS)]
    columns = [random_source.gauss(0, 0.03) for _ in range(COLUMNS)]
    density = [[""] * COLUMNS for _ in range(ROWS)]
    fluorescence = [[""] * COLUMNS for _ in range(ROWS)]
    for (at, row, column), content in contents.items():
        if at != plate:
            continue
        od, gfp = reading(content, effects, offset + rows[row] + columns[column], random_source)
        density[row][column] = f"{od:.4f}"
        fluorescence[row][column] = "OVER" if gfp > 9500 else f"{gfp:.0f}"
    density[7][11] = fluorescence[7][11] = "MISSED"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        write_block(writer, "OD600", density)
        write_block(writer, "GFP 485/520", fluorescence)


def write_table(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def main():
    folder = sys.argv[1]
    random_source = random.Random(SEED)
    strains = [f"S{number:03}" for number in range(1, 111)]
    effects = {strain: random_source.gauss(0, 0.35) for strain in strains}
    contents = plate_contents(strains, random_source)
    os.makedirs(os.path.join(folder, "raw"))
    for plate in range(PLATES):
        write_plate(os.path.join(folder, "raw", f"plate{plate + 1}.csv"), plate, contents, effects, random_source)
    layout = []
    for (plate, row, column), content in sorted(contents.items()):
        role = content if content in ("parent", "blank") else "sample"
        strain = "" if content == "blank" else content
        layout.append([f"plate{plate + 1}", f"{LETTERS[row]}{column + 1}", strain, role])
    write_table(os.path.join(folder, "layout.csv"), ["plate", "well", "strain", "role"], layout)
    write_table(os.path.join(folder, "strains.csv"), ["strain", "parent", "role"],
                [["parent", "", "parent"]] + [[strain, "parent", "sample"] for strain in strains])
    write_table(os.path.join(folder, "truth.csv"), ["strain", "effect_log2"], sorted(effects.items()))
    with open(os.path.join(folder, "screen.toml"), "w", encoding="utf-8") as file:
        file.write(SCREEN)


if __name__ == "__main__":
    main()

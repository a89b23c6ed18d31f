"""Every real export whose truth is known, read by `wellsieve inspect --tidy` and compared with its truth table; and
every file that no reader may take, refused with one line that names file, place and reason.

usage: plate_truth_test.py WELLSIEVE
"""
import csv
import os
import re
import subprocess
import sys
import tempfile

from screen_support import need, run

# The truth gives plate 2 the mode and wavelength of plate 1 (absorbance, 562 nm). The file says otherwise: its label has
# no excitation ("Ex=N/A Em=Top", 0.1 s of counting), its values are counts from 0 to 12, and only the label of plate 1 is
# described with 562 nm. So plate 2 is wanted as a fluorescence of no stated wavelength; all else is as the truth has it.
OPTICS_CONTRADICT_FILE = "perkinelmer_envision/PE_Envision_absorbance_example01.csv"
# The truth takes the numbers of the fermentations for places along the rows. The file states each one's well
# ("[009_well] B08"), and its positions in millimetres agree: the plate is read back and forth.
WELLS_CONTRADICT_FILE = "bioprocess/biolector_pro/224-MO_Coryne--2019-07-12-16-54-30.csv"

def check_refused(program, path):
    _, message = run(program, "inspect", path, expect=3)
    lines = message.strip().splitlines()
    return len(lines) == 1 and os.path.basename(path) in lines[0]


def with_stated_wells(path, truth):
    """The truth's lines with the wells that the BioLector's file states for its fermentations."""
    with open(path, encoding="utf-8") as export:
        stated = dict(re.findall(r"^\[(\d{3})_well\] (\w+)", export.read(), re.MULTILINE))
    along_rows = {f"{'ABCDEF'[i // 8]}{i % 8 + 1}": stated[f"{i + 1:03d}"] for i in range(48)}
    with open(truth, encoding="utf-8") as table:
        lines = [line.split("\t") for line in table]
    return "".join("\t".join([line[0], along_rows.get(line[1], line[1])] + line[2:]) for line in lines)


def with_own_optics(truth):
    """The truth's lines with the optics that the EnVision's file states for its second plate."""
    with open(truth, encoding="utf-8") as table:
        header, *lines = [line.split("\t") for line in table]
    mode, wavelength, unit = (header.index(name) for name in ("mode", "wavelength_nm", "unit"))
    for line in lines:
        if line[0] != lines[0][0]:
            line[mode], line[wavelength], line[unit] = "fluorescence", "", "RFU"
    return "".join("\t".join(line) for line in [header, *lines])


def check_equal(program, path, truth, name):
    tidy, _ = run(program, "inspect", "--tidy", path)
    corrections = {WELLS_CONTRADICT_FILE: lambda: with_stated_wells(path, truth),
                   OPTICS_CONTRADICT_FILE: lambda: with_own_optics(truth)}
    wanted = truth
    with tempfile.TemporaryDirectory() as folder:
        ours = os.path.join(folder, "ours.tsv")
        with open(ours, "w", encoding="utf-8") as out:
            out.write(tidy)
        if name in corrections:
            wanted = os.path.join(folder, "truth.tsv")
            with open(wanted, "w", encoding="utf-8") as out:
                out.write(corrections[name]())
        done = subprocess.run([sys.executable, need("tools/tidy_equal.py"), wanted, ours], capture_output=True, text=True,
                              check=False)
    if done.returncode != 0:
        print(done.stdout, done.stderr)
    return done.returncode == 0


def main():
    program = sys.argv[1]
    folder = need("data/plates")
    failed = []
    compared = 0
    with open(os.path.join(folder, "INDEX.tsv"), encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            name = row["file"]
            path = os.path.join(folder, name)
            try:
                if name.startswith("_should_fail/"):
                    good = check_refused(program, path)
                else:
                    truth = os.path.join(os.path.dirname(path), row["tidy_file"])
                    good = check_equal(program, path, truth, name)
            except AssertionError as error:
                print(error)
                good = False
            compared += 1
            if not good:
                failed.append(name)
    print(f"{compared} files, {len(failed)} not as their truth")
    for name in failed:
        print("  ", name)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

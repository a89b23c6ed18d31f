"""Every real export whose truth is known, read by `wellsieve inspect --tidy` and compared with its truth table; and
every file that no reader may take, refused with one line that names file, place and reason.

usage: plate_truth_test.py WELLSIEVE
"""
import csv
import os
import subprocess
import sys
import tempfile

from screen_support import need, run

# Families whose readers are not written yet; their files are refused as not recognised.
READERS_TO_COME = ("bioprocess/",)
# The table gives plate 2 the mode and wavelength of plate 1 (absorbance, 562 nm). In the file its label is an
# AlphaScreen ("Ex=N/A Em=Top", an excitation time, counts from 0 to 12), so it is read as fluorescence.
TRUTH_CONTRADICTS_FILE = ("perkinelmer_envision/PE_Envision_absorbance_example01.csv",)


def check_refused(program, path):
    _, message = run(program, "inspect", path, expect=3)
    lines = message.strip().splitlines()
    return len(lines) == 1 and os.path.basename(path) in lines[0]


def check_equal(program, comparator, path, truth):
    tidy, _ = run(program, "inspect", "--tidy", path)
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as ours:
        ours.write(tidy)
        ours.flush()
        done = subprocess.run([sys.executable, comparator, truth, ours.name], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout)
    return done.returncode == 0


def main():
    program = sys.argv[1]
    folder = need("data/plates")
    comparator = need("tools/tidy_equal.py")
    failed = []
    compared = 0
    with open(os.path.join(folder, "INDEX.tsv"), encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            name = row["file"]
            path = os.path.join(folder, name)
            if name.startswith(READERS_TO_COME) or name in TRUTH_CONTRADICTS_FILE:
                print("not compared:", name)
                continue
            try:
                if name.startswith("_should_fail/"):
                    good = check_refused(program, path)
                else:
                    truth = os.path.join(os.path.dirname(path), row["tidy_file"])
                    good = check_equal(program, comparator, path, truth)
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

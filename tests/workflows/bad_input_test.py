"""What is wrong with the files of a screen of plates: each gets one line that says what, where and what to do, exit code 3,
and nothing is written; what a screen can still be ranked with is a warning. With --keep-going files and plates that
cannot be used are set aside, listed, and the rest is ranked. A disk that fills up leaves every old file as it was.

usage: bad_input_test.py WELLSIEVE
"""
import csv
import gzip
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile

from screen_support import read_csv, run, write

SPEC = """[screen]
seed = 4
[plates]
wells = 96
replicates = 2
vendors = ["{}"]
[strains]
count = {}
[faults]
saturated = 0
"""


class Screen:
    def __init__(self, program, folder, vendor="tidy", strains=70):
        self.program = program
        self.folder = folder
        write(folder + ".toml", SPEC.format(vendor, strains))
        run(program, "simulate", folder + ".toml", "-o", folder)
        self.config = self.at("screen.toml")

    def at(self, *names):
        return os.path.join(self.folder, *names)

    def edit(self, name, old, new):
        with open(self.at(name), encoding="utf-8") as file:
            text = file.read()
        assert old in text, (name, old)
        write(self.at(name), text.replace(old, new))

    def edit_lines(self, name, change):
        """`change` gives the new line, or None for none, of each line but the first."""
        with open(self.at(name), encoding="utf-8") as file:
            header, *lines = file.read().splitlines()
        lines = [line for line in map(change, lines) if line is not None]
        write(self.at(name), "\n".join([header, *lines, ""]))

    def refused(self, message):
        stdout, stderr = run(self.program, "run", self.config, expect=3)
        assert stdout == "" and stderr.endswith(message + "\n") and len(stderr.splitlines()) == 1, (message, stderr)
        assert not [name for _, _, names in os.walk(self.at("results")) for name in names]

    def warned(self, *warnings):
        stdout, _ = run(self.program, "run", self.config)
        found = [line[len("warning: "):] for line in stdout.splitlines() if line.startswith("warning: ")]
        assert sorted(found) == sorted(warnings), found
        return stdout

    def table(self, name):
        text, _ = run(self.program, "export", self.at("results", "result.h5"), "--table", name)
        return list(csv.DictReader(text.splitlines()))


def test_damaged_archives(program, folder):
    for name, cut in (("workbook", lambda raw: raw[:len(raw) // 2]), ("end", lambda raw: raw[:-12])):
        screen = Screen(program, os.path.join(folder, name))
        packed = screen.at("raw", "P9.xlsx")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(screen.at("raw", "P1.csv"), "xl/worksheets/sheet1.xml")
        with open(packed, "rb") as file:
            raw = file.read()
        with open(packed, "wb") as file:
            file.write(cut(raw))
        screen.edit("screen.toml", "raw/*.csv", "raw/*")
        screen.refused("raw/P9.xlsx: is not a whole zip archive (Not a zip archive); export it again")
    screen = Screen(program, os.path.join(folder, "gzip"))
    with open(screen.at("raw", "P1.csv"), "rb") as plain, open(screen.at("raw", "P1.csv.gz"), "wb") as packed:
        packed.write(gzip.compress(plain.read()))
    screen.edit("screen.toml", "raw/*.csv", "raw/*")
    screen.refused("raw/P1.csv.gz: is packed by gzip; unpack it")
    for name, raw, message in (
            ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024), "is a workbook of Excel 97 to 2003 (.xls) or a "
             "program's own file; save it as .xlsx or export text"),
            ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(64),
             "is neither text nor an .xlsx workbook; export the readings as one of them")):
        screen = Screen(program, os.path.join(folder, name))
        with open(screen.at("raw", name), "wb") as file:
            file.write(raw)
        screen.edit("screen.toml", "raw/*.csv", "raw/*")
        screen.refused(f"raw/{name}: {message}")


def test_plate_of_another_size(program, folder):
    screen = Screen(program, folder, "softmax")
    with open(screen.at("layout.csv"), "a", encoding="utf-8") as layout:
        layout.write("P2,H13,S01,sample,1\n")
    screen.refused("raw/P2_gfp.txt: plate 'P2': has 96 wells, and layout.csv has well H13 of it: one of them is of "
                   "another plate")


def test_two_layouts_of_a_plate(program, folder):
    screen = Screen(program, folder)
    os.rename(screen.at("layout.csv"), screen.at("a_layout.csv"))
    shutil.copy(screen.at("a_layout.csv"), screen.at("b_layout.csv"))
    screen.edit("screen.toml", 'layout = "layout.csv"', 'layout = "{plate}_layout.csv"')
    screen.refused("b_layout.csv: plate 'P1': a_layout.csv has this plate, too; keep one of them")


def test_tables_that_are_not_there(program, folder):
    for name in ("layout.csv", "strains.csv"):
        for what, message in (("missing", "cannot be opened: No such file or directory"), ("empty", "is empty"),
                              ("folder", "is a directory, a file is wanted")):
            screen = Screen(program, os.path.join(folder, f"{what}-{name}"))
            os.remove(screen.at(name))
            if what == "empty":
                write(screen.at(name), "")
            elif what == "folder":
                os.mkdir(screen.at(name))
            screen.refused(f"{name}: {message}")


def test_no_parent(program, folder):
    screen = Screen(program, folder)
    screen.edit("layout.csv", ",parent,parent,", ",,empty,")
    stdout = screen.warned("product: no parent was measured, so effects are against the mean of all strains; role = parent "
                           "in the layout or the strain table marks one")
    assert "against the plate's median" in stdout
    assert len(read_csv(screen.at("results", "ranking.csv"))) == 70


def test_one_replicate(program, folder):
    """Without replicates errors come from the parents' wells alone, and that is told."""
    screen = Screen(program, folder)
    for table in ("layout.csv",):
        screen.edit_lines(table, lambda line: line if line.startswith("P1,") else None)
    for name in os.listdir(screen.at("raw")):
        if name != "P1.csv":
            os.remove(screen.at("raw", name))
    stdout = screen.warned("product: every strain stands on one plate only, so its replicates share that plate's errors and "
                           "intervals are too narrow for another plate or batch")
    assert "of 70 strains" in stdout
    rows = [row for row in screen.table("scores") if row["role"] == "sample"]
    assert len(rows) == 70 and all(row["n_wells"] == "1" and float(row["standard_error"]) > 0.03 for row in rows)
    # Without wells of a kind that repeat there is no error at all, and no p-value is made up.
    screen.edit_lines("layout.csv", lambda line: line.replace(",parent,parent,", ",,empty,"))
    run(program, "run", screen.config, "--force")
    rows = [row for row in screen.table("scores") if row["role"] == "sample"]
    assert len(rows) == 70 and all(row["estimate"] and not row["standard_error"] and not row["p_value"] for row in rows)


def test_nothing_but_nan(program, folder):
    screen = Screen(program, folder)
    for name in os.listdir(screen.at("raw")):
        screen.edit_lines(os.path.join("raw", name), lambda line: line.rsplit(",", 2)[0] + ",NaN,")
    stdout = screen.warned("product: 70 of 70 strains without a usable well, not ranked; their wells: 140 not a number")
    assert "no strain can be ranked by product" in stdout and "0 of 0" not in stdout, stdout
    rows = screen.table("measurements")
    assert rows and all(row["value"] == "" and row["flag"] == "not a number" for row in rows)


def test_keep_going_sets_plates_aside(program, folder):
    """A plate that no layout names, one that does not fit its layout, and a file that is none: the others are ranked."""
    screen = Screen(program, folder, "softmax", strains=140)
    screen.edit("layout.csv", "P3,", "P9,")
    with open(screen.at("layout.csv"), "a", encoding="utf-8") as layout:
        layout.write("P4,H13,S01,sample,1\n")
    write(screen.at("raw", "P5_od.txt"), "hello\n")
    _, stderr = run(program, "run", screen.config, expect=3)
    assert len(stderr.splitlines()) == 1, stderr
    _, stderr = run(program, "check", screen.config, expect=3)
    assert len(stderr.splitlines()) == 5, stderr
    stdout, _ = run(program, "run", screen.config, "--keep-going", expect=4)
    aside = {(row["kind"], row["input"]): row["reason"] for row in screen.table("rejects") if row["kind"] in ("file", "plate")}
    assert set(aside) == {("plate", "raw/P3_od.txt"), ("plate", "raw/P3_gfp.txt"), ("plate", "raw/P4_od.txt"),
                          ("plate", "raw/P4_gfp.txt"), ("file", "raw/P5_od.txt")}, aside
    assert aside["plate", "raw/P3_od.txt"] == "plate 'P3': no layout has this plate; there are 'P1', 'P2', 'P4', 'P9'"
    unheld = [(row["place"], row["reason"]) for row in screen.table("rejects") if row["kind"] == "layout"]
    assert unheld == [("plate 'P9'", "no file that could be read holds this plate")], unheld
    for name in ("raw/P3_gfp.txt, and 1 more", "raw/P4_gfp.txt, and 1 more", "raw/P5_od.txt"):
        reason = next(text for key, text in aside.items() if name.startswith(key[1]))
        assert f"warning: {name}: {reason}\n" in stdout, stdout
    inputs = {row["path"]: row for row in screen.table("inputs")}
    for name, row in inputs.items():
        whole = int(row["rows_in"]) == int(row["rows_used"]) + int(row["rows_rejected"])
        assert whole and (int(row["rows_used"]) == 0) == (name in {key[1] for key in aside} or not name.startswith("raw/")), row
    assert {row["plate"] for row in screen.table("plates")} == {"P1", "P2"}
    assert len(read_csv(screen.at("results", "ranking.csv"))) > 30
    for name in os.listdir(screen.at("raw")):
        write(screen.at("raw", name), "hello\n")
    _, stderr = run(program, "run", screen.config, "--keep-going", "-o", screen.at("none"), expect=3)
    assert "no plate could be read; raw/P1_gfp.txt: no reader recognises" in stderr, stderr


def files_in(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = file.read()
    return found


def test_full_disk_keeps_what_is_there(program, folder):
    """With room for no new file, for some and for all: either all are new, or all are what they were."""
    screen = Screen(program, folder)
    small = folder + "-small"
    os.mkdir(small)
    size = 4 << 20
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", small], check=False).returncode:
        print("not tested: a tmpfs cannot be mounted here")
        return
    try:
        out = os.path.join(small, "out")
        run(program, "run", screen.config, "-o", out)
        screen.edit("screen.toml", "min_effect = 0.1", "min_effect = 0.5")
        needed = sum(len(content) for content in files_in(out).values()) + (64 << 10)
        replaced = kept = 0
        for room in [*range(0, needed, needed // 12), needed]:
            old = files_in(out)
            with open(os.path.join(small, "filler"), "wb") as filler:
                filler.truncate(0)
                free = os.statvfs(small).f_bavail * os.statvfs(small).f_frsize
                filler.write(b"x" * max(0, free - room))
            done = subprocess.run([program, "run", screen.config, "-o", out, "--force"], capture_output=True, text=True,
                                  check=False)
            new = files_in(out)
            assert set(new) == {"ranking.csv", "result.h5", "run.json"}, (room, set(new))
            if done.returncode == 0:
                assert new["result.h5"] != old["result.h5"] and new["ranking.csv"] != old["ranking.csv"]
                replaced += 1
                break
            assert done.returncode == 3 and new == old, (room, done.returncode, done.stderr)
            assert len(done.stderr.splitlines()) == 1 and "No space left on device" in done.stderr, done.stderr
            kept += 1
        assert replaced == 1 and kept >= 3, (replaced, kept)
    finally:
        subprocess.run(["umount", small], check=True)


def main(program):
    tests = [value for name, value in sorted(globals().items()) if name.startswith("test_")]
    with tempfile.TemporaryDirectory() as scratch:
        for test in tests:
            print(test.__name__, flush=True)
            folder = os.path.join(scratch, test.__name__)
            if test.__name__ in ("test_damaged_archives", "test_tables_that_are_not_there"):
                os.mkdir(folder)
            test(program, folder)


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))

"""A simulated screen, run as a user would: the truth is found again, the bytes are the same whatever the threads, the
SIMD target and the folder, and each kind of bad input gets one clear line and exit code 3.

usage: screen_test.py WELLSIEVE
"""
import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import h5py
from scipy.stats import spearmanr

from screen_support import here, read_csv, run, write

SPEC = """[screen]
name = "made-up"
seed = 5
[plates]
wells = 96
vendors = ["tidy"]
[strains]
count = 110
hit_share = 0.3
[faults]
dead = 0
saturated = 0.02
swapped = 0
"""
NO_EFFECTS = """[screen]
seed = 3
[plates]
wells = 384
vendors = ["tidy"]
parents = 40
[strains]
count = 660
sd = 0
hit_share = 0
[faults]
dead = 0
saturated = 0
swapped = 0
"""


def make_screen(program, folder):
    spec = folder + "-spec.toml"
    write(spec, SPEC)
    run(program, "simulate", spec, "-o", folder)
    return os.path.join(folder, "screen.toml")


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def edited(path, old, new):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    assert old in text, f"{old} is not in {path}"
    write(path, text.replace(old, new))


def test_truth_is_found(program, folder):
    screen = make_screen(program, folder)
    stdout, _ = run(program, "run", screen)
    assert "The best 10 of 110 strains" in stdout
    truth = {row["strain"]: float(row["effect_log2"]) for row in read_csv(os.path.join(folder, "truth.csv"))}
    ranking = read_csv(os.path.join(folder, "results", "ranking.csv"))
    effects = [float(row["score"]) for row in ranking]
    assert effects == sorted(effects, reverse=True)
    # A mean of three wells errs by about 0.08, and the strains, hits among them, differ by 0.4.
    assert spearmanr(effects, [truth[row["strain"]] for row in ranking]).statistic > 0.8
    inside = sum(float(row["ci_low"]) <= truth[row["strain"]] <= float(row["ci_high"]) for row in ranking)
    # 90 % intervals of 110 strains: fewer than 88 inside has a chance below 1 in 1,000.
    assert inside >= 88, f"{inside} of {len(ranking)} intervals hold the truth"
    faults = [row for row in read_csv(os.path.join(folder, "truth_wells.csv")) if row["fault"] == "saturated"]
    overflows = [row for row in read_csv_of(program, folder, "measurements") if row["flag"] == "overflow"]
    assert faults and len(overflows) == len(faults) and not any(row["value"] for row in overflows)


def read_csv_of(program, folder, table):
    stdout, _ = run(program, "export", os.path.join(folder, "results", "result.h5"), "--table", table)
    return list(csv.DictReader(stdout.splitlines()))


def test_every_normalisation(program, folder):
    """Each finds the truth again; a median of strains is as good a zero as the parent where most are neutral."""
    screen = make_screen(program, folder)
    truth = {row["strain"]: float(row["effect_log2"]) for row in read_csv(os.path.join(folder, "truth.csv"))}
    for name in ("none", "percent_of_control", "parent", "mean", "median", "shorth", "zscore", "robust_zscore", "polish",
                 "spatial", "loess"):
        edited(screen, 'feature = "endpoint"', f'feature = "endpoint"\nnormalise = "{name}"')
        run(program, "run", screen, "-o", os.path.join(folder, name))
        edited(screen, f'\nnormalise = "{name}"', "")
        ranking = read_csv(os.path.join(folder, name, "ranking.csv"))
        agreement = spearmanr([float(row["score"]) for row in ranking], [truth[row["strain"]] for row in ranking]).statistic
        print(f"  {name}: Spearman {agreement:.3f}")
        assert len(ranking) == 110 and agreement > (0.5 if name == "none" else 0.7)


def test_same_bytes(program, folder):
    screen = make_screen(program, folder)
    results = []
    for number, (threads, target) in enumerate([(1, ""), (2, ""), (8, ""), (2, "SCALAR"), (2, "SSE4"), (2, "AVX2")]):
        version = subprocess.run([program, "--version"], env={**os.environ, "WELLSIEVE_SIMD": target},
                                 capture_output=True, check=False)
        if version.returncode != 0:
            continue  # this machine has no such target
        out = os.path.join(folder, f"out{number}")
        run(program, "run", screen, "-o", out, "--threads", threads, environment={"WELLSIEVE_SIMD": target})
        results.append(contents(os.path.join(out, "result.h5")))
    assert len(results) >= 4 and len(set(results)) == 1, "result.h5 depends on threads or SIMD target"
    elsewhere = os.path.join(folder, "elsewhere")
    screen = make_screen(program, elsewhere)
    run(program, "run", screen)
    assert contents(os.path.join(elsewhere, "results", "result.h5")) == results[0], "result.h5 depends on the folder"
    run(program, "run", screen)  # the same work again is no error
    edited(screen, "min_effect = 0.1", "min_effect = 0.5")
    _, message = run(program, "run", screen, expect=3)
    assert "--force" in message
    run(program, "run", screen, "--force")


def test_folder_names_the_screen(program, folder):
    screen = make_screen(program, folder)
    name = next(line for line in contents(screen).decode().splitlines() if line.startswith("name = "))
    edited(screen, name + "\n", "")
    results = set()
    for number, path in enumerate([screen, "screen.toml", "./screen.toml", "../screen/screen.toml"]):
        out = os.path.join(folder, f"out{number}")
        run(program, "run", path, "-o", out, folder=folder)
        results.add(contents(os.path.join(out, "result.h5")))
    assert len(results) == 1 and b'name = "screen"' in results.pop()
    folder += ' "of\\June" [1]{2,3}*'  # what TOML quotes, and what means something in a glob
    os.remove(make_screen(program, folder))
    run(program, "init", folder)
    written = contents(os.path.join(folder, "screen.toml")).decode()
    assert written.startswith('[screen]\nname = "screen \\"of\\\\June\\" [1]{2,3}*"\n'), written
    run(program, "run", os.path.join(folder, "screen.toml"))


def refused(program, folder, pattern, *change):
    """Applies a change to a fresh example, and wants exit 3, one line that fits, and no result."""
    if os.path.exists(folder):
        shutil.rmtree(folder)
    screen = make_screen(program, folder)
    for step in change:
        step()
    _, message = run(program, "run", screen, expect=3)
    lines = message.strip().splitlines()
    assert len(lines) == 1 and re.search(pattern, lines[0]), f"wanted {pattern!r}, got: {message}"
    assert not os.path.exists(os.path.join(folder, "results", "result.h5"))
    assert not [name for _, _, names in os.walk(os.path.join(folder, "results")) for name in names]


def test_bad_input(program, folder):
    toml = os.path.join(folder, "screen.toml")
    plate = os.path.join(folder, "raw", "P2.csv")
    layout = os.path.join(folder, "layout.csv")
    strains = os.path.join(folder, "strains.csv")
    change = lambda path, old, new: lambda: edited(path, old, new)
    refused(program, folder, "no such file", change(toml, "raw/*.csv", "raw/*.xlsx"))
    refused(program, folder, "P2.csv: is empty", lambda: write(plate, ""))
    refused(program, folder, "is a directory", lambda: (os.remove(plate), os.mkdir(plate)))
    refused(program, folder, "P2.csv: no reader recognises", lambda: write(plate, "hello\n"))
    refused(program, folder, "P2.csv: line 32, column 8: .*C7.*abc", lambda: spoil(plate, 32, 7, "abc"))
    refused(program, folder, r"line 28.*rank\.min_efect.*did you mean 'min_effect'", change(toml, "min_effect", "min_efect"))
    refused(program, folder, "no \\[readouts.gfq\\]; did you mean 'gfp'", change(toml, 'readout = "gfp"', 'readout = "gfq"'))
    refused(program, folder, "no file has a reading that fits", change(toml, "emission_nm = 528", "emission_nm = 610"))
    refused(program, folder, "strains.csv.*no strain 'S007'", lambda: cut_lines(strains, "S007,"))
    refused(program, folder, "plate 'P3': no layout has this plate", change(layout, "P3,", "P9,"))
    refused(program, folder, "no measured parent well", change(layout, ",parent,parent,", ",,empty,"),
            change(toml, 'per = "od"', 'per = "od"\nnormalise = "parent"'))
    run(program, "run", os.path.join(folder, "nothing.toml"), expect=3)
    run(program, "run", expect=2)
    run(program, "dance", expect=2)


def spoil(path, line, column, token):
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    cells = lines[line - 1].split(",")
    cells[column] = token
    lines[line - 1] = ",".join(cells)
    write(path, "\n".join(lines) + "\n")


def cut_lines(path, beginning):
    with open(path, encoding="utf-8") as file:
        write(path, "".join([line for line in file if not line.startswith(beginning)]))


def test_full_disk(program, folder):
    """On a file system of 64 KB: one line that says so, exit 3, nothing half written. Needs root to mount."""
    screen = make_screen(program, folder)
    small = os.path.join(folder, "small")
    os.mkdir(small)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", small], capture_output=True, check=False)
    if mounted.returncode:
        print("not tested: a tmpfs cannot be mounted here")
        return
    try:
        _, message = run(program, "run", screen, "-o", os.path.join(small, "out"), expect=3)
        assert len(message.strip().splitlines()) == 1 and "No space left" in message, message
        assert not [name for _, _, names in os.walk(small) for name in names]
    finally:
        subprocess.run(["umount", small], check=True)


def test_interrupt(program, folder):
    """Ctrl-C: exit 130, or a run that was already done; never a part of a file."""
    screen = make_screen(program, folder)
    out = os.path.join(folder, "out")
    for delay_s in (0.01, 0.03, 0.06, 0.1):
        shutil.rmtree(out, ignore_errors=True)
        with subprocess.Popen([program, "run", screen, "-o", out], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            time.sleep(delay_s)
            process.send_signal(signal.SIGINT)
        left = sorted(name for _, _, names in os.walk(out) for name in names)
        assert process.returncode in (130, -signal.SIGINT, 0), process.returncode
        assert set(left) <= {"ranking.csv", "result.h5", "run.json"}, left


def test_keep_going_and_check(program, folder):
    screen = make_screen(program, folder)
    write(os.path.join(folder, "raw", "P2.csv"), "hello\n")
    write(os.path.join(folder, "raw", "P4.csv"), "")
    _, message = run(program, "check", screen, expect=3)
    assert len(message.strip().splitlines()) == 2, "check lists every problem"
    run(program, "run", screen, "--keep-going", expect=4)
    rejects = read_csv_of(program, folder, "rejects")
    assert sum(row["kind"] == "file" for row in rejects) == 2


def test_init_dry_run_and_h5ad(program, folder):
    screen = make_screen(program, folder)
    os.remove(screen)
    os.rename(os.path.join(folder, "raw", "P1.csv"), os.path.join(folder, "P1.csv"))  # beside the layout
    run(program, "init", folder)
    stdout, _ = run(program, "run", screen, "--dry-run")
    assert "read plates" in stdout and not os.path.exists(os.path.join(folder, "results"))
    run(program, "run", screen)
    run(program, "init", folder, expect=3)
    h5ad = os.path.join(folder, "out.h5ad")
    run(program, "export", os.path.join(folder, "results", "result.h5"), "--to", "h5ad", "-o", h5ad)
    assert contents(h5ad)[:4] == b"\x89HDF"


def test_command_line(program, _):
    commands = "the commands are run, check, init, inspect, export, simulate"
    for arguments, what in ((("rnu", "screen.toml"), "'rnu' is no command"), (("--quick",), "'--quick' is no command"),
                            ((), "a command is missing")):
        _, stderr = run(program, *arguments, expect=2)
        assert f"{what}; {commands}" in stderr, stderr
    _, stderr = run(program, "run", expect=2)
    assert "screen is required" in stderr, stderr
    stdout, _ = run(program, "run", "--help")
    assert "{auto,always,never}" in stdout and "->" not in stdout, stdout
    run(program, "run", "screen.toml", "--progress", "sometimes", expect=2)
    for command in commands.split("are ")[1].split(", "):
        stdout, _ = run(program, command, "--help")
        for option in ("--threads", "--memory", "--progress", "--seed", "--quiet", "--verbose", "--log-json"):
            assert option in stdout, (command, option)


def test_log_and_record(program, folder):
    """The log is JSON whatever it says, errors included; run.json has what is not in the result."""
    screen = make_screen(program, folder)
    log = os.path.join(folder, "log.json")
    run(program, "run", screen, "--log-json", log, "--seed", 7, "-q")
    lines = [json.loads(line) for line in contents(log).decode().splitlines()]
    assert lines and all(line["level"] == "info" for line in lines)
    record = json.loads(contents(os.path.join(folder, "results", "run.json")))
    assert record["seed"] == 7 and record["host"] and record["largest_resident_bytes"] > 1_000_000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", record["started"])
    assert [phase["name"] for phase in record["phases"]] == ["prepare", "read", "traits", "pools", "rank", "write"]
    assert all(0 <= phase["seconds"] < 60 for phase in record["phases"])
    edited(screen, 'feature = "endpoint"', 'feature = "a \\"b\\" \\\\c"')
    _, stderr = run(program, "run", screen, "--log-json", log, expect=3)
    last = json.loads(contents(log).decode().splitlines()[-1])
    assert last["level"] == "error" and f"wellsieve: {last['message']}\n" == stderr
    _, stderr = run(program, "run", screen, "--log-json", os.path.join(folder, "screen.toml", "x"), expect=3)
    assert stderr.startswith("wellsieve: ") and len(stderr.splitlines()) == 1, stderr
    _, stderr = run(program, "run", screen, "--seed", 2**64 - 1, expect=2)


def test_nothing_to_rank(program, folder):
    """Each says why, and nothing beside it: no layout, all wells flagged, all masked."""
    screen = make_screen(program, folder)
    edited(screen, 'layout = "layout.csv"\n', "")
    stdout, _ = run(program, "run", screen)
    assert warnings_of(stdout) == [
        "6 plates, 'P1' the first: no well has a strain, so none is ranked; layout = \"layout.csv\" in [[plates]] "
        "names a table with the columns plate, well, strain, role"], stdout
    assert warnings_of(run(program, "check", screen)[0]) == warnings_of(stdout)
    edited(screen, "[[plates]]\n", '[[plates]]\nlayout = "layout.csv"\nmasks = "masks.csv"\n')
    wells = read_csv(os.path.join(folder, "layout.csv"))
    write(os.path.join(folder, "masks.csv"), "plate,well,reason\n" + "".join(
        f"{row['plate']},{row['well']},spilt\n" for row in wells))
    stdout, _ = run(program, "run", screen, "--force")
    assert warnings_of(stdout) == ["product: 110 of 110 strains without a usable well, not ranked; their wells: 330 masked"
                                   ], stdout
    edited(screen, 'masks = "masks.csv"\n', "")
    for number in range(1, 7):
        plate = os.path.join(folder, "raw", f"P{number}.csv")
        lines = contents(plate).decode().splitlines()
        write(plate, "\n".join([lines[0], *[line.rsplit(",", 2)[0] + ",,overflow" for line in lines[1:]], ""]))
    stdout, _ = run(program, "run", screen, "--force")
    assert warnings_of(stdout) == [
        "product: 110 of 110 strains without a usable well, not ranked; their wells: 330 overflow"], stdout


def warnings_of(stdout):
    return [line[len("warning: "):] for line in stdout.splitlines() if line.startswith("warning: ")]


def test_p_values(program, folder):
    """Strains without effects, each once on a plate: their p-values are uniform, and there are some."""
    write(folder + "-spec.toml", NO_EFFECTS)
    run(program, "simulate", folder + "-spec.toml", "-o", folder)
    run(program, "run", os.path.join(folder, "screen.toml"))
    scores = [row for row in read_csv_of(program, folder, "scores") if row["role"] == "sample"]
    p = [float(row["p_value"]) for row in scores]
    assert len(p) == 660 and all(float(row["df"]) > 5 and row["q_value"] for row in scores)
    low = sum(value < 0.1 for value in p)
    # Of 660 uniform values 66 are below 0.1, with a standard deviation of 8; the parents' mean is common to all.
    assert 35 <= low <= 105, low
    assert min(float(row["q_value"]) for row in scores) > 0.01


def test_init_tells_readouts_apart(program, folder):
    """Three filter pairs, two of them with the same emission, and a label without optics: init's own file passes check."""
    os.makedirs(folder)
    header = "plate,well,readout,mode,excitation_nm,emission_nm,value\n"
    rows = "".join(f"P1,{row}1,{label},fluorescence,{ex},{em},{value}\n" for row, value in (("A", 5), ("B", 6))
                   for label, ex, em in (("", 485, 535), ("", 500, 535), ("", 560, 620), ("counts", "", "")))
    write(os.path.join(folder, "P1.csv"), header + rows)
    stdout, _ = run(program, "init", folder)
    assert "no layout: no file says which strains are in its wells" in stdout, stdout
    written = contents(os.path.join(folder, "screen.toml")).decode()
    for name in ("fluorescence", "fluorescence_485_535", "fluorescence_500_535", "fluorescence_620"):
        assert f"[readouts.{name}]" in written, written
    stdout, _ = run(program, "check", os.path.join(folder, "screen.toml"))
    assert "1 file, 1 plate, 4 readouts, 8 measurements" in stdout, stdout


def test_names_with_spaces(program, folder):
    """The configuration in the result can be run again, to the same bytes."""
    screen = make_screen(program, folder)
    edited(screen, "[readouts.od]", '[readouts."OD at 600, \\"raw\\""]')
    edited(screen, 'per = "od"', 'per = "OD at 600, \\"raw\\""')
    run(program, "run", screen)
    with h5py.File(os.path.join(folder, "results", "result.h5")) as file:
        write(os.path.join(folder, "again.toml"), file["config"][()].decode())
    run(program, "run", os.path.join(folder, "again.toml"))  # other bytes would be refused


def test_result_that_is_there(program, folder):
    """Compared, kept, and nothing is left beside it."""
    screen = make_screen(program, folder)
    run(program, "run", screen)
    kept = contents(os.path.join(folder, "results", "result.h5"))
    edited(screen, "min_effect = 0.1", "min_effect = 0.5")
    _, message = run(program, "run", screen, expect=3)
    assert "is there already and differs" in message
    assert contents(os.path.join(folder, "results", "result.h5")) == kept
    assert sorted(os.listdir(os.path.join(folder, "results"))) == ["ranking.csv", "result.h5", "run.json"]


def main():
    for test in (test_truth_is_found, test_every_normalisation, test_same_bytes, test_folder_names_the_screen, test_bad_input,
                 test_full_disk, test_interrupt, test_keep_going_and_check,
                 test_init_dry_run_and_h5ad, test_command_line, test_log_and_record, test_nothing_to_rank,
                 test_p_values, test_init_tells_readouts_apart, test_names_with_spaces, test_result_that_is_there):
        with tempfile.TemporaryDirectory() as folder:
            print(test.__name__, flush=True)
            test(sys.argv[1], os.path.join(folder, "screen"))


if __name__ == "__main__":
    main()

"""A simulated screen of growth curves, run end to end: the ranking finds the strains that grow faster, estimates are
without bias and intervals hold the truth as often as they say, wells get the verdict that their fault deserves, and the
bytes are the same whatever the threads and the SIMD target.

usage: growth_screen_test.py WELLSIEVE
"""
import csv
import os
import sys
import tempfile

from scipy.stats import spearmanr

from screen_support import read_csv, run, write

SPEC = """[screen]
name = "growth"
seed = {seed}
[plates]
wells = 96
parents = 12
vendors = ["gen5", "softmax", "mars", "tidy"]
[strains]
count = 70
hits = "growth"
hit_effect = 0.3
hit_share = 0.2
growth_sd = 0.05
[readings]
kinetic = true
interval_min = 10
hours = 16
od_noise_sd = {noise}
[growth]
model = "{model}"
lag_h = {lag}
lag_sd_h = 0.2
[effects]
on_growth = 0.3
[faults]
dead = 0.02
saturated = 0
swapped = 0
late = 0.02
dropped = 0.03
"""


def table(program, folder, name):
    stdout, _ = run(program, "export", os.path.join(folder, "results", "result.h5"), "--table", name)
    return list(csv.DictReader(stdout.splitlines()))


def simulated(program, folder, model, lag, noise, seed):
    spec = folder + "-spec.toml"
    write(spec, SPEC.format(model=model, lag=lag, noise=noise, seed=seed))
    run(program, "simulate", spec, "-o", folder)
    return os.path.join(folder, "screen.toml")


def test_truth(program, folder, model, lag, noise, seed):
    screen = simulated(program, folder, model, lag, noise, seed)
    stdout, _ = run(program, "run", screen)
    assert "curves of od for growth:" in stdout and "ok" in stdout, stdout
    truth = {row["strain"]: float(row["growth_log2"]) for row in read_csv(os.path.join(folder, "truth.csv"))}
    ranking = read_csv(os.path.join(folder, "results", "ranking.csv"))
    estimates = [float(row["estimate"]) for row in ranking]
    effects = [truth[row["strain"]] for row in ranking]
    bias = sum(e - t for e, t in zip(estimates, effects)) / len(effects)
    inside = sum(float(row["ci_low"]) <= truth[row["strain"]] <= float(row["ci_high"]) for row in ranking)
    agreement = spearmanr(estimates, effects).statistic
    print(f"  {model}, noise {noise}: Spearman {agreement:.3f}, mean error {bias:+.4f}, "
          f"{inside} of {len(ranking)} intervals of 90 % hold the truth")
    # 56 of the 70 strains differ by 0.05, which is as much as three wells of them err.
    assert len(ranking) == 70 and agreement > 0.7 and abs(bias) < 0.05
    assert inside >= 0.75 * len(ranking)
    check_wells(program, folder)


def check_wells(program, folder):
    """Rates near the truth of the well, faults seen, nothing made up for wells without cells."""
    truth = {(row["plate"], row["well"]): row for row in read_csv(os.path.join(folder, "truth_wells.csv"))}
    errors = []
    for row in table(program, folder, "curves"):
        well = truth[row["plate"], row["well"]]
        if well["fault"] == "dead" or not well["strain"]:
            assert row["growth_rate_per_h"] == "" and row["lag_h"] == "", row
        elif well["fault"] != "late":
            errors.append(float(row["growth_rate_per_h"]) / float(well["growth_rate_per_h"]) - 1)
        if well["fault"] == "dropped":
            assert int(row["points_used"]) < 97, row
    errors.sort()
    print(f"  wells: median error {100 * errors[len(errors) // 2]:+.1f} %, 5 % {100 * errors[len(errors) // 20]:+.1f} %, "
          f"95 % {100 * errors[-len(errors) // 20]:+.1f} %")
    assert abs(errors[len(errors) // 2]) < 0.05


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def test_same_bytes(program, folder):
    screen = simulated(program, folder, "logistic", 0, 0.004, 3)
    results = []
    for number, (threads, target) in enumerate([(1, ""), (8, ""), (2, "SCALAR"), (2, "SSE4"), (2, "AVX2")]):
        try:
            run(program, "--version", environment={"WELLSIEVE_SIMD": target})
        except AssertionError:
            continue  # this machine has no such target
        out = os.path.join(folder, f"out{number}")
        run(program, "run", screen, "-o", out, "--threads", threads, environment={"WELLSIEVE_SIMD": target})
        results.append(contents(os.path.join(out, "result.h5")))
    assert len(results) >= 3 and len(set(results)) == 1, "result.h5 depends on threads or SIMD target"
    tight = os.path.join(folder, "tight")
    run(program, "run", screen, "-o", tight, "--memory", "1K")  # no room for a single plate's readings
    assert contents(os.path.join(tight, "result.h5")) == results[0], "result.h5 depends on the memory"
    assert sorted(os.listdir(tight)) == ["ranking.csv", "result.h5", "run.json"], os.listdir(tight)


def main():
    program = sys.argv[1]
    for number, (model, lag, noise) in enumerate([("logistic", 0, 0.002), ("baranyi", 2, 0.004), ("gompertz", 2, 0.002)]):
        with tempfile.TemporaryDirectory() as folder:
            test_truth(program, os.path.join(folder, "screen"), model, lag, noise, number + 1)
    with tempfile.TemporaryDirectory() as folder:
        test_same_bytes(program, os.path.join(folder, "screen"))


if __name__ == "__main__":
    main()

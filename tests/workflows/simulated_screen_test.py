"""A simulated screen, endpoint and kinetic, runs as it was written, and the ranking finds the truth in it.

usage: simulated_screen_test.py WELLSIEVE
"""
import os
import sys
import tempfile

from scipy.stats import spearmanr

from screen_support import read_csv, run, write

SPEC = """[screen]
name = "simulated"
seed = 11
[plates]
wells = 96
vendors = ["gen5", "softmax", "mars", "tidy"]
[strains]
count = 130
[readings]
kinetic = {}
"""


def test_truth_is_found(program, folder, kinetic):
    spec = os.path.join(folder, "SPEC.toml")
    out = os.path.join(folder, "screen")
    write(spec, SPEC.format(kinetic))
    run(program, "simulate", spec, "-o", out)
    _, message = run(program, "simulate", spec, "-o", out, expect=3)
    assert "is there already" in message
    run(program, "check", os.path.join(out, "screen.toml"))
    run(program, "run", os.path.join(out, "screen.toml"))
    truth = {row["strain"]: row for row in read_csv(os.path.join(out, "truth.csv"))}
    ranking = [row for row in read_csv(os.path.join(out, "results", "ranking.csv")) if row["strain"] != "parent"]
    assert len(ranking) == 130
    effects = [float(truth[row["strain"]]["effect_log2"]) for row in ranking]
    agreement = spearmanr([float(row["score"]) for row in ranking], effects).statistic
    # A well errs by 0.10 (noise, row, column, edge), a mean of three by 0.06, and all strains but the hits differ by
    # 0.10: a correlation of about 0.86 is all there is to be had.
    print(f"  kinetic {kinetic}: Spearman {agreement:.3f}")
    assert agreement > 0.75
    best = {row["strain"] for row in ranking[:10]}
    assert sum(truth[strain]["hit"] == "1" for strain in best) >= 8


def main():
    for kinetic in ("false", "true"):
        with tempfile.TemporaryDirectory() as folder:
            test_truth_is_found(sys.argv[1], folder, kinetic)


if __name__ == "__main__":
    main()

"""Does a ranking's stated uncertainty hold? Simulates screens with known truth, runs them, and prints how often intervals
hold the truth, how P(better) compares with how often strains are better, and how many picks are wrong.

    python3 bench/calibrate_ranking.py build/dev/workflows/wellsieve [--seeds 20]
"""

import argparse
import csv
import subprocess
import sys
import tempfile
from pathlib import Path

MIN_EFFECT = 0.1
TOP = 100  # more than a list within the default FDR of 5 % takes
SCREENS = {
    "96 wells, parents": {"plates": {"wells": 96, "parents": 8, "blanks": 4}, "strains": {"count": 240}},
    "384 wells, parents": {"plates": {"wells": 384, "parents": 16, "blanks": 8}, "strains": {"count": 600}},
    "96 wells, no parents": {"plates": {"wells": 96, "parents": 0, "blanks": 4}, "strains": {"count": 240}},
    "384 wells, no parents": {"plates": {"wells": 384, "parents": 0, "blanks": 8}, "strains": {"count": 600}},
}
# What goes wrong, on top of noise, strains and plates.
TROUBLES = {
    "normal effects": {"strains": {"hit_share": 0, "sd": 0.3}, "effects": {"row_sd": 0, "column_sd": 0, "edge": 0,
                       "drift": 0}, "faults": {"dead": 0, "saturated": 0, "swapped": 0}},
    "noise and plates": {"effects": {"row_sd": 0, "column_sd": 0, "edge": 0, "drift": 0},
                         "faults": {"dead": 0, "saturated": 0, "swapped": 0}},
    "rows, columns, edge, drift": {"faults": {"dead": 0, "saturated": 0, "swapped": 0}},
    "those, and bad wells": {"faults": {"dead": 0.01, "saturated": 0.005, "swapped": 0.01}},
}


def to_toml(sections):
    lines = []
    for name, keys in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {value!r}".replace("'", '"') for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def merged(*parts):
    sections = {}
    for part in parts:
        for name, keys in part.items():
            sections.setdefault(name, {}).update(keys)
    return sections


def run_screen(program, folder, sections, normalise):
    """(truth, row of the ranking) of each strain; the truth against the mean of all strains where no parent stands."""
    spec = folder / "spec.toml"
    spec.write_text(to_toml(sections))
    screen = folder / "screen"
    subprocess.run([program, "simulate", spec, "-o", screen], check=True, stdout=subprocess.DEVNULL)
    config = (screen / "screen.toml").read_text()
    config = config.replace("top = 10", f"top = {TOP}")
    if normalise:
        config = config.replace('feature = "endpoint"', f'feature = "endpoint"\nnormalise = "{normalise}"')
    (screen / "screen.toml").write_text(config)
    subprocess.run([program, "run", screen / "screen.toml", "-o", folder / "out", "-q"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    truth = {row["strain"]: float(row["effect_log2"]) for row in csv.DictReader((screen / "truth.csv").open())}
    rows = list(csv.DictReader((folder / "out" / "ranking.csv").open()))
    return truth, rows


class Tally:
    """What is counted over the strains of many screens."""

    BINS = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0001]

    def __init__(self):
        self.strains = self.held = self.picked = self.wrong = 0
        self.expected = [0.0] * (len(self.BINS) - 1)
        self.better = [0] * (len(self.BINS) - 1)
        self.counts = [0] * (len(self.BINS) - 1)
        self.top_expected = self.top_found = 0.0
        self.squared_z = []

    def add(self, truth, rows, offset):
        top = set(sorted((row["strain"] for row in rows), key=truth.get, reverse=True)[:TOP])
        for row in rows:
            effect = truth[row["strain"]] - offset
            low, high = float(row["ci_low"]), float(row["ci_high"])
            self.strains += 1
            self.held += low <= effect <= high
            self.squared_z.append((effect - float(row["score"])) ** 2 / max((high - low) / 2 / 1.6449, 1e-9) ** 2)
            p = float(row["p_better"])
            bin_ = next(i for i in range(len(self.counts)) if p < self.BINS[i + 1])
            self.counts[bin_] += 1
            self.expected[bin_] += p
            self.better[bin_] += effect > MIN_EFFECT
            self.top_expected += float(row["p_top"]) if int(row["rank"]) <= TOP else 0
            self.top_found += int(row["rank"]) <= TOP and row["strain"] in top
            if row["picked"] == "true":
                self.picked += 1
                self.wrong += effect <= MIN_EFFECT

    def print(self, name, seeds):
        bins = "  ".join(f"{e / n:.2f}:{b / n:.2f}" if n else "-"
                         for e, b, n in zip(self.expected, self.better, self.counts))
        z = sorted(self.squared_z)[len(self.squared_z) // 2] / 0.4549
        print(f"{name:<52} {self.held / self.strains:8.3f} {z ** 0.5:6.2f}   {bins}   "
              f"{self.wrong / max(self.picked, 1):6.3f} of {self.picked / seeds:5.1f}   "
              f"{self.top_expected / seeds:5.1f} {self.top_found / seeds:5.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--replicates", type=int, default=3)
    parser.add_argument("--normalise", default="")
    parser.add_argument("--only", default="", help="a part of the screen's name")
    options = parser.parse_args()
    print(f"{'screen':<52} {'in 90 %':>8} {'z':>6}   P(better) stated:found, in bins   wrong picks   "
          f"of the {TOP} best: stated, found")
    for screen, plates in SCREENS.items():
        for trouble, faults in TROUBLES.items():
            if options.only not in f"{screen}; {trouble}":
                continue
            tally = Tally()
            for seed in range(1, options.seeds + 1):
                sections = merged({"screen": {"name": "calibration", "seed": seed}}, plates, faults,
                                  {"plates": {"replicates": options.replicates}})
                with tempfile.TemporaryDirectory() as folder:
                    truth, rows = run_screen(options.program, Path(folder), sections, options.normalise)
                measured = [truth[row["strain"]] for row in rows]
                offset = 0 if "no parents" not in screen else sum(measured) / len(measured)
                tally.add(truth, rows, offset)
            tally.print(f"{screen}; {trouble}", options.seeds)


if __name__ == "__main__":
    sys.exit(main())

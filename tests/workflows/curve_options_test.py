"""What [curves] offers, through `wellsieve run`: each estimator of the growth rate on curves of known rate, what must not
matter to it, what it must refuse, and how far it is from the peers whose estimator it is.

usage: curve_options_test.py WELLSIEVE
"""
import math
import os
import sys
import tempfile

from scipy.stats import spearmanr

from bad_curves_test import ABSORBANCE, BLANK, GOOD, HOURS, RATE, analysed, layout_of, logistic, noisy, rate_of, wide
from growth_data_test import curves_by_name, run_screen, table
from screen_support import read_csv, shared

METHODS = ("window", "spline", "gaussian_process")


def curves_key(text):
    return f"\n[curves]\n{text}\n"


def method(name, more=""):
    return curves_key(f'method = "{name}"\n{more}')


def refused(program, more, *words):
    """The configuration is refused with one clear message."""
    try:
        analysed(program, {"A1": GOOD}, more=more)
    except AssertionError as error:
        message = str(error)
        assert "exit 3" in message and all(word in message for word in words), message
        return
    raise AssertionError(f"taken: {more}")


def test_rates(program):
    """The truth comes back from each estimator, and a curve that does not grow has no rate with any of them."""
    flat = noisy([0.35] * len(HOURS), 0.003)  # more than the noise that is in the blanks, too
    slow = noisy([0.09 + logistic(hour, 0.5) for hour in HOURS], 0.003)
    for name in METHODS:
        rows, _ = analysed(program, {"A1": GOOD, "A2": slow, "A3": flat, "A4": BLANK}, more=method(name))
        for well, rate in (("A1", RATE), ("A2", 0.5)):
            assert abs(rate_of(rows[well]) / (rate * 0.98) - 1) < 0.06, (name, rows[well])
            assert rows[well]["verdict"] == "ok" and float(rows[well]["growth_rate_se_per_h"]) > 0, rows[well]
            assert (rows[well]["window_start_h"] == "") == (name != "window"), rows[well]
        for well in ("A3", "A4", "B1"):
            assert rows[well]["growth_rate_per_h"] == "" and rows[well]["verdict"] != "ok", (name, rows[well])


def test_what_must_not_matter(program):
    """Scale, start of the clock and flagged readings do not move a rate; the clock moves the times."""
    more = HOURS + [HOURS[-1] + 0.25 * (i + 1) for i in range(4)]
    for name in METHODS:
        plain, _ = analysed(program, {"A1": GOOD}, more=method(name))
        later, _ = analysed(program, {"A1": GOOD}, hours=[hour + 2 for hour in HOURS], more=method(name))
        assert math.isclose(rate_of(later["A1"]), rate_of(plain["A1"]), rel_tol=1e-6), name
        assert math.isclose(float(later["A1"]["lag_h"]), float(plain["A1"]["lag_h"]) + 2, abs_tol=1e-3), name
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "curves.tsv")
            curves = {well: [2 * value for value in curve] + ["OVRFLW"] * 4
                      for well, curve in (("A1", GOOD), ("B1", BLANK), ("B2", BLANK))}
            wide(path, curves, more)
            run_screen(program, folder, path, ABSORBANCE, layout_of(curves), method(name))
            doubled = {row["well"]: row for row in table(program, folder, "curves")}
        assert math.isclose(rate_of(doubled["A1"]), rate_of(plain["A1"]), rel_tol=1e-3), name


def test_short_curves(program):
    for name in METHODS:
        rows, _ = analysed(program, {"A1": GOOD[:4]}, hours=HOURS[:4], more=method(name))
        assert rows["A1"]["growth_rate_per_h"] == "" and rows["A1"]["verdict"] != "ok", (name, rows["A1"])


def test_refused(program):
    refused(program, method("splin"), "spline")
    refused(program, method("spline", "smoothness = 1.5"), "smoothness", "between 0 and 1")
    refused(program, method("growthrates", "quota = 0"), "quota")
    refused(program, method("growthrates", "points = 2"), "points", "3 or more")


def test_smoothness(program):
    """The smoother the spline, the flatter its steepest point."""
    rates = []
    for smoothness in (0.3, 0.6, 0.9):
        rows, _ = analysed(program, {"A1": GOOD}, more=method("spline", f"smoothness = {smoothness}"))
        rates.append(rate_of(rows["A1"]))
    assert rates[0] > rates[1] > rates[2], rates


def test_peers(program):
    """Real curves: our spline and process against growthrates' windows."""
    growth = os.path.join(shared, "data", "growth")
    name = "growthrates_bactgrowth"
    if not os.path.exists(growth):
        print("skipped: no shared data")
        return
    peer = {row["well"]: float(row["easylinear_mumax"])
            for row in read_csv(os.path.join(growth, "ref", f"{name}.growthrates.tsv"), "\t")}
    for estimator in METHODS:
        rows = curves_by_name(program, os.path.join(growth, f"{name}.tsv"), method(estimator))
        found = [well for well in peer if rows[well]["growth_rate_per_h"]]
        ratios = sorted(rate_of(rows[well]) / peer[well] for well in found)
        agreement = spearmanr([rate_of(rows[well]) for well in found], [peer[well] for well in found]).statistic
        print(f"  {estimator}: {len(found)} of {len(peer)} curves, ratio to growthrates {ratios[len(ratios) // 20]:.3f} "
              f"{ratios[len(ratios) // 2]:.3f} {ratios[-len(ratios) // 20]:.3f}, Spearman {agreement:.3f}")
        assert len(found) == len(peer) and abs(ratios[len(ratios) // 2] - 1) < 0.1 and agreement > 0.9


def main():
    for test in (test_rates, test_what_must_not_matter, test_short_curves, test_refused, test_smoothness, test_peers):
        print(test.__name__, flush=True)
        test(sys.argv[1])


if __name__ == "__main__":
    main()

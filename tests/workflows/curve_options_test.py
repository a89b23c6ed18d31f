"""What [curves] offers, through `wellsieve run`: each estimator of the growth rate on curves of known rate, what must
not matter to it, how far it is from peers; fits of growth models made by them; and what is refused.

usage: curve_options_test.py WELLSIEVE
"""
import math
import os
import sys
import tempfile

from scipy.stats import spearmanr

from bad_curves_test import ABSORBANCE, BLANK, GOOD, HOURS, RATE, analysed, layout_of, logistic, noisy, rate_of, wide
from growth_data_test import SCREEN, curves_by_name, run_screen, table
from screen_support import need, read_csv

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


MODELS = ("logistic", "richards", "baranyi", "huang", "zwietering_logistic", "gompertz", "zwietering_richards")


def baranyi(hours, rate, lag, start=0.02, top=1.0):
    a = hours + math.log(math.exp(-rate * hours) + math.exp(-rate * lag) - math.exp(-rate * (hours + lag))) / rate
    return start * math.exp(rate * a) / (1 + (math.exp(rate * a) - 1) * start / top)


def fitted(program, curves, more, screen=SCREEN):
    """The rows of `fits` by well and model, of `curves` by well, and of `traits`."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "curves.tsv")
        curves = {**curves, "B1": BLANK, "B2": BLANK}
        wide(path, curves)
        run_screen(program, folder, path, ABSORBANCE, layout_of(curves), more, screen)
        fits = {(row["well"], row["model"]): row for row in table(program, folder, "fits")}
        return (fits, {row["well"]: row for row in table(program, folder, "curves")}, table(program, folder, "traits"))


def test_fits(program):
    """Parameters of curves made by a model come back; wells without growth have no fit; the true model wins."""
    lagging = noisy([0.09 + baranyi(hour, 0.8, 3) for hour in HOURS], 0.003)
    models = ", ".join(f'"{model}"' for model in MODELS)
    fits, curves, _ = fitted(program, {"A1": noisy([0.09 + logistic(hour) for hour in HOURS], 0.003), "A2": lagging},
                             curves_key(f"fit = [{models}]"))
    assert set(fits) == {(well, model) for well in ("A1", "A2") for model in MODELS}, set(fits)
    for well, model, wanted in (("A1", "logistic", {"growth_rate_per_h": RATE, "carrying_capacity": 1, "initial_biomass": 0.02}),
                                ("A2", "baranyi", {"growth_rate_per_h": 0.8, "lag_h": 3, "carrying_capacity": 1})):
        row = fits[well, model]
        assert row["outcome"] == "converged" and row["at_bound"] == "" and row["scale"] == "linear", row
        for name, value in wanted.items():
            error = float(row[name.replace("_per_h", "_se_per_h") if "rate" in name else
                              "lag_se_h" if name == "lag_h" else name + "_se"])
            assert 0 < error < 0.05 * value and abs(float(row[name]) - value) < 5 * error, (name, row)
        assert int(row["points_used"]) == len(HOURS) and float(row["residual_sum_of_squares"]) > 0
    assert fits["A1", "logistic"]["lag_h"] == "" and fits["A1", "logistic"]["shape"] == ""
    aic = {model: float(fits["A2", model]["aic"]) for model in MODELS if fits["A2", model]["at_bound"] == ""}
    assert min(aic, key=aic.get) == "baranyi", aic
    for well in ("A1", "A2"):
        at_bound = any(fits[well, model]["at_bound"] for model in MODELS)
        assert ("fit_at_bound" in curves[well]["verdicts"]) == at_bound, curves[well]
    assert any(fits["A1", model]["at_bound"] for model in MODELS), "a lag is fitted to a curve without"


def test_fitted_traits(program):
    """A trait of a fit is the fit's parameter with its error; at a bound it is missing and says so."""
    screen = SCREEN + """
[[traits]]
name = "fitted"
readout = "od"
feature = "growth_rate"
fit = "logistic"
normalise = "none"

[[traits]]
name = "doubling"
readout = "od"
feature = "doubling_time"
fit = "logistic"
goal = "minimize"
normalise = "none"

[[traits]]
name = "fitted_lag"
readout = "od"
feature = "lag"
fit = "baranyi"
goal = "minimize"
normalise = "none"
"""
    fits, _, traits = fitted(program, {"A1": GOOD}, curves_key('fit_scale = "logarithmic"'), screen)
    values = {(row["well"], row["trait"]): row for row in traits}
    fit = fits["A1", "logistic"]
    assert fit["scale"] == "logarithmic" and fit["outcome"] == "converged", fit
    assert values["A1", "fitted"]["corrected"] == fit["growth_rate_per_h"], (values, fit)
    assert values["A1", "fitted"]["standard_error"] == fit["growth_rate_se_per_h"]
    assert math.isclose(float(values["A1", "doubling"]["corrected"]) * float(fit["growth_rate_per_h"]), math.log(2))
    assert fits["A1", "baranyi"]["at_bound"] == "lag", fits["A1", "baranyi"]
    assert values["A1", "fitted_lag"]["corrected"] == "" and values["A1", "fitted_lag"]["flag"] == "fit_at_bound"
    assert values["B1", "fitted"]["corrected"] == "" and values["B1", "fitted"]["flag"] in ("no_growth", "below_detection")


def test_fits_refused(program):
    refused(program, curves_key('fit = ["logistics"]'), "logistics", "no growth model", "gompertz")
    refused(program, curves_key('fit_scale = "log"'), "fit_scale")
    trait = '\n[[traits]]\nname = "x"\nreadout = "od"\ngoal = "minimize"\n'
    refused(program, trait + 'feature = "lag"\nfit = "logistic"\n', "logistic has no lag")
    refused(program, trait + 'feature = "auc"\nfit = "logistic"\n', "auc", "no parameter")


def test_peers(program):
    """Real curves: our spline and process against growthrates' windows."""
    growth = need("data/growth")
    name = "growthrates_bactgrowth"
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
    for test in (test_rates, test_what_must_not_matter, test_short_curves, test_refused, test_smoothness, test_fits,
                 test_fitted_traits, test_fits_refused, test_peers):
        print(test.__name__, flush=True)
        test(sys.argv[1])


if __name__ == "__main__":
    main()

"""Growth curves as they should not be: each gets a verdict, a flag or one clear line of error, never a crash or a number
that the curve does not support. And what must not matter does not: the scale of the readings, the hour at which the
clock starts, readings that are flagged.

usage: bad_curves_test.py WELLSIEVE
"""
import math
import os
import sys
import tempfile

from growth_data_test import SCREEN, check_curves, run_screen, table
from screen_support import run, write

RATE = 0.6
HOURS = [0.25 * i for i in range(60)]
ABSORBANCE = 'mode = "absorbance"'


def logistic(hours, rate=RATE, start=0.02, top=1.0):
    return top / (1 + (top / start - 1) * math.exp(-rate * hours))


def noisy(values, noise=0.002):
    """Reproducible noise that no seed of another program is needed for."""
    return [value + noise * math.sin(12.9898 * i * i + 4.1414 * i) for i, value in enumerate(values)]


GOOD = noisy([0.09 + logistic(hour) for hour in HOURS])
BLANK = noisy([0.09 for _ in HOURS])


def wide(path, curves, hours=None, header="time [h]"):
    """A table of curves; a cell is a number or a token of a reader."""
    rows = [f"{header}\t" + "\t".join(curves)]
    for i, hour in enumerate(HOURS if hours is None else hours):
        cells = [curve[i] if isinstance(curve[i], str) else f"{curve[i]:.5f}" for curve in curves.values()]
        rows.append(f"{hour}\t" + "\t".join(cells))
    write(path, "OD600\n" + "\n".join(rows) + "\n")


def layout_of(curves, blanks=("B1", "B2")):
    return [["", well, "" if well in blanks else f"S_{well}", "blank" if well in blanks else "sample"]
            for well in curves]


def analysed(program, curves, hours=None, blanks=("B1", "B2"), more=""):
    """Runs the curves with two blanks beside them; by well its row in `curves`, and what was printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "curves.tsv")
        curves = {**curves, "B1": BLANK[:len(hours or HOURS)], "B2": BLANK[:len(hours or HOURS)]} if blanks else curves
        wide(path, curves, hours)
        stdout = run_screen(program, folder, path, ABSORBANCE, layout_of(curves, blanks), more)
        rows = table(program, folder, "curves")
        check_curves(rows, table(program, folder, "traits"))
        return {row["well"]: row for row in rows}, stdout


def rate_of(row):
    return float(row["growth_rate_per_h"])


def test_good(program):
    rows, _ = analysed(program, {"A1": GOOD})
    assert abs(rate_of(rows["A1"]) / (RATE * 0.98) - 1) < 0.06, rows["A1"]
    assert rows["A1"]["verdict"] == "ok", rows["A1"]
    assert rows["B1"]["verdict"] in ("no_growth", "below_detection"), rows["B1"]


def test_no_growth(program):
    constant = [0.35] * len(HOURS)
    rows, _ = analysed(program, {"A1": constant, "A2": [0.0] * len(HOURS), "A3": [-0.05] * len(HOURS), "A4": BLANK})
    for well in ("A1", "A2", "A3", "A4"):
        assert rows[well]["growth_rate_per_h"] == "" and rows[well]["verdict"] != "ok", rows[well]


def test_overflow_in_mid_curve(program):
    cut = [value if value < 0.6 else "OVRFLW" for value in GOOD]
    back = ["OVRFLW" if 20 <= i < 24 else value for i, value in enumerate(GOOD)]
    rows, _ = analysed(program, {"A1": cut, "A2": GOOD, "A3": back})
    assert abs(rate_of(rows["A1"]) / rate_of(rows["A2"]) - 1) < 0.05
    for well in ("A1", "A3"):
        assert "saturated" in rows[well]["verdicts"] and rows[well]["carrying_capacity"] == "", rows[well]
    assert "saturated" not in rows["A2"]["verdicts"], rows["A2"]


def test_stops_early(program):
    stopped = [value if i < 24 else "" for i, value in enumerate(GOOD)]
    rows, _ = analysed(program, {"A1": stopped, "A2": GOOD})
    assert "still_growing" in rows["A1"]["verdicts"] and rows["A1"]["carrying_capacity"] == "", rows["A1"]
    assert abs(rate_of(rows["A1"]) / rate_of(rows["A2"]) - 1) < 0.05


def test_blank_that_grows(program):
    growing = [0.09 + logistic(hour, 0.4, 0.001) for hour in HOURS]
    rows, stdout = analysed(program, {"A1": GOOD, "B3": growing}, blanks=("B1", "B2", "B3"))
    assert abs(rate_of(rows["A1"]) / (RATE * 0.98) - 1) < 0.06, "the median of three blanks is not one that grows"
    assert rows["B3"]["growth_rate_per_h"] and "the blanks B3 grow" in stdout, stdout


def wander(values, noise, seed=1):
    """Noise that is no smooth function of time, by a generator written out here."""
    state, moved = seed, []
    for value in values:
        state = (1103515245 * state + 12345) % 2**31
        moved.append(value + noise * (2 * state / 2**31 - 1))
    return moved


def verdict_of(program, blanks, curves, more=""):
    """The verdict of A1, its rate and the flag of its trait, and what was printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "curves.tsv")
        wells = {**curves, **blanks}
        wide(path, wells)
        stdout = run_screen(program, folder, path, ABSORBANCE, layout_of(wells, blanks), more)
        rows, traits = table(program, folder, "curves"), table(program, folder, "traits")
        check_curves(rows, traits)
        row = next(row for row in rows if row["well"] == "A1")
        flag = next(row["flag"] for row in traits if row["well"] == "A1" and row["trait"] == "growth")
        return row, flag, stdout


def test_blanks_that_all_grow(program):
    """What is left after such blanks is no curve of the culture: there is no number, and a reason for it."""
    growing = noisy([0.09 + logistic(hour, 0.5, 0.01) for hour in HOURS])
    late = noisy([0.09 + logistic(hour, 0.9, 1e-5) for hour in HOURS])
    dim = noisy([0.09 + 0.2 * logistic(hour, 0.5, 0.01) for hour in HOURS])
    for name, blanks in (("one", {"B1": growing}), ("two", {"B1": growing, "B2": growing}), ("late", {"B1": late}),
                         ("dim", {"B1": dim}), ("most", {"B1": growing, "B2": late, "B3": BLANK})):
        row, flag, stdout = verdict_of(program, blanks, {"A1": GOOD})
        assert (row["verdict"], row["verdicts"], flag) == ("blank_grows",) * 3, (name, row, flag)
        assert row["growth_rate_per_h"] == row["auc"] == "" and int(row["points_used"]) == 0, (name, row)
        assert f"the blanks grow in readout 'od', so {1 + len(blanks)} of its curves have no traits" in stdout, stdout


def test_endpoint_less_a_blank_that_grows(program):
    """It is what was asked for, as in an assay that goes on without cells; but it is told."""
    growing = [0.09 + logistic(hour, 0.5, 0.01) for hour in HOURS]
    final = '\n[[traits]]\nname = "final"\nreadout = "od"\nfeature = "endpoint"\nnormalise = "none"\n'
    for blank, grows in ((growing, True), (BLANK, False)):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "curves.tsv")
            wells = {"A1": GOOD, "B1": blank}
            wide(path, wells)
            stdout = run_screen(program, folder, path, ABSORBANCE, layout_of(wells, ("B1",)), screen=SCREEN + final)
            told = "the blanks grow in readout 'od', and trait 'final' is less what they read"
            assert (told in stdout) == grows, stdout
            row = next(row for row in table(program, folder, "traits") if row["well"] == "A1" and row["trait"] == "final")
            assert abs(float(row["corrected"]) - (GOOD[-1] - blank[-1])) < 1e-4, row


def test_blanks_that_only_drift(program):
    """What drifts by less than half, scatters, jumps for a reading, or is a fog that lifts, is a blank."""
    share = [i / (len(HOURS) - 1) for i in range(len(HOURS))]
    spike = [0.5 if i in (20, 21, 40) else value for i, value in enumerate(BLANK)]
    for name, blank in (("still", BLANK), ("noise", wander([0.09] * len(HOURS), 0.02)),
                        ("drift", noisy([0.09 * (1 + 0.4 * x) for x in share])),
                        ("fall", noisy([0.09 * (2 - x) for x in share])),
                        ("small", noisy([0.04 + 0.05 * x for x in share])),
                        ("fog", noisy([0.09 + 0.3 * math.exp(-hour) for hour in HOURS]))):
        row, flag, stdout = verdict_of(program, {"B1": blank}, {"A1": GOOD})
        assert row["verdict"] != "blank_grows" and "blanks grow" not in stdout, (name, row, stdout)
    # One reading in three of a blank that jumps counts for nothing beside two others, and one alone for little.
    row, flag, _ = verdict_of(program, {"B1": [0.5 if i == 20 else v for i, v in enumerate(BLANK)]}, {"A1": GOOD})
    assert row["verdict"] != "blank_grows", row
    row, flag, _ = verdict_of(program, {"B1": spike, "B2": BLANK, "B3": BLANK}, {"A1": GOOD})
    assert row["verdict"] == "ok" and abs(rate_of(row) / (RATE * 0.98) - 1) < 0.06, row
    # Blanks about zero on a plate where nothing grows: all that its readings span is noise.
    for seed in range(1, 9):
        nothing = {f"A{i}": wander([0] * len(HOURS), 0.003, seed + 100 * i) for i in range(1, 4)}
        row, flag, _ = verdict_of(program, {"B1": wander([0] * len(HOURS), 0.003, seed)}, nothing)
        assert row["verdict"] in ("no_growth", "below_detection"), (seed, row)


def test_blank_of_another_medium_that_grows(program):
    """Only the curves of that medium are without a blank; one's own first readings are no such blank."""
    growing = [0.09 + logistic(hour, 0.5, 0.01) for hour in HOURS]
    layout = [["", well, "" if well[0] == "B" else f"S_{well}", "blank" if well[0] == "B" else "sample", medium]
              for well, medium in (("A1", "M9"), ("A2", "LB"), ("B1", "M9"), ("B2", "LB"))]
    for blank, without in (("medium", {"A2", "B2"}), ("medium_lowess", {"A2", "B2"}), ("first", set()), ("none", set())):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "curves.tsv")
            wide(path, {"A1": GOOD, "A2": GOOD, "B1": BLANK, "B2": growing})
            screen = SCREEN.replace('feature = "growth_rate"', f'feature = "growth_rate"\nblank = "{blank}"')
            run_screen(program, folder, path, ABSORBANCE, layout, screen=screen)
            rows = [row for row in table(program, folder, "curves") if "growth" in row["traits"].split(", ")]
            assert {row["well"] for row in rows if row["verdict"] == "blank_grows"} == without, (blank, rows)


def test_small_rises(program):
    """Growth that its medium hides is told of; it is growth once a blank is taken off, and a level is none."""
    small = noisy([0.09 + 0.04 * logistic(hour) for hour in HOURS], 0.0002)
    for name, curve, blanks, grows, told in (("in its medium", small, (), False, True),
                                               ("less a blank", small, ("B1", "B2"), True, False),
                                               ("level", BLANK, (), False, False)):
        rows, stdout = analysed(program, {"A1": curve}, blanks=blanks)
        assert (rows["A1"]["verdict"] != "no_growth") == grows, (name, rows["A1"])
        assert ("1 curves of readout 'od' rise clearly, but less than 1.5-fold" in stdout) == told, (name, stdout)


def test_faster_than_any_microbe(program):
    """Hours that are called minutes, and a product's rise in an assay; the fastest microbe is left alone."""
    minutes = [hour / 60 for hour in HOURS]
    product = noisy([0.12 + 0.9 * (1 - math.exp(-20 * minute)) for minute in minutes])
    for name, curve, hours, told in (("minutes", GOOD, minutes, True), ("assay", product, minutes, True),
                                     ("Vibrio natriegens", noisy([0.09 + logistic(hour, 4.3) for hour in HOURS]),
                                      HOURS, False), ("sound", GOOD, HOURS, False)):
        rows, stdout = analysed(program, {"A1": curve}, hours)
        assert ("implausible_rate" in rows["A1"]["verdicts"]) == told, (name, rows["A1"])
        assert ("1 curves of readout 'od' rise faster than any microbe grows" in stdout) == told, (name, stdout)
        assert (rate_of(rows["A1"]) > 6) == told, (name, rows["A1"])


def test_one_time_point(program):
    rows, _ = analysed(program, {"A1": GOOD[:1]}, hours=[0])
    assert rows["A1"]["verdict"] == "too_few_points" and rows["A1"]["growth_rate_per_h"] == "", rows["A1"]


def refused(program, text, *words):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "curves.tsv")
        write(path, text)
        layout = [["", well, f"S_{well}", "sample"] for well in ("A1", "A2")]
        try:
            run_screen(program, folder, path, ABSORBANCE, layout)
        except AssertionError as error:
            message = str(error)
            assert "exit 3" in message and all(word in message for word in words), message
            return
    raise AssertionError(f"taken: {text[:80]}")


def rows_of(hours, header="time [h]"):
    lines = [f"{hour}\t{logistic(i / 4):.4f}\t{logistic(i / 4):.4f}" for i, hour in enumerate(hours)]
    return f"OD600\n{header}\tA1\tA2\n" + "\n".join(lines) + "\n"


def test_time(program):
    refused(program, rows_of([0, 1, 2, 3, 2.5, 4, 5]), "time runs backwards", "A1")
    refused(program, rows_of([0, 1, 2, 3, 3, 4, 5]), "1 of 6 times stand twice", "the first of them 10800 s")
    # Rows of a tidy table may stand in any order, so a clock that was set back is seen by the times it repeats.
    tidy = lambda hours: "well\ttime [h]\tOD600\n" + "".join(
        f"A{well}\t{hour}\t{0.1 + hour / 100}\n" for hour in hours for well in (1, 2))
    refused(program, tidy([0, 1, 2, 3, 4, 2, 3, 4, 5]), "3 of 6 times stand twice", "the first of them 7200 s",
            "time runs backwards")
    refused(program, tidy([0, 1, 2, 3] * 2), "readout 'od' fits 2 readings")
    # A start in the middle of the day, and gaps: the curve is the same, its times are the clock's.
    gaps = [i for i in range(len(HOURS)) if i % 7 != 3]
    rows, _ = analysed(program, {"A1": [GOOD[i] for i in gaps]}, hours=[HOURS[i] for i in gaps])
    assert abs(rate_of(rows["A1"]) / (RATE * 0.98) - 1) < 0.08, rows["A1"]


def test_units_missing(program):
    """Without a unit the steps decide: 15 is minutes, 900 seconds; the file's facts say so."""
    for factor in (1, 60, 3600):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "curves.tsv")
            wide(path, {"A1": GOOD, "B1": BLANK}, [hour * factor for hour in HOURS], header="time")
            stdout, _ = run(program, "inspect", path)
            assert "not stated; taken as" in stdout, stdout
            run_screen(program, folder, path, ABSORBANCE, layout_of({"A1": 0, "B1": 0}))
            row = table(program, folder, "curves")[0]
            assert abs(rate_of(row) / (RATE * 0.98) - 1) < 0.06, row


def test_what_must_not_matter(program):
    plain, _ = analysed(program, {"A1": GOOD})
    # Twice the reading, twice the blank: the same rate.
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "curves.tsv")
        curves = {name: [2 * value for value in curve] for name, curve in (("A1", GOOD), ("B1", BLANK), ("B2", BLANK))}
        wide(path, curves)
        run_screen(program, folder, path, ABSORBANCE, layout_of(curves))
        doubled = {row["well"]: row for row in table(program, folder, "curves")}
    assert math.isclose(rate_of(doubled["A1"]), rate_of(plain["A1"]), rel_tol=1e-3)
    # Two hours later on the clock: the same rate and lag, each time two hours later.
    shifted, _ = analysed(program, {"A1": GOOD}, hours=[hour + 2 for hour in HOURS])
    assert math.isclose(rate_of(shifted["A1"]), rate_of(plain["A1"]), rel_tol=1e-9)
    for column in ("time_of_max_rate_h", "window_start_h"):
        assert math.isclose(float(shifted["A1"][column]), float(plain["A1"][column]) + 2, abs_tol=1e-6), column
    # Readings that are flagged: as if they were not there.
    more = HOURS + [HOURS[-1] + 0.25 * (i + 1) for i in range(5)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "curves.tsv")
        curves = {name: curve + ["OVRFLW"] * 5 for name, curve in (("A1", GOOD), ("B1", BLANK), ("B2", BLANK))}
        wide(path, curves, more)
        run_screen(program, folder, path, ABSORBANCE, layout_of(curves))
        flagged = {row["well"]: row for row in table(program, folder, "curves")}
    for column in ("growth_rate_per_h", "growth_rate_se_per_h", "lag_h", "window_start_h", "points_used"):
        assert flagged["A1"][column] == plain["A1"][column], column


def main():
    for test in (test_good, test_no_growth, test_overflow_in_mid_curve, test_stops_early, test_blank_that_grows, test_blanks_that_all_grow,
                 test_endpoint_less_a_blank_that_grows, test_blanks_that_only_drift,
                 test_blank_of_another_medium_that_grows,
                 test_small_rises, test_faster_than_any_microbe, test_one_time_point, test_time, test_units_missing, test_what_must_not_matter):
        print(test.__name__, flush=True)
        test(sys.argv[1])


if __name__ == "__main__":
    main()

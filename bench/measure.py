"""Measures a build of the bench preset and prints one table. See bench/README.md."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SEED = 20261124
GUIDES = 80_000
MEDPOLISH = """
set.seed(1)
plates <- replicate(500, matrix(rnorm(384), 16), simplify = FALSE)
seconds <- system.time(for (plate in plates) medpolish(plate, maxiter = 10, trace.iter = FALSE))
cat(500 / seconds[["user.self"]])
"""


def short(number):
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}"


class Table:
    """Rows as they come: printed at once, and kept for the JSON file."""

    COLUMNS = "{:<44} {:>8} {:>8} {:>8}  {:<18} {}"

    def __init__(self):
        self.rows = []
        print(self.COLUMNS.format("what", "wall s", "CPU s", "peak MB", "rate", "beside"))

    def section(self, name):
        self.name = name
        print(f"-- {name}")

    def add(self, what, cost=None, rate=None, unit="", ratio=None, beside=""):
        """`beside` says what `ratio` is a multiple of, or why there is none."""
        cost = cost or {}
        self.rows.append({"section": self.name, "what": what, **cost, "rate": rate, "unit": unit,
                          "ratio": ratio, "beside": beside})
        figures = [f"{cost[key]:.{digits}f}" if key in cost else "" for key, digits in
                   (("wall_s", 2), ("cpu_s", 2), ("peak_mb", 0))]
        print(self.COLUMNS.format(what, *figures, f"{short(rate)} {unit}" if rate else "",
                                  f"{short(ratio)} x {beside}" if ratio else beside).rstrip(), flush=True)


def run_once(command):
    start = time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"bench: {command[0]} ended with {child.returncode}")
    return {"wall_s": time.monotonic() - start, "cpu_s": used.ru_utime + used.ru_stime,
            "peak_mb": used.ru_maxrss / 1000}


def best_of(repetitions, commands):
    """The best of each figure for each command, taken by turns, so that noise meets all alike."""
    best = {}
    for _ in range(repetitions):
        for name, command in commands.items():
            cost = run_once(command)
            best[name] = {key: min(cost[key], best.get(name, cost)[key]) for key in cost}
    return best


def benchmarks(executable, pattern):
    command = [executable, f"--benchmark_filter={pattern}", "--benchmark_min_time=0.2",
               "--benchmark_format=json"]
    return json.loads(subprocess.check_output([str(word) for word in command]))["benchmarks"]


def rate_of(benchmark):
    if "items_per_second" in benchmark:
        return benchmark["items_per_second"] / 1e6, "M items/s"
    return benchmark["bytes_per_second"] / 1e6, "MB/s"


def measure_formats(table, build):
    table.section("formats: text in memory to plain records; 10 million rows to HDF5 and back")
    for benchmark in benchmarks(build / "bench/formats/formats_bench", "."):
        table.add(benchmark["name"].removesuffix("/process_time"), None, *rate_of(benchmark))


def measure_kernels(table, build, target):
    """Each kernel on the best SIMD target, beside its scalar reference."""
    table.section(f"kernels: {target} beside the scalar reference")
    found = {b["name"]: b for b in benchmarks(build / "bench/kernels/kernels_bench",
                                              f"/({target}|reference)/")}
    for name, benchmark in found.items():
        reference = found.get(name.replace(f"/{target}/", "/reference/"))
        if f"/{target}/" in name and reference:
            table.add(name.replace(f"/{target}", ""), None, *rate_of(benchmark),
                      reference["cpu_time"] / benchmark["cpu_time"], "as fast as the reference")
    polish = found[f"median_polish/{target}/384"]["items_per_second"]
    if not shutil.which("Rscript"):
        table.add("R's medpolish, 384 wells", beside="Rscript is not installed")
        return
    theirs = float(subprocess.check_output(["Rscript", "-e", MEDPOLISH]))
    table.add("median polish of 384 wells", None, polish / 1e6, "M plates/s", polish / theirs,
              "as fast as R's medpolish")


def simulate(program, folder, spec):
    """A simulated screen, made once for each specification."""
    text = f'[screen]\nname = "bench"\nseed = {SEED}\n{spec}'
    made_from = folder / "spec.toml"
    if not (made_from.exists() and made_from.read_text() == text):
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        written = folder.parent / f"{folder.name}.toml"
        written.write_text(text)
        run_once([program, "simulate", written, "-o", folder])
        written.rename(made_from)
    return folder


def screen_command(program, screen, out, threads=0):
    return [program, "run", screen, "-o", out, "--force", "--threads", threads]


def measure_plates(table, program, data, options):
    spec = (f"[plates]\nwells = 384\nreplicates = 4\nparents = 16\nblanks = 8\n"
            f"[strains]\ncount = {options.plates * 360 // 4}\n")
    folder = simulate(program, data / f"plates-{options.plates}", spec)
    commands = {f"{options.plates} plates of 384 wells, run":
                screen_command(program, folder / "screen.toml", data / "out-plates")}
    if options.screen:
        commands[f"{options.screen}, run"] = screen_command(program, options.screen, data / "out-screen")
    table.section("screens: exports to result.h5")
    for name, cost in best_of(options.repetitions, commands).items():
        plates = options.plates if name.startswith(str(options.plates)) else None
        table.add(name, cost, plates and plates / cost["wall_s"], "plates/s")


def make_reads(program, data, reads, compression):
    """The screen of these reads that counts and no more, and their files."""
    spec = f'[pool]\nguides = {GUIDES}\ncontrols = 1000\nreads = {reads}\ncompression = "{compression}"\n'
    folder = simulate(program, data / f"reads-{reads}-{compression}", spec)
    lines = (folder / "screen.toml").read_text().splitlines(keepends=True)
    counting = folder / "count.toml"
    counting.write_text("".join(line for line in lines if not line.startswith("control")))
    return counting, sorted((folder / "reads").iterdir())


def measure_reads(table, program, data, options):
    """Ours beside tools that only inflate, or only read, the same files."""
    made = {kind: make_reads(program, data, options.reads, kind) for kind in ("none", "gzip", "bgzf")}
    ours, tools, beside = {}, {}, {}
    for name, kind, threads, tool in (("plain, 1 thread", "none", 1, "seqkit stats"),
                                      ("gzip, 2 threads", "gzip", 2, "igzip -dc"),
                                      ("BGZF, 1 thread", "bgzf", 1, "bgzip -dc"),
                                      ("BGZF, 2 threads", "bgzf", 2, "bgzip -dc")):
        ours[name] = screen_command(program, made[kind][0], data / "out-reads", threads)
        beside[name] = tool
    for tool, kind in (("seqkit stats", "none"), ("igzip -dc", "gzip"), ("bgzip -dc", "bgzf")):
        if shutil.which(tool.split()[0]):  # file by file: bgzip takes no more than one
            tools[tool] = ["sh", "-c", f'for file; do {tool} "$file" || exit; done', "sh", *made[kind][1]]
    table.section(f"reads: {options.reads} of 75 bases, {GUIDES} guides, one mismatch, to counts in result.h5")
    best = best_of(options.repetitions, {**ours, **tools})
    for name in ours:
        cost = best[name]
        tool = best.get(beside[name])
        table.add(f"run, {name}", cost, options.reads / cost["wall_s"] / 1e6, "M reads/s",
                  tool and cost["cpu_s"] / tool["cpu_s"],
                  f"the CPU time of {beside[name]}" if tool else f"{beside[name].split()[0]} is not installed")
    for name in tools:
        table.add(name, best[name], options.reads / best[name]["wall_s"] / 1e6, "M reads/s")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", type=int, default=10_000_000, help="of the pool (default: 10 million)")
    parser.add_argument("--plates", type=int, default=1000, help="of the screen (default: 1000)")
    parser.add_argument("--screen", default=os.environ.get("WELLSIEVE_BENCH_SCREEN"),
                        help="a screen.toml of your own, run beside (also: WELLSIEVE_BENCH_SCREEN)")
    parser.add_argument("--repetitions", type=int, default=3, help="of which the best counts (default: 3)")
    parser.add_argument("--only", choices=["formats", "kernels", "screens", "reads"], action="append",
                        help="these parts, and no others")
    parser.add_argument("--build", type=Path, default=REPOSITORY / "build/bench", help="folder of the build")
    return parser.parse_args()


def main():
    options = parse_options()
    wanted = options.only or ["formats", "kernels", "screens", "reads"]
    program = options.build / "workflows/wellsieve"
    data = options.build / "data"
    version = subprocess.check_output([program, "--version"], text=True).strip()
    target = re.search(r"SIMD: (\w+)", version).group(1)
    print(f"{version}, {os.cpu_count()} threads\n")
    table = Table()
    if "formats" in wanted:
        measure_formats(table, options.build)
    if "kernels" in wanted:
        measure_kernels(table, options.build, target)
    if "screens" in wanted:
        measure_plates(table, program, data, options)
    if "reads" in wanted:
        measure_reads(table, program, data, options)
    figures = options.build / "figures.json"
    figures.write_text(json.dumps({"program": version, "threads": os.cpu_count(), "rows": table.rows}, indent=1))
    print(f"\n{figures}")


if __name__ == "__main__":
    main()

"""What the scripts that run whole screens share: where things are, how to run the program, how to compare."""
import csv
import os
import subprocess
import sys

SKIPPED = 77  # what ctest takes for "skipped"

here = os.path.dirname(os.path.abspath(__file__))
shared = os.path.join(here, "..", "..", "..", "shared")


def need(path):
    """A path under the shared data, or a skip that says what is missing."""
    whole = os.path.normpath(os.path.join(shared, path))
    if not os.path.exists(whole):
        print(f"skipped: {whole} is not there")
        sys.exit(SKIPPED)
    return whole


def run(program, *arguments, expect=0, environment=None, folder=None):
    """Runs the program, checks its exit code, and gives back what it wrote to stdout and stderr."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False,
                          env={**os.environ, **(environment or {})}, cwd=folder)
    assert done.returncode == expect, (
        f"{' '.join(map(str, arguments))}: exit {done.returncode}, wanted {expect}\n{done.stdout}\n{done.stderr}")
    return done.stdout, done.stderr


def read_csv(path, delimiter=","):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def write_csv(path, header, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)

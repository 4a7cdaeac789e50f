"""Runs one script of calls against several AWSs and holds the differences against a table of those that are known.

The emulators have to have what localstack/seed.py makes, and `sim serve` has to serve account.yaml, each untouched.
Ends with 1 and a complaint a line where the table is not right.
"""

import argparse
import concurrent.futures
import sys
import time

import calls
import compare
import table
from targets import PATIENCE, Target


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--target", action="append", required=True, metavar="NAME=URL", help=", ".join(PATIENCE))
    arguments.add_argument("--table", required=True)
    arguments.add_argument("--write", action="store_true", help="add the rows that are missing, without a reason")
    options = arguments.parse_args()
    urls = dict(target.partition("=")[::2] for target in options.target)
    if "sim" not in urls or not set(urls) <= set(PATIENCE):
        arguments.error(f"--target: sim and some of {', '.join(PATIENCE)}, not {', '.join(urls)}")
    targets = {name: Target(name, url) for name, url in urls.items()}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        seconds = list(pool.map(play, targets.values()))
    sim = targets.pop("sim")
    found = [difference for other in targets.values() for difference in compare.differences(sim, other)]
    complaints = held_against(options.table, found, set(targets), options.write)
    for complaint in complaints:
        print(complaint)
    took = ", ".join(f"{name} {time:.0f} s" for name, time in zip(urls, seconds))
    print(f"{len(sim.records)} steps ({took}), {len(found)} differences, {len(complaints)} complaints")
    return 1 if complaints else 0


def play(target):
    start = time.monotonic()
    calls.run(target)
    return time.monotonic() - start


def held_against(path, found, targets, write):
    preface, rows = table.read(path)
    if write:
        rows += table.missing(rows, found)
        table.write(path, preface, rows)
    return list(table.complaints(rows, found, targets))


if __name__ == "__main__":
    sys.exit(main())

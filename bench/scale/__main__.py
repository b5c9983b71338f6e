"""`make bench-scale`: what purges of ten thousand to ten million records take.

The real use cases are executed by the schedule of the real state machine in virtual time.
"""

import argparse
import sys

from bench.scale import page
from bench.scale.goals import goals_of
from bench.scale.report import report_of
from bench.scale.rows import SIZES, measure_all


def main() -> None:
    """Print the report; the exit code is 1 if a goal is missed."""
    parser = argparse.ArgumentParser("python -m bench.scale", description=__doc__)
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="records, with commas")
    parser.add_argument("--docs", action="store_true", help="write the report into the docs")
    parser.add_argument("--workers", type=int, help="rows at a time (default: one on each core)")
    given = parser.parse_args()
    rows = measure_all([int(each) for each in given.sizes.split(",")], given.workers)
    goals = goals_of(rows)
    report = report_of(rows, goals)
    print(report)
    if given.docs:
        page.write(report)
    sys.exit(not all(each.is_met for each in goals))


if __name__ == "__main__":
    main()

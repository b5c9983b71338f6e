"""`make bench`: prints each function's cold start against the floor, and what it should reach."""

import argparse
import statistics

from bench import cold_start

CALLS_GENESYS = frozenset({"plan_purge", "submit_batch", "poll_batch", "verify_batch"})
BOUND = 1.05


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measured rounds (default: 9)")
    rounds = parser.parse_args().rounds
    costs = cold_start.measure(rounds)
    print(f"Cold start, medians of {rounds} rounds, CPU of a process of its own")
    print(f"{'function':<18}{'CPU ms':>8}{'x FLOOR':>9}{'modules':>9}  unwanted modules")
    above = []
    for name, measured in costs.items():
        cpu = statistics.median(cost.cpu for cost in measured)
        ratio = cold_start.ratio(costs, name)
        last = measured[-1]
        note = " ".join(last.unwanted)
        print(f"{name:<18}{cpu * 1000:>8.0f}{ratio:>9.2f}{last.modules:>9}  {note}")
        if name in CALLS_GENESYS and ratio > BOUND:
            above.append(name)
    print(f"Functions that call Genesys should reach {BOUND} x FLOOR.")
    print(f"Above it: {', '.join(above) or 'none'}.")


if __name__ == "__main__":
    main()

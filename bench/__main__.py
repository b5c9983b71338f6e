"""`make bench`: cold starts, webhooks, the guard's window, the budget, proofs, a run."""

import argparse
import statistics
import sys

from bench import cold_start, run_shape
from bench.budget import print_budget
from bench.conditions import print_conditions
from bench.guard_window import print_guard_window
from bench.proof import print_proof
from bench.webhook import print_webhook

# The bounds of a cold start, as multiples of the floor.
WEBHOOK, CALLS_GENESYS = 1.10, 1.35


def main() -> None:
    """Print all figures; the exit code is 1 if one that has a bound is above it."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measured rounds (default: 9)")
    within = [print_cold_starts(parser.parse_args().rounds), print_webhook()]
    within += [print_guard_window(), print_budget()]
    within.append(print_proof())
    print_run_shape()
    print_conditions()
    sys.exit(not all(within))


def bounds() -> dict[str, float]:
    """The bound of each function that has one."""
    return dict.fromkeys(cold_start.callers_of_genesys(), CALLS_GENESYS) | {
        "ingest_webhook": WEBHOOK
    }


def print_cold_starts(rounds: int) -> bool:
    """Print the cold starts; returns whether every function is within its bound."""
    costs, bound = cold_start.measure(rounds), bounds()
    late = {name for name, most in bound.items() if cold_start.ratio(costs, name) > most}
    print(f"Cold start: CPU of a separate process, medians of {rounds} rounds")
    print(f"{'function':<30}{'CPU ms':>8}{'x FLOOR':>9}{'bound':>7}{'modules':>9}  unwanted")
    for name, measured in costs.items():
        cpu = statistics.median(cost.cpu for cost in measured) * 1000
        ratio, most = cold_start.ratio(costs, name), bound.get(name, "")
        note = " ".join(measured[-1].unwanted) + ("  above the bound" if name in late else "")
        print(f"{name:<30}{cpu:>8.0f}{ratio:>9.2f}{most:>7}{measured[-1].modules:>9}  {note}")
    print()
    return not late


def print_run_shape() -> None:
    shape = run_shape.measure()
    print("A run over 20,000 ids, per job of 1,000")
    print(f"polls          {shape.polls:6.2f}  (target 3.5)")
    print(f"invocations    {shape.invocations:6.2f}  (target 7)")
    print(f"transitions    {shape.transitions:6.2f}  (target 18)")
    print(f"calls          {shape.calls:6.2f}  (at least {run_shape.LEAST_CALLS})\n")
    live = run_shape.measure_recording_jobs()
    print("Two-step recording jobs over 1,000 conversations, per job of 100")
    print(f"polls          {live.polls:6.2f}  (at least {run_shape.LEAST_LIVE_POLLS})")
    print(f"invocations    {live.invocations:6.2f}  (target 7)")
    print(f"transitions    {live.transitions:6.2f}  (target 18 for one-step jobs)")
    print(f"calls          {live.calls:6.2f}  (at least {run_shape.LEAST_LIVE_CALLS})")
    print(f"verifications  {live.verifications:6.2f}  (one per conversation)\n")


if __name__ == "__main__":
    main()

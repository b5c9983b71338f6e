"""`make bench`: cold starts, a webhook, a run and conditions, each beside its bound."""

import argparse
import statistics
import sys

from bench import cold_start, run_shape
from bench.conditions import print_conditions
from bench.webhook import print_webhook

# Of the floor: what a function may cost before its first answer.
WEBHOOK, CALLS_GENESYS = 1.10, 1.35


def main() -> None:
    """Prints every figure; the exit code is 1 where a cold start or a webhook misses its bound."""
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measured rounds (default: 9)")
    within = [print_cold_starts(parser.parse_args().rounds), print_webhook()]
    print_run_shape()
    print_conditions()
    sys.exit(not all(within))


def bounds() -> dict[str, float]:
    """The bound of each function that has one."""
    return dict.fromkeys(cold_start.callers_of_genesys(), CALLS_GENESYS) | {
        "ingest_webhook": WEBHOOK
    }


def print_cold_starts(rounds: int) -> bool:
    """Whether every function is within its bound."""
    costs, bound = cold_start.measure(rounds), bounds()
    late = {name for name, most in bound.items() if cold_start.ratio(costs, name) > most}
    print(f"Cold start: CPU of a process of its own, medians of {rounds} rounds")
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
    print("A run over 20,000 ids, for each job of 1000")
    print(f"polls          {shape.polls:6.2f}  (reach 3.5)")
    print(f"invocations    {shape.invocations:6.2f}  (reach 7)")
    print(f"transitions    {shape.transitions:6.2f}  (reach 18)")
    print(f"calls          {shape.calls:6.2f}  (at least {run_shape.LEAST_CALLS})\n")
    live = run_shape.measure_recording_jobs()
    print("Recording jobs over 1,000 conversations, for each job of 100, in two steps")
    print(f"looks at it    {live.polls:6.2f}  (at least {run_shape.LEAST_LIVE_LOOKS})")
    print(f"invocations    {live.invocations:6.2f}  (reach 7)")
    print(f"transitions    {live.transitions:6.2f}  (reach 18, of jobs of one step)")
    print(f"calls          {live.calls:6.2f}  (at least {run_shape.LEAST_LIVE_CALLS})")
    print(f"conversations  {live.looks:6.2f}  looked at to verify, each once\n")


if __name__ == "__main__":
    main()

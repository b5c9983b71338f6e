"""`make bench`: cold starts, a webhook, a run and conditions, each beside what to reach."""

import argparse
import statistics

from bench import cold_start, run_shape
from bench.conditions import print_conditions
from bench.webhook import print_webhook

CALLS_GENESYS = ("plan_purge", "submit_batch", "poll_batch", "verify_batch")
BOUNDS = dict.fromkeys(CALLS_GENESYS, 1.05) | {"ingest_webhook": 0.90}


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="measured rounds (default: 9)")
    print_cold_starts(parser.parse_args().rounds)
    print_webhook()
    print_run_shape()
    print_conditions()


def print_cold_starts(rounds: int) -> None:
    costs = cold_start.measure(rounds)
    print(f"Cold start: CPU of a process of its own, medians of {rounds} rounds")
    print(f"{'function':<30}{'CPU ms':>8}{'x FLOOR':>9}{'modules':>9}  unwanted modules")
    for name, measured in costs.items():
        cpu = statistics.median(cost.cpu for cost in measured)
        ratio = cold_start.ratio(costs, name)
        late = "  above the bound" if ratio > BOUNDS.get(name, ratio) else ""
        unwanted = " ".join(measured[-1].unwanted)
        print(
            f"{name:<30}{cpu * 1000:>8.0f}{ratio:>9.2f}{measured[-1].modules:>9}  {unwanted}{late}"
        )
    print("Functions of a run that call Genesys should reach 1.05 x FLOOR, the webhook's 0.90.\n")


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

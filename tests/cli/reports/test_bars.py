"""The bars of a run, drawn on a console in memory."""

from __future__ import annotations

import io
import re
from typing import Any

from rich.console import Console

from cli.reports.bars import Bars
from cli.reports.observation import Observation
from tests.cli.runs import batch, done, finished, running

BAR = re.compile("[━╸╺]+")


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def drawn(*answers: dict[str, Any], every: float = 10.0, width: int = 120) -> list[str]:
    """The lines of the last drawing, each bar as `=` with its share, without spinners."""
    clock = Clock()
    console = Console(file=io.StringIO(), width=width, height=30, force_terminal=True)
    bars = Bars(console, clock)
    for answer in answers:
        bars.show(Observation.read(answer))
        clock.now += every
    with console.capture() as capture:
        console.print(bars.grid())
    plain = re.sub(r"\x1b\[[0-9;]*m", "", capture.get())
    marked = BAR.sub("=", re.sub("[\u2800-\u28ff]", "", plain))
    return [" ".join(each.split()) for each in marked.splitlines()]


def test_rate_is_that_since_the_first_observation() -> None:
    before, after = (running(batch(0, "submitted", percent=each)) for each in (20, 40))
    assert drawn(before, after)[0] == "run = 400/1,000 20/s 0:00:30"


def test_rate_of_batches_that_end_together_is_not_that_of_their_end() -> None:
    start = running(*(batch(number, "submitted") for number in range(4)))
    half = running(done(0), done(1), batch(2, "submitted"), batch(3, "submitted"))
    assert drawn(*[start] * 20, half, every=15)[0] == "run = 2,000/4,000 6.67/s 0:05:00"


def test_progress_that_goes_back_has_no_rate() -> None:
    before, after = (running(batch(0, "submitted", percent=each)) for each in (80, 5))
    assert drawn(before, after)[0] == "run = 50/1,000"


def test_failed_batch_counts_as_nothing_done() -> None:
    lines = drawn(running(done(0), batch(1, "failed", detail="x")))
    assert lines == ["run = 1,000/2,000", "batch 0 = completed, 1,000 verified", "batch 1 = failed"]


def test_batch_without_a_share_moves_after_it_was_planned() -> None:
    still, moving = running(batch(0)), running(batch(0, "submitted", polls=1))
    assert drawn(still, moving)[1] == "batch 0 = submitted, poll 1"


def test_verification_has_a_bar_of_its_own() -> None:
    check = {"mode": "every", "lookedAt": 120, "size": 1_000}
    waits = done(0) | {"verification": "pending", "verified": None, "check": check}
    assert drawn(running(waits))[1] == "batch 0 = verifying 120/1,000"


def test_dry_run_has_no_count() -> None:
    planned = batch(0, "planned", targeted=3_000)
    assert drawn(finished(planned, outcome="dry_run", dryRun=True)) == ["run = planned"]


def test_run_without_a_record_is_full() -> None:
    nothing = finished(outcome="nothing_to_purge")
    assert drawn(nothing) == ["run = 0/0"]

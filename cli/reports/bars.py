"""The progress of a run in a terminal: a bar for the run, and one for each batch at work."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cli.reports.lines import say
from cli.reports.observation import ENDED, Batch, Observation
from cli.reports.progress import polled, run_line, waiting

# So many lines of a terminal are kept for what is printed above the bars.
OTHER_LINES = 4
MOST_BATCHES = 20
# From this width on, there is room for the polls of a job.
WIDE = 100
# The rate is that of the last minute.
RATE_SECONDS = 60.0
RUN = -1


class RateColumn(ProgressColumn):
    """Records a second, empty if unknown."""

    def render(self, task: Task) -> Text:
        """The rate of the last minute."""
        speed = None if task.finished else task.speed
        return Text("" if not speed else f"{speed:,.1f}/s" if speed < 1 else f"{speed:,.0f}/s")


class RemainingColumn(TimeRemainingColumn):
    """The remaining time, empty if unknown."""

    def render(self, task: Task) -> Text:
        """The time at the present rate."""
        is_known = task.total is not None and task.time_remaining is not None and not task.finished
        return super().render(task) if is_known else Text("")


class Bars:
    """Implements `Progress`; a batch without a reported share has a moving bar."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._rows = max(1, min(MOST_BATCHES, console.height - OTHER_LINES))
        self._tasks: dict[int, TaskID] = {}
        self._said = ""
        self._progress = Progress(
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[counts]}", justify="right", markup=False),
            RateColumn(),
            RemainingColumn(compact=True),
            console=console,
            expand=True,
            speed_estimate_period=RATE_SECONDS,
        )

    def __enter__(self) -> Self:
        self._progress.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.__exit__(kind, error, trace)

    def show(self, run: Observation) -> None:
        """Draw the run."""
        if (line := f"run {run.run_id}: {run_line(run)}") != self._said:
            self._said = line
            say(self._progress.console, line)
        total = run.targeted
        counts = "" if total is None else f"{run.done:,.0f}/{total:,}"
        self._draw(RUN, "run", counts, total, run.done, is_over=run.is_finished)
        shown = _shown(run.batches, self._rows)
        for number in self._tasks.keys() - {RUN} - {each.number for each in shown}:
            self._progress.remove_task(self._tasks.pop(number))
        for batch in shown:
            self._draw_batch(batch)

    def _draw_batch(self, batch: Batch) -> None:
        share, total = batch.share, batch.targeted
        is_over = batch.status in ENDED and not batch.is_unverified
        done = None if share is None or total is None else share * total
        known = total if done is not None else None
        text = f"batch {batch.number}"
        self._draw(batch.number, text, self._words(batch), known, done or 0, is_over=is_over)

    def _words(self, batch: Batch) -> str:
        """The state of a batch in the words that fit."""
        if batch.status in ENDED:
            is_verified = batch.verified is not None and not batch.is_unverified
            verified = f"{batch.verified:,} verified" if is_verified else None
            return ", ".join(filter(None, [batch.status, verified, waiting(batch)]))
        polls = polled(batch) if self._console.width >= WIDE else None
        return ", ".join(filter(None, [batch.status, polls]))

    def _draw(
        self, number: int, text: str, counts: str, total: int | None, done: float, *, is_over: bool
    ) -> None:
        if number not in self._tasks:
            self._tasks[number] = self._progress.add_task(text, total=None, counts="")
        task = self._tasks[number]
        # A finished bar is full, also if a part of its records was not processed.
        whole = total if total and not (is_over and done < total) else (done or 1)
        self._progress.update(
            task,
            total=None if total is None and not is_over else whole,
            completed=whole if is_over else done,
            counts=counts,
        )


def _shown(batches: tuple[Batch, ...], most: int) -> list[Batch]:
    """The batches at work, then those that wait, then those that have ended."""
    first = sorted(batches, key=_rank)[:most]
    return sorted(first, key=lambda each: each.number)


def _rank(batch: Batch) -> tuple[int, int]:
    if batch.status in ENDED and not batch.is_unverified:
        return 2, -batch.number
    return (1 if batch.status == "planned" else 0), batch.number

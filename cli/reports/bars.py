"""The progress of a run in a terminal: a bar for the run, and one for each batch at work."""

import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import NamedTuple, Self

from genesys_purge.model.wording import counted
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table

from cli.reports.lines import say, text
from cli.reports.observation import ENDED, Batch, Observation
from cli.reports.progress import polled, run_line, waiting

NARROWEST = 80
# From this width on, there is room for the polls of a job.
WIDE = 100
# So many lines of a terminal are left for the text above the bars.
OTHER_LINES = 4
MOST_BATCHES = 20


class Row(NamedTuple):
    """One bar; without a `share` it moves, because nothing is known."""

    name: str
    words: str
    share: float | None = None
    is_over: bool = False
    rate: str = ""
    left: str = ""


class Bars:
    """Implements `Progress` for a terminal of at least 80 columns."""

    def __init__(self, console: Console, now: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._now = now
        self._most = max(1, min(MOST_BATCHES, console.height - OTHER_LINES))
        self._rows: list[Row] = []
        self._others = 0
        self._said = ""
        self._first: tuple[float, float] | None = None
        self._spinner = Spinner("dots")
        self._live = Live(console=console, get_renderable=self.grid, refresh_per_second=8)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, run: Observation) -> None:
        """Draw the run."""
        if (line := f"run {run.run_id}: {run_line(run)}") != self._said:
            self._said = line
            say(self._live.console, line)
        shown = [] if run.is_dry else list(_shown(run.batches, self._most))
        self._rows = [self._run(run), *map(self._batch, shown)]
        self._others = 0 if run.is_dry else len(run.batches) - len(shown)
        self._live.refresh()

    def _run(self, run: Observation) -> Row:
        if run.targeted is None or run.is_dry:
            return Row("run", "planned" if run.is_finished else "planning", is_over=run.is_finished)
        words = f"{run.done:,.0f}/{run.targeted:,}"
        share = run.done / run.targeted if run.targeted else 1.0
        rate = self._rate(run.done) if run.done < run.targeted else None
        if not rate:
            return Row("run", words, share, run.is_finished)
        seconds = (run.targeted - run.done) / rate
        return Row("run", words, share, rate=f"{rate:,.3g}/s", left=_clock(seconds))

    def _rate(self, done: float) -> float | None:
        """Records a second since the first observation; None before anything was done."""
        now = self._now()
        if self._first is None:
            self._first = (now, done)
        began, before = self._first
        return (done - before) / (now - began) if now > began and done > before else None

    def _batch(self, batch: Batch) -> Row:
        name = f"batch {batch.number}"
        if batch.is_unverified:
            return Row(name, _verifying(batch), batch.share_verified)
        if batch.status in ENDED:
            verified = f", {batch.verified:,} verified" if batch.verified is not None else ""
            is_done = batch.status == "completed"
            return Row(name, batch.status + verified, 1.0 if is_done else 0.0, is_over=True)
        polls = polled(batch) if self._console.width >= WIDE else None
        return Row(name, ", ".join(filter(None, [batch.status, polls])), batch.share)

    def grid(self) -> Table:
        """The rows as they are now."""
        grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
        for number in range(6):
            grid.add_column(
                justify="right" if number > 2 else "left",  # noqa: PLR2004  the columns after the bar
                ratio=1 if number == 2 else None,  # noqa: PLR2004  the bar
                no_wrap=number != 2,  # noqa: PLR2004  the bar
            )
        for row in self._rows:
            bar = ProgressBar(
                total=None if row.share is None else 1.0,
                completed=row.share or 0.0,
                pulse=row.share is None and not row.is_over,
            )
            spinner = "" if row.is_over else self._spinner
            grid.add_row(spinner, text(row.name), bar, text(row.words), row.rate, row.left)
        if self._others:
            grid.add_row("", "", f"and {counted(self._others, 'more batch', 'more batches')}")
        return grid


def _verifying(batch: Batch) -> str:
    if batch.check is None:
        return waiting(batch) or "verifying"
    return f"verifying {batch.check.get('lookedAt', 0):,}/{batch.check.get('size', 0):,}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def _shown(batches: tuple[Batch, ...], most: int) -> Iterator[Batch]:
    """The batches at work, then those that wait, then those that have ended."""
    first = sorted(batches, key=_rank)[:most]
    yield from sorted(first, key=lambda each: each.number)


def _rank(batch: Batch) -> tuple[int, int]:
    if batch.status in ENDED and not batch.is_unverified:
        return 2, -batch.number
    return (1 if batch.status == "planned" else 0), batch.number


def can_draw_on(console: Console) -> bool:
    """Whether the console is a terminal that is wide enough, and obeys cursor movements."""
    is_terminal = console.file.isatty() and not console.is_dumb_terminal
    return is_terminal and console.width >= NARROWEST

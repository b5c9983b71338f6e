"""Shows the progress of a run: as a table in a terminal, otherwise as a line for each change."""

from collections import Counter
from types import TracebackType
from typing import Protocol, Self

from genesys_purge.model.wording import counted
from rich.console import Console
from rich.live import Live
from rich.table import Table

from local.reports.numbers import number_of
from local.reports.observation import Batch, Observation

ENDED = frozenset({"completed", "failed", "cancelled", "gave_up", "implausible"})
ROWS = 20


class Progress(Protocol):
    """Shows each observation of a run."""

    def show(self, run: Observation) -> None:
        """Shows one observation."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def progress_on(console: Console) -> Progress:
    """The progress for this console."""
    return LiveTable(console) if console.is_terminal else Lines(console)


class Lines:
    """Prints a line for each change of the run or of a batch."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[int | None, str] = {}

    def show(self, run: Observation) -> None:
        """Prints the changes since the last observation."""
        self._print(None, f"run {run.run_id}: {run_line(run)}")
        for batch in run.batches:
            self._print(batch.number, f"batch {batch.number}: {batch_line(batch)}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def _print(self, subject: int | None, line: str) -> None:
        if self._shown.get(subject) != line:
            self._shown[subject] = line
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)


class LiveTable:
    """Draws a table again for each observation."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, refresh_per_second=8)

    def show(self, run: Observation) -> None:
        """Draws the run."""
        self._live.update(batch_table(run))

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


def run_line(run: Observation) -> str:
    """The run in one line."""
    if run.status == "finished":
        return f"{run.status}, {run.outcome}"
    if run.targeted is None:
        return f"{run.status}"
    batches = counted(run.planned, "batch", "batches")
    return f"{run.status}, {number_of(run.targeted, run.unit)} targeted in {batches}"


def batch_line(batch: Batch) -> str:
    """A batch in one line, without unknown values."""
    word, count = batch.instead_of_deleted or ("", None)
    verified = f"verified in a sample of {batch.sample_of:,}" if batch.sample_of else "verified"
    counts = (
        (batch.targeted, batch.unit, "targeted"),
        (count, batch.deleted_unit, word),
        (batch.deleted, batch.deleted_unit, "deleted"),
        (batch.verified, batch.unit, verified),
    )
    known = [f"{number_of(n, unit)} {done}" for n, unit, done in counts if n is not None]
    job = f"job {batch.job_id}" if batch.job_id else None
    return ", ".join(filter(None, [batch.status, job, *known, polled(batch), waiting(batch)]))


def polled(batch: Batch) -> str | None:
    """The last poll of a job that has not ended, and how far the job is, if Genesys reports it."""
    if batch.polls is None or batch.status in ENDED:
        return None
    far = ((batch.purged_so_far, "{:,} purged so far"), (batch.percent, "{} %"))
    known = [text.format(value) for value, text in far if value is not None]
    return ", ".join([f"poll {batch.polls}", *known])


def waiting(batch: Batch) -> str | None:
    """The pending verification of a batch and its earliest time, if any."""
    if not batch.is_unverified:
        return None
    if batch.verified_from is None:
        return "verification pending"
    return f"verification pending until {batch.verified_from:%Y-%m-%d %H:%M} UTC"


def batch_table(run: Observation) -> Table:
    """A table of at most 20 batches, active batches first; the rest is only counted."""
    table = Table(title=f"{run.run_id}: {run_line(run)}", title_justify="left")
    for column in ("batch", "status", "job"):
        table.add_column(column)
    for column in ("attempts", "targeted", "deleted", "verified"):
        table.add_column(column, justify="right")
    ordered = sorted(run.batches, key=_rank)
    for batch in sorted(ordered[:ROWS], key=lambda each: each.number):
        table.add_row(*_cells(batch))
    if rest := Counter(batch.status for batch in ordered[ROWS:]):
        table.caption = "and " + ", ".join(f"{n} {status}" for status, n in sorted(rest.items()))
    return table


def _rank(batch: Batch) -> tuple[int, int]:
    waiting = 1 if batch.status == "planned" else 0
    return (2 if batch.status in ENDED else waiting, batch.number)


def _cells(batch: Batch) -> list[str]:
    cells = (
        batch.number,
        ", ".join(filter(None, (batch.status, polled(batch), waiting(batch)))),
        batch.job_id,
        batch.attempts,
        _cell(batch.targeted, batch.unit),
        _cell(batch.deleted, batch.deleted_unit),
        _cell(batch.verified, batch.unit),
    )
    return ["" if cell is None else str(cell) for cell in cells]


def _cell(count: int | None, unit: str | None) -> str | None:
    return None if count is None else number_of(count, unit)

"""Shows the progress of a run: as bars in a terminal, otherwise as a line for each change."""

from types import TracebackType
from typing import Protocol, Self

from genesys_purge.model.wording import counted
from rich.console import Console

from cli.reports.numbers import number_of
from cli.reports.observation import ENDED, Batch, Observation


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


class Nothing:
    """Shows nothing."""

    def show(self, run: Observation) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


class Lines(Nothing):
    """Prints a line for each change of the run or of a batch."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[int | None, str] = {}

    def show(self, run: Observation) -> None:
        """Prints the changes since the last observation."""
        self._print(None, f"run {run.run_id}: {run_line(run)}")
        for batch in run.batches:
            self._print(batch.number, f"batch {batch.number}: {batch_line(batch)}")

    def _print(self, subject: int | None, line: str) -> None:
        if self._shown.get(subject) != line:
            self._shown[subject] = line
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def run_line(run: Observation) -> str:
    """The run in one line."""
    if run.status == "finished":
        return f"{run.status}, {run.outcome}"
    if run.targeted is None:
        return f"{run.status}{planning(run)}"
    batches = counted(run.planned, "batch", "batches")
    if run.status == "awaiting_approval":
        status = f"waits for another person to decide about {run.answer.get('approvalId')}"
    else:
        status = str(run.status)
    return f"{status}, {number_of(run.targeted, run.unit)} targeted in {batches}"


def planning(run: Observation) -> str:
    """How far the plan is, for a run without one."""
    if run.planned_so_far is None:
        return ""
    targeted, batches = run.planned_so_far
    if not batches:
        return ", planning"
    return f", planning: {targeted:,} targeted in {counted(batches, 'batch', 'batches')} so far"


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

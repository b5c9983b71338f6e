"""Judges a run by the facts in the notebook, never by the application's own records.

| invariant | says |
|---|---|
| twice | no record or window is in two accepted jobs of which the first may have had an effect |
| held | no accepted call names a record whose hold was stored before the guard read the holds |
| listed | a job that runs on after a hold on its records is answered is in that answer |
| off | no deleting request after a read of the switch that found it off, or without such a read |
| stopped | no deleting request after a read of the stops that found one, or without such a read |
| unsealed | no deleting request after a read of the seals that found them too old, or without one |
| cancelled | no deleting request of a run after a read that found it cancelled |
| approved | no deleting request of a run whose approval the guard did not read as used and given |
| begun | no run that needs an approval begins before it is approved |
| consumed | an approval is used once, while it is approved and has not expired |
| stale | no deleting request more than two seconds after the guard's read of the holds began |
| reused | no two deleting requests under one read of the holds |
| ended | no deleting request more than two seconds after the end of its run |
| open | every run comes to its end, and no batch stays open |
| waiting | no recording job of ours waits at Genesys when everything is over |
| audit | no sequence of the audit has a gap, and each stored change has its record |
| claim | a rule or a deployment is at Genesys as its stored record says |
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from tests.interleavings.notebook import Accepted, AskedRun, Notebook, Sent

INVARIANTS = (
    "twice", "held", "listed", "off", "stopped", "unsealed", "cancelled", "approved", "begun",
    "consumed", "stale", "reused", "ended", "open", "waiting", "audit", "claim",
)  # fmt: skip
# How old a read of the guard may be when the request is handed over.
LONGEST_PERMIT = 2.0


class Violation(NamedTuple):
    """A broken invariant, and the facts that show it."""

    invariant: str
    facts: str


def judge(notebook: Notebook) -> Iterator[Violation]:
    """Every violation that the notebook shows."""
    for first, second in combinations(notebook.accepted, 2):
        if first.what & second.what and not _had_no_effect(first, second.at):
            what = ", ".join(sorted(first.what & second.what))
            times = f"at {first.at:.3f} s and at {second.at:.3f} s"
            yield Violation("twice", f"{what} in two jobs, accepted {times}")
    for accepted in notebook.accepted:
        yield from _held(accepted, notebook)
        yield from _unlisted(accepted, notebook)
    for sent in notebook.sent:
        yield from _unguarded(sent, notebook)
    for approval_id, asked in notebook.asked.items():
        yield from _begun_and_consumed(approval_id, asked)
    yield from (Violation(*each) for each in notebook.problems)


def overtaken(notebook: Notebook) -> int:
    """How many accepted calls name a record whose hold was stored between read and last byte."""
    return sum(
        bool(placed.what & each.what) and _seen(each) <= placed.at < each.sent.last_byte
        for each in notebook.accepted
        for placed in notebook.placed
        if each.sent is not None
    )


def _seen(accepted: Accepted) -> float:
    sent = accepted.sent
    return sent.holds.seen if sent is not None and sent.holds is not None else -1.0


def _had_no_effect(first: Accepted, moment: float) -> bool:
    """Whether the first job had failed without any effect by then."""
    return getattr(first.job, "fails", False) and first.job.ends <= moment


def _held(accepted: Accepted, notebook: Notebook) -> Iterator[Violation]:
    for placed in notebook.placed:
        if placed.what & accepted.what and placed.at < _seen(accepted):
            yield Violation(
                "held",
                f"{placed.hold.hold_id} was stored at {placed.at:.3f} s, the guard read the holds "
                f"at {_seen(accepted):.3f} s, and a job accepted at {accepted.at:.3f} s deletes "
                f"{', '.join(sorted(placed.what & accepted.what))}",
            )


def _unlisted(accepted: Accepted, notebook: Notebook) -> Iterator[Violation]:
    """A call whose job still runs, or begins, after the answer that does not name its batch."""
    for placed in notebook.placed:
        answer = notebook.answers.get(placed.hold.hold_id)
        held = placed.what & accepted.what
        if answer is None or not held or accepted.job.ends <= answer.at:
            continue
        missing = {notebook.owners[each] for each in held} - answer.in_flight
        if missing:
            yield Violation(
                "listed",
                f"{placed.hold.hold_id} was stored at {placed.at:.3f} s and answered at "
                f"{answer.at:.3f} s without {sorted(missing)}, whose job was accepted at "
                f"{accepted.at:.3f} s and ended at {accepted.job.ends:.3f} s",
            )


def _ends(sent: Sent, notebook: Notebook) -> Iterator[float]:
    """When the runs of the request's records ended; all runs, if it is not known whose they are."""
    owners = notebook.owners
    known = {owners[each][0] for each in sent.what & owners.keys()}
    runs = known if owners else set(notebook.run_ended)
    yield from (at for run, at in notebook.run_ended.items() if run in runs)


def _cancelled(sent: Sent, notebook: Notebook, request: str) -> Iterator[Violation]:
    seen, cancelled = sent.cancellations, notebook.cancelled
    if cancelled is not None and seen is not None and cancelled <= seen:
        yield Violation("cancelled", f"{request}: the run was cancelled at {cancelled:.3f} s")


def _unsealed(sent: Sent, notebook: Notebook, request: str) -> Iterator[Violation]:
    if sent.seals is None or notebook.was_unsealed(sent.seals):
        facts = f"{request}: the seals were too old, or the guard did not read their age"
        yield Violation("unsealed", facts)


def _unapproved(sent: Sent, notebook: Notebook, request: str) -> Iterator[Violation]:
    """The approval of each run of the request, as the guard read it."""
    runs = {notebook.owners[each][0] for each in sent.what & notebook.owners.keys()}
    for approval_id in sorted({f"run-{run}" for run in runs} & notebook.asked.keys()):
        asked, read = notebook.asked[approval_id], sent.approval
        if read is None or read.approval_id != approval_id:
            yield Violation("approved", f"{request}: the guard did not read {approval_id}")
        elif not asked.is_approved(read.seen) or not any(at <= read.seen for at in asked.used):
            yield Violation(
                "approved",
                f"{request}: the guard read {approval_id} at {read.seen:.3f} s, when it was not "
                f"in use; used at {asked.used}, withdrawn at {asked.withdrawn}, {asked.votes}",
            )
        elif sent.at - read.seen > LONGEST_PERMIT:
            yield Violation("stale", f"{request}: the guard read it at {read.seen:.3f} s")


def _begun_and_consumed(approval_id: str, asked: AskedRun) -> Iterator[Violation]:
    if asked.began is not None and not asked.is_approved(asked.began_after):
        yield Violation("begun", f"the run of {approval_id} began at {asked.began:.3f} s")
    if len(asked.used) > 1:
        yield Violation("consumed", f"{approval_id} was used at {asked.used}")
    if asked.used and not asked.is_approved(asked.used[0]):
        yield Violation("consumed", f"{approval_id} was used at {asked.used[0]:.3f} s, not given")


def _unguarded(sent: Sent, notebook: Notebook) -> Iterator[Violation]:
    request = f"{sent.label} of {sent.worker}, sent at {sent.at:.3f} s"
    if sent.switch is None or notebook.switch_was_off(sent.switch):
        yield Violation("off", f"{request}: the switch was off, or the guard did not read it")
    if sent.stops is None or notebook.was_stopped(sent.stops):
        yield Violation(
            "stopped", f"{request}: it was stopped, or the guard did not read the stops"
        )
    elif sent.at - sent.stops > LONGEST_PERMIT:
        yield Violation("stale", f"{request}: the guard read the stops at {sent.stops:.3f} s")
    yield from _unsealed(sent, notebook, request)
    yield from _cancelled(sent, notebook, request)
    yield from _unapproved(sent, notebook, request)
    if sent.holds is None:
        yield Violation("stale", f"{request}: the guard did not read the holds")
        return
    age = sent.at - sent.holds.began
    if age > LONGEST_PERMIT:
        yield Violation("stale", f"{request}: the guard began to read {age:.3f} s before")
    if sent.shares_its_read:
        yield Violation("reused", f"{request}: an earlier request used the same read of the guard")
    ends = [each for each in _ends(sent, notebook) if each + LONGEST_PERMIT < sent.at]
    if ends:
        yield Violation("ended", f"{request}: the run had ended at {ends[0]:.3f} s")

"""One deleting call, as the guard judges it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from genesys_purge.model.batch import Entry
from genesys_purge.model.cancellation import RunCancellation
from genesys_purge.model.dates import Window
from genesys_purge.model.retention import Policy, RetentionMatrix
from genesys_purge.model.stops import Stoppable

# The policy in force for a record's own classification and media types; None if no rule matches.
PolicyOf = Callable[[RetentionMatrix, str | None, frozenset[str]], Policy | None]


def _nothing() -> None:
    """No obstacle, and no cancellation."""


class Deletion(NamedTuple):
    """What one call would delete, as plain values.

    `entries` are the records that the plan lists and `candidates` the positions of those that this
    call names. A call may instead take everything in a `window`, or in an `interval` that was
    planned to hold the entries and nothing else. `planned` counts the records of the plan and
    `before` those that exist now. `obstacle` reads why the run must not delete at all, if it must
    not, and `cancellation` whether it is cancelled. `cleared` are held conversations outside the
    manifest that the interval does not contain. A call that `reaches_now` also takes what is newer
    than its window. `belongs_to` is what a stop may cover.
    """

    run_id: str
    batch: int
    attempt: int
    entries: Sequence[Entry]
    candidates: frozenset[int]
    planned: int
    before: int
    policy_of: PolicyOf
    belongs_to: Stoppable = Stoppable()
    window: Window | None = None
    interval: Window | None = None
    obstacle: Callable[[], str | None] = _nothing
    cancellation: Callable[[], RunCancellation | None] = _nothing
    cleared: frozenset[str] = frozenset()
    reaches_now: bool = False

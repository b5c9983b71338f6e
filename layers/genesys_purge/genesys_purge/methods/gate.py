"""What a method adds whose jobs wait, once created, for leave to be carried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from genesys_purge.methods.method import Part, Verdict
from genesys_purge.ports import Genesys, Permit


class Present(NamedTuple):
    """What a job may be about: its conversations and, where that has to be counted, their records.

    `unprepared` of the conversations are not as the job needs to find them, not yet. Of `unsure` of
    the records nobody can tell whether a job takes them. `kept` counts the records that there are,
    where only that tells afterwards what the job left.
    """

    conversations: int
    records: int | None = None
    unprepared: int = 0
    unsure: int = 0
    kept: int | None = None


class Found(NamedTuple):
    """What a job that waits says it is about: records of so many conversations.

    `named` are the ids that its own query names, where they can be read.
    """

    conversations: int
    records: int
    named: frozenset[str] = frozenset()

    def differs_from(self, part: Part) -> bool:
        """Whether it names other conversations than the part does."""
        return bool(self.named) and self.named != {each.casefold() for each in part.ids}

    def excess_over(self, present: Present) -> str | None:
        """What the job is about and should not be; None where it is about what was planned.

        Where records had to be counted it must be about just these: one that it leaves alone would
        make room for one that nobody planned.
        """
        if self.conversations > present.conversations:
            return f"{self.conversations} conversations, the plan has {present.conversations}"
        if present.records is None:
            return None
        if present.unsure:
            return f"{present.unsure} recordings of which nobody can tell whether it takes them"
        if (self.conversations, self.records) != (present.conversations, present.records):
            return (
                f"{self.records} recordings of {self.conversations} conversations, the plan's have "
                f"{present.records} of {present.conversations}"
            )
        return None


class Gate(Protocol):
    """Between a job's creation, which deletes nothing, and its execution, which does."""

    @property
    def unit(self) -> str:
        """What a plan counts."""

    @property
    def most_jobs(self) -> int:
        """How many such jobs an organisation may have at once."""

    def jobs_for_each(self, request: Any) -> int:
        """How many jobs a batch takes, one after the other."""

    def present(self, request: Any, part: Part, genesys: Genesys) -> Present:
        """What the part's job may be about, as it is right now."""

    def active_jobs(self, genesys: Genesys) -> int:
        """How many the organisation has, whoever created them; at least `most_jobs` if more."""

    def find(self, request: Any, part: Part, genesys: Genesys) -> str | None:
        """The id of the job that our submit of the part created, if there is one."""

    def protected(self, ids: Sequence[str], genesys: Genesys) -> frozenset[str]:
        """Those of the ids that Genesys protects from deletion, or does not know."""

    def may_touch(self, ids: Sequence[str], part: Part, genesys: Genesys) -> bool:
        """Whether the part's interval may hold one of these, which its manifest does not name."""

    def found(self, job_id: str, genesys: Genesys) -> Found | None:
        """What the job would delete; None where it does not wait any more."""

    def execute(self, job_id: str, permit: Permit, genesys: Genesys) -> None:
        """Have the job carried out."""

    def cancel(self, job_id: str, genesys: Genesys) -> None:
        """Have the job never carried out."""

    def verify_after(self, request: Any) -> float:
        """Seconds after the job's end before which nothing is to be verified."""

    def verify(self, part: Part, job_id: str, request: Any, genesys: Genesys) -> Verdict:
        """What the job's counters and the records themselves prove."""

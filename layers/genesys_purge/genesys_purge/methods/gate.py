"""What a method adds whose jobs wait, once created, for leave to be carried out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

from genesys_purge.methods.method import Part, Verdict
from genesys_purge.ports import Genesys, Permit


class Found(NamedTuple):
    """What a job that waits says it would delete: records of so many conversations."""

    conversations: int
    records: int


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

    def unprepared(self, request: Any, part: Part, genesys: Genesys) -> int:
        """How many of the part's records are not as the job needs to find them, not yet."""

    def active_jobs(self, genesys: Genesys) -> int:
        """How many the organisation has, whoever created them; at least `most_jobs` if more."""

    def find(self, request: Any, part: Part, genesys: Genesys) -> str | None:
        """The id of the job that our submit of the part created, if there is one."""

    def protected(self, ids: Sequence[str], genesys: Genesys) -> frozenset[str]:
        """Those of the ids that Genesys protects from deletion, or does not know."""

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

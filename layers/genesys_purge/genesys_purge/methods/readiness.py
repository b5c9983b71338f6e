"""What a two-step job covers when it is ready, and what it may cover."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from genesys_purge.methods.contract import Part


class Waiting(NamedTuple):
    """What a two-step job covers while it waits for confirmation.

    `named` are the conversations in the job's query, if they can be read.
    """

    conversations: int
    records: int
    named: frozenset[str] = frozenset()

    def differs_from(self, part: Part) -> bool:
        """Whether the job's conversations differ from the part's."""
        return bool(self.named) and self.named != {each.casefold() for each in part.ids}

    def excess_over(self, present: Present) -> str | None:
        """What the job covers beyond the plan; None if it covers only planned records.

        Counted records must be equal: a job without a planned record could cover an unplanned one.
        """
        if self.conversations > present.conversations:
            return f"{self.conversations} conversations, but the plan has {present.conversations}"
        if present.records is None:
            return None
        if present.unsure:
            return f"{present.unsure} records that it may or may not delete"
        if (self.conversations, self.records) != (present.conversations, present.records):
            return (
                f"{self.records} records of {self.conversations} conversations, but the plan has "
                f"{present.records} of {present.conversations}"
            )
        return None


class Present(NamedTuple):
    """What a two-step job may cover: conversations and, if they must be counted, records.

    `unprepared` conversations are not ready for the job yet. The job may or may not delete
    `unsure` records. `kept` counts the existing records if the verification needs this number.
    """

    conversations: int
    records: int | None = None
    unprepared: int = 0
    unsure: int = 0
    kept: int | None = None


class SearchPage(NamedTuple):
    """A page of the conversations that a job's query finds.

    `others` counts those that have records, but are not in the plan, and `known` those that are.
    `state` is where the search goes on, as JSON values, and not before `wait` seconds.
    """

    others: int
    known: int
    state: Mapping[str, Any]
    wait: float = 0

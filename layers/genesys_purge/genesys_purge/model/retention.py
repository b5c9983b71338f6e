"""The retention matrix: the least number of days each kind of record is kept, and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from genesys_purge.model.wire import Wire

Dimension = Literal["method", "classification", "interactionType", "jurisdiction", "recordType"]
Kind = Mapping[str, frozenset[str]]
# A data subject's right knows no age: of this method only the rules decide that name it.
OF_SUBJECTS = "gdpr_request"
LEAST_DAYS = 30


def values(*given: str | None) -> frozenset[str]:
    """The values of one dimension of a kind, without those that are not known."""
    return frozenset(value for value in given if value is not None)


def _plain(value: str) -> str:
    return value.strip().casefold()


class RetentionRule(Wire):
    """Records that carry every value of `match` are kept `minimumDays`; no `match` means all.

    A dimension that a kind does not have, since its method cannot tell, is taken to match.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    match: Mapping[Dimension, str] = {}
    minimum_days: Annotated[int, Field(ge=0, le=36_500)]
    basis: Annotated[str, Field(min_length=1, max_length=400)]

    @property
    def is_of_subjects(self) -> bool:
        """Whether it names the method that answers to a data subject."""
        return _plain(self.match.get("method", "")) == OF_SUBJECTS

    @model_validator(mode="after")
    def _least(self) -> Self:
        if self.minimum_days < LEAST_DAYS and not self.is_of_subjects:
            raise ValueError(f"minimumDays must be {LEAST_DAYS} or more but for {OF_SUBJECTS}")
        return self

    def covers(self, kind: Kind) -> bool:
        """Whether a kind has every value of the match, whatever its case and its blanks."""
        if OF_SUBJECTS in kind.get("method", ()) and not self.is_of_subjects:
            return False
        return all(
            _plain(value) in {_plain(given) for given in kind.get(name, {value})}
            for name, value in self.match.items()
        )


class Policy(Wire):
    """The retention in force for a kind of record, and its basis."""

    minimum_days: int
    basis: str

    def at_least(self, days: int) -> Policy:
        """This policy, or the request's own `days` where those are more."""
        if days <= self.minimum_days:
            return self
        return Policy(minimum_days=days, basis="The request's own retention")

    def is_met(self, end: datetime, now: datetime) -> bool:
        """Whether a record that ended at `end` is old enough at `now`, to the second."""
        return end <= now - timedelta(days=self.minimum_days)


class RetentionMatrix(Wire):
    """Rules of which the longest that matches wins."""

    rules: Annotated[tuple[RetentionRule, ...], Field(min_length=1, max_length=200)]

    def policy(self, kind: Kind) -> Policy | None:
        """The retention in force, or None: a record that no rule matches is kept."""
        matching = [rule for rule in self.rules if rule.covers(kind)]
        if not matching:
            return None
        longest = max(matching, key=lambda rule: rule.minimum_days)
        return Policy(minimum_days=longest.minimum_days, basis=longest.basis)


def default_matrix() -> RetentionMatrix:
    """The matrix shipped with the application."""
    file = Path(__file__).with_name("retention_matrix.json")
    return RetentionMatrix.model_validate_json(file.read_bytes())

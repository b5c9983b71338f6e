"""The retention matrix: the minimum retention of each kind of record, and its legal basis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from genesys_purge.model.wire import Wire

Dimension = Literal["method", "classification", "interactionType", "jurisdiction", "recordType"]
Kind = Mapping[str, frozenset[str]]
# A data subject's right has no minimum age, so only rules for this method apply to it.
SUBJECT_METHOD = "gdpr_request"
MINIMUM_DAYS = 30


def values(*given: str | None) -> frozenset[str]:
    """The known values of one dimension of a kind."""
    return frozenset(value for value in given if value is not None)


def _plain(value: str) -> str:
    return value.strip().casefold()


class RetentionRule(Wire):
    """Keeps records that have every value of `match` for `minimumDays`; empty matches all.

    A dimension that the method does not know counts as a match.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    match: Mapping[Dimension, str] = {}
    minimum_days: Annotated[int, Field(ge=0, le=36_500)]
    basis: Annotated[str, Field(min_length=1, max_length=400)]

    @property
    def is_for_subjects(self) -> bool:
        """Whether the rule is for the method that executes a data subject's request."""
        return _plain(self.match.get("method", "")) == SUBJECT_METHOD

    @model_validator(mode="after")
    def _not_too_short(self) -> Self:
        if self.minimum_days < MINIMUM_DAYS and not self.is_for_subjects:
            raise ValueError(
                f"minimumDays must be at least {MINIMUM_DAYS}, except for method {SUBJECT_METHOD}"
            )
        return self

    def covers(self, kind: Kind) -> bool:
        """Whether a kind has every value of `match`, ignoring case and surrounding blanks."""
        if SUBJECT_METHOD in kind.get("method", ()) and not self.is_for_subjects:
            return False
        return all(
            _plain(value) in {_plain(given) for given in kind.get(name, {value})}
            for name, value in self.match.items()
        )


class Policy(Wire):
    """The minimum retention of a kind of record, and its legal basis."""

    minimum_days: int
    basis: str

    def at_least(self, days: int) -> Policy:
        """This policy, or one of `days` days if the request demands more."""
        if days <= self.minimum_days:
            return self
        return Policy(minimum_days=days, basis="Retention set in the request")

    def is_met(self, end: datetime, now: datetime) -> bool:
        """Whether a record that ended at `end` is old enough at `now`, to the second."""
        return end <= now - timedelta(days=self.minimum_days)


class RetentionMatrix(Wire):
    """Retention rules; the longest matching rule applies."""

    rules: Annotated[tuple[RetentionRule, ...], Field(min_length=1, max_length=200)]

    def policy(self, kind: Kind) -> Policy | None:
        """The retention of the kind; None if no rule matches, then its records are kept."""
        matching = [rule for rule in self.rules if rule.covers(kind)]
        if not matching:
            return None
        longest = max(matching, key=lambda rule: rule.minimum_days)
        return Policy(minimum_days=longest.minimum_days, basis=longest.basis)


@cache
def default_matrix() -> RetentionMatrix:
    """The shipped matrix, which applies until an operator stores another."""
    file = Path(__file__).with_name("retention_matrix.json")
    return RetentionMatrix.model_validate_json(file.read_bytes())

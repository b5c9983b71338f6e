"""The retention matrix: the minimum retention of each kind of record, and its legal basis."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from genesys_purge.model.classification import Classification
from genesys_purge.model.wire import Wire

Dimension = Literal["method", "classification", "interactionType", "jurisdiction", "recordType"]
Kind = Mapping[str, frozenset[str]]
# A data subject's right has no minimum age, so only rules for this method apply to it.
SUBJECT_METHOD = "gdpr_request"
CLASSIFICATION: Dimension = "classification"
MINIMUM_DAYS = 30
SHIPPED = Path(__file__).with_name("retention_matrix.json")


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

    @property
    def classification(self) -> str | None:
        """The classification of its records; None if it is for all of them."""
        named = self.match.get(CLASSIFICATION)
        return None if named is None else _plain(named)

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

    def covers_all_of(self, other: RetentionRule) -> bool:
        """Whether this rule covers every record that the other one covers."""
        if self.is_for_subjects is not other.is_for_subjects:
            return False
        theirs = {name: _plain(value) for name, value in other.match.items()}
        return all(theirs.get(name) == _plain(value) for name, value in self.match.items())

    def keeps_at_least(self, other: RetentionRule) -> bool:
        """Whether this rule keeps every record of the other one at least as long."""
        return self.covers_all_of(other) and self.minimum_days >= other.minimum_days


class Policy(Wire):
    """The minimum retention of a kind of record, and its legal basis.

    `rule` is the rule of the matrix; None if the request demands more. `assumed` is the
    classification that was assumed, because neither the request nor the record names one.
    """

    minimum_days: int
    basis: str
    rule: str | None = None
    assumed: str | None = None

    @classmethod
    def of(cls, rule: RetentionRule, assumed: str | None = None) -> Policy:
        """The retention that a rule of the matrix sets."""
        days, basis = rule.minimum_days, rule.basis
        return cls(minimum_days=days, basis=basis, rule=rule.name, assumed=assumed)

    @property
    def grounds(self) -> str:
        """The rule, its basis and the assumed classification, for an error."""
        named = f"rule '{self.rule}': {self.basis}" if self.rule else self.basis
        return f"{named}; classification {self.assumed} is assumed" if self.assumed else named

    @property
    def advice(self) -> str:
        """What to do if the assumption is wrong, to append to an error; empty without one."""
        if not self.assumed:
            return ""
        return (
            "; name another classification in the request, or in the setting default-classification"
        )

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
    _default: str | None = PrivateAttr(default=None)

    def assuming(self, classification: str) -> Self:
        """The same rules with the default classification of an organisation; empty for none."""
        assuming = self.model_copy()
        assuming._default = classification or None  # noqa: SLF001  a copy of its own
        return assuming

    def policy(self, kind: Kind) -> Policy | None:
        """The retention of the kind; None if no rule matches, then its records are kept.

        A kind with an empty set of classifications has the default one, or else it may be any. It
        may also be any if one of its classifications is unknown, such as a misspelt one.
        """
        given = kind.get(CLASSIFICATION)
        if given is None or (given and self._knows(given)):
            longest = self._longest(kind)
            return Policy.of(longest) if longest else None
        if given or self._default is None:
            return self._unclassified(kind)
        longest = self._longest({**kind, CLASSIFICATION: values(self._default)})
        return Policy.of(longest, self._default) if longest else None

    def _knows(self, given: frozenset[str]) -> bool:
        return self.classifications.issuperset(map(_plain, given))

    @property
    def classifications(self) -> frozenset[str]:
        """The known classifications: the five, and those that a rule names."""
        named = {rule.classification for rule in self.rules if rule.classification is not None}
        return frozenset({*Classification, *named})

    def _unclassified(self, kind: Kind) -> Policy | None:
        """The longest retention of any classification; None if no rule matches one of them."""
        known = {name: given for name, given in kind.items() if name != CLASSIFICATION}
        possible = [rule for rule in self.rules if rule.covers(known)]
        covered = {rule.classification for rule in possible}
        if None not in covered and not covered.issuperset(Classification):
            return None
        longest = max(possible, key=_days)
        return Policy.of(longest, longest.match.get(CLASSIFICATION))

    def _longest(self, kind: Kind) -> RetentionRule | None:
        return max((rule for rule in self.rules if rule.covers(kind)), key=_days, default=None)


def _days(rule: RetentionRule) -> int:
    return rule.minimum_days


@cache
def default_matrix() -> RetentionMatrix:
    """The shipped matrix, which applies until an operator stores another."""
    return RetentionMatrix.model_validate_json(SHIPPED.read_bytes())

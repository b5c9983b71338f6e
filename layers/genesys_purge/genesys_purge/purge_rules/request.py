"""The purge rule (D1) as a caller writes it, and the records that it deletes."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from math import isfinite
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, PlainValidator, StringConstraints

from genesys_purge.model.request import OrganisationName
from genesys_purge.model.retention import Dimension, Kind, values
from genesys_purge.model.wire import Wire

METHOD = "purge_rule"
LONGEST_VALUE = 200
# The largest number that a JSON reader of any language holds exactly.
LARGEST_NUMBER = 2**53

CLASSIFICATION = "classification"
# The field of a filter for each dimension of the retention matrix.
FIELDS: dict[Dimension, str] = {
    "interactionType": "type",
    "classification": CLASSIFICATION,
    "jurisdiction": "jurisdiction",
}


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


def _scalar(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE:
        return _printable(value)
    if isinstance(value, int | float) and isfinite(value) and abs(value) <= LARGEST_NUMBER:
        return value
    raise ValueError(
        f"must be text of 1 to {LONGEST_VALUE} characters, a number up to 2^53, true or false"
    )


@cache
def _zones() -> frozenset[str]:
    # Some machines list `localtime`, which is another zone on each of them.
    return frozenset(zone for zone in available_timezones() if zone[0].isupper())


def _zone(name: str) -> str:
    # A list, because `ZoneInfo` would open the name as a path.
    if name not in _zones():
        raise ValueError("must be a time zone of the IANA database, such as Europe/Berlin")
    return name


Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_printable),
]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$")]


class Operator(StrEnum):
    """The comparison of a filter."""

    EQ = "eq"
    NEQ = "neq"
    GT = "gt"
    LT = "lt"


class Recurrence(StrEnum):
    """How often a rule runs."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Filter(Wire):
    """A condition on one field of a conversation."""

    field: Name
    operator: Operator
    value: Annotated[str | int | float | bool, PlainValidator(_scalar)]

    def is_about(self, field: str) -> bool:
        """Whether it compares this field in any case; a classification may be an attribute."""
        name = self.field.casefold()
        return name == field or (field == CLASSIFICATION and name.endswith(f".{field}"))

    def is_of(self, field: str) -> bool:
        """Whether it compares this field or custom attribute, and no field of something else."""
        return self.field.casefold() in (field, f"attributes.{field}")


class Scope(Wire):
    """The conversations that a rule purges: those that every filter accepts."""

    filters: Annotated[tuple[Filter, ...], Field(max_length=50)]

    @property
    def kind(self) -> Kind:
        """The records of the scope, as the retention matrix describes them.

        A dimension has values only if `eq` filters alone name them; otherwise any value matches.
        Without a filter on the classification, it is empty, as in a request that names none.
        """
        kind = {"method": values(METHOD), "classification": values()}
        for dimension, field in FIELDS.items():
            named = [each for each in self.filters if each.is_about(field)]
            exact = _exact_values(each for each in named if each.is_of(field))
            if len(exact) == len(named) > 0:
                kind[dimension] = frozenset(exact)
            elif named:
                kind.pop(dimension, None)
        return kind


def _exact_values(filters: Iterable[Filter]) -> list[str]:
    return [
        each.value
        for each in filters
        if each.operator is Operator.EQ and isinstance(each.value, str)
    ]


class Schedule(Wire):
    """When a rule runs."""

    recurrence: Recurrence
    time_of_day: TimeOfDay
    timezone: Annotated[str, AfterValidator(_zone)]


class RetentionPeriod(Wire):
    """How long a rule keeps a conversation after its end."""

    days: Annotated[int, Field(ge=30, le=36_500)]


class RuleRequest(Wire):
    """The rule to create, in `organisation` or else in the default organisation.

    A `dryRun` is checked completely, but nothing is stored and nothing is created.
    """

    name: Name
    organisation: OrganisationName | None = None
    dry_run: bool = False
    description: Annotated[str, StringConstraints(max_length=500)] | None = None
    type: Literal["conversation"]
    enabled: bool
    scope: Scope
    schedule: Schedule
    retention_period: RetentionPeriod
    max_batch_size: Annotated[int, Field(ge=100, le=10_000)]
    snapshot_before_delete: bool
    compliance_lock_check: bool

    def content(self) -> dict[str, Any]:
        """The rule itself, as it is stored: without the organisation and `dryRun`."""
        return self.model_dump(
            mode="json", by_alias=True, exclude_none=True, exclude={"organisation", "dry_run"}
        )

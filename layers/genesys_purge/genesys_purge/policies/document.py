"""The policy document, as its owner writes it, and a stored version of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from pydantic import BeforeValidator, Field, StringConstraints

from genesys_purge.model.dates import Instant
from genesys_purge.model.matter import Text
from genesys_purge.model.purge_policy import PolicyRef
from genesys_purge.model.wire import Wire
from genesys_purge.policies.schedule import Schedule, parsed

NOT_A_DATE = "must be a date that exists, for example 2026-12-24"
IS_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
MOST_RECORDS, MOST_RUNS, MOST_DAYS = 100_000_000, 800, 36_500


def _a_date(value: object) -> date:
    """Refuses numbers, which pydantic would read as seconds since 1970."""
    try:
        if isinstance(value, str) and IS_DATE(value):
            return date.fromisoformat(value)
    except ValueError:
        raise ValueError(NOT_A_DATE) from None
    if isinstance(value, date):
        return value
    raise ValueError(NOT_A_DATE)


Day = Annotated[date, Field(strict=False), BeforeValidator(_a_date)]
PolicyName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
HolidayCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
Expression = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class Blackout(Wire):
    """Days without runs: public holidays by ISO 3166 code, such as `DE` or `DE-BY`, and dates."""

    holidays: Annotated[tuple[HolidayCode, ...], Field(max_length=20)] = ()
    dates: Annotated[tuple[Day, ...], Field(max_length=366)] = ()


class Bounds(Wire):
    """What the policy may delete without the approval of a person; months are in its time zone."""

    max_records_per_run: Annotated[int, Field(ge=1, le=MOST_RECORDS)]
    max_records_per_month: Annotated[int, Field(ge=1, le=MOST_RECORDS)]
    max_runs_per_month: Annotated[int, Field(ge=1, le=MOST_RUNS)]
    minimum_age_days: Annotated[int, Field(ge=1, le=MOST_DAYS)]

    def allow_all_of(self, others: Bounds) -> bool:
        """Whether none of these bounds is stricter than the others."""
        return (
            self.max_records_per_run >= others.max_records_per_run
            and self.max_records_per_month >= others.max_records_per_month
            and self.max_runs_per_month >= others.max_runs_per_month
            and self.minimum_age_days <= others.minimum_age_days
        )


class PolicyDocument(Wire):
    """A recurring purge: what it deletes, when, within which bounds, and until when it may.

    `start` is the first run of a `rate`; a `cron` has none.
    """

    name: PolicyName
    request: Mapping[str, Any]
    schedule: Expression
    start: Instant | None = None
    time_zone: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    blackout: Blackout = Blackout()
    owner: Text
    enabled: bool
    bounds: Bounds
    valid_until: Instant

    @property
    def zone(self) -> ZoneInfo:
        """The time zone; ZoneInfoNotFoundError if it does not exist."""
        return ZoneInfo(self.time_zone)

    @property
    def times(self) -> Schedule:
        """When it runs."""
        return parsed(self.schedule, self.zone, self.start)

    @property
    def hash(self) -> str:
        """The SHA-256 of its content, in hex."""
        content = orjson.dumps(self.to_json(), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(content).hexdigest()

    def allows_runs_of(self, before: PolicyDocument) -> bool:
        """Whether the runs that `before` allowed may go on: the same request, no stricter bound."""
        is_in_force = before.enabled and self.enabled
        return (
            is_in_force
            and self.request == before.request
            and self.bounds.allow_all_of(before.bounds)
        )


class BlackoutDay(Wire):
    """A day without runs, and the public holiday on it, if it is one."""

    date: Day
    holiday: str | None = None


class PolicyVersion(Wire):
    """A stored version; `blackoutDays` are computed when it is applied, and do not change.

    `approvesSince` is the oldest version whose runs may go on while this one is in force. Since
    then, no version has disabled the policy, changed its request or made a bound stricter.
    """

    name: str
    version: int
    approves_since: int
    hash: str
    document: PolicyDocument
    blackout_days: tuple[BlackoutDay, ...] = ()
    applied_at: Instant
    applied_by: str
    person_id: str

    @property
    def ref(self) -> PolicyRef:
        return PolicyRef(name=self.name, version=self.version)

    def blackout_on(self, moment: datetime) -> BlackoutDay | None:
        """The blackout day on which a moment is, in the time zone of the policy."""
        day = moment.astimezone(self.document.zone).date()
        return next((each for each in self.blackout_days if each.date == day), None)


def approved_since(number: int, document: PolicyDocument, before: PolicyVersion | None) -> int:
    """The oldest version whose runs may go on once the document is the version `number`."""
    if before and document.allows_runs_of(before.document):
        return before.approves_since
    return number


class UnreadablePolicy(NamedTuple):
    """The newest version of a policy that cannot be read, or was changed by hand, and why."""

    name: str
    version: int
    problem: str

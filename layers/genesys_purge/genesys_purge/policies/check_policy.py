"""Checks a policy document completely, and reports all errors at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.request import (
    PurgeRequest,
    as_object,
    is_relative,
    read_fields,
    require_none,
)
from genesys_purge.policies import schedule
from genesys_purge.policies.document import BlackoutDay, PolicyDocument
from genesys_purge.policies.notes import notes_on
from genesys_purge.ports import Clock
from genesys_purge.purging.requests import Conflicts, Requests

LONGEST_VALIDITY = timedelta(days=366)
# A leap day on a given day of the week comes back within 40 years at most.
LONGEST_SEARCH = timedelta(days=366 * 40)

# Takes the actor of a policy's runs; the check of what only listed callers may do.
ConflictsOf = Callable[[str], Conflicts]
# Takes an ISO 3166 code and years; ValueError for a code without known holidays.
PublicHolidays = Callable[[str, Iterable[int]], Mapping[date, str]]
# A document whose wrong fields are None.
Draft = Any


class CheckedPolicy(NamedTuple):
    """A valid document with its normalised request, its blackout days, and remarks on it."""

    document: PolicyDocument
    blackout_days: tuple[BlackoutDay, ...]
    notes: tuple[str, ...]


def actor_of(name: str) -> str:
    """The caller of a policy's runs, as runs and the audit name it."""
    return f"policy:{name}"


def anyone(_: str) -> Conflicts:
    """No caller is refused, because it is not known here which are listed."""
    return lambda _: ()


class CheckPolicy:
    """The check of `PUT /policies/{name}` and of `genesys-purge policies check`."""

    def __init__(
        self,
        requests: Requests,
        conflicts_of: ConflictsOf,
        public_holidays: PublicHolidays,
        now: Clock,
    ) -> None:
        self._public_holidays = public_holidays
        self._requests = requests
        self._conflicts_of = conflicts_of
        self._now = now

    def __call__(self, payload: object, name: str | None = None) -> CheckedPolicy:
        """The policy in `payload`; InvalidRequest lists every error. `name` is the expected one."""
        draft: Draft
        draft, errors = read_fields(PolicyDocument, as_object(payload))
        now = self._now()
        if name is not None and draft.name not in (None, name):
            errors.append(FieldError("name", f"must be {name}, the name in the path"))
        request, wrong = self._request(draft, now)
        zone, times, others = _times_of(draft)
        errors += [*wrong, *others, *_wrong_dates(draft, now), *_wrong_bounds(draft, request)]
        days, unknown = _blackout_days(draft, now, zone, self._public_holidays)
        errors += unknown
        if times and zone and not errors:
            errors += _wrong_runs(draft, times, zone, days, now)
        require_none(errors)
        document = draft.model_copy(update={"request": request.content() if request else {}})
        # Built again, so that it is a document and no draft.
        document = PolicyDocument.parse(document.to_json())
        return CheckedPolicy(document, days, notes_on(document, days, now))

    def _request(
        self, draft: Draft, now: datetime
    ) -> tuple[PurgeRequest | None, Sequence[FieldError]]:
        """The purge request, and its errors under their path in the policy."""
        if draft.request is None:
            return None, ()
        try:
            conflicts = self._conflicts_of(actor_of(draft.name or ""))
            request = self._requests.check(draft.request, now, conflicts)
        except InvalidRequest as refused:
            return None, [_within("request", each) for each in refused.fields]
        return request, list(_unfit(request))


def _within(field: str, error: FieldError) -> FieldError:
    path = error.path if error.path.startswith(field) else f"{field}.{error.path}"
    return error._replace(path=path)


def _unfit(request: PurgeRequest) -> Iterator[FieldError]:
    """The errors of a request that a policy cannot repeat."""
    if not is_relative(request):
        yield FieldError(
            "request.dateRange",
            "must be relative, with olderThanDays and lookbackDays: each run purges another window",
        )
    if request.request_id is not None:
        yield FieldError("request.requestId", "must be absent: each run has an id of its own")


def _times_of(
    draft: Draft,
) -> tuple[ZoneInfo | None, schedule.Schedule | None, Sequence[FieldError]]:
    """The time zone and schedule of a document, and their errors."""
    errors = []
    zone = None
    try:
        zone = draft.zone if draft.time_zone else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        errors.append(
            FieldError("timeZone", "must be a time zone of the IANA database, e.g. Europe/Berlin")
        )
    if not draft.schedule:
        return zone, None, errors
    if schedule.is_rate(draft.schedule) is (draft.start is None):
        words = "is required for a rate" if draft.start is None else "must be absent for a cron"
        errors.append(FieldError("start", words))
        return zone, None, errors
    try:
        times = schedule.parsed(draft.schedule, zone or ZoneInfo("UTC"), draft.start)
    except ValueError as wrong:
        return zone, None, [*errors, FieldError("schedule", str(wrong))]
    return zone, times, errors


def _wrong_dates(draft: Draft, now: datetime) -> Iterator[FieldError]:
    if draft.valid_until and not now < draft.valid_until <= now + LONGEST_VALIDITY:
        yield FieldError("validUntil", "must be in the future, and at most 12 months away")


def _wrong_bounds(draft: Draft, request: PurgeRequest | None) -> Iterator[FieldError]:
    bounds = draft.bounds
    if bounds is None:
        return
    if bounds.max_records_per_run > bounds.max_records_per_month:
        yield FieldError("bounds.maxRecordsPerRun", "must be at most maxRecordsPerMonth")
    date_range: Any = getattr(request, "date_range", None)
    if date_range is None or not date_range.is_relative:
        return
    if date_range.older_than_days < bounds.minimum_age_days:
        yield FieldError(
            "bounds.minimumAgeDays",
            f"must be at most {date_range.older_than_days}, the olderThanDays of the request",
        )


def _blackout_days(
    draft: Draft, now: datetime, zone: ZoneInfo | None, public_holidays: PublicHolidays
) -> tuple[tuple[BlackoutDay, ...], Sequence[FieldError]]:
    """The blackout days until the end of the policy, and the codes without holidays."""
    if draft.blackout is None or draft.valid_until is None:
        return (), ()
    first = now.astimezone(zone).date()
    last = min(draft.valid_until, now + LONGEST_VALIDITY).astimezone(zone).date()
    found: dict[Any, str | None] = dict.fromkeys(draft.blackout.dates)
    errors = []
    for index, code in enumerate(draft.blackout.holidays):
        try:
            found |= public_holidays(code, range(first.year, last.year + 1))
        except ValueError as unknown:
            errors.append(FieldError(f"blackout.holidays.{index}", str(unknown)))
    days = sorted(day for day in found if first <= day <= last)
    return tuple(BlackoutDay(date=day, holiday=found[day]) for day in days), errors


def _wrong_runs(
    draft: Draft,
    times: schedule.Schedule,
    zone: ZoneInfo,
    days: Iterable[BlackoutDay],
    now: datetime,
) -> Iterator[FieldError]:
    """The error of a schedule without a run, with the reason."""
    closed = {each.date for each in days}
    runs = list(times.runs(now, draft.valid_until))
    if any(at.astimezone(zone).date() not in closed for at in runs):
        return
    if runs:
        words = "has runs on blackout days only, until validUntil"
    elif next(times.runs(now, now + LONGEST_SEARCH), None):
        words = "has no run until validUntil"
    else:
        words = "has no run: no such day or time exists"
    yield FieldError("schedule", words)

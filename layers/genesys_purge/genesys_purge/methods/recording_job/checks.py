"""Checks of a recording job's request against itself, its age and the platform."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from genesys_purge.errors import FieldError
from genesys_purge.methods.contract import Rules
from genesys_purge.methods.recording_job.request import Action, RecordingJobRequest
from genesys_purge.model.dates import Window, zulu

# Five years contain one or two leap days, and Genesys does not document how it counts. Records
# between the two are neither selected by id nor by interval.
FIVE_YEARS, SURELY_FIVE_YEARS = timedelta(days=1_826), timedelta(days=1_827)


def is_aged(window: Window, now: datetime) -> bool:
    """Whether everything in the window is over five years old, so Genesys takes only intervals."""
    return window.end <= now - SURELY_FIVE_YEARS


def check_selection(request: RecordingJobRequest) -> Iterator[FieldError]:
    """A request selects conversations, each one once; filters need a date range."""
    ids, date_range = request.conversation_ids, request.date_range
    if ids is None and date_range is None:
        yield FieldError("conversationIds", "give these, dateRange, or both", needs=("dateRange",))
    if ids and len(set(ids)) < len(ids):
        yield FieldError("conversationIds", "repeats a conversation; list each one once")
    if date_range is None and (request.conversation_filters or request.segment_filters):
        yield FieldError("dateRange", "is required to filter conversations")


def check_action(request: RecordingJobRequest) -> Iterator[FieldError]:
    """An export has a destination; exports and archives include every kind of recording."""
    action, destination = request.action, request.export_integration_id
    if action is Action.EXPORT and destination is None:
        yield FieldError("exportIntegrationId", "is required for action export")
    if action is Action.ARCHIVE and destination is not None:
        yield FieldError(
            "exportIntegrationId",
            "has no effect with action archive; remove it, or use action export or delete",
        )
    if False not in request.flags.values():
        return
    if action in (Action.ARCHIVE, Action.EXPORT):
        yield FieldError("action", _needs_all(action.done))
    elif destination is not None:
        yield FieldError("exportIntegrationId", _needs_all("exported"))


def check_age(request: RecordingJobRequest, rules: Rules) -> Iterator[FieldError]:
    """A date range is on one side of five years ago; an older one has no other selection."""
    if request.date_range is None:
        return
    try:
        window = request.date_range.resolve(rules.reference)
    except OverflowError:
        return
    younger, older = rules.now - FIVE_YEARS, rules.now - SURELY_FIVE_YEARS
    if window.start > younger:
        return
    if not is_aged(window, rules.now):
        yield FieldError(
            "dateRange",
            "begins more than five years ago, where Genesys takes only bare intervals, and ends "
            f"later; send one request that ends by {zulu(older)} and one that begins after "
            f"{zulu(younger)}",
        )
    else:
        yield from _check_bare(request)


def _check_bare(request: RecordingJobRequest) -> Iterator[FieldError]:
    for path, given in request.narrowing.items():
        if given is not None:
            yield FieldError(
                path,
                "remove this: Genesys cannot select among recordings over five years old",
            )
    for path, included in request.flags.items():
        if included is False:
            yield FieldError(
                path,
                "must be true for recordings over five years old: Genesys cannot exclude kinds "
                "there",
            )


def _needs_all(done: str) -> str:
    return (
        "needs every include field to be true: verification cannot distinguish excluded recordings "
        f"from those that were not {done}"
    )

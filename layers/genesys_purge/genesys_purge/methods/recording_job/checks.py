"""What in a recording job's request contradicts itself, the retention matrix or the platform."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from genesys_purge.errors import FieldError
from genesys_purge.methods.contract import Rules
from genesys_purge.methods.recording_job.request import Action, RecordingJobRequest
from genesys_purge.model.dates import Window, zulu

# Five years have one or two leap days. What lies between the two is neither taken by ids nor by
# an interval, whichever way Genesys counts.
FIVE_YEARS, SURELY_FIVE_YEARS = timedelta(days=1_826), timedelta(days=1_827)


def is_aged(window: Window, now: datetime) -> bool:
    """Whether Genesys takes nothing but bare intervals for all that lies in the window."""
    return window.end <= now - SURELY_FIVE_YEARS


def check_selection(request: RecordingJobRequest) -> Iterator[FieldError]:
    """Something has to be selected, each conversation once, and filters need a date range."""
    ids, date_range = request.conversation_ids, request.date_range
    if ids is None and date_range is None:
        yield FieldError("conversationIds", "give these, dateRange, or both", needs=("dateRange",))
    if ids and len(set(ids)) < len(ids):
        yield FieldError("conversationIds", "names a conversation twice")
    if date_range is None and (request.conversation_filters or request.segment_filters):
        yield FieldError("dateRange", "is required where conversations are filtered")


def check_action(request: RecordingJobRequest) -> Iterator[FieldError]:
    """What is exported or archived leaves no recording out, and an export has a destination."""
    action, destination = request.action, request.export_integration_id
    if action is Action.EXPORT and destination is None:
        yield FieldError("exportIntegrationId", "is required where action is export")
    if action is Action.ARCHIVE and destination is not None:
        belongs = "belongs to action export, and to delete, which then exports first"
        yield FieldError("exportIntegrationId", belongs)
    if False not in request.flags.values():
        return
    if action in (Action.ARCHIVE, Action.EXPORT):
        yield FieldError("action", _needs_all(action.done))
    elif destination is not None:
        yield FieldError("exportIntegrationId", _needs_all("exported"))


def check_age(request: RecordingJobRequest, rules: Rules) -> Iterator[FieldError]:
    """A date range lies wholly on one side of five years ago, and beyond names nothing else."""
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
            f"begins more than five years ago and ends later; ask for what ends by {zulu(older)} "
            f"and for what begins after {zulu(younger)} by requests of their own, for Genesys "
            "takes the former by bare intervals alone",
        )
    else:
        yield from _check_bare(request)


def _check_bare(request: RecordingJobRequest) -> Iterator[FieldError]:
    for path, given in request.narrowing.items():
        if given is not None:
            yield FieldError(
                path,
                "Genesys takes a bare interval for what is over five years old; leave this out",
            )
    for path, included in request.flags.items():
        if included is False:
            yield FieldError(
                path,
                "must be true for what is over five years old, for what is left out could not be "
                "told from what was not planned",
            )


def _needs_all(done: str) -> str:
    return (
        "needs every kind of recording included, for what is left out cannot be told from what "
        f"was not {done}"
    )

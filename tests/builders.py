"""Requests, runs, batches and conversations that are valid at NOON; every field can be changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from genesys_purge.calling.attempt import Attempt
from genesys_purge.methods import METHODS
from genesys_purge.model.batch import Batch
from genesys_purge.model.dates import Window
from genesys_purge.model.request_facts import Limits, RequestFacts
from genesys_purge.model.run import Run
from genesys_purge.model.slices import Slice
from genesys_purge.model.stops import Stop, StopScope, stop_id_of

from simulator import Conversation, Corpus
from tests.clock import NOON

# The default window of a request in days before NOON; it is one batch.
OLDEST, YOUNGEST = 396, 366


def days_ago(days: float) -> datetime:
    return NOON - timedelta(days=days)


def date_range(oldest: float = OLDEST, youngest: float = YOUNGEST) -> dict[str, str]:
    """A request's dateRange from `oldest` days ago up to `youngest` days ago."""
    return {"start": days_ago(oldest).isoformat(), "end": days_ago(youngest).isoformat()}


def data_deletion(**fields: Any) -> dict[str, Any]:
    """A data_deletion request; fields in camelCase."""
    return {
        "method": "data_deletion",
        "reason": "retention of one year is over",
        "recordTypes": ["conversation", "interaction", "message"],
        "dateRange": date_range(),
        "jurisdiction": "us-east-1",
        "classification": "internal",
    } | fields


def interaction_purge(**fields: Any) -> dict[str, Any]:
    """An interaction_purge request; fields in camelCase."""
    return {
        "method": "interaction_purge",
        "reason": "retention of one year is over",
        "interactionType": "voice",
        "dateRange": date_range(),
        "retentionDays": 365,
        "classification": "internal",
        "purgeType": "permanent",
    } | fields


def conversation_archive(**fields: Any) -> dict[str, Any]:
    """A conversation_archive request for the ids of `corpus()`, unless others are given."""
    ids = {} if "conversationIdsFrom" in fields else {"conversationIds": conversation_ids(10)}
    return {
        "method": "conversation_archive",
        "reason": "retention of one year is over",
        **ids,
        "classification": "internal",
    } | fields


def recording_job(**fields: Any) -> dict[str, Any]:
    """A recording_job request for everything in the default window; fields in camelCase."""
    selected = {} if "conversationIds" in fields else {"dateRange": date_range()}
    return {
        "method": "recording_job",
        "reason": "retention of one year is over",
        **selected,
        "includeRecordingsWithSensitiveData": True,
        "includeScreenRecordings": True,
        "includeSnippetRecordings": True,
        "includePolicyBasedRecordings": True,
        "classification": "internal",
    } | fields


def gdpr_request(**fields: Any) -> dict[str, Any]:
    """A gdpr_request to delete one person's data; fields in camelCase, None removes a field."""
    given = {
        "method": "gdpr_request",
        "reason": "asked for in case 0815",
        "requestId": "case-0815",
        "requestType": "GDPR_DELETE",
        "searchType": "EMAIL",
        "searchValue": "contact-1@example.test",
    } | fields
    return {name: value for name, value in given.items() if value is not None}


def request_of(method: str, **fields: Any) -> dict[str, Any]:
    """A request of the method, from the builder of the same name."""
    builder: Callable[..., dict[str, Any]] | None = globals().get(method)
    if builder is None:
        raise LookupError(f"add a builder {method} to tests/builders.py")
    return builder(**fields)


def uuids(count: int, series: int = 0) -> list[str]:
    """`count` ids in the format of the live platform; each series has other ids."""
    return list(_uuids(count, series))


@cache
def _uuids(count: int, series: int) -> tuple[str, ...]:
    return tuple(str(UUID(int=series << 64 | number, version=4)) for number in range(count))


def conversation_ids(count: int) -> list[str]:
    """The ids of the first `count` conversations of `corpus()`."""
    return [f"conversation-{number:06}" for number in range(count)]


def corpus(count: int = 10, *, oldest: float = OLDEST, youngest: float = YOUNGEST) -> Corpus:
    """`count` internal voice conversations, all eligible, spread evenly over the window."""
    step = timedelta(days=oldest - youngest) / (count + 1)
    return Corpus.of(
        (
            Conversation(
                conversation_id=conversation_id,
                start=days_ago(oldest) + step * number,
                end=days_ago(oldest) + step * number,
            )
            for number, conversation_id in enumerate(conversation_ids(count), start=1)
        ),
        now=NOON,
    )


PLANNER = "planner-1"


def facts(request: dict[str, Any]) -> RequestFacts:
    """The facts of a request from the tests, with a limit of 100,000 records."""
    parsed = METHODS[request["method"]].request_model.parse(request)
    most = parsed.max_records
    limits = Limits(in_force=most or 100_000, request=most, deployment=100_000)
    return RequestFacts.of(parsed, "tests", NOON, limits)


def run(**changes: Any) -> Run:
    """A submitted run; changes in snake_case."""
    request = changes.get("request", conversation_archive())
    fields: dict[str, Any] = {
        "run_id": "run-1",
        "fingerprint": "0" * 32,
        "request": request,
        "facts": changes.get("facts") or facts(request),
        "reference_time": NOON,
        "submitted_at": NOON,
        "submitted_by": "tests",
        "planner": PLANNER,
    }
    return Run(**fields | changes)


def unanswered(**changes: Any) -> Attempt:
    """One call, intended at NOON, that was not answered; changes in snake_case."""
    known: dict[str, Any] = {
        "number": 1,
        "at": NOON,
        "is_uncertain": True,
        "doubts": (NOON,),
        "reason": "timed out",
    }
    return Attempt(**known | changes)


def intended(**changes: Any) -> Attempt:
    """One call, intended at NOON, that may be in flight; changes in snake_case."""
    known: dict[str, Any] = {"number": 1, "at": NOON, "is_open": True}
    return Attempt(**known | changes)


def batch(**changes: Any) -> Batch:
    """A planned batch of ten ids, or of a `window`; changes in snake_case."""
    planned = changes.get("planned", 10)
    fields: dict[str, Any] = {
        "run_id": "run-1",
        "number": 0,
        "unit": "records",
        "deleted_unit": "records",
        "planned": planned,
        "pending": (Slice(start=0, stop=planned),),
    }
    return Batch(**fields | changes)


def stop(scope: StopScope = StopScope.ALL, name: str | None = None, **fields: Any) -> Stop:
    """A stop that is in force since NOON."""
    known: dict[str, Any] = {
        "stop_id": stop_id_of(scope, name),
        "scope": scope,
        "name": name,
        "reason": "an incident",
        "stopped_at": NOON,
        "stopped_by": "operator",
    }
    return Stop(**known | fields)


def window(oldest: float = OLDEST, youngest: float = YOUNGEST) -> Window:
    """The window of `date_range`."""
    return Window(start=days_ago(oldest), end=days_ago(youngest))

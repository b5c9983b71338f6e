"""Recognises the job of a part among the jobs that Genesys lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.model.batch import Batch
from genesys_purge.model.dates import instant_in

CLOCKS_DIFFER = timedelta(minutes=5)


def is_job(job: Any, wanted: Mapping[str, Any], at: datetime) -> bool:
    """Whether the job was created with the `wanted` body, whose action date is `at`.

    The action date is the moment of our intent, so it identifies the call on any clock.
    """
    query = _query_of(job)
    listed = [name for name in wanted if name.startswith(("include", "action")) and name in query]
    same = all(query[name] == wanted[name] for name in listed if name != "actionDate")
    return (
        same
        and _has_date(query, [at])
        and ids_of(query) == ids_of(wanted)
        and _interval_of(query) == _interval_of(wanted)
    )


def is_surplus(job: Any, batch: Batch, manifest: Sequence[str]) -> bool:
    """Whether an unanswered call of the batch created the job, for some of its conversations."""
    query = _query_of(job)
    if not _has_date(query, batch.attempt.doubts):
        return False
    ids = ids_of(query)
    if ids:
        return ids <= {each.casefold() for each in manifest}
    interval = batch.interval
    return interval is not None and _interval_of(query) == [interval.start, interval.end]


def _query_of(job: Any) -> Mapping[str, Any]:
    query = job.get("recordingJobsQuery") if isinstance(job, dict) else None
    return query if isinstance(query, dict) else {}


def _has_date(query: Mapping[str, Any], moments: Iterable[datetime]) -> bool:
    """Whether the job's action date is one of the moments, in whole seconds."""
    date = instant_in(query.get("actionDate"))
    return date is not None and any(
        date.replace(microsecond=0) == each.replace(microsecond=0) for each in moments
    )


def ids_of(query: Any) -> set[str]:
    """The conversations that a job's query names; empty if it cannot be read."""
    try:
        (filters,) = query["conversationQuery"]["conversationFilters"]
        return {str(each["value"]).casefold() for each in filters["predicates"]}
    except (KeyError, TypeError, ValueError):
        return set()


def _interval_of(query: Mapping[str, Any]) -> object:
    """The interval of a job's query, with its times parsed if they can be read."""
    interval = query.get("agedConversationInterval")
    if not isinstance(interval, str):
        return interval
    times = [instant_in(each) for each in interval.split("/")]
    return interval if None in times else times

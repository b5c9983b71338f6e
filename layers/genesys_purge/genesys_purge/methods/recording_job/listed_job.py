"""Recognises the job of a part among the jobs that Genesys lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.model.batch import Batch
from genesys_purge.model.dates import instant_in

CLOCKS_DIFFER = timedelta(minutes=5)
BY_ID = "conversationId"
FILTERS = ("conversationFilters", "segmentFilters")


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
        and _has_filters_of(query, wanted)
    )


def is_surplus(job: Any, batch: Batch, manifest: Sequence[str]) -> bool:
    """Whether an unanswered call of the batch created the job, for some or all of the batch."""
    query = _query_of(job)
    if not _has_date(query, batch.attempt.doubts):
        return False
    ids = ids_of(query)
    if ids:
        return ids <= {each.casefold() for each in manifest}
    times = _interval_of(query)
    return (
        batch.interval is not None
        and isinstance(times, list)
        and all(batch.interval.start <= each <= batch.interval.end for each in times)
    )


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
        predicates = filters["predicates"]
        if any(each.get("dimension", BY_ID) != BY_ID for each in predicates):
            return set()
        return {str(each["value"]).casefold() for each in predicates}
    except (AttributeError, KeyError, TypeError, ValueError):
        return set()


def _has_filters_of(query: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a job by days has the wanted filters, as far as Genesys lists them."""
    search, asked = query.get("conversationQuery"), wanted.get("conversationQuery")
    if not isinstance(search, dict) or asked is None or ids_of(wanted):
        return True
    listed = [name for name in FILTERS if search.get(name) is not None]
    return all(_filters_in(search[name]) == _filters_in(asked[name]) for name in listed)


def _filters_in(filters: Any) -> set[frozenset[tuple[str, str]]] | None:
    """The dimension and value of each predicate, filter by filter; None if one is unreadable."""
    try:
        return {
            frozenset(
                (str(each["dimension"]), str(each["value"]).casefold())
                for each in one["predicates"]
            )
            for one in filters
        }
    except (KeyError, TypeError):
        return None


def _interval_of(query: Mapping[str, Any]) -> object:
    """The interval that a job takes as a whole, with its times parsed if they can be read."""
    search = query.get("conversationQuery")
    interval = query.get("agedConversationInterval")
    if isinstance(search, dict) and not ids_of(query):
        interval = search.get("interval")
    if not isinstance(interval, str):
        return interval
    times = [instant_in(each) for each in interval.split("/")]
    return interval if None in times else times

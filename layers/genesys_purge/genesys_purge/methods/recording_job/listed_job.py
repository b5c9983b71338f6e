"""Recognises the job of a part among the jobs that Genesys lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.model.dates import instant_in

CLOCKS_DIFFER = timedelta(minutes=5)


def is_job(job: Any, wanted: Mapping[str, Any], at: datetime) -> bool:
    """Whether the job was created after `at` with the `wanted` body; `at` is its action date."""
    query = job.get("recordingJobsQuery") if isinstance(job, dict) else None
    created = instant_in(job.get("dateCreated")) if isinstance(query, dict) else None
    if not isinstance(query, dict) or created is None or created < at - CLOCKS_DIFFER:
        return False
    date = instant_in(query.get("actionDate"))
    listed = [name for name in wanted if name.startswith(("include", "action")) and name in query]
    same = all(query[name] == wanted[name] for name in listed if name != "actionDate")
    return (
        same
        and date is not None
        and date.replace(microsecond=0) == at.replace(microsecond=0)
        and ids_of(query) == ids_of(wanted)
        and _interval_of(query) == _interval_of(wanted)
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

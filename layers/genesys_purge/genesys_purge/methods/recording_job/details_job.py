"""The live platform's asynchronous search for conversations, for answers of any size."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.answers import text_in
from genesys_purge.methods.recording_job.conversations import (
    VIEW,
    Conversation,
    conversations_in,
)
from genesys_purge.model.dates import instant_in
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

ALL = "/api/v2/analytics/conversations/details/jobs"
CREATE = Operation("POST", ALL, permissions=VIEW, dialect=LIVE, missing=Missing.REFUSED)
STATUS = Operation(
    "GET",
    f"{ALL}/{{job_id}}",
    retried=False,
    permissions=VIEW,
    dialect=LIVE,
    missing=Missing.JOB,
)
FIRST_PAGE = Operation(
    "GET",
    f"{ALL}/{{job_id}}/results?pageSize={{size}}",
    permissions=VIEW,
    dialect=LIVE,
    missing=Missing.JOB,
)
NEXT_PAGE = FIRST_PAGE._replace(path=f"{FIRST_PAGE.path}&cursor={{cursor}}")
AVAILABILITY = Operation(
    "GET", f"{ALL}/availability", permissions=VIEW, dialect=LIVE, missing=Missing.REFUSED
)


class JobState(StrEnum):
    """Whether the results of a job can be read."""

    RUNNING = "running"
    FULFILLED = "fulfilled"
    ENDED = "ended"


STATES = {
    "FULFILLED": JobState.FULFILLED,
    "FAILED": JobState.ENDED,
    "CANCELLED": JobState.ENDED,
    "EXPIRED": JobState.ENDED,
}


class ResultPage(NamedTuple):
    """The conversations of a page, and the cursor of the next page, if any."""

    conversations: list[Conversation]
    cursor: str | None


def create_job(query: Mapping[str, Any], genesys: Genesys) -> str:
    """The id of a new job. A job changes nothing, so the call may be repeated."""
    job_id = text_in(genesys.read(CREATE, query), "jobId")
    if not job_id.strip("."):
        raise UnreadableAnswer("Genesys answered a search for conversations without a job")
    return job_id


def state_of(job_id: str, genesys: Genesys) -> JobState:
    """The state of a job; JobLost if Genesys does not know it."""
    state = text_in(genesys.read(STATUS, job_id=job_id), "state").upper()
    return STATES.get(state, JobState.RUNNING)


def page_of(job_id: str, size: int, cursor: str | None, genesys: Genesys) -> ResultPage:
    """A page of at most `size` results; JobLost if they have expired."""
    most = str(size)
    if cursor is None:
        answer = genesys.read(FIRST_PAGE, job_id=job_id, size=most)
    else:
        answer = genesys.read(NEXT_PAGE, job_id=job_id, size=most, cursor=cursor)
    following = answer.get("cursor")
    if following is not None and (not isinstance(following, str) or following == cursor):
        raise UnreadableAnswer("Genesys answered a page of conversations without a new cursor")
    # An empty page has no list.
    rows = conversations_in({"conversations": [], **answer})
    return ResultPage(rows, following or None)


def available_until(genesys: Genesys) -> datetime | None:
    """The time up to which jobs find conversations; None if Genesys does not report it."""
    return instant_in(genesys.read(AVAILABILITY).get("dataAvailabilityDate"))

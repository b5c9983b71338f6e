"""A Genesys Cloud of any number of conversations that stores none of them.

It answers what a plan, one job and one verification ask. Everything is computed from the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import orjson

from bench.scale.organisations import FIRST

A_DAY = timedelta(days=1)
ENDED = "2024-07-01T10:00:00.000Z"
JOB = "00000000-0000-4000-8000-000000000001"
QUOTED = re.compile(r'"([^"]+)"')
Answer = Any


class EndlessGenesys(httpx.BaseTransport):
    """`a_day` conversations start on each day; the job of a batch is over at once."""

    def __init__(self, a_day: int, now: Callable[[], datetime]) -> None:
        self._a_day = a_day
        self._now = now
        self._purged: frozenset[str] = frozenset()
        self._job: dict[str, Any] = {}
        self._routes: list[tuple[str, Callable[[httpx.Request], Answer]]] = [
            (r"POST /oauth/token", lambda _: {"access_token": "token", "expires_in": 10**6}),
            (r"POST .*/details/query", self._query),
            (r"GET .*/details/jobs/availability", self._availability),
            (r"POST .*/details/jobs", self._search),
            (r"GET .*/details/jobs/[^/]+/results", self._results),
            (r"GET .*/details/jobs/[^/]+", lambda _: {"state": "FULFILLED"}),
            (r"POST .*/deletionprotection", lambda _: []),
            (r"GET .*/dataretention/settings", lambda _: {"retentionDays": 1826}),
            (r"POST .*/conversations/purge", self._purge),
            (r"GET .*/conversations/purge/.*", self._purge_state),
            (r"POST .*/recording/jobs", self._create),
            (r"PUT .*/recording/jobs/.*", self._execute),
            (r"GET .*/recording/jobs/[^/]+/failedrecordings", lambda _: {"entities": []}),
            (r"GET .*/recording/jobs/.+", lambda _: self._job),
            (r"GET .*/recording/jobs", lambda _: {"entities": []}),
            (r"GET .*/recordingmetadata", self._metadata),
        ]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asked = f"{request.method} {request.url.path}"
        for pattern, answer in self._routes:
            if re.fullmatch(pattern, asked):
                request.read()
                return httpx.Response(200, stream=httpx.ByteStream(orjson.dumps(answer(request))))
        raise ValueError(f"{asked} is not answered")

    def _query(self, request: httpx.Request) -> Answer:
        body = orjson.loads(request.content)
        if "query" not in body:
            return {"conversations": [], "totalHits": 10**6}
        return {"data": [self._archived(each) for each in QUOTED.findall(body["query"])]}

    def _archived(self, conversation_id: str) -> dict[str, Any]:
        return {
            "conversationId": conversation_id,
            "conversationStatus": "purged" if conversation_id in self._purged else "archived",
            "conversationStart": ENDED,
            "conversationEnd": ENDED,
            "customAttributes": {},
        }

    def _availability(self, _: httpx.Request) -> Answer:
        return {"dataAvailabilityDate": f"{self._now():%Y-%m-%dT%H:%M:%S.000Z}"}

    def _search(self, request: httpx.Request) -> Answer:
        start, end = _days_of(orjson.loads(request.content)["interval"])
        return {"jobId": f"{start:%Y%m%d}-{end:%Y%m%d}"}

    def _results(self, request: httpx.Request) -> Answer:
        job_id = request.url.path.split("/")[-2]
        start, end = (
            datetime.strptime(each, "%Y%m%d").replace(tzinfo=UTC) for each in job_id.split("-")
        )
        total = (end - start).days * self._a_day
        first, size = (int(request.url.params.get(name) or 0) for name in ("cursor", "pageSize"))
        following = first + size
        rows = [self._conversation(start, each) for each in range(first, min(following, total))]
        return {"conversations": rows} | ({"cursor": str(following)} if following < total else {})

    def _conversation(self, start: datetime, number: int) -> dict[str, Any]:
        day, place = divmod(number, self._a_day)
        at = start + day * A_DAY + place * (A_DAY / (self._a_day + 1))
        series = (at.date() - FIRST).days
        return {
            "conversationId": f"{series:08x}-0000-4000-8000-{place:012x}",
            "conversationStart": f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "conversationEnd": f"{at:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "participants": [{"sessions": [{"mediaType": "voice"}]}],
        }

    def _purge(self, request: httpx.Request) -> Answer:
        self._purged = frozenset(orjson.loads(request.content)["conversationIds"])
        return {"jobId": JOB}

    def _purge_state(self, _: httpx.Request) -> Answer:
        return {"jobId": JOB, "state": "completed", "recordsProcessed": len(self._purged)}

    def _create(self, request: httpx.Request) -> Answer:
        query = orjson.loads(request.content)
        start, end = _days_of(query["conversationQuery"]["interval"])
        total = (end - start).days * self._a_day
        self._job = {
            "id": JOB,
            "state": "READY",
            "recordingJobsQuery": query,
            "dateCreated": f"{self._now():%Y-%m-%dT%H:%M:%S.000Z}",
            "totalConversations": total,
            "totalRecordings": total,
            "totalSkippedRecordings": 0,
            "totalFailedRecordings": 0,
            "totalProcessedRecordings": 0,
            "percentProgress": 0,
        }
        return self._job

    def _metadata(self, request: httpx.Request) -> Answer:
        """One recording of each conversation, until a job is executed."""
        if self._job.get("state") == "FULFILLED":
            return []
        return [{"conversationId": request.url.path.split("/")[-2], "fileState": "AVAILABLE"}]

    def _execute(self, _: httpx.Request) -> Answer:
        processed = {"totalProcessedRecordings": self._job["totalRecordings"]}
        self._job |= {"state": "FULFILLED", "percentProgress": 100} | processed
        return self._job


def _days_of(interval: str) -> tuple[datetime, datetime]:
    """The midnights around an interval."""
    start, end = (datetime.fromisoformat(each) for each in interval.split("/"))
    last = end - timedelta(microseconds=1)
    return _midnight(start.date()), _midnight(last.date()) + A_DAY


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)

"""A Genesys whose conversations can be searched by the query, by a job, and by id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.errors import JobLost, NotAtGenesys
from genesys_purge.methods.recording_job import details_job
from genesys_purge.methods.recording_job.conversations import QUERY
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.operation import Operation

from tests.scripted_genesys import Reply, ScriptedGenesys

Row = Mapping[str, Any]
AVAILABLE = "2026-11-20T00:00:00Z"
JOB_CALLS = (details_job.CREATE, details_job.STATUS, details_job.FIRST_PAGE, details_job.NEXT_PAGE)


class Details:
    """Has these rows; a page has `size` of them.

    The next polls of jobs report `states`, and all later ones FULFILLED. `protected` and
    `unrecorded` are ids. `before_call` may raise.
    """

    def __init__(
        self, rows: Iterable[Row], size: int = 3, genesys: ScriptedGenesys | None = None
    ) -> None:
        self.rows, self.size = sorted(rows, key=_start), size
        self.states: list[str] = []
        self.protected: set[str] = set()
        self.unrecorded: set[str] = set()
        self.before_call: Callable[[], None] = lambda: None
        self.genesys = genesys or ScriptedGenesys()
        self._jobs: dict[str, Row] = {}
        self._answer(QUERY, self._query)
        self._answer(details_job.CREATE, self._create)
        self._answer(details_job.STATUS, self._status)
        self._answer(details_job.FIRST_PAGE, self._page)
        self._answer(details_job.NEXT_PAGE, self._page)
        self._answer(ASK, self._protection)
        self._answer(details_job.AVAILABILITY, lambda _: {"dataAvailabilityDate": AVAILABLE})

    def _answer(self, operation: Operation, reply: Callable[[Row], Row]) -> None:
        def answer(body: Row) -> Row:
            self.before_call()
            return reply(body)

        self.genesys.on(operation, answer)

    def on(self, operation: Operation, *replies: Reply) -> None:
        self.genesys.on(operation, *replies)

    def lose_job_at(self, operation: Operation) -> None:
        """Forget the job at the first such call."""
        usual = self._status if operation == details_job.STATUS else self._page
        self.genesys.on(operation, JobLost("404"), usual)

    @property
    def operations(self) -> list[Operation]:
        """The operations of the calls, in order."""
        return [call.operation for call in self.genesys.calls]

    @property
    def jobs(self) -> int:
        """How many jobs were created."""
        return len(self._jobs)

    def _found(self, interval: str) -> Sequence[Row]:
        """The conversations that started on the days of the interval, as the platform answers."""
        first, last = (datetime.fromisoformat(each) for each in interval.split("/"))
        last -= timedelta(microseconds=1)
        return [each for each in self.rows if first.date() <= _start(each).date() <= last.date()]

    def _query(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        found, paging = self._found(body["interval"]), body["paging"]
        first = (paging["pageNumber"] - 1) * self.size
        return {"conversations": found[first : first + self.size], "totalHits": len(found)}

    def _create(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        job_id = f"search-{len(self._jobs) + 1}"
        self._jobs[job_id] = body
        return {"jobId": job_id}

    def _status(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"state": self.states.pop(0) if self.states else "FULFILLED"}

    def _page(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        path = self.genesys.calls[-1].path
        found = self._found(self._jobs[path["job_id"]]["interval"])
        first = int(path.get("cursor", 0))
        after = first + self.size
        cursor = {"cursor": str(after)} if after < len(found) else {}
        return {"conversations": found[first:after]} | cursor

    def _protection(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = set(body["conversationIds"])
        if asked & self.unrecorded:
            raise NotAtGenesys("recording.conversation.not.found")
        return {"entities": [{"id": each} for each in asked & self.protected]}


def _start(row: Row) -> datetime:
    return datetime.fromisoformat(row["conversationStart"])

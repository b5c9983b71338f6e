"""A planned batch of three conversations, for recording jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.two_step import CANCEL, STATUS
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.messages import BatchStep

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

IDS = builders.uuids(3)
Answer = Callable[[Mapping[str, Any]], Mapping[str, Any]]
CALL = {
    "conversationId": IDS[0],
    "conversationStart": zulu(builders.days_ago(381)),
    "conversationEnd": zulu(builders.days_ago(380)),
}
NONE: dict[str, Any] = {"entities": []}
READY = {"state": "READY", "totalConversations": 3, "totalRecordings": 4}


def search_of(entries: Sequence[Entry]) -> Answer:
    """The answers of a search that knows these conversations."""

    def answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
        paging, interval = body["paging"], _interval(body)
        started = [each for each in entries if interval.contains(each.start or NOON)]
        first = paging["pageSize"] * (paging["pageNumber"] - 1)
        rows = [_row(each) for each in started[first : first + paging["pageSize"]]]
        return {"conversations": rows, "totalHits": len(started)}

    return answer


def _interval(body: Mapping[str, Any]) -> Window:
    start, end = body["interval"].split("/")
    return Window.model_validate({"start": start, "end": end})


def _row(entry: Entry) -> dict[str, Any]:
    times = {"Start": entry.start or NOON, "End": entry.end}
    at = {f"conversation{name}": zulu(each) for name, each in times.items()}
    return {"conversationId": entry.id, **at}


def entries(count: int) -> list[Entry]:
    """A manifest of so many conversations with their starts, all old enough."""
    end, start = builders.days_ago(400), builders.days_ago(401)
    return [Entry(each, end, None, start) for each in builders.uuids(count)]


def planned(bench: Workbench, **fields: Any) -> BatchStep:
    """The step of a stored batch; fields of its request in camelCase."""
    request = builders.recording_job(**fields)
    return bench.planned(builders.batch(planned=3), request=request, entries=entries(3))


def ready(bench: Workbench, **totals: Any) -> BatchStep:
    """The step of a batch whose job is ready, and a Genesys that protects nothing."""
    step = planned(bench)
    bench.genesys.on(STATUS, READY | totals)
    bench.genesys.on(ASK, {"entities": []})
    return step


def cancelled(bench: Workbench) -> list[str]:
    """The ids of the cancelled jobs."""
    return [call.path["job_id"] for call in bench.genesys.calls if call.operation == CANCEL]


def surplus(job_id: str = "job-2") -> dict[str, Any]:
    """A listed job of a call that was intended at NOON."""
    filters = {"predicates": [{"value": each} for each in IDS]}
    query = {"actionDate": zulu(NOON), "conversationQuery": {"conversationFilters": [filters]}}
    return {"id": job_id, "recordingJobsQuery": query}

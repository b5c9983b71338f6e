"""A batch of whole days, and a Genesys that searches, counts and deletes its recordings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from genesys_purge.errors import PurgeError
from genesys_purge.methods.recording_job.listed_job import ids_of
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.two_step import CANCEL, CREATE, EXECUTE, LIST, STATUS
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.audit import Action
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window, zulu
from genesys_purge.model.days import days_between
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.model.reach import Reach

from tests import builders
from tests.clock import NOON
from tests.unit.methods.recording_job.details import Details
from tests.unit.methods.recording_job.recorded import DAY, HOUR, call
from tests.unit.workbench import Workbench

FIRST = datetime(2025, 9, 1, tzinfo=NOON.tzinfo)
IDS = builders.uuids(1_000)


def entries_on(*sizes: int) -> list[Entry]:
    """So many conversations on each day from the first one on."""
    starts = [FIRST + day * DAY + n * HOUR for day, size in enumerate(sizes) for n in range(size)]
    return [Entry(IDS[at], start + HOUR, None, start) for at, start in enumerate(starts)]


class DayBatch:
    """The batch, whose conversations have one recording each; its jobs are ready at once.

    `totals` replace the totals of ready jobs, `failed` is what executed jobs report, and
    `cannot_cancel` is the error of each cancellation. Jobs are known by their number from 1 on.
    """

    def __init__(
        self, bench: Workbench, *sizes: int, reach: Reach = Reach.DAYS, **request: Any
    ) -> None:
        self.bench, self.entries = bench, entries_on(*sizes)
        rows = [call(at, each.start or NOON) for at, each in enumerate(self.entries)]
        self.details = Details(rows, genesys=bench.genesys)
        self.totals: dict[str, int] = {}
        self.failed: dict[int, Sequence[str]] = {}
        self.cannot_cancel: PurgeError | None = None
        self.states: dict[int, str] = {}
        self.done: dict[int, int] = {}
        self.covered_at_creation: dict[int, list[str]] = {}
        self.bodies: list[Mapping[str, Any]] = []
        self.rows: dict[str, dict[str, Any]] = {each: {"fileState": "AVAILABLE"} for each in IDS}
        self._answer()
        interval = days_between(self.entries[0].start or NOON, self.entries[-1].start or NOON)
        size = len(self.entries)
        asked = builders.recording_job(dateRange=interval.to_json(), **request)
        jobs = 2 if "exportIntegrationId" in request else 1
        batch = builders.batch(planned=size, interval=interval, reach=reach)
        batch = batch.model_copy(update={"pending": batch.pending * jobs})
        self.step = bench.planned(batch, request=asked, entries=self.entries)

    def _answer(self) -> None:
        on = self.bench.genesys.on
        on(LIST, {"entities": []})
        on(CREATE, self.create)
        on(STATUS, self._status)
        on(EXECUTE, self._execute)
        on(CANCEL, self._cancel)
        on(METADATA, self._metadata)
        on(FAILED, self._failures)

    @property
    def _path(self) -> Mapping[str, str]:
        return self.bench.genesys.calls[-1].path

    @property
    def _number(self) -> int:
        return int(self._path["job_id"].removeprefix("job-"))

    def create(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The answer to the creation of a job."""
        self.bodies.append(body)
        self.states[len(self.bodies)] = "READY"
        self.covered_at_creation[len(self.bodies)] = self.covered(len(self.bodies))
        return {"id": f"job-{len(self.bodies)}"}

    def covered(self, number: int) -> list[str]:
        """The conversations with recordings that a job covers."""
        query = self.bodies[number - 1]["conversationQuery"]
        named = ids_of({"conversationQuery": query})
        begin, end = (datetime.fromisoformat(each) for each in query["interval"].split("/"))
        return [
            each["conversationId"]
            for each in self.details.rows
            if (each["conversationId"] in named if named else begin <= started(each) < end)
            and self.rows[each["conversationId"]]["fileState"] != "DELETED"
            and each["conversationId"] not in self.details.unrecorded
        ]

    def _status(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        number = self._number
        state, body = self.states[number], self.bodies[number - 1]
        job = {"state": state, "recordingJobsQuery": {"action": body["action"]}}
        if state == "READY":
            size = len(self.covered(number))
            return job | {"totalConversations": size, "totalRecordings": size} | self.totals
        done, failed = self.done.get(number, 0), len(self.failed.get(number, ()))
        counts = {"totalProcessedRecordings": done - failed, "totalFailedRecordings": failed}
        return job | counts | {"totalRecordings": done, "totalSkippedRecordings": 0}

    def _execute(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        number = self._number
        taken = self.covered(number)
        self.done[number], self.states[number] = len(taken), "FULFILLED"
        for each in taken:
            if self.bodies[number - 1]["action"] == "EXPORT":
                self.rows[each] = self.rows[each] | {"exportedDate": zulu(self.bench.clock())}
            elif each not in self.failed.get(number, ()):
                self.rows[each] = {"fileState": "DELETED"}
        return {}

    def _cancel(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.cannot_cancel:
            raise self.cannot_cancel
        self.states[self._number] = "CANCELLED"
        return {}

    def _metadata(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        conversation_id = self._path["conversation_id"]
        is_recorded = conversation_id not in self.details.unrecorded
        return {"entities": [self.rows[conversation_id]] if is_recorded else []}

    def _failures(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        failed = self.failed.get(self._number, ()) if self._path["page"] == "1" else ()
        return {"entities": [{"conversation": {"id": each}} for each in failed]}

    def late(self, day: int) -> str:
        """Add a conversation outside the plan that started on a day of the batch; its id."""
        number = len(self.details.rows) + 100
        self.details.rows.append(call(number, FIRST + day * DAY + 10 * HOUR))
        self.details.rows.sort(key=started)
        return IDS[number]

    def ready(self) -> BatchStep:
        """The step of the batch once its first job is ready."""
        return self.bench.poll_batch(self.bench.submit_batch(self.step))

    def drive(self, *, until_jobs: int = 0) -> BatchStep:
        """Take every turn of the batch to its end, or until it has so many jobs."""
        for _ in range(2_000):
            if self.step.next is Next.DONE or 0 < until_jobs <= len(self.bodies):
                return self.step
            self.bench.clock.wait(self.step.wait_seconds)
            self.step = self._turn(self.step)
        raise AssertionError("the batch does not end")

    def _turn(self, step: BatchStep) -> BatchStep:
        bench = self.bench
        if step.next is Next.VERIFY:
            return bench.verify_batch(step)
        return bench.poll_batch(step) if step.next is Next.POLL else bench.submit_batch(step)

    def jobs_in(self, state: str) -> list[int]:
        """The numbers of the jobs in that state."""
        return [number for number, each in self.states.items() if each == state]

    @property
    def cuts(self) -> list[str]:
        """Why the batch was cut, each time."""
        records = self.bench.audit.of("run-1")
        return [str(each.detail) for each in records if each.action is Action.BATCH_CUT]

    @property
    def deleted(self) -> set[int]:
        """The numbers of the conversations whose recordings are deleted."""
        return {IDS.index(key) for key, row in self.rows.items() if row["fileState"] == "DELETED"}

    def interval_of(self, number: int) -> Window | None:
        """The days that a job takes as a whole; None if it names its conversations."""
        query = self.bodies[number - 1]["conversationQuery"]
        if ids_of({"conversationQuery": query}):
            return None
        start, end = query["interval"].split("/")
        return Window.model_validate({"start": start, "end": end})


def days(first: int, last: int) -> Window:
    """The days from one number to another, the last one included."""
    return Window(start=FIRST + first * DAY, end=FIRST + (last + 1) * DAY)


def started(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["conversationStart"])

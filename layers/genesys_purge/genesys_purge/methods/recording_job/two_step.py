"""The life of a recording job: created, counted, confirmed or cancelled, verified."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.answers import (
    count_in,
    id_of,
)
from genesys_purge.methods.contract import (
    Conflict,
    Evidence,
    JobStatus,
    Look,
    Part,
    Verdict,
)
from genesys_purge.methods.readiness import Present, SearchPage, Waiting
from genesys_purge.methods.recording_job.activity import may_start, may_touch
from genesys_purge.methods.recording_job.intervals import interval_of
from genesys_purge.methods.recording_job.listed_job import ids_of, is_job, is_surplus
from genesys_purge.methods.recording_job.metadata import is_kept, is_unsure, rows_of, undone_by
from genesys_purge.methods.recording_job.others import is_counted, others_in
from genesys_purge.methods.recording_job.pages import all_pages, page
from genesys_purge.methods.recording_job.pieces import days_of_entries, pieces
from genesys_purge.methods.recording_job.protection import protection_of
from genesys_purge.methods.recording_job.report import counts_of, report_of
from genesys_purge.methods.recording_job.request import (
    Action,
    RecordingJobRequest,
    is_export,
    job_of,
)
from genesys_purge.methods.recording_job.verdict import look_at, verdict_of
from genesys_purge.model.batch import Batch, BatchRef, Entry
from genesys_purge.model.certainty import Certainty
from genesys_purge.model.dates import Window
from genesys_purge.model.platform import LIVE
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice
from genesys_purge.model.sums import sum_of
from genesys_purge.operation import DeletingCall, Missing, Operation
from genesys_purge.ports import Genesys

ALL = "/api/v2/recording/jobs"
ONE = f"{ALL}/{{job_id}}"
PAGE = "includeTotal=true&pageSize=100&pageNumber={page}"
VIEW = ("recording:job:view",)
SENSITIVE = ("recording:recording:viewSensitiveData",)
CREATE = Operation(
    "POST", ALL, permissions=("recording:job:add",), dialect=LIVE, missing=Missing.REFUSED
)
STATUS = Operation("GET", ONE, retried=False, permissions=VIEW, dialect=LIVE, missing=Missing.JOB)
LIST = Operation(
    "GET",
    f"{ALL}?state={{state}}&showOnlyMyJobs={{mine}}&{PAGE}",
    permissions=VIEW,
    dialect=LIVE,
    missing=Missing.REFUSED,
)
CANCEL = Operation(
    "DELETE", ONE, permissions=("recording:job:delete",), dialect=LIVE, missing=Missing.REFUSED
)
EXECUTE = Operation(
    "PUT",
    ONE,
    permissions=(
        "recording:job:edit",
        "recording:recording:editRetention",
        "recording:screenRecording:editRetention",
        "recording:snippetRecording:editRetention",
    ),
    dialect=LIVE,
    missing=Missing.REFUSED,
)
MOST_JOBS = 2
# Batches that await verification need no slot, but an execution cannot hold any number of them.
MOST_WAITING = 1_000
# Seconds until Genesys lists a created job.
LISTED_WITHIN = 300
ACTIVE = ("PENDING", "READY", "PROCESSING")
# In this order: a job that becomes ready between the two calls is in the second list.
CREATED = ("PENDING", "READY")


class TwoStep:
    """Implements `Lifecycle` for recording jobs."""

    pool = "recording_job"
    deletes_new_records = False
    # Lists lag behind for seconds or minutes; a day is certain.
    unowned_within = timedelta(days=1).total_seconds()
    conflict = Conflict.PASSING

    def concurrency(self, request: RecordingJobRequest, allowed: int) -> int:
        """Twice as many batches as may have a job, because a batch needs no job to be verified.

        Many if they wait a long time for verification.
        """
        return MOST_WAITING if self.verify_after(request) else 2 * min(allowed, MOST_JOBS)

    def jobs_for_each(self, request: RecordingJobRequest) -> int:
        return 2 if request.exports_first else 1

    def slots(self, allowed: int) -> int | None:
        return min(allowed, MOST_JOBS)

    def is_full(self, genesys: Genesys) -> bool:
        listed = sum(len(page(LIST, genesys, 1, state=each, mine="false")) for each in ACTIVE)
        return listed >= MOST_JOBS

    def evidence(self, request: RecordingJobRequest) -> Sequence[Evidence]:
        return (Evidence.LISTED_JOB,)

    def listed_within(self, patience: float) -> float:
        """Minutes suffice: a surplus job deletes nothing before it is confirmed."""
        return min(patience, LISTED_WITHIN)

    def asked_for(self, batch: Batch) -> int | None:
        """The recordings that a job covered when it was confirmed, because a job counts those."""
        if batch.pending:
            return batch.covered
        return sum_of([batch.covered, batch.finished.covered])

    def find(
        self, request: RecordingJobRequest, batch: BatchRef, part: Part, genesys: Genesys
    ) -> str | None:
        wanted = job_of(request, part)
        for state in CREATED:
            for job in all_pages(LIST, genesys, state=state, mine="true"):
                if part.at and is_job(job, wanted, part.at):
                    return id_of(job)
        return None

    def waiting(self, job_id: str, genesys: Genesys) -> Waiting | None:
        job = genesys.read(STATUS, job_id=job_id)
        if report_of(job).status is not JobStatus.READY:
            return None
        conversations = count_in(job, "totalConversations")
        records = count_in(job, "totalRecordings")
        if conversations is None or records is None:
            raise UnreadableAnswer("Genesys answered a ready job without readable totals")
        named = frozenset(ids_of(job.get("recordingJobsQuery")))
        return Waiting(conversations, records, named)

    def present(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> Present:
        """Count recordings where the job's own totals do not prove what it covers.

        They do not for an interval, after an export, and if the request excludes recordings. A job
        that lists its conversations can cover no others. For a large interval, only `others`
        searches for them.
        """
        follows_export = request.exports_first and not is_export(request, part)
        needs_metadata = follows_export or request.excludes
        if not needs_metadata and (part.interval is None or not is_counted(part)):
            return Present(len(part.ids))
        found = [rows_of(each, genesys) for each in part.ids]
        kept = [sum(map(is_kept, rows)) for rows in found]
        # Every recording must be exported before it is deleted.
        unexported = undone_by(Action.EXPORT, part)
        unprepared = sum(any(map(unexported, rows)) for rows in found)
        return Present(
            conversations=sum(map(bool, kept)) if part.interval else len(part.ids),
            records=sum(kept) if part.interval else None,
            unprepared=unprepared if follows_export else 0,
            unsure=sum(sum(map(is_unsure, rows)) for rows in found) if part.interval else 0,
            kept=sum(kept) if request.excludes else None,
        )

    def others(
        self,
        request: RecordingJobRequest,
        part: Part,
        genesys: Genesys,
        after: Mapping[str, Any] | None,
    ) -> Iterator[SearchPage]:
        return others_in(request, part, genesys, after)

    def interval(self, reach: Reach, entries: Sequence[Entry]) -> Window:
        return days_of_entries(entries) if reach is Reach.DAYS else interval_of(entries)

    def pieces(
        self, reach: Reach, part: Slice, entries: Sequence[Entry], held: Collection[int]
    ) -> Sequence[Slice]:
        return pieces(reach, part, entries, held)

    def protected(self, part: Part, genesys: Genesys) -> frozenset[str]:
        """A time covers no conversation without recordings, so none has to be left out of it."""
        found = protection_of(part.ids, genesys)
        return found.protected if part.interval else found.protected | found.unknown

    def may_touch(self, ids: Sequence[str], part: Part, genesys: Genesys) -> bool:
        if part.interval is None:
            return False
        if part.reach is Reach.DAYS:
            return may_start(ids, part.interval, genesys)
        return may_touch(ids, part.interval, genesys)

    def confirmation(self, job_id: str) -> DeletingCall:
        return DeletingCall(EXECUTE, lambda _: {"state": "PROCESSING"}, {"job_id": job_id})

    def cancel(self, job_id: str, genesys: Genesys) -> None:
        genesys.change(CANCEL, job_id=job_id)

    def unowned(self, batch: Batch, manifest: Sequence[str], genesys: Genesys) -> Sequence[str]:
        """The jobs that an unanswered call of the batch created, except the batch's own job."""
        found = [
            id_of(job)
            for state in CREATED
            for job in all_pages(LIST, genesys, state=state, mine="true")
            if is_surplus(job, batch, manifest)
        ]
        return [each for each in found if each != batch.job_id]

    def verify_after(self, request: RecordingJobRequest) -> float:
        return timedelta(hours=request.verify_after_hours).total_seconds()

    def certainty(self, request: RecordingJobRequest, records: int) -> Certainty:
        return request.certainty(records)

    def look(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> Look:
        return look_at(part, request, genesys)

    def verify(
        self, request: RecordingJobRequest, part: Part, batch: Batch, genesys: Genesys
    ) -> Verdict:
        jobs = batch.finished
        # The last slice took no job if all its conversations became protected.
        if batch.job_id:
            last = genesys.read(STATUS, job_id=batch.job_id)
            jobs = jobs.plus(batch.job_id, batch.covered, counts_of(last))
        if not jobs.number or batch.check is None:
            raise ValueError("a batch with unprotected conversations has a job and a check")
        return verdict_of(part.kept, jobs, batch.check, request, genesys)

"""A recording job between its creation and its end: found, counted, executed, cancelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from genesys_purge.errors import UnreadableAnswer
from genesys_purge.methods.answers import count_in, job_id_in, text_in
from genesys_purge.methods.gate import Found, Present
from genesys_purge.methods.method import JobReport, JobStatus, Part, Verdict
from genesys_purge.methods.recording_job.aged import may_touch
from genesys_purge.methods.recording_job.lists import page, pages
from genesys_purge.methods.recording_job.match import ids_of, is_job
from genesys_purge.methods.recording_job.metadata import is_kept, is_unsure, rows_of, undone_by
from genesys_purge.methods.recording_job.protection import protection_of
from genesys_purge.methods.recording_job.request import (
    Action,
    RecordingJobRequest,
    is_export,
    job_of,
)
from genesys_purge.methods.recording_job.verdict import verdict_of
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation, Permit

ALL = "/api/v2/recording/jobs"
ONE = f"{ALL}/{{job_id}}"
PAGE = "includeTotal=true&pageSize=100&pageNumber={page}"
VIEW = ("recording:job:view",)
SENSITIVE = ("recording:recording:viewSensitiveData",)
CREATE = Operation("POST", ALL, permissions=("recording:job:add",), dialect=LIVE)
STATUS = Operation("GET", ONE, retried=False, permissions=VIEW, dialect=LIVE)
LIST = Operation(
    "GET", f"{ALL}?state={{state}}&showOnlyMyJobs={{mine}}&{PAGE}", permissions=VIEW, dialect=LIVE
)
CANCEL = Operation("DELETE", ONE, permissions=("recording:job:delete",), dialect=LIVE)
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
)
STATUSES = {
    "READY": JobStatus.READY,
    "FULFILLED": JobStatus.COMPLETED,
    "FAILED": JobStatus.FAILED,
    "CANCELLED": JobStatus.CANCELLED,
}
ACTIVE = ("PENDING", "READY", "PROCESSING")
# In this order, for a job that becomes ready between two looks is in the second.
CREATED = ("PENDING", "READY")
ACTIONS = {each.upper(): each for each in Action}


class RecordingGate:
    """Implements `Gate`."""

    unit = "conversations"
    most_jobs = 2

    def jobs_for_each(self, request: RecordingJobRequest) -> int:
        return 2 if request.exports_first else 1

    def present(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> Present:
        """Counted where an interval may hold what the plan does not know, and after an export.

        So it is where recordings are left out, which nothing tells from those not deleted. All that
        other jobs leave is too much, and those that name conversations can be about no other.
        """
        follows_export = request.exports_first and not is_export(request, part)
        if part.interval is None and not follows_export and not request.leaves_out:
            return Present(len(part.ids))
        found = [rows_of(each, genesys) for each in part.ids]
        kept = [sum(map(is_kept, rows or ())) for rows in found]
        # Before they are deleted, recordings that were to be exported have to be.
        unexported = undone_by(Action.EXPORT, part)
        unprepared = sum(rows is None or any(map(unexported, rows)) for rows in found)
        return Present(
            conversations=sum(map(bool, kept)) if part.interval else len(part.ids),
            records=sum(kept) if part.interval else None,
            unprepared=unprepared if follows_export else 0,
            unsure=sum(sum(map(is_unsure, rows or ())) for rows in found) if part.interval else 0,
            kept=sum(kept) if request.leaves_out else None,
        )

    def active_jobs(self, genesys: Genesys) -> int:
        return sum(len(page(LIST, genesys, 1, state=each, mine="false")) for each in ACTIVE)

    def find(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> str | None:
        wanted = job_of(request, part)
        for state in CREATED:
            for job in pages(LIST, genesys, state=state, mine="true"):
                if part.at and is_job(job, wanted, part.at):
                    return job_id_in(job, "id")
        return None

    def protected(self, ids: Sequence[str], genesys: Genesys) -> frozenset[str]:
        found = protection_of(ids, genesys)
        return found.protected | found.unknown

    def may_touch(self, ids: Sequence[str], part: Part, genesys: Genesys) -> bool:
        return part.interval is not None and may_touch(ids, part.interval, genesys)

    def found(self, job_id: str, genesys: Genesys) -> Found | None:
        job = genesys.read(STATUS, job_id=job_id)
        if report_of(job).status is not JobStatus.READY:
            return None
        conversations = count_in(job, "totalConversations")
        records = count_in(job, "totalRecordings")
        if conversations is None or records is None:
            raise UnreadableAnswer("Genesys has a job ready without readable totals")
        named = frozenset(ids_of(job.get("recordingJobsQuery")))
        return Found(conversations, records, named)

    def execute(self, job_id: str, permit: Permit, genesys: Genesys) -> None:
        genesys.delete(EXECUTE, {"state": "PROCESSING"}, permit, job_id=job_id)

    def cancel(self, job_id: str, genesys: Genesys) -> None:
        genesys.change(CANCEL, job_id=job_id)

    def verify_after(self, request: RecordingJobRequest) -> float:
        return timedelta(hours=request.verify_after_hours).total_seconds()

    def verify(
        self, part: Part, job_id: str, request: RecordingJobRequest, genesys: Genesys
    ) -> Verdict:
        job = genesys.read(STATUS, job_id=job_id)
        return verdict_of(part, job, job_id, request, genesys)


def report_of(job: Mapping[str, Any]) -> JobReport:
    """How a job stands; FULFILLED says that it ran to its end, not that no recording failed.

    What it processed counts as deleted only where it says that it deletes.
    """
    status = STATUSES.get(text_in(job, "state").upper(), JobStatus.RUNNING)
    failed, message = count_in(job, "totalFailedRecordings"), job.get("errorMessage")
    processed, action = count_in(job, "totalProcessedRecordings"), _action_of(job)
    words = [message] if isinstance(message, str) and message else []
    words += [f"{failed} recordings failed"] if failed else []
    percent = count_in(job, "percentProgress")
    progress = None if percent is None else percent / 100
    if action is Action.DELETE:
        return JobReport(status, processed, "; ".join(words) or None, progress=progress)
    if action is None:
        return JobReport(status, None, "; ".join(words) or None, progress=progress)
    words.append(f"{processed} recordings {action.done}, none deleted")
    # What could not be exported must not be deleted next.
    if failed and status is JobStatus.COMPLETED:
        status = JobStatus.FAILED
    return JobReport(status, 0, "; ".join(words), progress=progress)


def _action_of(job: Mapping[str, Any]) -> Action | None:
    query = job.get("recordingJobsQuery")
    action = query.get("action") if isinstance(query, dict) else None
    return ACTIONS.get(action) if isinstance(action, str) else None

"""A recording job between its creation and its end: found, executed, cancelled, verified."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from genesys_purge.errors import JobLost, UnreadableAnswer
from genesys_purge.methods.answers import count_in, job_id_in, text_in
from genesys_purge.methods.gate import Found
from genesys_purge.methods.method import JobReport, JobStatus, Part, Verdict
from genesys_purge.methods.recording_protection import protection_of
from genesys_purge.methods.recording_request import (
    Action,
    RecordingJobRequest,
    is_export,
    job_of,
)
from genesys_purge.model.dates import instant_in
from genesys_purge.ports import Genesys, Operation, Permit

ALL = "/api/v2/recording/jobs"
ONE = f"{ALL}/{{job_id}}"
PAGE = "includeTotal=true&pageSize=100&pageNumber={page}"
VIEW = ("recording:job:view",)
SENSITIVE = ("recording:recording:viewSensitiveData",)
CREATE = Operation("POST", ALL, permissions=("recording:job:add",))
STATUS = Operation("GET", ONE, retried=False, permissions=VIEW)
LIST = Operation("GET", f"{ALL}?state={{state}}&showOnlyMyJobs={{mine}}&{PAGE}", permissions=VIEW)
FAILED = Operation("GET", f"{ONE}/failedrecordings?{PAGE}", permissions=VIEW)
CANCEL = Operation("DELETE", ONE, permissions=("recording:job:delete",))
EXECUTE = Operation(
    "PUT",
    ONE,
    permissions=(
        "recording:job:edit",
        "recording:recording:editRetention",
        "recording:screenRecording:editRetention",
        "recording:snippetRecording:editRetention",
    ),
)
METADATA = Operation(
    "GET",
    "/api/v2/conversations/{conversation_id}/recordingmetadata",
    permissions=("recording:recording:view",),
    lists=True,
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
MOST_PAGES = 1_000
MOST_NAMED = 10
CLOCKS_DIFFER = timedelta(minutes=5)


class RecordingGate:
    """Implements `Gate`."""

    unit = "conversations"
    most_jobs = 2

    def jobs_for_each(self, request: RecordingJobRequest) -> int:
        return 2 if request.export_integration_id else 1

    def unprepared(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> int:
        """Before they are deleted, recordings that were to be exported have to be."""
        if request.export_integration_id is None or is_export(request, part):
            return 0
        return sum(_left(each, genesys, _is_to_be_exported) != 0 for each in part.ids)

    def active_jobs(self, genesys: Genesys) -> int:
        return sum(len(_page(LIST, genesys, 1, state=each, mine="false")) for each in ACTIVE)

    def find(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> str | None:
        wanted = job_of(request, part)
        for state in CREATED:
            for job in _pages(LIST, genesys, state=state, mine="true"):
                if part.at and _is_job(job, wanted, part.at):
                    return job_id_in(job, "id")
        return None

    def protected(self, ids: Sequence[str], genesys: Genesys) -> frozenset[str]:
        found = protection_of(ids, genesys)
        return found.protected | found.unknown

    def found(self, job_id: str, genesys: Genesys) -> Found | None:
        job = genesys.read(STATUS, job_id=job_id)
        if report_of(job).status is not JobStatus.READY:
            return None
        conversations = count_in(job, "totalConversations")
        records = count_in(job, "totalRecordings")
        if conversations is None or records is None:
            raise UnreadableAnswer("Genesys has a job ready without readable totals")
        return Found(conversations, records)

    def execute(self, job_id: str, permit: Permit, genesys: Genesys) -> None:
        genesys.delete(EXECUTE, {"state": "PROCESSING"}, permit, job_id=job_id)

    def cancel(self, job_id: str, genesys: Genesys) -> None:
        genesys.change(CANCEL, job_id=job_id)

    def verify_after(self, request: RecordingJobRequest) -> float:
        return timedelta(hours=request.verify_after_hours).total_seconds()

    def verify(
        self, part: Part, job_id: str, request: RecordingJobRequest, genesys: Genesys
    ) -> Verdict:
        """Verified when no recording failed and none is left but what the request leaves out."""
        job = genesys.read(STATUS, job_id=job_id)
        failed = count_in(job, "totalFailedRecordings")
        failures = list(_failures(job_id, genesys)) if failed != 0 else []
        left = {each: recordings_left(each, genesys) for each in part.ids}
        unseen = [each for each, files in left.items() if files is None]
        files = sum(each or 0 for each in left.values())
        spared = 0 if all(request.flags.values()) else count_in(job, "totalSkippedRecordings") or 0
        return Verdict(
            gone=sum(each == 0 for each in left.values()),
            is_complete=not failed and not failures and not unseen and files <= spared,
            deleted=count_in(job, "totalProcessedRecordings"),
            note=_note(part, files, spared, failed or len(failures), failures, len(unseen)),
            is_final=bool(failed or failures),
        )


def report_of(job: Mapping[str, Any]) -> JobReport:
    """How a job stands; FULFILLED says that it ran to its end, not that no recording failed."""
    status = STATUSES.get(text_in(job, "state").upper(), JobStatus.RUNNING)
    failed, message = count_in(job, "totalFailedRecordings"), job.get("errorMessage")
    processed = count_in(job, "totalProcessedRecordings")
    words = [message] if isinstance(message, str) and message else []
    words += [f"{failed} recordings failed"] if failed else []
    query = job.get("recordingJobsQuery")
    if isinstance(query, dict) and query.get("action") == Action.EXPORT.upper():
        words.append(f"{processed} recordings exported, none deleted")
        # What could not be exported must not be deleted next.
        if failed and status is JobStatus.COMPLETED:
            status = JobStatus.FAILED
        processed = 0
    return JobReport(status, processed, "; ".join(words) or None)


def recordings_left(conversation_id: str, genesys: Genesys) -> int | None:
    """How many recordings of the conversation are not deleted; None where that is not to be had."""
    return _left(conversation_id, genesys, _is_kept)


def _left(
    conversation_id: str, genesys: Genesys, counts: Callable[[Mapping[str, Any]], bool]
) -> int | None:
    try:
        rows = _entities(genesys.read(METADATA, conversation_id=conversation_id))
    except JobLost:
        return None
    return sum(counts(row if isinstance(row, dict) else {}) for row in rows)


def _is_kept(row: Mapping[str, Any]) -> bool:
    return row.get("fileState") != "DELETED"


def _is_to_be_exported(row: Mapping[str, Any]) -> bool:
    return _is_kept(row) and instant_in(row.get("exportedDate")) is None


def _is_job(job: Any, wanted: Mapping[str, Any], at: datetime) -> bool:
    """Whether it was created after `at` for what is wanted, by which its date alone tells it."""
    query = job.get("recordingJobsQuery") if isinstance(job, dict) else None
    created = instant_in(job.get("dateCreated")) if isinstance(query, dict) else None
    if not isinstance(query, dict) or created is None or created < at - CLOCKS_DIFFER:
        return False
    date = instant_in(query.get("actionDate"))
    told = [name for name in wanted if name.startswith(("include", "action")) and name in query]
    same = all(query[name] == wanted[name] for name in told if name != "actionDate")
    return (
        same
        and date is not None
        and date.replace(microsecond=0) == at.replace(microsecond=0)
        and _ids_of(query) == _ids_of(wanted)
    )


def _ids_of(query: Mapping[str, Any]) -> set[str]:
    """The conversations that a job's query names; empty where it cannot be read."""
    try:
        (filters,) = query["conversationQuery"]["conversationFilters"]
        return {str(each["value"]).casefold() for each in filters["predicates"]}
    except (KeyError, TypeError, ValueError):
        return set()


def _failures(job_id: str, genesys: Genesys) -> Iterator[str]:
    """The conversation of each recording that failed."""
    for row in _pages(FAILED, genesys, job_id=job_id):
        conversation = row.get("conversation") if isinstance(row, dict) else None
        yield text_in(conversation if isinstance(conversation, dict) else {}, "id")


def _pages(operation: Operation, genesys: Genesys, **path: str) -> Iterator[Any]:
    """Every entity, page by page up to an empty one."""
    for page in count(1):
        entities = _page(operation, genesys, page, **path)
        if not entities:
            return
        if page > MOST_PAGES:
            raise UnreadableAnswer("Genesys answers one page after the other without an end")
        yield from entities


def _page(operation: Operation, genesys: Genesys, page: int, **path: str) -> list[Any]:
    return _entities(genesys.read(operation, None, page=str(page), **path))


def _entities(answer: Mapping[str, Any]) -> list[Any]:
    entities = answer.get("entities")
    if not isinstance(entities, list):
        raise UnreadableAnswer("Genesys answered a list without its entities")
    return entities


def _note(
    part: Part, files: int, spared: int, failed: int, failures: Sequence[str], unseen: int
) -> str:
    """What was looked at, in numbers of conversations and recordings."""
    words = [f"looked at {len(part.ids)} conversations: {files} recordings are left"]
    words += ["deleted counts recordings"]
    words += [f"the request leaves out {spared}"] if spared else []
    words += [f"{unseen} conversations could not be looked at"] if unseen else []
    if failed:
        named = list(dict.fromkeys(failures))
        more = " and more" if len(named) > MOST_NAMED else ""
        words.append(f"{failed} failed, of {', '.join(named[:MOST_NAMED])}{more}")
    return "; ".join(words)

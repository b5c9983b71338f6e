"""What Genesys reports of a recording job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.methods.answers import count_in, deciding_count_in, share_in, text_in, words_in
from genesys_purge.methods.contract import JobReport, JobStatus
from genesys_purge.methods.recording_job.request import Action
from genesys_purge.model.finished_jobs import JobCounts

STATUSES = {
    "READY": JobStatus.READY,
    "FULFILLED": JobStatus.COMPLETED,
    "FAILED": JobStatus.FAILED,
    "CANCELLED": JobStatus.CANCELLED,
}
ACTIONS = {each.upper(): each for each in Action}


def report_of(job: Mapping[str, Any]) -> JobReport:
    """The status of a job; FULFILLED means that it ran to its end, not that nothing failed.

    Processed recordings count as deleted only if the job reports that it deletes.
    """
    status = STATUSES.get(text_in(job, "state").upper(), JobStatus.RUNNING)
    failed, reason = deciding_count_in(job, "totalFailedRecordings"), words_in(job, "errorMessage")
    notes = [reason, f"{failed} recordings failed" if failed else None]
    message = "; ".join(filter(None, notes)) or None
    progress = share_in(job, "percentProgress")
    counts = counts_of(job) if status is JobStatus.COMPLETED else JobCounts()
    report = JobReport(status, message=message, reason=reason, progress=progress, counts=counts)
    processed, action = count_in(job, "totalProcessedRecordings"), _action_of(job)
    match action:
        case Action.DELETE:
            return report._replace(processed=processed)
        case Action.ARCHIVE:
            report = report._replace(processed=0, archived=processed)
        case Action.EXPORT:
            report = report._replace(processed=0, exported=processed)
        case None:
            return report
    # The next job must not delete recordings whose export failed.
    is_short = bool(failed) and status is JobStatus.COMPLETED
    return report._replace(status=JobStatus.FAILED) if is_short else report


def counts_of(job: Mapping[str, Any]) -> JobCounts:
    """The counts of recordings that a job reports."""
    total = deciding_count_in(job, "totalRecordings")
    skipped = count_in(job, "totalSkippedRecordings")
    failed = count_in(job, "totalFailedRecordings")
    processed = count_in(job, "totalProcessedRecordings")
    rest = (total or 0) - (processed or 0) - (skipped or 0) - (failed or 0)
    return JobCounts(processed=processed, failed=failed, unaccounted=max(rest, 0))


def _action_of(job: Mapping[str, Any]) -> Action | None:
    query = job.get("recordingJobsQuery")
    action = query.get("action") if isinstance(query, dict) else None
    return ACTIONS.get(action) if isinstance(action, str) else None

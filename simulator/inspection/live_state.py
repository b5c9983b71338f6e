"""The live platform's part of `/_simulator/state`."""

from __future__ import annotations

from datetime import datetime

from simulator.http.wire import format_instant
from simulator.live.details_jobs.job import DetailsJobRecord
from simulator.live.gdpr.request import GdprRecord
from simulator.live.platform import LivePlatform
from simulator.live.recording_jobs.job import RecordingJobRecord


def state_of(platform: LivePlatform, now: datetime) -> dict[str, object]:
    """`{recordings: {fileState: n}, recordingJobs, detailsJobs, gdprRequests, ...}`."""
    return {
        "recordings": platform.recordings.counts(now),
        "recordingJobs": [_job(each) for each in platform.recording_jobs.records(now)],
        "detailsJobs": [_details_job(each) for each in platform.details_jobs.records(now)],
        "gdprRequests": [_gdpr(each) for each in platform.gdpr_requests.records(now)],
        "protectedConversations": platform.protection.count,
        "disconnectedConversations": list(platform.disconnections.ids),
    }


def _job(job: RecordingJobRecord) -> dict[str, object]:
    return {
        "jobId": job.job_id,
        "action": job.query.action,
        "state": job.state,
        "clientId": job.client_id,
        "createdAt": format_instant(job.created_at),
        "executedAt": format_instant(job.executed_at) if job.executed_at else None,
        "targeted": len(job.target_ids),
        "skipped": job.skipped,
        "processed": len(job.processed_ids),
        "failed": len(job.failed_ids),
    }


def _details_job(job: DetailsJobRecord) -> dict[str, object]:
    return {
        "jobId": job.job_id,
        "state": job.state,
        "clientId": job.client_id,
        "submittedAt": format_instant(job.submitted_at),
        "found": len(job.found_ids),
    }


def _gdpr(request: GdprRecord) -> dict[str, object]:
    return {
        "requestId": request.request_id,
        "requestType": request.request_type,
        "status": request.status,
        "clientId": request.client_id,
        "createdAt": format_instant(request.created_at),
        "deleted": len(request.deleted_ids),
    }

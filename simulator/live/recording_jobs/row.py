"""Recording jobs and failed recordings as JSON."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.http.request import Request
from simulator.http.wire import format_instant
from simulator.live.recording_jobs.job import RecordingJob, RecordingJobState
from simulator.live.recordings.recording import Recording

ALL = "/api/v2/recording/jobs"
DEFAULTS: Mapping[str, object] = {
    "includeRecordingsWithSensitiveData": False,
    "includeScreenRecordings": True,
    "includePolicyBasedRecordings": True,
    "includeSnippetRecordings": True,
    "clearExport": False,
}


def payload_of(job: RecordingJob, request: Request) -> dict[str, object]:
    """The job at the time of the request; its totals are 0 while it is pending."""
    state = job.state(request.at)
    uri = f"{ALL}/{job.job_id}"
    payload: dict[str, object] = {
        "id": job.job_id,
        "state": state,
        "recordingJobsQuery": {**DEFAULTS, **job.body},
        "dateCreated": format_instant(job.created_at),
        **_totals(job, state),
        "failedRecordings": f"{uri}/failedrecordings",
        "selfUri": uri,
    }
    if job.client_id is not None:
        payload["user"] = {"id": job.client_id, "selfUri": f"/api/v2/users/{job.client_id}"}
    if state is RecordingJobState.FAILED:
        payload["errorMessage"] = "The job failed"
    return payload


def _totals(job: RecordingJob, state: RecordingJobState | None) -> dict[str, object]:
    # The recordings are counted when the job is ready.
    counted = state is not RecordingJobState.PENDING
    selection = job.selection
    fulfilled = state is RecordingJobState.FULFILLED
    return {
        "totalConversations": selection.conversations if counted else 0,
        "totalRecordings": len(selection.recordings) if counted else 0,
        "totalSkippedRecordings": selection.skipped if counted else 0,
        "totalFailedRecordings": len(job.failed),
        "totalProcessedRecordings": len(job.processed),
        "percentProgress": 100 if fulfilled else job.percent,
    }


def reference_to(recording: Recording) -> dict[str, object]:
    """`{conversation: {id, selfUri}, recording: {id, selfUri}}`."""
    conversation = f"/api/v2/conversations/{recording.conversation_id}"
    return {
        "conversation": {"id": recording.conversation_id, "selfUri": conversation},
        "recording": {
            "id": recording.recording_id,
            "selfUri": f"{conversation}/recordings/{recording.recording_id}",
        },
    }

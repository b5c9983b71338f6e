"""ReadPurge: lists of runs, the state of a run, its records, and its audit page by page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genesys_purge.calling.cancellations import Cancellations
from genesys_purge.errors import NotFound
from genesys_purge.model.batch import Batch
from genesys_purge.model.dates import zulu
from genesys_purge.model.paging import page_in
from genesys_purge.model.poll import Poll
from genesys_purge.model.run import Run, Totals, totals_of
from genesys_purge.model.verification import Verification, awaits_verification, verification_of
from genesys_purge.ports import AuditLog, BatchPage, Runs
from genesys_purge.purging.list_records import ListRecords
from genesys_purge.purging.list_runs import ListRuns
from genesys_purge.purging.ports import PollStore

FIRST_BATCH = 0
RUN_ID = re.compile("[A-Za-z0-9_-]{1,80}")


class ReadPurge:
    """Serves `GET /purges/...`; changes nothing."""

    def __init__(
        self,
        runs: Runs,
        cancellations: Cancellations,
        polls: PollStore,
        audit: AuditLog,
        list_runs: ListRuns,
        list_records: ListRecords,
    ) -> None:
        self._runs = runs
        self._cancellations = cancellations
        self._polls = polls
        self._audit = audit
        self._list_runs = list_runs
        self._list_records = list_records

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """A page of `GET /purges`, of `GET /purges/{runId}`, or of its `/records` or `/audit`."""
        if "runId" not in path:
            return self._list_runs(query)
        if not RUN_ID.fullmatch(path["runId"]):
            raise NotFound("there is no run with that id")
        if route.endswith("/audit"):
            return self.audit(path["runId"], *page_in(query, 1))
        if route.endswith("/records"):
            return self._list_records(path["runId"], query)
        return self.run(path["runId"], *page_in(query, FIRST_BATCH))

    def run(self, run_id: str, start: int, limit: int) -> dict[str, Any]:
        """The run with its plan, its totals and at most `limit` batches from number `start` on.

        NotFound for an unknown id.
        """
        run = self._runs.get(run_id)
        if not run.has_ended:
            run = run.model_copy(update={"cancellation": self._cancellations.of(run_id)})
        page = BatchPage((), None) if run.is_dry else self._runs.batch_page(run, start, limit)
        shown = run.model_dump(
            mode="json",
            by_alias=True,
            exclude_none=True,
            include={
                "run_id",
                "status",
                "outcome",
                "submitted_at",
                "submitted_by",
                "purge_policy",
                "approval_id",
                "finished_at",
                "plan",
                "detail",
                "cancellation",
            },
        )
        return shown | {
            **({"organisation": run.organisation} if run.organisation else {}),
            **({"planning": run.planning.shown()} if run.planning else {}),
            "method": run.method,
            "dryRun": run.is_dry,
            **({"isSettled": run.is_settled} if run.has_ended else {}),
            **self._sums(run, page, start),
            "batches": self._batches(run, page),
            **({} if page.following is None else {"next": str(page.following)}),
        }

    def _batches(self, run: Run, page: BatchPage) -> list[dict[str, Any]]:
        """Each batch of the page with its last poll."""
        numbers = [batch.number for batch in page.batches]
        if not numbers:
            return []
        polls = self._polls.between(run.run_id, numbers[0], numbers[-1])
        return [_shown(batch, polls.get(batch.number)) for batch in page.batches]

    def _sums(self, run: Run, page: BatchPage, start: int) -> dict[str, Any]:
        """The totals, and why not all is verified, if so; a finished run has stored totals.

        Only the first page of an unfinished run has them, because they need every batch.
        """
        if run.totals:
            return _with_verification(run.totals, None)
        if start != FIRST_BATCH:
            return {}
        batches = page.batches if page.following is None else self._runs.batches(run)
        is_pending = any(map(awaits_verification, batches))
        pending = Verification.PENDING if is_pending else None
        return _with_verification(totals_of(run.plan, batches), pending)

    def audit(self, run_id: str, start: int, limit: int) -> dict[str, Any]:
        """At most `limit` records from sequence `start` on, and the start of the next page."""
        self._runs.get(run_id)
        page = self._audit.page(run_id, start, limit)
        answer: dict[str, Any] = {"records": [record.to_json() for record in page.records]}
        if page.following is not None:
            answer["next"] = str(page.following)
        return answer


def _with_verification(totals: Totals, pending: Verification | None) -> dict[str, Any]:
    """The totals, and why records are not verified yet or never can be."""
    lasting = Verification.NOT_POSSIBLE if totals.unverifiable else None
    found = lasting or pending
    return {"totals": totals.to_json(), **({"verification": found} if found else {})}


def _shown(batch: Batch, poll: Poll | None) -> dict[str, Any]:
    job_id = batch.job_id or batch.last_job_id
    shown = {
        "batch": batch.number,
        "status": batch.state,
        "jobId": job_id,
        "attempts": batch.attempt.number,
        "unit": batch.unit,
        "deletedUnit": batch.deleted_unit,
        **(_progress(poll, job_id) if poll else {}),
        "targeted": batch.targeted,
        "deleted": batch.deleted,
        "archived": batch.archived,
        "exported": batch.exported,
        "verified": batch.verified,
        "check": batch.check and batch.check.facts.to_json(),
        "isVerified": batch.is_verified,
        "verification": verification_of(batch),
        "verificationReason": batch.unverifiable,
        "startTime": batch.began_at and zulu(batch.began_at),
        "endTime": batch.ended_at and zulu(batch.ended_at),
        "durationSeconds": batch.duration_seconds,
        "recordsPerSecond": batch.records_per_second,
        "errorReason": batch.error_reason,
        "detail": batch.detail or batch.attempt.reason,
    }
    return {name: value for name, value in shown.items() if value is not None}


def _progress(poll: Poll, job_id: str | None) -> dict[str, Any]:
    """The polls of the batch, and how far its job is; nothing about the job before it."""
    is_current = poll.job_id == job_id
    return {
        "polls": poll.number,
        "lastPolledAt": zulu(poll.at),
        "purgedSoFar": poll.purged if is_current else None,
        "percent": poll.percent if is_current else None,
    }

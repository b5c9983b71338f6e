"""ListRecords: what became of each record of a run's plan, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.paging import CONVERSATION_ID, PAGE, Allowed, Query, one_of
from genesys_purge.model.record_outcome import BatchOutcomes, RecordOutcome, RecordPosition
from genesys_purge.model.run import Run
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.model.verification import Verification, verification_of
from genesys_purge.ports import Runs
from genesys_purge.purging.record_page import RecordPage
from genesys_purge.purging.requests import request_of

ROUTE = "GET /purges/{runId}/records"
BATCH_NUMBER = Allowed("0|[1-9][0-9]{0,5}", "must be a whole number, 0 or more")
# How many batches a page reads at most, if few records match.
MOST_BATCHES = 200


class Wanted(NamedTuple):
    """The records to list: of one batch or of all, with one outcome or any, of one conversation.

    A window names no conversation.
    """

    batch: int | None
    outcome: str | None
    conversation_id: str | None

    @property
    def includes_skipped(self) -> bool:
        return self.batch is None and self.outcome in (None, RecordOutcome.SKIPPED)

    def includes(self, outcome: RecordOutcome) -> bool:
        return self.outcome in (None, outcome)

    def is_about(self, conversation_id: str | None) -> bool:
        """Whether records of this conversation are wanted; case does not matter."""
        if self.conversation_id is None:
            return True
        return conversation_id is not None and conversation_id.casefold() == self.conversation_id


class ListRecords:
    """Serves `GET /purges/{runId}/records`; a page is bounded in work, so it may be short."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs

    def __call__(self, run_id: str, given: Mapping[str, str]) -> dict[str, Any]:
        """A page of the plan's records; none before the plan exists. NotFound for an unknown id."""
        run = self._runs.get(run_id)
        query = Query(given, ("outcome", "batch", "conversationId", *PAGE), ROUTE, run_id)
        batch = query.value("batch", BATCH_NUMBER)
        outcome = query.value("outcome", one_of(list(RecordOutcome)))
        conversation = query.value("conversationId", CONVERSATION_ID)
        start, page = query.position(RecordPosition), RecordPage(query.limit)
        query.check()
        wanted = Wanted(
            None if batch is None else int(batch), outcome, conversation and conversation.casefold()
        )
        if run.plan is None:
            return {"records": []}
        if wanted.batch is not None and wanted.batch >= run.plan.batches:
            message = f"the plan has {run.plan.batches} batches, numbered from 0"
            raise InvalidRequest([FieldError("batch", message)])
        first = RecordPosition(part="batch", number=wanted.batch or 0)
        Listing(self._runs, run, wanted, page).fill(start or first)
        units = {"unit": run.plan.unit, "deletedUnit": run.plan.deleted_unit}
        return units | query.page("records", page.rows, page.following)


class Listing:
    """Fills a page with the records of a run: the batches in order, then the skipped records."""

    def __init__(self, runs: Runs, run: Run, wanted: Wanted, page: RecordPage) -> None:
        self._runs = runs
        self._run = run
        self._wanted = wanted
        self._page = page
        self._request, self._method = request_of(run)

    def fill(self, start: RecordPosition) -> None:
        if start.part == "batch":
            if self._wanted.outcome != RecordOutcome.SKIPPED:
                self._add_batches(start)
            start = RecordPosition(part="skipped")
        if self._wanted.includes_skipped and not self._page.is_over:
            self._add_skipped(start)

    def _add_batches(self, start: RecordPosition) -> None:
        is_one = self._wanted.batch is not None
        found = self._runs.batch_page(self._run, start.number, 1 if is_one else MOST_BATCHES)
        for batch in found.batches:
            first = start.entry if batch.number == start.number else 0
            if batch.window is None:
                self._add_entries(batch, first)
            else:
                self._add_window(batch)
            if self._page.is_over:
                return
        if found.following is not None and not is_one:
            self._page.end_before("batch", found.following)

    def _add_window(self, batch: Batch) -> None:
        outcome = self._outcomes(batch).of(0)
        if not self._wanted.includes(outcome) or not self._wanted.is_about(None):
            return
        if self._page.is_full:
            self._page.end_before("batch", batch.number)
        else:
            self._page.rows.append(_window(batch, outcome))

    def _add_entries(self, batch: Batch, first: int) -> None:
        """Add the entries from position `first` on; their manifest is read only if some match."""
        outcomes = self._outcomes(batch)
        positions = range(first, batch.planned)
        matching = (each for each in positions if self._may_match(outcomes, each))
        if (start := next(matching, None)) is None:
            return
        if not self._page.may_read:
            self._page.end_before("batch", batch.number, start)
            return
        self._page.count_list()
        entries = self._runs.manifest(batch)
        outcomes = outcomes.sampled_from(entries)
        for position in range(start, batch.planned):
            if not self._wanted.is_about(entries[position].conversation_id):
                continue
            outcome = outcomes.of(position)
            if not self._wanted.includes(outcome):
                continue
            if self._page.is_full:
                self._page.end_before("batch", batch.number, position)
                return
            self._page.rows.append(_entry(batch, entries[position], outcome))

    def _may_match(self, outcomes: BatchOutcomes, position: int) -> bool:
        return any(map(self._wanted.includes, outcomes.possible(position)))

    def _add_skipped(self, start: RecordPosition) -> None:
        for chunk in range(start.number, self._run.skipped_chunks):
            first = start.entry if chunk == start.number else 0
            if not self._page.may_read:
                self._page.end_before("skipped", chunk, first)
                return
            self._page.count_list()
            records = self._runs.skipped(self._run.run_id, chunk)
            for index, record in enumerate(records[first:], first):
                if not self._wanted.is_about(record.conversation_id):
                    continue
                if self._page.is_full:
                    self._page.end_before("skipped", chunk, index)
                    return
                self._page.rows.append(_skipped(record))

    def _outcomes(self, batch: Batch) -> BatchOutcomes:
        # A job that was not counted was not confirmed either, so it deleted nothing.
        has_run = self._method.lifecycle.asked_for(batch) is not None
        called = batch.job_id is not None or batch.attempt.unanswered > 0
        effect = RecordOutcome(self._request.effect)
        return BatchOutcomes(batch, effect, self._run.is_dry, has_run and called)


def _entry(batch: Batch, entry: Entry, outcome: RecordOutcome) -> dict[str, Any]:
    record_id = {"recordId": entry.record_id} if entry.record_id else {}
    conversation = {"batch": batch.number, "conversationId": entry.conversation_id}
    return conversation | record_id | {"outcome": outcome}


def _window(batch: Batch, outcome: RecordOutcome) -> dict[str, Any]:
    deleted = {} if batch.deleted is None else {"deleted": batch.deleted}
    window = batch.window and batch.window.to_json()
    counts = {"outcome": outcome, "targeted": batch.targeted, **deleted}
    is_lasting = verification_of(batch) is Verification.NOT_POSSIBLE
    verification = {"verification": Verification.NOT_POSSIBLE} if is_lasting else {}
    return {"batch": batch.number, "window": window, **counts, **verification}


def _skipped(record: SkippedRecord) -> dict[str, Any]:
    why = {"outcome": RecordOutcome.SKIPPED, "reason": record.reason}
    if record.conversation_id is None:
        return why | {"records": record.records}
    return {"conversationId": record.conversation_id, **why}

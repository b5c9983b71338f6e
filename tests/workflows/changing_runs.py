"""Runs over organisations that change while they run, and what their jobs took."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from unittest.mock import patch

import httpx
from genesys_purge.methods.recording_job import (
    others,
    pieces,
    plan_by_day,
    plan_by_interval,
    started,
)
from genesys_purge.wiring import adapters, calls

from simulator import Corpus
from simulator.live.recording_jobs.job import RecordingJobRecord
from simulator.live.recordings.recording import FileState
from tests.application import Application, running
from tests.clock import Clock, powertools_by
from tests.workflows.generated_organisations import (
    A_MILLISECOND,
    Change,
    ChangeKind,
    Limits,
    Organisation,
)
from tests.workflows.recorded_calls import SETTINGS

A_CENTURY_OF_DAYS = 36_500


class Made(NamedTuple):
    """A change that was made, its time, and the jobs that were created or executed before."""

    change: Change
    at: datetime
    created: frozenset[str]
    executed: frozenset[str]


class Notifying(httpx.BaseTransport):
    """Calls `after` with the number of answers, after each of them."""

    def __init__(self, inner: httpx.BaseTransport, after: Callable[[int], None]) -> None:
        self._inner, self._after, self._answers = inner, after, 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        self._answers += 1
        self._after(self._answers)
        return answer


class ChangingRun:
    """An application whose organisation changes, and the record of its simulator."""

    def __init__(self, app: Application, organisation: Organisation) -> None:
        self.app = app
        self.organisation = organisation
        self.made: list[Made] = []
        self._planned: list[Change] = []

    def plan(self, changes: Sequence[Change]) -> None:
        """Make these changes when they are due."""
        self._planned = list(changes)
        self.make_due(0)

    def make_due(self, answers: int) -> None:
        """Make the changes that are due after so many answers of Genesys."""
        due = [each for each in self._planned if each.after <= answers]
        self._planned = [each for each in self._planned if each.after > answers]
        for each in due:
            self._make(each)
            created = frozenset(job.job_id for job in self.app.simulator.recording_jobs)
            executed = frozenset(job.job_id for job in self.executed())
            self.made.append(Made(each, self.app.clock(), created, executed))

    def run(self, **fields: Any) -> dict[str, Any]:
        return self.app.run(self.organisation.request(**fields))

    def executed(self) -> list[RecordingJobRecord]:
        """The jobs that were executed, in order of creation."""
        return [each for each in self.app.simulator.recording_jobs if each.executed_at]

    def taken(self, job: RecordingJobRecord) -> set[str]:
        """The conversations with a recording that an executed job was asked to delete."""
        owners = {each.recording_id: each.conversation_id for each in self.app.simulator.recordings}
        return {owners[each] for each in job.requested_ids}

    def manifest(self, run: dict[str, Any]) -> set[str]:
        """The conversations of the run's batches."""
        records = self.app.records(run["runId"])
        return {each["conversationId"] for each in records if each["outcome"] != "skipped"}

    def ids_with(self, *states: FileState) -> set[str]:
        """The conversations with a recording in one of the states."""
        recordings = self.app.simulator.recordings
        return {each.conversation_id for each in recordings if each.file_state in states}

    def _make(self, change: Change) -> None:
        corpus = self.app.simulator.corpus
        match change.kind:
            case ChangeKind.HOLD_IDS:
                self._hold(conversationIds=change.ids)
            case ChangeKind.HOLD_DATES:
                first, last = change.ends[0], change.ends[-1] + A_MILLISECOND
                self._hold(dateRange={"start": first.isoformat(), "end": last.isoformat()})
            case ChangeKind.PROTECT:
                corpus.place_hold(change.ids)
            case ChangeKind.KEEP_LONGER:
                rule = {"name": "any", "minimumDays": A_CENTURY_OF_DAYS, "basis": "a new law"}
                name = adapters.settings().parameters.retention
                self.app.set_parameter(name, json.dumps({"rules": [rule]}))
            case ChangeKind.APPEAR:
                corpus.add(change.about)

    def _hold(self, **scope: Any) -> None:
        self.app.put_hold(
            holdId=f"case-{len(self.made)}",
            reason="litigation",
            placedBy="legal",
            placedAt=self.app.clock().isoformat(),
            **scope,
        )


@contextmanager
def changing(
    organisation: Organisation,
    changes: Sequence[Change] = (),
    limits: Limits = Limits(),  # noqa: B008  it is immutable
    **environment: str,
) -> Iterator[ChangingRun]:
    """A running application, whose parameters are cached by its clock."""
    clock = Clock()
    variables = {"BATCH_SIZE": str(limits.batch_size), **environment}
    with ExitStack() as stack:
        stack.enter_context(powertools_by(clock))
        for module, name, value in (
            (pieces, "MOST_NAMED", limits.most_named),
            (others, "MOST_COUNTED", limits.most_counted),
            (started, "LARGE", limits.large),
            (plan_by_day, "MOST_ASKED", limits.chunk),
            (plan_by_interval, "MOST_ASKED", limits.chunk),
        ):
            stack.enter_context(patch.object(module, name, value))
        corpus = Corpus.of(organisation.conversations)
        app = stack.enter_context(running(corpus, SETTINGS, clock, variables))
        run = ChangingRun(app, organisation)
        client = httpx.Client(transport=Notifying(app.simulator.transport(), run.make_due))
        stack.enter_context(patch.object(calls, "http_client", lambda: client))
        run.plan(changes)
        yield run

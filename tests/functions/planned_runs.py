"""Stores runs and plans through the real adapters, and reads lists over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.batch import Batch, Entry
from genesys_purge.model.run import Outcome, Plan, Run, RunStatus, finished, totals_of
from genesys_purge.model.skipped import SkippedRecord
from genesys_purge.wiring import adapters

from tests import builders
from tests.application import http_event
from tests.clock import NOON
from tests.functions.conftest import Invoke


def fact(run: Run, action: Action) -> AuditRecord:
    return AuditRecord(run_id=run.run_id, at=NOON, actor="tests", action=action)


def submitted(run_id: str, minutes: float = 0, **changes: Any) -> Run:
    """A stored run, submitted so many minutes after NOON."""
    at = NOON + timedelta(minutes=minutes)
    run = builders.run(run_id=run_id, submitted_at=at, **changes)
    return adapters.runs().create(run, fact(run, Action.RUN_SUBMITTED))


def planned(
    run: Run,
    *batches: tuple[Batch, Sequence[Entry]],
    skipped: Sequence[Sequence[SkippedRecord]] = (),
) -> Run:
    """The run, running, with these batches and chunks of skipped records."""
    runs, planner = adapters.runs(), run.planner or ""
    for batch, entries in batches:
        runs.put_batch(batch.model_copy(update={"run_id": run.run_id}), entries, planner)
    counts: dict[str, int] = {}
    for number, chunk in enumerate(skipped):
        runs.put_skipped(run.run_id, number, chunk, planner)
        for each in chunk:
            counts[each.reason] = counts.get(each.reason, 0) + each.records
    plan = Plan(
        batches=len(batches),
        targeted=sum(batch.planned for batch, _ in batches),
        skipped=counts,
        hash="0" * 64,
        unit="conversations",
        deleted_unit="conversations",
    )
    changes = {"plan": plan, "skipped_chunks": len(skipped), "status": RunStatus.RUNNING}
    running = run.model_copy(update=changes)
    runs.plan(running, fact(run, Action.RUN_PLANNED))
    return running


def ended(run: Run, outcome: Outcome = Outcome.COMPLETED) -> Run:
    """The run, finished a minute after its submission."""
    at = run.submitted_at + timedelta(minutes=1)
    after = finished(run, outcome, totals_of(run.plan, []), at, None)
    adapters.runs().finish(after, fact(run, Action.RUN_COMPLETED))
    return after


def entries(*ids: str, classification: str | None = None) -> list[Entry]:
    return [Entry(each, builders.days_ago(400), classification) for each in ids]


def get(
    invoke: Invoke, route: str, run_id: str | None = None, **query: str
) -> tuple[int, dict[str, Any]]:
    """The status and the body of a page."""
    path = {"runId": run_id} if run_id else None
    answer = invoke("ReadPurge", http_event(route, path=path, query=query or None))
    return answer["statusCode"], json.loads(answer["body"])


def pages(
    invoke: Invoke, route: str, run_id: str | None = None, **query: str
) -> Iterator[dict[str, Any]]:
    """Every page of a list."""
    while True:
        status, page = get(invoke, route, run_id, **query)
        assert status == 200, page
        yield page
        if "next" not in page:
            return
        query["next"] = page["next"]


def errors(page: tuple[int, dict[str, Any]]) -> dict[str, str]:
    """The message of each wrong parameter of a refused request."""
    assert page[0] == 400, page
    return {error["path"]: error["message"] for error in page[1]["errors"]}

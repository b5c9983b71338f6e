"""Checks that hold for every run, under any fault."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from simulator import Operation
from tests.application import Application


def counts_in(run: dict[str, Any]) -> dict[str, Any]:
    """The totals of a run without their units."""
    units = ("unit", "deletedUnit")
    return {name: value for name, value in run["totals"].items() if name not in units}


def assert_honest(app: Application, run: dict[str, Any], ids: Iterable[str]) -> None:
    """The run claims only what the corpus shows; nothing is sent twice; the audit has no gap."""
    asked = set(ids)
    gone = len(asked.intersection(app.simulator.corpus.deleted_ids()))
    totals = run["totals"]
    assert app.simulator.submitted_twice() == []
    assert totals.get("verified", 0) <= gone
    assert totals.get("deleted", 0) <= gone
    assert totals["targeted"] + sum(totals["skipped"].values()) == len(asked)
    if run["outcome"] == "completed":
        assert totals["verified"] == gone == totals["targeted"]
    assert_every_record_has_its_outcome(app, run)
    sequence = [record["sequence"] for record in app.audit(run["runId"])]
    assert sequence == list(range(1, len(sequence) + 1))


def assert_every_record_has_its_outcome(app: Application, run: dict[str, Any]) -> None:
    """The outcomes add up to the plan, and no single one claims what the corpus contradicts."""
    records, gone = app.records(run["runId"]), set(app.simulator.corpus.deleted_ids())
    if "plan" not in run:
        assert records == []
        return
    plan, outcomes = run["plan"], outcome_counts(records)
    assert outcomes["skipped"] == sum(plan["skipped"].values())
    assert outcomes.total() == plan["targeted"] + sum(plan["skipped"].values())
    for record in records:
        if "conversationId" in record and record["outcome"] in ("deleted", "failed", "protected"):
            assert (record["conversationId"] in gone) == (record["outcome"] == "deleted"), record


def outcome_counts(records: Iterable[dict[str, Any]]) -> Counter[str]:
    """The number of records with each outcome, windows and unknown ids by their counts."""
    counts: Counter[str] = Counter()
    for record in records:
        counts[record["outcome"]] += record.get("targeted", record.get("records", 1))
    return counts


def action_counts(app: Application, run: dict[str, Any]) -> Counter[str]:
    """The number of records of each action in the run's audit."""
    return Counter(app.actions(run["runId"]))


def statuses(run: dict[str, Any]) -> list[str]:
    """The batches' statuses, in order."""
    return [batch["status"] for batch in run["batches"]]


def sent(app: Application, since: int = 0) -> list[dict[str, Any]]:
    """The bodies of the deleting calls after the first `since` requests, sorted."""
    bodies = [
        json.loads(request.body)
        for request in app.simulator.requests[since:]
        if request.operation is Operation.SUBMIT
    ]
    return sorted(bodies, key=json.dumps)

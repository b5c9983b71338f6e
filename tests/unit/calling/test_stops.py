"""The guard and stops: a stop that covers the call refuses it, and no other stop does."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import DeletionStopped, TryLater
from genesys_purge.model.retention import Kind, values
from genesys_purge.model.stops import StopScope, UnreadableStop

from tests import builders
from tests.clock import NOON
from tests.unit.purge_rules.rule_bench import RuleBench
from tests.unit.purging.test_guard import IDS
from tests.unit.workbench import Workbench

WHY = (
    "deletion of the run run-1 is stopped since 2026-11-21T12:00:00+00:00: an incident; "
    "`POST /resume` allows it again, by two persons"
)


def place(bench: Workbench | RuleBench, scope: StopScope, name: str | None, **fields: Any) -> None:
    stop = builders.stop(scope, name, **fields)
    bench.stops.placed[stop.stop_id] = stop


@pytest.mark.parametrize(
    ("scope", "name"),
    [(StopScope.ALL, None), (StopScope.ORGANISATION, "default"), (StopScope.RUN, "run-1")],
)
def test_guard_refuses_a_call_that_a_stop_covers(
    bench: Workbench, scope: StopScope, name: str | None
) -> None:
    place(bench, scope, name)
    with pytest.raises(DeletionStopped, match=r"is stopped since .*: an incident"):
        bench.guard.permit(IDS.deletion(3))


@pytest.mark.parametrize(
    ("scope", "name"),
    [
        (StopScope.ORGANISATION, "emea"),
        (StopScope.RUN, "run-2"),
        (StopScope.POLICY, "run-1"),
        (StopScope.POLICY, "default"),
    ],
)
def test_guard_permits_a_call_that_no_stop_covers(
    bench: Workbench, scope: StopScope, name: str
) -> None:
    place(bench, scope, name)
    assert bench.guard.permit(IDS.deletion(3))


def test_guard_permits_a_call_whose_stop_was_resumed(bench: Workbench) -> None:
    place(bench, StopScope.ALL, None, resumed_at=NOON)
    assert bench.guard.permit(IDS.deletion(3))


def test_refusal_says_what_is_stopped_and_what_to_do(bench: Workbench) -> None:
    place(bench, StopScope.RUN, "run-1")
    with pytest.raises(DeletionStopped) as refused:
        bench.guard.permit(IDS.deletion(3))
    assert str(refused.value) == WHY


def test_stop_that_cannot_be_read_counts(bench: Workbench) -> None:
    bench.stops.placed["all"] = UnreadableStop("all", "reason: is missing")
    with pytest.raises(DeletionStopped, match=r"the stop all cannot be read \(reason: is missing"):
        bench.guard.permit(IDS.deletion(3))


def test_guard_gives_no_permit_while_the_stops_cannot_be_read(bench: Workbench) -> None:
    def fail() -> None:
        raise TryLater("busy")

    bench.stops.before_read = fail
    with pytest.raises(TryLater):
        bench.guard.permit(IDS.deletion(3))


@pytest.mark.parametrize("name", [None, "emea"])
def test_rule_of_a_stopped_organisation_gets_no_permit(name: str | None) -> None:
    bench = RuleBench()
    kind: Kind = {"method": values("purge_rule"), "classification": values()}
    place(bench, StopScope.ORGANISATION, name or "default")

    def permit(organisation: str | None) -> Any:
        return bench.guard.permit_recurring(
            "rule:1", 1, kind, 3_000, default_classification="", organisation=organisation
        )

    with pytest.raises(DeletionStopped):
        permit(name)
    assert permit("apac")

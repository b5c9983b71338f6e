"""Stops in DynamoDB: the guard's read is consistent, and what cannot be read counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace, TryLater
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.stops import Stop, Stoppable, StopScope, UnreadableStop, audit_id
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.stops import DynamoStops, DynamoStopStore

from tests import builders
from tests.clock import NOON
from tests.mocked_aws import client, pause

pytestmark = pytest.mark.usefixtures("aws")
CALL = Stoppable("emea", None, "run-1")


def adapter() -> DynamoStops:
    return DynamoStops(client("dynamodb"), "StopsTable")


def store() -> DynamoStopStore:
    dynamodb = client("dynamodb")
    return DynamoStopStore(
        dynamodb, "StopsTable", Ledger(dynamodb, "AuditTable", "PersonalTable", sleep=pause)
    )


def place(stop: Stop) -> None:
    record = AuditRecord(
        run_id=audit_id(stop.stop_id), at=NOON, actor="tests", action=Action.DELETION_STOPPED
    )
    store().place(stop, record)


def put(**fields: Any) -> None:
    """Write an item as a person would in the console."""
    client("dynamodb").put_item(TableName="StopsTable", Item=fields)


def records(stop_id: str) -> int:
    return len(
        Ledger(client("dynamodb"), "AuditTable", "PersonalTable")
        .page(audit_id(stop_id), 1, 10)
        .records
    )


def test_only_the_stops_of_a_call_cover_it() -> None:
    mine = [builders.stop(StopScope.ORGANISATION, "emea"), builders.stop(StopScope.RUN, "run-1")]
    others = [builders.stop(StopScope.RUN, "run-2"), builders.stop(StopScope.POLICY, "nightly")]
    for stop in [*mine, *others]:
        place(stop)
    assert sorted(adapter().covering(CALL), key=lambda each: each.stop_id) == mine


def test_resumed_stop_covers_nothing_and_may_be_placed_again() -> None:
    place(builders.stop(resumed_at=NOON))
    assert adapter().covering(CALL) == []
    place(builders.stop(reason="another incident"))
    assert [each.why[-16:] for each in adapter().covering(CALL)] == ["another incident"]


def test_last_end_of_a_long_stop_is_that_of_the_stops_of_a_call() -> None:
    assert adapter().last_long_end(CALL) is None
    place(builders.stop(long_stop_ended_at=NOON - timedelta(days=9)))
    place(long_stop(2, StopScope.ORGANISATION, "emea"))
    place(long_stop(3, StopScope.RUN, "run-1"))
    place(long_stop(4, StopScope.RUN, "run-2"))
    put(stopId={"S": "policy:nightly"})
    assert adapter().last_long_end(CALL._replace(policy="nightly")) == NOON + timedelta(days=3)


def long_stop(days: int, scope: StopScope, name: str) -> Stop:
    return builders.stop(scope, name, resumed_at=NOON + timedelta(days=days))


def test_stop_in_force_is_not_overwritten() -> None:
    place(builders.stop())
    with pytest.raises(LostRace):
        place(builders.stop(reason="another incident"))
    assert store().get("all") == builders.stop()
    assert records("all") == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"resumedAt": {"S": "soon"}},
        {"resumedAt": {"BOOL": True}},
        {"scope": {"S": "all"}, "stoppedAt": {"N": "1"}},
    ],
)
def test_stop_that_cannot_be_read_covers_its_scope(fields: dict[str, Any]) -> None:
    put(stopId={"S": "run:run-1"}, **fields)
    (found,) = adapter().covering(CALL)
    assert isinstance(found, UnreadableStop)
    assert (found.stop_id, found.is_in_force) == ("run:run-1", True)
    assert list(store().all()) == [found] == [store().get("run:run-1")]


def test_unknown_stop_is_none() -> None:
    assert store().get("all") is None


def test_guard_reads_its_stops_consistently() -> None:
    stops, dynamodb = adapter(), client("dynamodb")
    with (
        patch.object(stops, "_client", dynamodb),
        patch.object(dynamodb, "batch_get_item", wraps=dynamodb.batch_get_item) as read,
    ):
        stops.covering(CALL)
    asked = read.call_args.kwargs["RequestItems"]["StopsTable"]
    keys = [key["stopId"]["S"] for key in asked["Keys"]]
    assert (asked["ConsistentRead"], keys) == (True, ["all", "organisation:emea", "run:run-1"])


def test_stops_that_are_not_answered_are_no_permission() -> None:
    stops, dynamodb = adapter(), client("dynamodb")
    left = {"StopsTable": {"Keys": [{"stopId": {"S": "all"}}]}}
    busy = {"Responses": {}, "UnprocessedKeys": left}
    with (
        patch.object(stops, "_client", dynamodb),
        patch.object(dynamodb, "batch_get_item", return_value=busy),
        pytest.raises(TryLater),
    ):
        stops.covering(CALL)


def test_stops_in_force_are_counted_with_those_that_cannot_be_read() -> None:
    place(builders.stop())
    place(builders.stop(StopScope.RUN, "run-2", resumed_at=NOON))
    put(stopId={"S": "run:run-1"})
    assert adapter().in_force() == 2

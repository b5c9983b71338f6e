"""The inputs of a method: sources, permits, holds, and a Genesys that answers by a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import orjson
from genesys_purge.calling.attempt import Attempt
from genesys_purge.calling.deleting import Deleting
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import RateLimited
from genesys_purge.methods.contract import Found, Part, Pause, Planned, Skipped, Sources
from genesys_purge.methods.method import AnyMethod
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.days import days_between, joined
from genesys_purge.model.held_times import HeldTimes, fingerprint
from genesys_purge.model.holds import Hold
from genesys_purge.model.record_types import DOCUMENTED_TYPES
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import default_matrix
from genesys_purge.operation import DeletingCall, Operation
from genesys_purge.ports import Genesys

from tests import builders
from tests.clock import NOON
from tests.fakes import MemoryIdLists
from tests.scripted_genesys import Reply, ScriptedGenesys

PERMIT = Permit("run-1", 0, 1, NOON)


def submitted(
    method: AnyMethod, request: PurgeRequest, part: Part, genesys: Genesys, batch: int = 0
) -> str:
    """The id of the job that a submit of the part creates, intended when the part says, or now."""
    call = method.submission(request, part, BatchRef("run-1", batch), genesys)
    return sent(call, genesys, part.at or NOON, batch)


def sent(call: DeletingCall, genesys: Genesys, at: datetime = NOON, batch: int = 0) -> str:
    """The result of a deleting call under a permit of the moment."""
    intent = builders.batch(number=batch, attempt=Attempt().intended(at))
    permit = Permit("run-1", batch, 1, NOON)
    return Deleting(lambda: intent, lambda _: permit).send(call, genesys)


def sources(genesys: ScriptedGenesys, *holds: Hold, **changes: Any) -> Sources:
    """The inputs of a plan at noon, with the shipped matrix."""
    return Sources(
        genesys=genesys,
        id_lists=MemoryIdLists(),
        holds=holds,
        matrix=default_matrix(),
        now=NOON,
        reference=NOON,
        batch_size=1_000,
        record_types=DOCUMENTED_TYPES,
    )._replace(**changes)


def plan(
    method: AnyMethod, payload: Mapping[str, Any], given: Sources
) -> tuple[list[Planned], dict[str, int]]:
    """The planned batches, and the number of skipped records by reason."""
    found = list(method.plan(method.request_model.parse(payload), given))
    return planned_in(found), skipped_in(found)


def in_turns(method: AnyMethod, payload: Mapping[str, Any], given: Sources) -> list[Found]:
    """The plan without its pauses; a turn ends at each pause, or when all calls are booked.

    The next turn goes on from the JSON of the last pause.
    """
    found: list[Found] = []
    for _ in range(10_000):
        fresh: list[Found] = []
        try:
            for each in method.plan(method.request_model.parse(payload), given):
                if isinstance(each, Pause):
                    found, fresh = [*found, *fresh], []
                    given = given._replace(after=orjson.loads(orjson.dumps(each.state())))
                    break
                fresh.append(each)
            else:
                return [*found, *fresh]
        except RateLimited:
            continue
    raise AssertionError("the plan was never complete")


def planned_in(found: Iterable[Found]) -> list[Planned]:
    return [one for one in found if isinstance(one, Planned)]


def skipped_in(found: Iterable[Found]) -> dict[str, int]:
    skipped: dict[str, int] = {}
    for one in found:
        if isinstance(one, Skipped):
            assert len(one.ids) in (0, one.records)
            skipped[one.reason] = skipped.get(one.reason, 0) + one.records
    return skipped


def part(*ids: str) -> Part:
    return Part(None, ids)


def answering(reply: Reply, *operations: Operation) -> ScriptedGenesys:
    """A Genesys that answers each of these operations with the same reply."""
    genesys = ScriptedGenesys()
    for operation in operations:
        genesys.on(operation, reply)
    return genesys


def held_times(ids: Iterable[str], *moments: datetime, **fields: Any) -> HeldTimes:
    """The times of hold `h1` on these ids, whose conversations took place at these moments."""
    given: dict[str, Any] = {
        "hold_id": "h1",
        "fingerprint": fingerprint(ids),
        "looked_up_at": NOON,
        "organisations": ("default",),
        "days": joined(days_between(each, each) for each in moments),
    }
    return HeldTimes(**given | fields)


def hold(**fields: Any) -> Hold:
    given: dict[str, Any] = {"hold_id": "h1", "reason": "litigation", "placed_by": "legal"}
    return Hold(**given | {"placed_at": NOON} | fields)

"""The inputs of a method: sources, permits, holds, and a Genesys that answers by a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from genesys_purge.methods.contract import Noted, Part, Planned, Skipped, Sources
from genesys_purge.methods.method import AnyMethod
from genesys_purge.model.holds import Hold
from genesys_purge.model.retention import default_matrix
from genesys_purge.ports import Operation, Permit

from tests.clock import NOON
from tests.fakes import MemoryIdLists
from tests.scripted_genesys import Reply, ScriptedGenesys

PERMIT = Permit("run-1", 0, 1)


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
    )._replace(**changes)


def plan(
    method: AnyMethod, payload: Mapping[str, Any], given: Sources
) -> tuple[list[Planned], dict[str, int]]:
    """The planned batches, and the number of skipped records by reason."""
    found = list(method.plan(method.request_model.parse(payload), given))
    return planned_in(found), skipped_in(found)


def planned_in(found: Iterable[Planned | Skipped | Noted]) -> list[Planned]:
    return [one for one in found if isinstance(one, Planned)]


def skipped_in(found: Iterable[Planned | Skipped | Noted]) -> dict[str, int]:
    skipped: dict[str, int] = {}
    for one in found:
        if isinstance(one, Skipped):
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


def hold(**fields: Any) -> Hold:
    given: dict[str, Any] = {"hold_id": "h1", "reason": "litigation", "placed_by": "legal"}
    return Hold(**given | {"placed_at": NOON} | fields)

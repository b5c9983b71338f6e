"""The table of holds, which the notebook watches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.holds import Hold, HoldDocument

from tests.fakes import MemoryHolds
from tests.interleavings.notebook import Placed
from tests.interleavings.simulated.stores import PlainStores
from tests.interleavings.stage import Stage


class HoldTable(MemoryHolds):
    """Implements `HoldStore`, too; the notebook records when a hold is stored."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(lambda: stage.moment)
        self._stage = stage
        self._documents: dict[str, HoldDocument] = {}

    def place(self, hold: HoldDocument, record: AuditRecord) -> None:  # noqa: ARG002  the port's signature
        if hold.hold_id in self._documents:
            raise LostRace("the id is taken")
        self._documents[hold.hold_id] = hold
        placed, stage = Hold.of(hold), self._stage
        self.placed.append(placed)
        what = frozenset(
            each for each, end in stage.notebook.ends.items() if _names(hold, each, end)
        )
        stage.notebook.placed.append(Placed(placed, stage.now, what))
        stage.counts["holds placed"] += 1

    def get(self, hold_id: str) -> HoldDocument | None:
        return self._documents.get(hold_id)

    def all(self) -> Sequence[HoldDocument]:
        return [*self._documents.values()]


def _names(hold: HoldDocument, conversation_id: str, end: Any) -> bool:
    """Whether the hold covers the record, by what the operator sent."""
    if hold.organisations is not None and "default" not in hold.organisations:
        return False
    if hold.conversation_ids is None and hold.date_range is None:
        return True
    named, during = hold.conversation_ids or (), hold.date_range
    return conversation_id in named or (during is not None and during.contains(end))


class HoldingStores(PlainStores):
    """The stores that all workers share."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.holds: HoldTable = HoldTable(stage)

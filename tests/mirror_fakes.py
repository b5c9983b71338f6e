"""In-memory twins of the mirror of legal holds, and of Genesys's deletion protection."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from genesys_purge.errors import LostRace
from genesys_purge.holds.mirroring.ports import Known
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.hold_mirror import Mirror


class MemoryMirrors:
    """The stored mirrors, and the records that were stored with them."""

    def __init__(self) -> None:
        self.stored: dict[str, Mirror] = {}
        self.records: list[AuditRecord] = []

    def get(self, organisation: str) -> Mirror:
        return self.stored.get(organisation, Mirror(organisation=organisation))

    def put(self, mirror: Mirror, record: AuditRecord | None = None) -> Mirror:
        if self.get(mirror.organisation).version != mirror.version:
            raise LostRace("another sweep changed the mirror")
        stored = mirror.model_copy(update={"version": mirror.version + 1})
        self.stored[mirror.organisation] = stored
        self.records += [record] if record else []
        return stored


class MemoryProtector:
    """An organisation that knows `conversations` and protects `protected`.

    It refuses those in `refused` with their reason. A change raises `error` once, after it is
    executed if `is_executed`.
    """

    def __init__(self, conversations: Collection[str]) -> None:
        self.conversations = frozenset(conversations)
        self.protected: set[str] = set()
        self.refused: dict[str, str] = {}
        self.error: Exception | None = None
        self.is_executed = False
        self.calls: list[tuple[str, tuple[str, ...]]] = []

    def known(self, ids: Sequence[str], also: Collection[str]) -> Known:
        asked = self.conversations.intersection([*ids, *also])
        return Known(self.conversations.intersection(ids), frozenset(self.protected & asked))

    def protect(self, ids: Sequence[str]) -> Mapping[str, str]:
        return self._change("protect", ids)

    def lift(self, ids: Sequence[str]) -> Mapping[str, str]:
        return self._change("lift", ids)

    def _change(self, name: str, ids: Sequence[str]) -> Mapping[str, str]:
        self.calls.append((name, tuple(ids)))
        error, self.error = self.error, None
        if error and not self.is_executed:
            raise error
        failed = {each: self.refused[each] for each in ids if each in self.refused}
        change = self.protected.update if name == "protect" else self.protected.difference_update
        change(set(ids).difference(failed))
        if error:
            raise error
        return failed

"""In-memory twins of the ports of purge rules and queues."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING, Generic, TypeVar

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.listing import DEFAULT_ORGANISATION, Listing, Position
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules import ports
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef

from tests.fakes import MemoryAuditLog
from tests.listed_pages import Row, page_of

M = TypeVar("M", bound=Wire)


class MemoryPurgeRules:
    """Rules by reference; `before_write` receives each rule before it is stored, and may raise."""

    def __init__(self, audit: MemoryAuditLog) -> None:
        self._audit = audit
        self._lock = RLock()
        self._rules: dict[RuleRef, str] = {}
        self.before_write: Callable[[PurgeRule], None] = lambda rule: None

    def get(self, ref: RuleRef) -> PurgeRule | None:
        stored = self._rules.get(ref)
        return PurgeRule.model_validate_json(stored) if stored else None

    def put(self, rule: PurgeRule, record: AuditRecord | None = None) -> None:
        self.before_write(rule)
        with self._lock:
            stored = self.get(rule.ref)
            if (stored.version if stored else 0) + 1 != rule.version:
                raise LostRace("another worker changed the record")
            self._rules[rule.ref] = rule.model_dump_json(by_alias=True, exclude_none=True)
            if record:
                self._audit.append(record)

    def by_id(self, rule_id: str) -> PurgeRule | None:
        return next((each for each in self._newest() if each.rule_id == rule_id), None)

    def newest_first(self, listing: Listing) -> ports.ListedRules:
        return ports.ListedRules(*page_of(map(_row, self._newest()), listing))

    def _newest(self) -> list[PurgeRule]:
        rules = [PurgeRule.model_validate_json(each) for each in self._rules.values()]
        return sorted(rules, key=lambda each: (each.requested_at, each.ref.key), reverse=True)


def _row(rule: PurgeRule) -> Row[PurgeRule]:
    values = {"status": rule.status, "organisation": rule.organisation or DEFAULT_ORGANISATION}
    return Row(rule, Position(at=rule.requested_at, key=rule.ref.key), values)


class MemoryQueue(Generic[M]):
    """Stores the messages that were sent, postponed (with the seconds) and buried."""

    def __init__(self) -> None:
        self.sent: list[M] = []
        self.postponed: list[tuple[Receipt, int]] = []
        self.buried: list[M] = []

    def send(self, message: M) -> None:
        self.sent.append(message)

    def postpone(self, receipt: Receipt, seconds: int) -> None:
        self.postponed.append((receipt, seconds))

    def bury(self, message: M) -> None:
        self.buried.append(message)


if TYPE_CHECKING:
    _rules: ports.PurgeRules = MemoryPurgeRules(MemoryAuditLog())
    _rule_list: ports.RuleList = MemoryPurgeRules(MemoryAuditLog())
    _registrations: ports.Registrations = MemoryQueue[RuleRef]()

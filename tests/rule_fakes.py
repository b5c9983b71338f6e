"""In-memory twins of the ports of purge rules and queues."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import TYPE_CHECKING, Generic, TypeVar

from genesys_purge.errors import FieldError, InvalidRequest, LostRace
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.list_filters import DEFAULT_ORGANISATION, Listing
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules import ports
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef

from tests.fakes import MemoryAuditLog

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
        found = [each for each in self._newest() if _is_in(each, listing)]
        if listing.token is not None:
            tokens = [_token(each) for each in found]
            if listing.token not in tokens:
                message = "must be the next of an earlier answer to the same list"
                raise InvalidRequest([FieldError("next", message)])
            found = found[tokens.index(listing.token) + 1 :]
        page = found[: listing.limit]
        return ports.ListedRules(page, _token(page[-1]) if found[listing.limit :] else None)

    def _newest(self) -> list[PurgeRule]:
        rules = [PurgeRule.model_validate_json(each) for each in self._rules.values()]
        return sorted(rules, key=lambda each: (each.requested_at, each.ref.key), reverse=True)


def _is_in(rule: PurgeRule, listing: Listing) -> bool:
    values = {"status": rule.status, "organisation": rule.organisation or DEFAULT_ORGANISATION}
    is_in_window = listing.window.contains(rule.requested_at)
    return is_in_window and all(values[name] == each for name, each in listing.filters.items())


def _token(rule: PurgeRule) -> str:
    return f"{rule.requested_at.isoformat()} {rule.ref.key}"


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

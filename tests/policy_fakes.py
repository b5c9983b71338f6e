"""The in-memory twins of what is stored of purge policies, and of their schedules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from genesys_purge.errors import LostRace
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.purge_policy import PolicyMonth
from genesys_purge.policies.document import PolicyVersion, UnreadablePolicy
from genesys_purge.policies.ports import (
    PolicyMonths,
    PolicySchedule,
    PolicySchedules,
    PolicyStore,
)
from genesys_purge.ports import AuditLog, Prepared

from tests.approval_fakes import commit


class MemoryPurgePolicies(PolicyStore):
    """Every version of each policy."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self.versions: dict[str, list[PolicyVersion]] = {}

    def put(self, policy: PolicyVersion, record: AuditRecord) -> None:
        versions = self.versions.setdefault(policy.name, [])
        if policy.version != len(versions) + 1:
            raise LostRace("the number of the version is taken")
        versions.append(policy)
        self._audit.append(record)

    def newest(self, name: str) -> PolicyVersion | UnreadablePolicy | None:
        return self.latest(name)

    def latest(self, name: str) -> PolicyVersion | None:
        versions = self.versions.get(name)
        return versions[-1] if versions else None

    def version(self, name: str, number: int) -> PolicyVersion | None:
        return next((each for each in self.versions[name] if each.version == number), None)

    def all(self) -> Sequence[PolicyVersion]:
        return [versions[-1] for _, versions in sorted(self.versions.items())]


class MemoryPolicyMonths(PolicyMonths):
    """The months of policies; `before_commit` is called before each prepared write is checked."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit
        self.stored: dict[tuple[str, str], PolicyMonth] = {}
        self.before_commit: Callable[[], Any] = lambda: None

    def read(self, name: str, month: str) -> PolicyMonth:
        return self.stored.get((name, month), PolicyMonth(name=name, month=month))

    def write(self, month: PolicyMonth) -> Prepared:
        def is_next() -> bool:
            self.before_commit()
            return self.read(month.name, month.month).revision == month.revision - 1

        def store() -> None:
            self.stored[month.name, month.month] = month

        return Prepared((is_next, store))

    def skip(self, month: PolicyMonth, record: AuditRecord) -> None:
        commit([self.write(month)])
        self._audit.append(record)


class MemorySchedules(PolicySchedules):
    """Schedules by name; `puts` lists every put."""

    def __init__(self) -> None:
        self.stored: dict[str, PolicySchedule] = {}
        self.puts: list[PolicySchedule] = []
        self.after_put: Callable[[], Any] = lambda: None

    def get(self, name: str) -> PolicySchedule | None:
        return self.stored.get(name)

    def put(self, name: str, schedule: PolicySchedule) -> None:
        self.stored[name] = schedule
        self.puts.append(schedule)
        self.after_put()

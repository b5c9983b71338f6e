"""ReadPolicies: purge policies with their next runs, one version of a policy, and its audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import NotFound
from genesys_purge.model.dates import zulu
from genesys_purge.model.paging import PAGE, Query, one_of, page_in
from genesys_purge.model.wire import Wire
from genesys_purge.policies.check_policy import actor_of
from genesys_purge.policies.document import PolicyVersion, UnreadablePolicy
from genesys_purge.policies.notes import next_runs
from genesys_purge.policies.ports import PolicyStore
from genesys_purge.policies.scheduling import Scheduling
from genesys_purge.ports import AuditLog, Clock

LIST, POLICY = "GET /policies", "GET /policies/{name}"
ENABLED, DISABLED, EXPIRED, UNREADABLE = STATES = "enabled", "disabled", "expired", "unreadable"
UNKNOWN = "no policy has such a name"


class PolicyPosition(Wire):
    """Where a page ends: after the policy with this name."""

    name: str


class ReadPolicies:
    """Answers questions about policies; changes nothing."""

    def __init__(
        self, policies: PolicyStore, scheduling: Scheduling, audit: AuditLog, now: Clock
    ) -> None:
        self._policies = policies
        self._scheduling = scheduling
        self._audit = audit
        self._now = now

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to `GET /policies`, `/policies/{name}` or its `/audit`."""
        if route == LIST:
            return self._list(query)
        newest = self._policies.newest(path["name"])
        if newest is None:
            raise NotFound(UNKNOWN)
        if route.endswith("/audit"):
            return self._records(path["name"], query)
        return self._policy(newest, query)

    def _list(self, given: Mapping[str, str]) -> dict[str, Any]:
        """A page of the policies, by name."""
        query = Query(given, ("state", *PAGE), LIST)
        state = query.value("state", one_of(STATES))
        after, limit = query.position(PolicyPosition), query.limit
        query.check()
        found = [
            each
            for each in self._policies.all()
            if state in (None, self._state(each)) and (after is None or each.name > after.name)
        ]
        page = found[:limit]
        following = PolicyPosition(name=page[-1].name) if len(found) > limit else None
        return query.page("policies", map(self._summary, page), following)

    def _policy(
        self, latest: PolicyVersion | UnreadablePolicy, given: Mapping[str, str]
    ) -> dict[str, Any]:
        """The newest version, or the one that is asked for, with its whole document."""
        query = Query(given, ("version",), POLICY)
        number = query.number("version", latest.version)
        query.check()
        if number == latest.version:
            if isinstance(latest, UnreadablePolicy):
                return _unreadable(latest)
            return latest.to_json() | self._now_of(latest)
        found = self._policies.version(latest.name, number)
        if found is None:
            raise NotFound(f"the policy {latest.name} has no version {number}")
        return found.to_json() | {"latestVersion": latest.version}

    def _summary(self, policy: PolicyVersion | UnreadablePolicy) -> dict[str, Any]:
        if isinstance(policy, UnreadablePolicy):
            return _unreadable(policy)
        document = policy.document.to_json()
        shown = ("schedule", "start", "timeZone", "owner", "enabled", "validUntil")
        request = document["request"]
        return {
            "name": policy.name,
            "version": policy.version,
            "hash": policy.hash,
            "appliedAt": zulu(policy.applied_at),
            **{name: request[name] for name in ("method", "organisation") if name in request},
            **{name: document[name] for name in shown if name in document},
            **self._now_of(policy),
        }

    def _now_of(self, policy: PolicyVersion) -> dict[str, Any]:
        """The state and the next runs, which depend on the time, and the drift of the schedule."""
        return {
            "state": self._state(policy),
            "nextRuns": [zulu(at) for at in next_runs(policy, self._now())],
            "drift": list(self._scheduling.drift(policy)),
        }

    def _state(self, policy: PolicyVersion | UnreadablePolicy) -> str:
        if isinstance(policy, UnreadablePolicy):
            return UNREADABLE
        if not policy.document.enabled:
            return DISABLED
        return ENABLED if self._now() < policy.document.valid_until else EXPIRED

    def _records(self, name: str, given: Mapping[str, str]) -> dict[str, Any]:
        start, limit = page_in(given, 1)
        page = self._audit.page(actor_of(name), start, limit)
        answer: dict[str, Any] = {"records": [each.to_json() for each in page.records]}
        return answer | ({} if page.following is None else {"next": str(page.following)})


def _unreadable(policy: UnreadablePolicy) -> dict[str, Any]:
    """A policy that runs no more until it is applied again; `wrong` says why."""
    return {
        "name": policy.name,
        "version": policy.version,
        "state": UNREADABLE,
        "nextRuns": [],
        "wrong": policy.problem,
    }

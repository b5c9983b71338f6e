"""ReadPurgeRule: purge rules with their schedule and state, and their audit records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import NotFound
from genesys_purge.model.answers import is_identifier
from genesys_purge.model.audit import AuditPosition
from genesys_purge.model.listing import Position
from genesys_purge.model.paging import ORGANISATION, PAGE, PERIOD, Query, one_of
from genesys_purge.ports import AuditLog
from genesys_purge.purge_rules.answers import audited, listed, shown
from genesys_purge.purge_rules.ports import RuleList
from genesys_purge.purge_rules.purge_rule import RuleStatus

ROUTE = "GET /purge-rules"
FILTERS = {"status": one_of(list(RuleStatus)), "organisation": ORGANISATION}
UNKNOWN = "no purge rule has such an id"


class ReadPurgeRule:
    """Answers questions about purge rules; changes nothing."""

    def __init__(self, rules: RuleList, audit: AuditLog) -> None:
        self._rules = rules
        self._audit = audit

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to `GET /purge-rules`, `GET /purge-rules/{ruleId}` or `.../audit`."""
        if route.endswith("/purge-rules"):
            return self._list(query)
        if not is_identifier(path["ruleId"]):
            raise NotFound(UNKNOWN)
        if route.endswith("/audit"):
            return self._records(path["ruleId"], query)
        return self._rule(path["ruleId"])

    def _list(self, given: Mapping[str, str]) -> dict[str, Any]:
        query = Query(given, (*FILTERS, *PERIOD, *PAGE), ROUTE)
        page = self._rules.newest_first(query.listing(FILTERS, query.position(Position)))
        return query.page("rules", map(listed, page.rules), page.following)

    def _rule(self, rule_id: str) -> dict[str, Any]:
        """The rule; NotFound if the application did not create it."""
        rule = self._rules.by_id(rule_id)
        if rule is None:
            raise NotFound(UNKNOWN)
        return shown(rule)

    def _records(self, rule_id: str, given: Mapping[str, str]) -> dict[str, Any]:
        """A page of the audit, empty for an unknown rule."""
        query = Query(given, PAGE, ROUTE, rule_id)
        after, limit = query.position(AuditPosition), query.limit
        query.check()
        page = self._audit.of_rule(rule_id, after, limit)
        return query.page("records", map(audited, page.records), page.following)

"""ReadPurgeRule: purge rules with their schedule and state, and their audit records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import NotFound
from genesys_purge.model.answers import is_identifier
from genesys_purge.model.list_filters import ORGANISATION, listing_in, one_of
from genesys_purge.model.paging import limit_in
from genesys_purge.ports import AuditLog
from genesys_purge.purge_rules.answers import audited, listed, shown
from genesys_purge.purge_rules.ports import RuleList
from genesys_purge.purge_rules.purge_rule import RuleStatus

FILTERS = {"status": one_of([str(each) for each in RuleStatus]), "organisation": ORGANISATION}
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

    def _list(self, query: Mapping[str, str]) -> dict[str, Any]:
        page = self._rules.newest_first(listing_in(query, FILTERS))
        rules = [listed(rule) for rule in page.rules]
        return {"rules": rules, **({"next": page.following} if page.following else {})}

    def _rule(self, rule_id: str) -> dict[str, Any]:
        """The rule; NotFound if the application did not create it."""
        rule = self._rules.by_id(rule_id)
        if rule is None:
            raise NotFound(UNKNOWN)
        return shown(rule)

    def _records(self, rule_id: str, query: Mapping[str, str]) -> dict[str, Any]:
        """A page of the audit, empty for an unknown rule."""
        page = self._audit.of_rule(rule_id, query.get("next"), limit_in(query))
        answer: dict[str, Any] = {"records": [audited(record) for record in page.records]}
        return answer | ({"next": page.following} if page.following else {})

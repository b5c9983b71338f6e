"""ReadPurgeRule: the audit records of a purge rule, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import NotFound
from genesys_purge.model.answers import is_identifier
from genesys_purge.model.paging import limit_in
from genesys_purge.ports import AuditLog


class ReadPurgeRule:
    """Answers questions about purge rules; changes nothing."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def __call__(self, path: Mapping[str, str], query: Mapping[str, str]) -> dict[str, Any]:
        """The answer to `GET /purge-rules/{ruleId}/audit?next&limit`; empty for an unknown rule."""
        if not is_identifier(path["ruleId"]):
            raise NotFound("no purge rule has such an id")
        page = self._audit.of_rule(path["ruleId"], query.get("next"), limit_in(query))
        answer: dict[str, Any] = {"records": [record.to_json() for record in page.records]}
        return answer | ({"next": page.following} if page.following else {})

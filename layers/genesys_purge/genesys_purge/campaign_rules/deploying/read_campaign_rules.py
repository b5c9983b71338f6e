"""ReadCampaignRules: list deployments, or return one rule by rule, or a page of its audit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genesys_purge.campaign_rules.comparisons import comparisons
from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentStatus,
    RuleResult,
)
from genesys_purge.campaign_rules.deploying.deployment_steps import StepAction
from genesys_purge.campaign_rules.deploying.ports import Deployments
from genesys_purge.campaign_rules.rule_content import difference
from genesys_purge.errors import NotFound
from genesys_purge.model.audit import AuditRecord
from genesys_purge.model.dates import zulu
from genesys_purge.model.listing import Position
from genesys_purge.model.paging import (
    ORGANISATION,
    PAGE,
    PERIOD,
    Allowed,
    Query,
    one_of,
    page_in,
)
from genesys_purge.model.wording import counted
from genesys_purge.ports import AuditLog

ROUTE = "GET /campaign-rules"
ID = "[A-Za-z0-9_-]{1,80}"
FILTERS = {
    "status": one_of(list(DeploymentStatus)),
    "campaignId": Allowed(ID, "must be 1 to 80 letters, digits, - and _"),
    "organisation": ORGANISATION,
}
DEPLOYMENT_ID = re.compile(ID)
SHOWN = {
    *("deployment_id", "campaign_id", "status", "outcome", "submitted_at", "submitted_by"),
    *("finished_at", "errors", "detail"),
}


class ReadCampaignRules:
    """Reads deployments; changes nothing."""

    def __init__(self, deployments: Deployments, audit: AuditLog) -> None:
        self._deployments = deployments
        self._audit = audit

    def __call__(
        self, route: str, path: Mapping[str, str], query: Mapping[str, str]
    ) -> dict[str, Any]:
        """The answer to `GET /campaign-rules`, `/campaign-rules/{deploymentId}` or `.../audit`."""
        deployment_id = path.get("deploymentId")
        if deployment_id is None:
            return self._list(query)
        if not DEPLOYMENT_ID.fullmatch(deployment_id):
            raise NotFound("there is no deployment with that id")
        deployment = self._deployments.get(deployment_id)
        if route.endswith("/audit"):
            return self._page(deployment_id, *page_in(query, 1))
        return _shown(deployment)

    def _list(self, given: Mapping[str, str]) -> dict[str, Any]:
        query = Query(given, (*FILTERS, *PERIOD, *PAGE), ROUTE)
        page = self._deployments.listed(query.listing(FILTERS, query.position(Position)))
        return query.page("deployments", [each.to_json() for each in page.entries], page.following)

    def _page(self, deployment_id: str, start: int, limit: int) -> dict[str, Any]:
        page = self._audit.page(deployment_id, start, limit)
        answer: dict[str, Any] = {"records": [_as_documented(each) for each in page.records]}
        if page.following is not None:
            answer["next"] = str(page.following)
        return answer


def _shown(deployment: Deployment) -> dict[str, Any]:
    shown = deployment.model_dump(mode="json", by_alias=True, exclude_none=True, include=SHOWN)
    named = {"organisation": deployment.organisation} if deployment.organisation else {}
    return shown | {
        **named,
        "dryRun": deployment.is_dry,
        "rules": [_rule(deployment, result) for result in deployment.results()],
        "comparisons": list(comparisons(deployment.document["rules"])),
    }


def _rule(deployment: Deployment, result: RuleResult) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": result.name,
        "action": result.action,
        "outcome": result.outcome,
    }
    if result.action is not StepAction.NONE:
        shown["difference"] = difference(result.before, deployment.rule(result.name))
    return shown | ({"detail": result.detail} if result.detail else {})


def _as_documented(record: AuditRecord) -> dict[str, Any]:
    """The audit record in the terms of D5; a record of the whole set names no rule."""
    return {
        "audit_event": record.action,
        "rule_name": record.rule_name,
        "user_id": record.actor,
        "details": _details(record),
        "timestamp": zulu(record.at),
    }


def _details(record: AuditRecord) -> str | None:
    """What D5 asks for, in words: the outcome, the facts of the deployment and the explanation."""
    facts = record.deployment
    words = [record.outcome] if record.outcome else []
    if facts:
        words += [counted(facts.rules, "rule")]
        words += ["a dry run"] if facts.dry_run else []
        words += [f"{name} {count}" for name, count in (facts.changes or {}).items()]
    return "; ".join([*words, *filter(None, [record.detail])]) or None

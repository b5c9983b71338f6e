"""The three lists of records by time, in one form: runs, deployments and purge rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.deploying.deployment import (
    Deployment,
    DeploymentOutcome,
    DeploymentStatus,
)
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.listing import Listing, Position
from genesys_purge.model.run import Outcome, finished, totals_of
from genesys_purge.purge_rules.purge_rule import RuleStatus

from tests import builders
from tests.clock import NOON
from tests.unit.purge_rules.rule_bench import rule

Keys = tuple[list[str], Position | None]


class Record(NamedTuple):
    """A record to store."""

    key: str
    at: datetime = NOON
    organisation: str | None = None
    has_ended: bool = False


class Kind(NamedTuple):
    """One list: its route and function, and how its store writes and lists records."""

    route: str
    function: str
    rows: str
    key: str
    ended: str
    statuses: str
    store: Callable[[Any, Record], None]
    page: Callable[[Any, Listing], Keys]


def _fact(key: str) -> AuditRecord:
    return AuditRecord(run_id=key, at=NOON, actor="tests", action=Action.RUN_SUBMITTED)


def _store_run(runs: Any, record: Record) -> None:
    named = {"organisation": record.organisation} if record.organisation else {}
    request = builders.conversation_archive(**named)
    run = builders.run(run_id=record.key, submitted_at=record.at, request=request)
    runs.create(run, _fact(record.key))
    if record.has_ended:
        runs.finish(finished(run, Outcome.FAILED, totals_of(None, []), NOON, None), _fact("end"))


def _store_deployment(deployments: Any, record: Record) -> None:
    named = {"organisation": record.organisation} if record.organisation else {}
    deployment = Deployment(
        deployment_id=record.key,
        campaign_id=f"campaign-{record.key}",
        fingerprint="0" * 32,
        document=named | {"rules": []},
        submitted_by="tests",
        submitted_at=record.at,
        execution_started_at=NOON,
    )
    deployments.begin(deployment, _fact(record.key))
    if record.has_ended:
        end = deployment.to(DeploymentStatus.FINISHED, outcome=DeploymentOutcome.UNCHANGED)
        deployments.put(end)


def _store_rule(rules: Any, record: Record) -> None:
    changes = {"status": RuleStatus.FAILED} if record.has_ended else {}
    rules.put(
        rule(
            name=record.key,
            requested_at=record.at,
            organisation=record.organisation,
            **changes,
        )
    )


def _runs(runs: Any, listing: Listing) -> Keys:
    page = runs.page(listing)
    return [each.run_id for each in page.runs], page.following


def _deployments(deployments: Any, listing: Listing) -> Keys:
    page = deployments.listed(listing)
    return [each.deployment_id for each in page.entries], page.following


def _rules(rules: Any, listing: Listing) -> Keys:
    page = rules.newest_first(listing)
    return [each.name for each in page.rules], page.following


RUNS = Kind(
    *("GET /purges", "ReadPurge", "runs", "runId", "finished"),
    "submitted, awaiting_approval, running, finished",
    *(_store_run, _runs),
)
DEPLOYMENTS = Kind(
    *("GET /campaign-rules", "ReadCampaignRules", "deployments", "deploymentId", "finished"),
    "submitted, applying, rolling_back, finished",
    *(_store_deployment, _deployments),
)
RULES = Kind(
    *("GET /purge-rules", "ReadPurgeRule", "rules", "name", "failed"),
    "creating, created, registered, failed",
    *(_store_rule, _rules),
)
KINDS = (RUNS, DEPLOYMENTS, RULES)

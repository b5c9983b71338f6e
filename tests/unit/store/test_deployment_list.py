"""The list of deployments, read from its index and from the in-memory twin."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import timedelta

import pytest
from genesys_purge.campaign_rules.deploying.deployment import DeploymentOutcome, DeploymentStatus
from genesys_purge.campaign_rules.deploying.deployment_list import DeploymentListing, DeploymentPage
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.listing import listing_in
from genesys_purge.store import deployment_index
from genesys_purge.store.deployments import DynamoDeployments
from genesys_purge.store.ledger import Ledger

from tests.clock import NOON
from tests.mocked_aws import client, pause
from tests.unit.store.test_deployments import (
    EMEA,
    DeploymentTables,
    begin,
    deployment,
    deployment_aws,
    ended,
    tables,
)

__all__ = ["deployment_aws", "tables"]


def listed(tables: DeploymentTables, **query: str) -> DeploymentPage:
    return tables.deployments.listed(listing_in(DeploymentListing, query))


def ids(tables: DeploymentTables, **query: str) -> list[str]:
    """The numbers of the deployments in all pages."""
    page = listed(tables, **query)
    found = [*page.entries]
    while page.following is not None:
        page = listed(tables, **query, next=page.following)
        found += page.entries
    return [each.deployment_id.removeprefix("rules-") for each in found]


def keep(tables: DeploymentTables) -> None:
    """Five deployments, a microsecond apart; the second is finished and the third of emea."""
    for number in range(1, 6):
        fields = {
            "submitted_at": NOON + timedelta(microseconds=number),
            "campaign_id": f"campaign-{number}" if number != 5 else "campaign-4",
            "document": EMEA if number == 3 else {"rules": []},
            "is_dry": number == 5,
        }
        stored = begin(tables, deployment(number, **fields))
        if number == 2:
            tables.deployments.put(ended(stored))


def test_deployments_are_listed_newest_first(tables: DeploymentTables) -> None:
    keep(tables)
    assert ids(tables) == ["5", "4", "3", "2", "1"]


def test_pages_of_any_size_have_every_deployment_once(tables: DeploymentTables) -> None:
    keep(tables)
    for limit in range(1, 7):
        assert ids(tables, limit=str(limit)) == ["5", "4", "3", "2", "1"]
        assert ids(tables, limit=str(limit), campaignId="campaign-4") == ["5", "4"]
    assert listed(tables, limit="5").following is None
    assert len(listed(tables, limit="2").entries) == 2


def test_filters_are_combined(tables: DeploymentTables) -> None:
    keep(tables)
    assert ids(tables, status="finished") == ["2"]
    assert ids(tables, organisation="emea") == ["3"]
    assert ids(tables, campaignId="campaign-3", organisation="emea") == ["3"]
    assert ids(tables, campaignId="campaign-2", status="submitted") == []


def test_bounds_include_from_and_exclude_to(tables: DeploymentTables) -> None:
    keep(tables)
    second, fourth = "2026-11-21T12:00:00.000002Z", "2026-11-21T13:00:00.000004+01:00"
    assert ids(tables, **{"from": second}) == ["5", "4", "3", "2"]
    assert ids(tables, to=fourth) == ["3", "2", "1"]
    assert ids(tables, **{"from": second, "to": fourth}) == ["3", "2"]
    assert ids(tables, to="0001-01-01T00:00:00Z") == []


def test_entry_has_the_latest_state_and_counts(tables: DeploymentTables) -> None:
    stored = begin(tables, deployment(1, document=EMEA | {"rules": [{"name": "A"}]}))
    tables.deployments.put(
        stored.to(DeploymentStatus.FINISHED, outcome=DeploymentOutcome.REJECTED, finished_at=NOON)
    )
    (entry,) = listed(tables).entries
    assert entry.to_json() == {
        "deploymentId": "rules-1",
        "campaignId": "campaign-1",
        "organisation": "emea",
        "status": "finished",
        "outcome": "rejected",
        "submittedAt": "2026-11-21T12:00:00Z",
        "submittedBy": "tests",
        "finishedAt": "2026-11-21T12:00:00Z",
        "counts": {"rules": 1},
    }


@pytest.fixture
def dynamodb(request: pytest.FixtureRequest) -> DeploymentTables:
    """The index itself."""
    request.getfixturevalue("deployment_aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", sleep=pause)
    deployments = DynamoDeployments(client("dynamodb"), "DeploymentsTable", ledger)
    return DeploymentTables(deployments, ledger)


def test_page_that_reads_too_much_is_short_and_continues(
    dynamodb: DeploymentTables, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(dynamodb)
    monkeypatch.setattr(deployment_index, "READ_AT_ONCE", 1)
    monkeypatch.setattr(deployment_index, "MOST_QUERIES", 2)
    page = listed(dynamodb, status="finished")
    assert (list(page.entries), page.following is None) == ([], False)
    assert ids(dynamodb, status="finished") == ["2"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"x",
        b"[]",
        b'["2026-11-21T12:00:00.000001Z"]',
        b'["2026-11-21T12:00:00.000001Z","../x"]',
        b'["2026-11-21T12:00:00Z","rules-1"]',
    ],
)
def test_wrong_token_is_refused(dynamodb: DeploymentTables, text: bytes) -> None:
    keep(dynamodb)
    for token in (urlsafe_b64encode(text).decode(), "a"):
        with pytest.raises(InvalidRequest) as refused:
            listed(dynamodb, next=token)
        assert [each.path for each in refused.value.fields] == ["next"]


def test_token_of_other_bounds_is_refused(dynamodb: DeploymentTables) -> None:
    keep(dynamodb)
    token = listed(dynamodb, limit="1").following or ""
    with pytest.raises(InvalidRequest):
        listed(dynamodb, next=token, to="2026-11-21T12:00:00.000003Z")

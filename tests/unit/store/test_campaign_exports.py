"""The stored progress of exports: one version at a time, always with its audit."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import NamedTuple

import pytest
from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import CampaignExport
from genesys_purge.campaign_rules.exporting.ports import ChangeExports
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Window
from genesys_purge.ports import AuditLog
from genesys_purge.store.campaign_exports import DynamoChangeExports
from genesys_purge.store.ledger import Ledger

from tests.change_fakes import MemoryChangeExports
from tests.clock import NOON
from tests.fakes import MemoryAuditLog
from tests.mocked_aws import client, direct_calls, mocked_aws, pause

OURS = Campaign(None, "c")
WINDOW = Window(start=NOON - timedelta(days=1), end=NOON)
INTENT = CampaignExport.of(OURS).intended(WINDOW, NOON)


class ExportTables(NamedTuple):
    """Progress of exports and its audit log."""

    exports: ChangeExports
    audit: AuditLog


@pytest.fixture
def export_aws() -> Iterator[None]:
    with mocked_aws("ExportsTable", "AuditTable"), direct_calls():
        yield


@pytest.fixture(params=["twin", "dynamodb"])
def tables(request: pytest.FixtureRequest) -> ExportTables:
    if request.param == "twin":
        audit = MemoryAuditLog()
        return ExportTables(MemoryChangeExports(audit), audit)
    request.getfixturevalue("export_aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    return ExportTables(DynamoChangeExports(client("dynamodb"), "ExportsTable", ledger), ledger)


def record() -> AuditRecord:
    return AuditRecord(
        run_id=INTENT.run_id, at=NOON, actor="tests", action=Action.CAMPAIGN_CHANGES_EXPORTED
    )


def audited(tables: ExportTables) -> int:
    return len(tables.audit.page(INTENT.run_id, 1, 100).records)


def test_campaign_that_was_never_exported_has_no_progress(tables: ExportTables) -> None:
    assert tables.exports.get(OURS) is None


def test_progress_is_read_as_it_was_stored(tables: ExportTables) -> None:
    for state in (INTENT, INTENT.failed(), INTENT.failed().intended(WINDOW, NOON)):
        tables.exports.put(state)
        assert tables.exports.get(OURS) == state
    assert tables.exports.get(Campaign(None, "another")) is None


def test_completed_window_and_its_audit_are_one_write(tables: ExportTables) -> None:
    tables.exports.put(INTENT)
    tables.exports.put(INTENT.completed(), record())
    assert audited(tables) == 1
    with pytest.raises(LostRace):
        tables.exports.put(INTENT.completed(), record())
    assert audited(tables) == 1
    assert tables.exports.get(OURS) == INTENT.completed()


def test_only_the_next_version_replaces_the_stored_one(tables: ExportTables) -> None:
    tables.exports.put(INTENT)
    for state in (INTENT, INTENT.failed().failed()):
        with pytest.raises(LostRace):
            tables.exports.put(state, record())
    assert tables.exports.get(OURS) == INTENT
    assert audited(tables) == 0


def test_first_stored_version_must_be_the_first_one(tables: ExportTables) -> None:
    with pytest.raises(LostRace):
        tables.exports.put(INTENT.failed())
    assert tables.exports.get(OURS) is None


def test_campaigns_are_stored_separately(tables: ExportTables) -> None:
    other = CampaignExport(campaign_id="d").intended(WINDOW, NOON)
    tables.exports.put(INTENT)
    tables.exports.put(other)
    assert (tables.exports.get(OURS), tables.exports.get(other.campaign)) == (INTENT, other)


def test_equal_campaign_ids_of_two_organisations_are_separate(tables: ExportTables) -> None:
    theirs = CampaignExport.of(Campaign("emea", "c")).intended(WINDOW, NOON)
    tables.exports.put(INTENT)
    assert tables.exports.get(theirs.campaign) is None
    tables.exports.put(theirs)
    tables.exports.put(theirs.completed())
    assert tables.exports.get(OURS) == INTENT
    assert tables.exports.get(theirs.campaign) == theirs.completed()


@pytest.mark.usefixtures("export_aws")
def test_progress_is_stored_under_the_campaign_of_its_organisation() -> None:
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    exports = DynamoChangeExports(client("dynamodb"), "ExportsTable", ledger)
    for organisation in (None, "emea"):
        exports.put(CampaignExport.of(Campaign(organisation, "c")).intended(WINDOW, NOON))
    found = client("dynamodb").scan(TableName="ExportsTable")["Items"]
    assert sorted(each["campaignId"]["S"] for each in found) == ["c", "emea/c"]


def test_one_of_six_concurrent_exports_wins(tables: ExportTables) -> None:
    barrier = Barrier(6)

    def begin(_: int) -> bool:
        barrier.wait()
        try:
            tables.exports.put(INTENT)
        except LostRace:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(begin, range(6))) == [False] * 5 + [True]

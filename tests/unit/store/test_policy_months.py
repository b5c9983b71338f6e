"""The months of policies in DynamoDB: each change follows the stored one."""

from __future__ import annotations

import pytest
from genesys_purge.errors import LostRace, Misconfigured
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.purge_policy import PolicyMonth
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.policy_months import DynamoPolicyMonths
from genesys_purge.store.runs import DynamoRuns

from tests import builders
from tests.clock import NOON
from tests.mocked_aws import client, pause, plans

pytestmark = pytest.mark.usefixtures("aws")
NAME, MONTH = "nightly-voice", "2026-11"
NEW = PolicyMonth(name=NAME, month=MONTH)
RECORD = AuditRecord(run_id="policy:x", at=NOON, actor="tests", action=Action.POLICY_RUN_SKIPPED)


def ledger() -> Ledger:
    return Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)


def months() -> DynamoPolicyMonths:
    return DynamoPolicyMonths(client("dynamodb"), "RunsTable", ledger())


def runs() -> DynamoRuns:
    return DynamoRuns(client("dynamodb"), "RunsTable", ledger(), plans())


def test_month_is_read_as_it_was_written_with_its_audit_record() -> None:
    assert months().read(NAME, MONTH) == NEW
    skipped = NEW.followed(skipped=(NOON,))
    months().skip(skipped, RECORD)
    assert months().read(NAME, MONTH) == skipped
    assert len(ledger().page("policy:x", 1, 10).records) == 1


def test_month_is_counted_in_the_transaction_of_the_run() -> None:
    runs().create(builders.run(), RECORD, [months().write(NEW.followed(runs=1))])
    counted = months().read(NAME, MONTH)
    assert (counted.runs, counted.revision) == (1, 1)


@pytest.mark.parametrize("behind", [NEW, NEW.followed(runs=1)])
def test_run_is_not_stored_if_the_month_was_changed_meanwhile(behind: PolicyMonth) -> None:
    first = NEW.followed(runs=1)
    months().skip(first, RECORD)
    months().skip(first.followed(runs=2), RECORD)
    with pytest.raises(LostRace):
        runs().create(builders.run(), RECORD, [months().write(behind.followed(runs=9))])
    assert months().read(NAME, MONTH).runs == 2
    assert client("dynamodb").scan(TableName="RunsTable")["Count"] == 1


def test_unreadable_month_is_named() -> None:
    key = {"runId": {"S": f"policy:{NAME}"}, "item": {"S": f"month#{MONTH}"}}
    client("dynamodb").put_item(TableName="RunsTable", Item=key | {"body": {"S": "{}"}})
    with pytest.raises(Misconfigured, match="the month 2026-11 of the policy nightly-voice"):
        months().read(NAME, MONTH)

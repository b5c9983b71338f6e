"""DynamoPurgeRules and its twin: conditional writes, with the audit record in the same write."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import NamedTuple

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.ports import AuditLog
from genesys_purge.purge_rules.ports import PurgeRules
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.purge_rules import DynamoPurgeRules

from tests.clock import NOON
from tests.fakes import MemoryAuditLog
from tests.mocked_aws import client, direct_calls, mocked_aws, pause
from tests.rule_fakes import MemoryPurgeRules
from tests.unit.purge_rules.rule_bench import ONCE, REF, condition, document, rule


class RuleTables(NamedTuple):
    """The rules and the audit log."""

    rules: PurgeRules
    audit: AuditLog


@pytest.fixture
def rule_aws() -> Iterator[None]:
    with mocked_aws("RulesTable", "AuditTable"), direct_calls():
        yield


@pytest.fixture(params=["twin", "dynamodb"])
def tables(request: pytest.FixtureRequest) -> RuleTables:
    if request.param == "twin":
        audit = MemoryAuditLog()
        return RuleTables(MemoryPurgeRules(audit), audit)
    request.getfixturevalue("rule_aws")
    ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
    return RuleTables(DynamoPurgeRules(client("dynamodb"), "RulesTable", ledger), ledger)


def record(action: Action = Action.RULE_CREATED) -> AuditRecord:
    return AuditRecord(run_id=rule().run_id, at=NOON, actor="tests", action=action)


def actions(tables: RuleTables) -> list[Action]:
    return [each.action for each in tables.audit.page(rule().run_id, 1, 100).records]


def test_rule_that_was_never_stored_is_none(tables: RuleTables) -> None:
    assert tables.rules.get(REF) is None


def test_rule_is_read_as_it_was_stored(tables: RuleTables) -> None:
    values = ["voice", "ü", 1, 1.5, -(2**53), True]
    full = rule(
        name="ü, two years",
        definition=document(scope={"filters": [condition("a", "eq", each) for each in values]}),
        attempt=ONCE.unsure("not answered").intended(NOON),
        detail="line\nline",
    )
    tables.rules.put(full)
    assert tables.rules.get(full.ref) == full
    assert tables.rules.get(REF) is None


def test_one_name_in_two_organisations_means_two_rules(tables: RuleTables) -> None:
    theirs = rule(organisation="emea", definition=document(maxBatchSize=501))
    tables.rules.put(theirs)
    assert tables.rules.get(REF) is None
    tables.rules.put(rule())
    tables.rules.put(theirs.to(RuleStatus.FAILED))
    assert tables.rules.get(REF) == rule()
    assert tables.rules.get(theirs.ref) == theirs.to(RuleStatus.FAILED)


def test_rule_is_stored_version_by_version(tables: RuleTables) -> None:
    tables.rules.put(rule())
    created = rule().to(RuleStatus.CREATED, rule_id="rule-1")
    tables.rules.put(created, record())
    registered = created.to(RuleStatus.REGISTERED, webhook_id="hook-1")
    tables.rules.put(registered, record(Action.RULE_WEBHOOK_REGISTERED))
    assert tables.rules.get(REF) == registered
    assert actions(tables) == ["rule_created", "rule_webhook_registered"]


@pytest.mark.parametrize(
    "lost",
    [
        rule(requested_by="another user"),
        rule().to(RuleStatus.FAILED),
        rule().to(RuleStatus.CREATED).to(RuleStatus.REGISTERED).model_copy(update={"version": 4}),
    ],
)
def test_rule_that_another_worker_changed_is_not_overwritten(
    tables: RuleTables, lost: PurgeRule
) -> None:
    tables.rules.put(rule())
    won = rule().to(RuleStatus.CREATED, rule_id="rule-1")
    tables.rules.put(won, record())
    with pytest.raises(LostRace):
        tables.rules.put(lost, record(Action.RULE_FAILED))
    assert tables.rules.get(REF) == won
    assert actions(tables) == ["rule_created"]


def test_second_version_needs_a_stored_first_one(tables: RuleTables) -> None:
    with pytest.raises(LostRace):
        tables.rules.put(rule().to(RuleStatus.CREATED), record())
    assert tables.rules.get(REF) is None
    assert actions(tables) == []


def test_only_one_of_eight_threads_stores_a_new_rule(tables: RuleTables) -> None:
    barrier = Barrier(8)

    def begin(number: int) -> bool:
        barrier.wait(5)
        try:
            tables.rules.put(rule(requested_by=f"thread {number}"), record())
        except LostRace:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(begin, range(8))) == [False] * 7 + [True]
    assert actions(tables) == ["rule_created"]

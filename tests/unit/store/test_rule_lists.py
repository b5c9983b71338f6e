"""DynamoPurgeRules and its twin: a rule by its id, and its latest version in the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.model.listing import Listing
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.store.ledger import Ledger
from genesys_purge.store.purge_rules import DynamoPurgeRules

from tests.clock import NOON
from tests.fakes import MemoryAuditLog
from tests.mocked_aws import client, direct_calls, mocked_aws, pause
from tests.rule_fakes import MemoryPurgeRules
from tests.unit.purge_rules.rule_bench import rule

Rules = MemoryPurgeRules | DynamoPurgeRules


@pytest.fixture(params=["twin", "dynamodb"])
def rules(request: pytest.FixtureRequest) -> Any:
    if request.param == "twin":
        yield MemoryPurgeRules(MemoryAuditLog())
        return
    with mocked_aws("RulesTable", "AuditTable"), direct_calls():
        ledger = Ledger(client("dynamodb"), "AuditTable", "PersonalTable", sleep=pause)
        yield DynamoPurgeRules(client("dynamodb"), "RulesTable", ledger)


def numbered(number: int, **changes: Any) -> PurgeRule:
    """A rule that was requested so many seconds after noon."""
    at = NOON + timedelta(seconds=number)
    return rule(**{"name": f"rule {number}", "requested_at": at} | changes)


def put(rules: Rules, *stored: PurgeRule) -> None:
    for each in stored:
        rules.put(each)


def test_rule_is_found_by_its_id_once_it_has_one(rules: Rules) -> None:
    put(rules, rule(), numbered(1))
    assert rules.by_id("rule-1") is None
    created = rule().to(RuleStatus.CREATED, rule_id="rule-1")
    put(rules, created)
    assert rules.by_id("rule-1") == created
    assert rules.by_id("rule-2") is None


def test_newer_of_two_rules_with_one_id_is_found(rules: Rules) -> None:
    theirs = numbered(1, organisation="emea", rule_id="rule-1")
    put(rules, numbered(0, rule_id="rule-1"), theirs)
    assert rules.by_id("rule-1") == theirs


def test_list_has_the_latest_version_of_a_rule(rules: Rules) -> None:
    put(rules, rule(), rule().to(RuleStatus.FAILED))
    (found,) = rules.newest_first(Listing()).rules
    assert found == rule().to(RuleStatus.FAILED)

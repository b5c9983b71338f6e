"""Answers that arrive after another request took the creation over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from genesys_purge.errors import OutcomeUnknown, PurgeError, TryLater
from genesys_purge.purge_rules.documented.api import CREATE
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus

from tests.unit.purge_rules.rule_bench import RuleBench, conflict, rule


def late(bench: RuleBench, others: Any) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Genesys creates rule-1, but its answer is later than the whole request of another caller."""

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        bench.clock.wait(60)
        bench.genesys.on(CREATE, others)
        with suppress(PurgeError):
            bench.create("the other")
        return {"id": "rule-1"}

    return answer


@pytest.mark.parametrize("others", [conflict(None), OutcomeUnknown("lost")], ids=str)
def test_rule_whose_id_arrives_late_is_kept(bench: RuleBench, others: PurgeError) -> None:
    """The other request leaves a rule that may exist, but without its id."""
    bench.genesys.on(CREATE, late(bench, others))
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    assert (bench.stored.status, bench.stored.rule_id) == (RuleStatus.CREATED, "rule-1")
    assert not bench.stored.attempt.is_uncertain
    assert bench.actions[-1] == "rule_created"
    assert bench.create().status is RuleStatus.REGISTERED


def test_second_rule_of_a_late_answer_is_audited(bench: RuleBench) -> None:
    """Genesys has two rules, so the audit alone can name the late one."""
    bench.genesys.on(CREATE, late(bench, {"id": "rule-7"}))
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    assert (bench.stored.status, bench.stored.rule_id) == (RuleStatus.REGISTERED, "rule-7")
    record = bench.audit.of(rule().run_id)[-1]
    assert (record.action, record.rule_id) == ("rule_created", "rule-1")
    assert record.detail == "accepted late, when rule-7 was already stored"


def test_late_answer_about_the_stored_rule_changes_nothing(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, late(bench, conflict("rule-1")))
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    assert bench.actions == ["rule_created", "rule_webhook_registered"]


def test_late_answer_is_stored_although_the_rule_changes_meanwhile(bench: RuleBench) -> None:
    bench.genesys.on(CREATE, late(bench, OutcomeUnknown("lost")))
    changes: list[PurgeRule] = []

    def change(written: PurgeRule) -> None:
        if written.rule_id and len(changes) < 3:
            changes.append(written)
            bench.rules.before_write = lambda _: None
            bench.rules.put(bench.stored.noted())
            bench.rules.before_write = change

    bench.rules.before_write = change
    with pytest.raises(TryLater, match="is being created"):
        bench.create()
    assert (bench.stored.rule_id, len(changes)) == ("rule-1", 3)

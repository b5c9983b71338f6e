"""RegisterWebhook: retried with longer delays, and given up after ten attempts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, LostRace, OutcomeUnknown
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.purge_rules.register_webhook import REGISTER

from tests.unit.purge_rules.rule_bench import REF, RuleBench, rule

CREATED = rule(status=RuleStatus.CREATED, rule_id="rule-1")
AWAY = GenesysUnavailable("503", correlation_id="c-1")


def receipt(times: int = 1) -> Receipt:
    return Receipt("handle", times)


def test_webhook_of_a_created_rule_is_registered(bench: RuleBench) -> None:
    bench.put(CREATED)
    assert bench.register_webhook(REF, receipt()) is True
    assert (bench.stored.status, bench.stored.webhook_id) == (RuleStatus.REGISTERED, "hook-1")
    (record,) = bench.audit.of(rule().run_id)
    assert (record.actor, record.action) == ("register_webhook", "rule_webhook_registered")
    assert (record.rule_id, record.webhook_id) == ("rule-1", "hook-1")
    assert len(bench.registered) == 1


@pytest.mark.parametrize(
    "stored",
    [
        None,
        rule(status=RuleStatus.REGISTERED, rule_id="rule-1", webhook_id="hook-0"),
        rule(status=RuleStatus.FAILED),
        rule(),
    ],
)
def test_message_is_done_if_nothing_is_left_to_register(
    bench: RuleBench, stored: PurgeRule | None
) -> None:
    if stored:
        bench.put(stored)
    assert bench.register_webhook(REF, receipt()) is True
    assert bench.genesys.calls == []
    assert bench.rules.get(REF) == stored


def test_failed_registration_is_audited_and_postponed(bench: RuleBench) -> None:
    bench.put(CREATED)
    bench.genesys.on(REGISTER, bench.taking(1.5, AWAY))
    assert bench.register_webhook(REF, receipt()) is False
    assert bench.registrations.postponed == [(receipt(), 30)]
    assert bench.registrations.buried == []
    assert bench.stored == CREATED
    (record,) = bench.audit.of(rule().run_id)
    assert (record.action, record.correlation_id) == ("rule_webhook_failed", "c-1")
    assert (record.latency_seconds, record.detail) == (1.5, "GenesysUnavailable: 503")
    assert bench.meter.counts == {"RuleWebhooksFailed": 1}


def test_delay_doubles_from_30_seconds_to_an_hour(bench: RuleBench) -> None:
    bench.put(CREATED)
    bench.genesys.on(REGISTER, AWAY)
    done = [bench.register_webhook(REF, receipt(times)) for times in (1, 2, 3, 7, 8, 9)]
    assert done == [False] * 6
    delays = [seconds for _, seconds in bench.registrations.postponed]
    assert delays == [30, 60, 120, 1_920, 3_600, 3_600]


@pytest.mark.parametrize("times", [10, 11])
def test_registration_is_given_up_after_ten_attempts(bench: RuleBench, times: int) -> None:
    bench.put(CREATED)
    bench.genesys.on(REGISTER, AWAY)
    assert bench.register_webhook(REF, receipt(times)) is True
    assert bench.registrations.buried == [REF]
    assert bench.registrations.postponed == []
    assert bench.stored == CREATED
    assert bench.actions == ["rule_webhook_failed", "rule_webhook_failed"]
    last = bench.audit.of(rule().run_id)[-1]
    assert last.detail == f"given up after {times} attempts; GenesysUnavailable: 503"


@pytest.mark.parametrize("reply", [OutcomeUnknown("not answered"), {"id": None}], ids=str)
def test_unanswered_registration_is_sent_again(bench: RuleBench, reply: Any) -> None:
    bench.put(CREATED)
    bench.genesys.on(REGISTER, reply, {"id": "hook-2"})
    done = [bench.register_webhook(REF, receipt(times)) for times in (1, 2)]
    assert done == [False, True]
    assert bench.stored.webhook_id == "hook-2"


def test_worker_that_was_overtaken_is_done_as_well(bench: RuleBench) -> None:
    bench.put(CREATED)

    def overtaken(_: Mapping[str, Any]) -> Mapping[str, Any]:
        bench.genesys.on(REGISTER, {"id": "hook-1"})
        assert bench.register_webhook(REF, receipt()) is True
        return {"id": "hook-2"}

    bench.genesys.on(REGISTER, overtaken)
    assert bench.register_webhook(REF, receipt(2)) is True
    assert bench.stored.webhook_id == "hook-1"
    assert bench.actions == ["rule_webhook_registered"]
    assert bench.registrations.postponed == []


def test_registration_that_cannot_be_stored_is_retried(bench: RuleBench) -> None:
    bench.put(CREATED)

    def busy(_: PurgeRule) -> None:
        raise LostRace("the tables were busy")

    bench.rules.before_write = busy
    assert bench.register_webhook(REF, receipt()) is False
    assert bench.stored == CREATED
    assert bench.actions == ["rule_webhook_failed"]


def test_message_is_done_after_a_repeated_request_registered(bench: RuleBench) -> None:
    bench.genesys.on(REGISTER, AWAY, {"id": "hook-1"})
    assert bench.create().status is RuleStatus.CREATED
    assert bench.create().status is RuleStatus.REGISTERED
    (message,) = bench.registrations.sent
    assert bench.register_webhook(message, receipt()) is True
    assert len(bench.registered) == 2

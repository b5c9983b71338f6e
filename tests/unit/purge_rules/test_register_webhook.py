"""Registering our webhook later: tried again, later each time, and given up in the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, LostRace, OutcomeUnknown, PurgeError
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus
from genesys_purge.purge_rules.register_webhook import REGISTER

from tests.unit.purge_rules.rule_bench import REF, RuleBench, rule

CREATED = rule(status=RuleStatus.CREATED, rule_id="rule-1")
AWAY = GenesysUnavailable("503", correlation_id="c-1")


def receipt(times: int = 1) -> Receipt:
    return Receipt("handle", times)


def test_a_rule_that_was_created_is_registered(bench: RuleBench) -> None:
    bench.put(CREATED)
    assert bench.register_webhook(REF, receipt()) is True
    assert (bench.stored.status, bench.stored.webhook_id) == (RuleStatus.REGISTERED, "hook-1")
    (record,) = bench.audit.of(rule().run_id)
    assert (record.actor, record.action) == ("register_webhook", "rule_webhook_registered")
    assert (record.rule_id, record.detail) == ("rule-1", "webhook hook-1")
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
def test_where_there_is_nothing_to_register_the_message_is_done(
    bench: RuleBench, stored: PurgeRule | None
) -> None:
    if stored:
        bench.put(stored)
    assert bench.register_webhook(REF, receipt()) is True
    assert bench.genesys.calls == []
    assert bench.rules.get(REF) == stored


@pytest.mark.parametrize(
    ("times", "seconds"),
    [(1, 30), (2, 60), (3, 120), (7, 1_920), (8, 3_600), (9, 3_600)],
)
def test_what_does_not_succeed_is_tried_again_later_each_time(
    bench: RuleBench, times: int, seconds: int
) -> None:
    bench.put(CREATED)
    bench.genesys.on(REGISTER, AWAY)
    assert bench.register_webhook(REF, receipt(times)) is False
    assert bench.registrations.postponed == [(receipt(times), seconds)]
    assert bench.registrations.buried == []
    assert bench.stored == CREATED
    (record,) = bench.audit.of(rule().run_id)
    assert (record.action, record.correlation_id) == ("rule_webhook_failed", "c-1")
    assert record.detail == "GenesysUnavailable: 503"
    assert bench.meter.counts == {"RuleWebhooksFailed": 1}


@pytest.mark.parametrize("times", [10, 11])
def test_after_ten_times_it_is_buried_and_said_so(bench: RuleBench, times: int) -> None:
    bench.put(CREATED)
    bench.genesys.on(REGISTER, AWAY)
    assert bench.register_webhook(REF, receipt(times)) is True
    assert bench.registrations.buried == [REF]
    assert bench.registrations.postponed == []
    assert bench.stored == CREATED
    assert bench.actions == ["rule_webhook_failed", "rule_webhook_failed"]
    last = bench.audit.of(rule().run_id)[-1]
    assert last.detail == f"given up after {times} times; GenesysUnavailable: 503"


@pytest.mark.parametrize("reply", [OutcomeUnknown("not answered"), {"id": None}, AWAY], ids=str)
def test_an_unanswered_registration_is_sent_again(bench: RuleBench, reply: Any) -> None:
    bench.put(CREATED)
    bench.genesys.on(REGISTER, reply, {"id": "hook-2"})
    done = [bench.register_webhook(REF, receipt(times)) for times in (1, 2)]
    assert done == [False, True]
    assert bench.stored.webhook_id == "hook-2"


def test_of_two_workers_the_second_is_done_as_well(bench: RuleBench) -> None:
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


def test_tables_that_stay_busy_are_no_success(bench: RuleBench) -> None:
    bench.put(CREATED)

    def busy(_: PurgeRule) -> None:
        raise LostRace("the tables stayed busy")

    bench.rules.before_write = busy
    assert bench.register_webhook(REF, receipt()) is False
    assert bench.stored == CREATED
    assert bench.actions == ["rule_webhook_failed"]


@pytest.mark.parametrize("error", [AWAY, OutcomeUnknown("not answered")], ids=str)
def test_a_rule_registered_by_its_repeated_request_needs_no_message(
    bench: RuleBench, error: PurgeError
) -> None:
    bench.genesys.on(REGISTER, error, {"id": "hook-1"})
    assert bench.create().status is RuleStatus.CREATED
    assert bench.create().status is RuleStatus.REGISTERED
    (message,) = bench.registrations.sent
    assert bench.register_webhook(message, receipt()) is True
    assert len(bench.registered) == 2

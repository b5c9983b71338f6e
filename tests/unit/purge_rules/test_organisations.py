"""Purge rules of several organisations: separate platforms, names, webhooks and audit records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import (
    AlreadyExists,
    GenesysUnavailable,
    InvalidRequest,
    LostRace,
    OnLegalHold,
    OutcomeUnknown,
    TryLater,
)
from genesys_purge.methods.data_retention import READ
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules.documented.api import CREATE
from genesys_purge.purge_rules.live import api as live_api
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleRef, RuleStatus
from genesys_purge.purge_rules.register_webhook import ATTEMPTS, REGISTER

from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import (
    NAME,
    REF,
    RuleBench,
    condition,
    conflict,
    document,
    rule,
    scripted_genesys,
)

EMEA = RuleRef(name=NAME, organisation="emea")
RUN = rule(organisation="emea").run_id
FIRST = Receipt("handle", 1)
AWAY = GenesysUnavailable("503", correlation_id="c-1")
# Fields that make the document valid on both platforms.
BOTH: dict[str, Any] = {"snapshotBeforeDelete": False}


def with_emea(bench: RuleBench, **differing: Any) -> ScriptedGenesys:
    """The Genesys of a second organisation, like the default one but for these fields."""
    genesys = scripted_genesys()
    bench.organisations.add("emea", genesys, **differing)
    return genesys


@pytest.fixture
def emea(bench: RuleBench) -> ScriptedGenesys:
    return with_emea(bench)


def sent(genesys: ScriptedGenesys) -> list[str]:
    return [call.operation.path for call in genesys.calls]


def test_rule_is_created_and_registered_only_in_its_organisation(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    assert bench.create(organisation="emea").status is RuleStatus.REGISTERED
    assert sent(emea) == [CREATE.path, REGISTER.path]
    assert emea.deletions == [document()]
    assert bench.genesys.calls == []
    stored = bench.rules.get(EMEA)
    assert stored is not None
    assert (stored.organisation, stored.definition) == ("emea", document())
    assert bench.rules.get(REF) is None
    records = bench.audit.of(RUN)
    assert [each.action for each in records] == ["rule_created", "rule_webhook_registered"]
    assert {each.organisation for each in records} == {"emea"}
    assert bench.actions == []


def test_same_name_in_two_organisations_means_two_rules(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    emea.on(CREATE, {"id": "rule-2"})
    own = bench.create()
    theirs = bench.create(organisation="emea", maxBatchSize=501)
    assert (own.rule_id, theirs.rule_id) == ("rule-1", "rule-2")
    assert bench.create() == own
    assert bench.create(organisation="emea", maxBatchSize=501) == theirs
    assert (len(bench.creations), len(emea.deletions)) == (1, 1)
    records = [bench.audit.of(each) for each in (rule().run_id, RUN)]
    assert [[record.organisation for record in each] for each in records] == [
        [None, None],
        ["emea", "emea"],
    ]


def test_no_valid_name_equals_the_key_of_another_organisation(bench: RuleBench) -> None:
    for between in ("", " ", ":", "/", "#", ".", "\n"):
        name = f"emea{between}{NAME}"
        is_refused = "name" in bench.errors(document(name=name))
        assert is_refused is (RuleRef(name=name).key == EMEA.key)


def test_live_organisation_gets_a_policy_and_no_webhook(bench: RuleBench) -> None:
    emea = with_emea(bench, platform="live")
    theirs = bench.create(organisation="emea", **BOTH)
    assert (theirs.status, theirs.rule_id) == (RuleStatus.CREATED, "policy-1")
    assert sent(emea) == [READ.path, live_api.CREATE.path]
    assert bench.genesys.calls == []
    assert bench.create(**BOTH).webhook_id == "hook-1"
    assert sent(bench.genesys) == [CREATE.path, REGISTER.path]
    assert len(emea.calls) == 2
    assert bench.registrations.sent == []


def test_documented_organisation_beside_a_live_one_gets_a_webhook(live: RuleBench) -> None:
    emea = with_emea(live, platform="documented")
    assert live.create(organisation="emea").webhook_id == "hook-1"
    assert sent(emea) == [CREATE.path, REGISTER.path]
    assert live.create(**BOTH).rule_id == "policy-1"
    assert REGISTER.path not in sent(live.genesys)


def test_fields_are_checked_for_the_platform_of_the_organisation(bench: RuleBench) -> None:
    with_emea(bench, platform="live")
    assert bench.errors(document()) == {}
    assert bench.errors(document(organisation="emea")).keys() == {"snapshotBeforeDelete"}


def test_days_beyond_the_organisations_data_retention_are_refused(bench: RuleBench) -> None:
    with_emea(bench, platform="live").on(READ, {"retentionDays": 729})
    with pytest.raises(InvalidRequest, match="must be at most 729"):
        bench.create(organisation="emea", **BOTH)
    assert bench.rules.get(EMEA) is None


@pytest.mark.usefixtures("emea")
def test_unknown_organisation_is_reported_with_all_other_errors(bench: RuleBench) -> None:
    for name in ("latam", "", "EMEA", "emea\n", "../emea", "e" * 41, 7, ["emea"]):
        wrong = document(
            organisation=name,
            maxBatchSize=1,
            retentionPeriod={"days": 30},
            scope={"filters": [condition("classification", "eq", "hipaa")]},
        )
        found = {"organisation", "maxBatchSize", "retentionPeriod.days"}
        assert bench.errors(wrong).keys() == found, name
        assert bench.errors(document(organisation=name)).keys() == {"organisation"}, name


def test_unknown_organisation_gets_no_errors_of_a_platform(live: RuleBench) -> None:
    assert live.errors(document()).keys() == {"snapshotBeforeDelete"}
    for name in ("latam", "EMEA"):
        assert live.errors(document(organisation=name)).keys() == {"organisation"}


def test_our_legal_hold_stops_rules_of_every_organisation(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    bench.holds.placed.append(hold())
    with pytest.raises(OnLegalHold):
        bench.create(organisation="emea")
    assert emea.calls == []
    assert bench.rules.get(EMEA) is None


def test_queued_webhook_is_registered_in_the_organisation_of_the_rule(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    emea.on(REGISTER, AWAY, {"id": "hook-2"})
    bench.create()
    assert bench.create(organisation="emea").status is RuleStatus.CREATED
    (message,) = bench.registrations.sent
    assert message == EMEA
    before = len(bench.genesys.calls)
    assert bench.register_webhook(RuleRef.parse(message.to_json()), FIRST) is True
    stored = bench.rules.get(EMEA)
    assert stored is not None
    assert (stored.status, stored.webhook_id) == (RuleStatus.REGISTERED, "hook-2")
    assert len(bench.genesys.calls) == before
    assert bench.stored.webhook_id == "hook-1"
    records = bench.audit.of(RUN)
    assert [each.action for each in records][1:] == [
        "rule_webhook_failed",
        "rule_webhook_registered",
    ]
    assert {each.organisation for each in records} == {"emea"}


def test_overtaken_registration_keeps_the_first_webhook(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    bench.put(rule(organisation="emea", status=RuleStatus.CREATED, rule_id="rule-1"))

    def overtaken(_: Mapping[str, Any]) -> Mapping[str, Any]:
        emea.on(REGISTER, {"id": "hook-1"})
        assert bench.register_webhook(EMEA, FIRST) is True
        return {"id": "hook-2"}

    emea.on(REGISTER, overtaken)
    assert bench.register_webhook(EMEA, FIRST) is True
    assert [record.webhook_id for record in bench.audit.of(RUN)] == ["hook-1"]


def test_message_is_kept_while_its_organisation_is_unknown(bench: RuleBench) -> None:
    bench.put(rule(organisation="emea", status=RuleStatus.CREATED, rule_id="rule-1"))
    assert bench.register_webhook(EMEA, FIRST) is False
    assert [receipt for receipt, _ in bench.registrations.postponed] == [FIRST]
    assert bench.register_webhook(EMEA, Receipt("handle", ATTEMPTS)) is True
    assert bench.registrations.buried == [EMEA]
    assert bench.genesys.calls == []
    assert {each.action for each in bench.audit.of(RUN)} == {"rule_webhook_failed"}


@pytest.mark.parametrize(
    ("named", "title"),
    [({}, f'"{NAME}"'), ({"organisation": "emea"}, f'"{NAME}" of organisation emea')],
)
def test_errors_about_a_rule_name_its_organisation(
    bench: RuleBench, emea: ScriptedGenesys, named: dict[str, Any], title: str
) -> None:
    def overtaken(_: PurgeRule) -> None:
        raise LostRace("another worker began it")

    bench.rules.before_write = overtaken
    with pytest.raises(TryLater, match=f"the purge rule {title} is being created"):
        bench.create(**named)
    bench.rules.before_write = lambda _: None
    for genesys in (bench.genesys, emea):
        genesys.on(CREATE, conflict(), {"id": "rule-1"})
    with pytest.raises(AlreadyExists, match=f"conflicts with {title}:"):
        bench.create(**named)
    bench.create(**named)
    with pytest.raises(AlreadyExists, match=f"another purge rule {title} exists"):
        bench.create(**named, maxBatchSize=501)


def test_request_during_the_call_waits_for_the_first_one(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    def meanwhile(_: Mapping[str, Any]) -> Mapping[str, Any]:
        with pytest.raises(TryLater, match=f'"{NAME}" of organisation emea is being created'):
            bench.create(organisation="emea")
        return {"id": "rule-1"}

    emea.on(CREATE, meanwhile)
    assert bench.create(organisation="emea").rule_id == "rule-1"
    assert len(emea.deletions) == 1


def test_unanswered_call_is_repeated_in_the_same_organisation(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    emea.on(CREATE, OutcomeUnknown("not answered"), conflict("rule-9"))
    assert bench.create(organisation="emea").rule_id == "rule-9"
    assert len(emea.deletions) == 2
    assert bench.genesys.calls == []

"""Purge rules of several organisations: each one's own platform, names, webhook and audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import (
    GenesysUnavailable,
    InvalidRequest,
    LostRace,
    OnLegalHold,
    OutcomeUnknown,
    RuleExists,
    TryLater,
)
from genesys_purge.methods.data_retention import READ
from genesys_purge.ports import Receipt
from genesys_purge.purge_rules.documented.rule_form import CREATE
from genesys_purge.purge_rules.live import retention_policies
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
# What both platforms take.
TAKEN: dict[str, Any] = {"snapshotBeforeDelete": False}


def with_emea(bench: RuleBench, **differing: Any) -> ScriptedGenesys:
    """The Genesys of a further organisation, as the deployment's own but for these fields."""
    genesys = scripted_genesys()
    bench.organisations.add("emea", genesys, **differing)
    return genesys


@pytest.fixture
def emea(bench: RuleBench) -> ScriptedGenesys:
    return with_emea(bench)


def sent(genesys: ScriptedGenesys) -> list[str]:
    return [call.operation.path for call in genesys.calls]


def test_a_rule_is_created_and_registered_in_its_organisation_and_nowhere_else(
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


def test_rules_of_one_name_in_two_organisations_are_two(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    emea.on(CREATE, {"id": "rule-2"})
    own = bench.create()
    theirs = bench.create(organisation="emea", maxBatchSize=501)
    assert (own.rule_id, theirs.rule_id) == ("rule-1", "rule-2")
    assert bench.create() == own
    assert bench.create(organisation="emea", maxBatchSize=501) == theirs
    assert (len(bench.creations), len(emea.deletions)) == (1, 1)
    facts = [bench.audit.of(each) for each in (rule().run_id, RUN)]
    assert [[record.organisation for record in each] for each in facts] == [
        [None, None],
        ["emea", "emea"],
    ]


def test_a_rule_of_the_own_organisation_is_kept_and_audited_under_its_name_alone() -> None:
    assert REF.key == NAME
    assert rule().run_id == "rule:211ca78401bbd41b90f0eaddac9316e6"
    assert REF.to_json() == {"name": NAME}
    assert RuleRef.parse({"name": NAME}) == REF


@pytest.mark.parametrize("between", ["", " ", ":", "/", "#", ".", "\n"])
def test_no_name_is_taken_for_that_of_another_organisations_rule(
    bench: RuleBench, between: str
) -> None:
    name = f"emea{between}{NAME}"
    is_refused = "name" in bench.errors(document(name=name))
    assert is_refused is (RuleRef(name=name).key == EMEA.key)


def test_a_live_organisation_gets_a_policy_and_the_documented_one_its_webhook(
    bench: RuleBench,
) -> None:
    emea = with_emea(bench, platform="live")
    theirs = bench.create(organisation="emea", **TAKEN)
    assert (theirs.status, theirs.rule_id) == (RuleStatus.CREATED, "policy-1")
    assert sent(emea) == [READ.path, retention_policies.CREATE.path]
    assert bench.genesys.calls == []
    assert bench.create(**TAKEN).webhook_id == "hook-1"
    assert sent(bench.genesys) == [CREATE.path, REGISTER.path]
    assert len(emea.calls) == 2
    assert bench.registrations.sent == []


def test_a_documented_organisation_beside_a_live_one_has_its_webhook(live: RuleBench) -> None:
    emea = with_emea(live, platform="documented")
    assert live.create(organisation="emea").webhook_id == "hook-1"
    assert sent(emea) == [CREATE.path, REGISTER.path]
    assert live.create(**TAKEN).rule_id == "policy-1"
    assert REGISTER.path not in sent(live.genesys)


def test_what_the_organisations_platform_cannot_do_is_refused_by_field(bench: RuleBench) -> None:
    with_emea(bench, platform="live")
    assert bench.errors(document()) == {}
    assert bench.errors(document(organisation="emea")).keys() == {"snapshotBeforeDelete"}


def test_a_rule_for_longer_than_its_organisation_keeps_its_data_is_refused(
    bench: RuleBench,
) -> None:
    with_emea(bench, platform="live").on(READ, {"retentionDays": 729})
    with pytest.raises(InvalidRequest, match="may not be more than 729"):
        bench.create(organisation="emea", **TAKEN)
    assert bench.rules.get(EMEA) is None


@pytest.mark.parametrize("name", ["latam", "", "EMEA", "emea\n", "../emea", "e" * 41, 7, ["emea"]])
def test_an_organisation_that_is_none_is_told_with_all_other_errors(
    bench: RuleBench, emea: ScriptedGenesys, name: Any
) -> None:
    wrong = document(
        organisation=name,
        maxBatchSize=1,
        retentionPeriod={"days": 30},
        scope={"filters": [condition("classification", "eq", "hipaa")]},
    )
    assert bench.errors(wrong).keys() == {"organisation", "maxBatchSize", "retentionPeriod.days"}
    assert bench.errors(document(organisation=name)).keys() == {"organisation"}
    assert emea.calls == bench.genesys.calls == []


@pytest.mark.parametrize("name", ["latam", "EMEA"])
def test_of_an_organisation_that_is_none_nothing_is_asked_that_another_could_not_do(
    live: RuleBench, name: str
) -> None:
    assert live.errors(document()).keys() == {"snapshotBeforeDelete"}
    assert live.errors(document(organisation=name)).keys() == {"organisation"}


def test_a_hold_of_ours_holds_in_every_organisation(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    bench.holds.placed.append(hold())
    with pytest.raises(OnLegalHold):
        bench.create(organisation="emea")
    assert emea.calls == []
    assert bench.rules.get(EMEA) is None


def test_a_webhook_that_comes_by_the_queue_is_registered_in_its_rules_organisation(
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


def test_of_two_workers_on_an_organisations_rule_the_second_is_done_as_well(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    bench.put(rule(organisation="emea", status=RuleStatus.CREATED, rule_id="rule-1"))

    def overtaken(_: Mapping[str, Any]) -> Mapping[str, Any]:
        emea.on(REGISTER, {"id": "hook-1"})
        assert bench.register_webhook(EMEA, FIRST) is True
        return {"id": "hook-2"}

    emea.on(REGISTER, overtaken)
    assert bench.register_webhook(EMEA, FIRST) is True
    assert [record.detail for record in bench.audit.of(RUN)] == ["webhook hook-1"]


def test_while_a_rules_organisation_is_not_known_its_message_is_kept_and_nobody_is_asked(
    bench: RuleBench,
) -> None:
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
def test_what_is_in_the_way_or_busy_names_the_organisation_unless_it_is_the_own(
    bench: RuleBench, emea: ScriptedGenesys, named: dict[str, Any], title: str
) -> None:
    def overtaken(_: PurgeRule) -> None:
        raise LostRace("somebody else began it")

    bench.rules.before_write = overtaken
    with pytest.raises(TryLater, match=f"the purge rule {title} is being created"):
        bench.create(**named)
    bench.rules.before_write = lambda _: None
    for genesys in (bench.genesys, emea):
        genesys.on(CREATE, conflict(), {"id": "rule-1"})
    with pytest.raises(RuleExists, match=f"in the way of {title}:"):
        bench.create(**named)
    bench.create(**named)
    with pytest.raises(RuleExists, match=f"another purge rule {title}, registered"):
        bench.create(**named, maxBatchSize=501)


def test_a_rule_that_somebody_is_creating_in_its_organisation_is_left_to_them(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    def meanwhile(_: Mapping[str, Any]) -> Mapping[str, Any]:
        with pytest.raises(TryLater, match=f'"{NAME}" of organisation emea is being created'):
            bench.create(organisation="emea")
        return {"id": "rule-1"}

    emea.on(CREATE, meanwhile)
    assert bench.create(organisation="emea").rule_id == "rule-1"
    assert len(emea.deletions) == 1


def test_a_call_that_was_not_answered_is_repeated_in_its_organisation(
    bench: RuleBench, emea: ScriptedGenesys
) -> None:
    emea.on(CREATE, OutcomeUnknown("not answered"), conflict("rule-9"))
    assert bench.create(organisation="emea").rule_id == "rule-9"
    assert len(emea.deletions) == 2
    assert bench.genesys.calls == []

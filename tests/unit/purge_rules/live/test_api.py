"""LivePolicyApi: a rule becomes one retention policy, also after an unanswered call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import (
    AlreadyExists,
    GenesysUnavailable,
    InvalidRequest,
    OnLegalHold,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    PurgingSwitchedOff,
    RateLimited,
    RefusedByGenesys,
    UnreadableAnswer,
)
from genesys_purge.methods.data_retention import READ
from genesys_purge.model.request import fingerprint
from genesys_purge.operation import Operation
from genesys_purge.purge_rules.creation import FOUND
from genesys_purge.purge_rules.live.api import (
    CREATE,
    DUPLICATE_NAME,
    LIST,
    MOST_PAGES,
    REMARKS,
    WRONG_CONTENT,
)
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus, SubmittedRule
from genesys_purge.purge_rules.register_webhook import REGISTER

from tests.clock import NOON
from tests.scripted_genesys import Reply
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.live.policies import ASKED, POLICY, at_genesys, listed
from tests.unit.purge_rules.rule_bench import NAME, REF, RuleBench, document, rule
from tests.unit.purge_rules.test_create_purge_rule import nothing_happened

RUN = rule().run_id
UNKNOWN = OutcomeUnknown("sent and not answered", correlation_id="c-1")
CAP = "the organisation keeps no interaction for more than 1826 days"


def refused(code: str | None, status: int = 400) -> RefusedByGenesys:
    """A refusal with that error code; its words say nothing that the code does not say."""
    return RefusedByGenesys("no", status=status, code=code, correlation_id="c-2")


TAKEN = refused(DUPLICATE_NAME)


def create(live: RuleBench, actor: str = "tests", **fields: Any) -> SubmittedRule:
    return live.create(actor, **ASKED | fields)


def sent(live: RuleBench) -> list[Operation]:
    return [call.operation for call in live.genesys.calls]


def outcome(live: RuleBench) -> tuple[RuleStatus, bool]:
    """The status of the stored rule, and whether it may exist unseen."""
    return live.stored.status, live.stored.attempt.is_uncertain


def test_rule_becomes_a_policy_and_the_answer_has_the_remarks(live: RuleBench) -> None:
    detail = "; ".join((*REMARKS, CAP))
    assert create(live).to_json() == {
        "name": NAME,
        "ruleId": "policy-1",
        "status": "created",
        "detail": detail,
    }
    assert live.creations == [POLICY]
    assert sent(live) == [READ, CREATE]
    assert (live.stored.status, live.stored.definition) == (RuleStatus.CREATED, POLICY)
    (created,) = live.audit.of(RUN)
    assert (created.action, created.rule_id) == ("rule_created", "policy-1")
    assert (created.detail, created.latency_seconds) == (detail, 0)
    assert created.policy is not None
    assert created.policy.minimum_days == 730
    assert live.meter.counts == {"RulesCreated": 1}


def test_remarks_name_every_difference_from_the_document() -> None:
    remarks = "; ".join(REMARKS)
    for words in (
        "deletes recordings only",
        "not retroactive",
        "recording_job",
        "timeOfDay, timezone and maxBatchSize have no effect",
        "no webhook",
    ):
        assert words in remarks


def test_live_rule_has_no_webhook(live: RuleBench) -> None:
    create(live)
    assert live.registrations.sent == []
    assert REGISTER not in sent(live)


def test_repeated_live_request_sends_nothing(live: RuleBench) -> None:
    first = create(live)
    live.policies.switch = "off"
    live.genesys.on(READ, {"retentionDays": 90})
    live.clock.wait(86_400)
    assert create(live, "another user") == first
    assert sent(live) == [READ, CREATE]
    assert live.actions == ["rule_created"]


@pytest.mark.parametrize("other", [{"maxBatchSize": 501}, {"enabled": False}])
def test_another_live_rule_under_a_taken_name_is_refused(
    live: RuleBench, other: dict[str, Any]
) -> None:
    create(live)
    with pytest.raises(AlreadyExists, match=f'rule "{NAME}" exists .created, id policy-1 at'):
        create(live, **other)
    assert len(live.creations) == 1


@pytest.mark.parametrize(("first", "then"), [("documented", "live"), ("live", "documented")])
def test_same_request_on_another_platform_is_another_rule(first: str, then: str) -> None:
    before, after = RuleBench(genesys_platform=first), RuleBench(genesys_platform=then)
    create(before)
    after.put(before.stored)
    with pytest.raises(AlreadyExists, match="choose another name"):
        create(after)
    assert after.genesys.calls == []


def test_live_intent_is_stored_right_before_the_call(live: RuleBench) -> None:
    seen: list[PurgeRule] = []

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append(live.stored)
        return {"id": "policy-1"}

    live.genesys.on(READ, live.taking(20, {"retentionDays": 1_826}))
    live.genesys.on(CREATE, answer)
    create(live)
    (intent,) = seen
    assert (intent.status, intent.definition) == (RuleStatus.CREATING, POLICY)
    assert intent.attempt.number == 1
    assert intent.attempt.at is not None
    assert (intent.attempt.at - NOON).total_seconds() == 20


@pytest.mark.parametrize(("switch", "held"), [("off", False), ("on", True)])
def test_live_rule_without_a_permit_reads_and_stores_nothing(
    live: RuleBench, switch: str, *, held: bool
) -> None:
    live.policies.switch = switch
    live.holds.placed += [hold()] if held else []
    with pytest.raises(OnLegalHold if held else PurgingSwitchedOff):
        create(live)
    assert nothing_happened(live)


def test_hold_that_is_placed_during_the_reading_stops_the_rule(live: RuleBench) -> None:
    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        live.holds.placed.append(hold())
        return {"retentionDays": 1_826}

    live.genesys.on(READ, answer)
    with pytest.raises(OnLegalHold):
        create(live)
    assert sent(live) == [READ]
    assert (live.stored.status, live.actions) == (RuleStatus.FAILED, ["rule_failed"])


def test_days_beyond_the_data_retention_are_refused_unstored(live: RuleBench) -> None:
    live.genesys.on(READ, {"retentionDays": 729})
    with pytest.raises(InvalidRequest) as invalid:
        create(live)
    (error,) = invalid.value.errors()
    assert error.path == "retentionPeriod.days"
    assert error.message.startswith("must be at most 729: the organisation keeps no")
    assert sent(live) == [READ]
    assert live.rules.get(REF) is None
    assert live.actions == []


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ({"retentionDays": 730}, "for more than 730 days"),
        ({"retentionDays": None}, "has set no data retention"),
        (
            PermissionMissing("403", permission="analytics:dataRetention:view"),
            "could not be read (the OAuth client needs analytics:dataRetention:view)",
        ),
        (GenesysUnavailable("503"), "could not be read (GenesysUnavailable)"),
    ],
)
def test_data_retention_that_allows_the_days_is_a_remark(
    live: RuleBench, reply: Reply, words: str
) -> None:
    live.genesys.on(READ, reply)
    answer = create(live)
    assert answer.status is RuleStatus.CREATED
    assert words in str(answer.detail)
    assert words in str(live.audit.of(RUN)[0].detail)


def test_duplicate_name_is_recognised_by_its_code(live: RuleBench) -> None:
    live.genesys.on(CREATE, TAKEN)
    with pytest.raises(AlreadyExists) as exists:
        create(live)
    assert exists.value.correlation_id == "c-2"
    assert outcome(live) == (RuleStatus.FAILED, False)
    assert live.actions == ["rule_failed"]
    # No call came before, so the policy cannot be ours, even if it is the same.
    assert LIST not in sent(live)


@pytest.mark.parametrize("code", [None, "recording.policy.taken"])
def test_duplicate_name_with_an_unknown_code_is_found_in_the_list(
    live: RuleBench, code: str | None
) -> None:
    live.genesys.on(CREATE, refused(code))
    live.genesys.on(LIST, listed(at_genesys()), listed())
    with pytest.raises(AlreadyExists):
        create(live)
    assert sent(live) == [READ, CREATE, LIST]
    assert outcome(live) == (RuleStatus.FAILED, False)


@pytest.mark.parametrize("trouble", [GenesysUnavailable("503"), {"entities": None}, listed()])
def test_unknown_refusal_is_raised_if_the_list_does_not_explain_it(
    live: RuleBench, trouble: Reply
) -> None:
    error = refused("recording.policy.taken")
    live.genesys.on(CREATE, error)
    live.genesys.on(LIST, trouble)
    with pytest.raises(RefusedByGenesys) as raised:
        create(live)
    assert raised.value is error
    assert outcome(live) == (RuleStatus.FAILED, False)


@pytest.mark.parametrize(
    "error",
    [
        *map(refused, sorted(WRONG_CONTENT)),
        PermissionMissing("403", permission="recording:retentionPolicy:add"),
    ],
    ids=lambda error: getattr(error, "code", "permission"),
)
def test_known_refusal_is_raised_and_the_rule_may_be_sent_again(
    live: RuleBench, error: PurgeError
) -> None:
    live.genesys.on(CREATE, error, {"id": "policy-1"})
    with pytest.raises(type(error)) as raised:
        create(live)
    assert raised.value is error
    assert outcome(live) == (RuleStatus.FAILED, False)
    assert create(live).rule_id == "policy-1"
    assert LIST not in sent(live)


def test_policy_of_an_unanswered_call_is_found_by_name(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    live.genesys.on(LIST, listed({"name": NAME}, at_genesys()), listed())
    answer = create(live)
    assert (answer.rule_id, answer.status) == ("policy-7", RuleStatus.CREATED)
    assert str(answer.detail).startswith(f"{FOUND}; {REMARKS[0]}")
    assert sent(live) == [READ, CREATE, LIST]
    assert live.slept == [30]
    (look,) = [call for call in live.genesys.calls if call.operation is LIST]
    assert look.path == {"name": NAME, "page": "1"}
    assert live.actions == ["rule_created"]


def test_every_page_of_the_list_is_read(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    pages = [listed(at_genesys(name=f"{NAME} {n}")) for n in range(3)]
    live.genesys.on(LIST, *pages, listed(at_genesys()))
    assert create(live).rule_id == "policy-7"
    asked = [call.path["page"] for call in live.genesys.calls if call.operation is LIST]
    assert asked == ["1", "2", "3", "4"]


def test_policy_that_is_not_listed_is_created_under_a_new_permit(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN, {"id": "policy-1"})
    answer = create(live)
    assert (answer.rule_id, FOUND in str(answer.detail)) == ("policy-1", False)
    assert sent(live) == [READ, CREATE, LIST, CREATE]
    permits = [call.permit for call in live.genesys.calls if call.permit]
    assert permits == [Permit(RUN, 0, 1, NOON), Permit(RUN, 0, 2, NOON)]


@pytest.mark.parametrize("code", [DUPLICATE_NAME, None, "recording.policy.taken"])
def test_policy_that_the_list_shows_late_is_found_after_a_refusal(
    live: RuleBench, code: str | None
) -> None:
    live.genesys.on(CREATE, UNKNOWN, refused(code))
    live.genesys.on(LIST, listed(), listed(at_genesys()), listed())
    assert create(live).rule_id == "policy-7"
    assert sent(live) == [READ, CREATE, LIST, CREATE, LIST]


def test_unexpected_refusal_leaves_an_earlier_call_uncertain(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN, refused(None))
    with pytest.raises(RefusedByGenesys):
        create(live)
    assert outcome(live) == (RuleStatus.FAILED, True)


def test_wrong_content_ends_the_doubt_about_an_earlier_call(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN, refused("recording.policy.invalid"))
    with pytest.raises(RefusedByGenesys):
        create(live)
    assert outcome(live) == (RuleStatus.FAILED, False)
    assert sent(live) == [READ, CREATE, LIST, CREATE]


def test_another_policy_of_the_name_is_not_adopted(live: RuleBench) -> None:
    other = listed(at_genesys(enabled=False))
    live.genesys.on(CREATE, UNKNOWN, TAKEN)
    live.genesys.on(LIST, other, listed(), other, listed())
    with pytest.raises(AlreadyExists):
        create(live)
    assert outcome(live) == (RuleStatus.FAILED, True)
    assert live.stored.rule_id is None
    assert live.actions == ["rule_failed"]


def test_entity_that_is_no_policy_is_skipped(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN, {"id": "policy-1"})
    live.genesys.on(LIST, listed(None, 1, "policy", [], {}, {"name": NAME}), listed())
    assert create(live).rule_id == "policy-1"


@pytest.mark.parametrize(
    "trouble",
    [
        PermissionMissing("403", permission="recording:retentionPolicy:view"),
        GenesysUnavailable("503"),
        RateLimited("429"),
        RefusedByGenesys("404", status=404),
        refused("invalid.query.param.value"),
        {},
        listed(at_genesys(id="../x")),
    ],
    ids=str,
)
def test_no_second_policy_is_created_while_the_list_is_unreadable(
    live: RuleBench, trouble: Reply
) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    live.genesys.on(LIST, trouble)
    with pytest.raises(PurgeError):
        create(live)
    assert len(live.creations) == 1
    assert live.stored.may_exist
    assert live.stored.attempt.is_uncertain
    live.clock.wait(60)
    with pytest.raises(AlreadyExists, match="may exist at Genesys"):
        create(live, enabled=False)
    live.genesys.on(LIST, listed(at_genesys()), listed())
    assert create(live).rule_id == "policy-7"
    assert len(live.creations) == 1


def test_list_without_an_end_is_given_up(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    live.genesys.on(LIST, listed({"name": "another"}))
    with pytest.raises(UnreadableAnswer, match="more than 100 pages"):
        create(live)
    looks = sent(live).count(LIST)
    assert looks % (MOST_PAGES + 1) == 0
    assert live.stored.attempt.is_uncertain


def test_policy_of_a_dead_worker_is_looked_for_first(live: RuleBench) -> None:
    valid = live.validator.validate(document(**ASKED))
    content = fingerprint({**valid.request, **valid.definition}, None)
    live.put(rule(definition=POLICY, fingerprint=content))
    live.clock.wait(60)
    live.genesys.on(LIST, listed(at_genesys()), listed())
    assert create(live, "the heir").rule_id == "policy-7"
    assert live.creations == []
    assert [record.actor for record in live.audit.of(RUN)] == ["the heir"]

"""A purge rule on the live platform: a retention policy, created once, told truly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from genesys_purge.errors import (
    GenesysUnavailable,
    InvalidRequest,
    JobLost,
    OnLegalHold,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    PurgingSwitchedOff,
    RateLimited,
    RefusedByGenesys,
    RuleExists,
    UnreadableAnswer,
)
from genesys_purge.methods.data_retention import READ
from genesys_purge.model.request import fingerprint
from genesys_purge.model.submission import Submission
from genesys_purge.ports import Operation, Permit
from genesys_purge.purge_rules.live.retention_policies import (
    BOOKKEEPING,
    CREATE,
    DUPLICATE,
    LIST,
    MOST_PAGES,
    REMARKS,
)
from genesys_purge.purge_rules.purge_rule import PurgeRule, RuleStatus, SubmittedRule
from genesys_purge.purge_rules.register_webhook import REGISTER

from tests.clock import NOON
from tests.scripted_genesys import Reply
from tests.unit.methods.scene import hold
from tests.unit.purge_rules.rule_bench import NAME, REF, RuleBench, condition, document, rule
from tests.unit.purge_rules.test_create_purge_rule import nothing_happened

RUN = rule().run_id
UNKNOWN = OutcomeUnknown("sent and not answered", correlation_id="c-1")
TAKEN = RefusedByGenesys(
    f"POST {CREATE.path} answered 400: Policy name already exists; {DUPLICATE}",
    status=400,
    correlation_id="c-2",
)
INVALID = RefusedByGenesys("400: recording.media.policy.invalid", status=400)
FOUND = "found at Genesys after a call that was not answered"
QUEUE = "5b0f0b5e-2f6d-4d0e-9a57-0e2f3c1d4b5a"
CAP = "the organisation keeps no interaction for more than 1826 days"
FILTERS = [
    condition("type", "eq", "voice"),
    condition("queueId", "eq", QUEUE),
    condition("direction", "eq", "inbound"),
]
ASKED: dict[str, Any] = {
    "description": "Two years",
    "scope": {"filters": FILTERS},
    "snapshotBeforeDelete": False,
}
POLICY: dict[str, Any] = {
    "name": NAME,
    "description": "Two years",
    "enabled": True,
    "mediaPolicies": {
        "callPolicy": {
            "conditions": {"forQueues": [{"id": QUEUE}], "directions": ["INBOUND"]},
            "actions": {
                "retainRecording": True,
                "deleteRecording": False,
                "alwaysDelete": False,
                "retentionDuration": {"deleteRetention": {"days": 730}},
            },
        }
    },
}


def create(live: RuleBench, actor: str = "tests", **fields: Any) -> SubmittedRule:
    return live.create_purge_rule(Submission(document(**ASKED | fields), actor))


def at_genesys(**changes: Any) -> dict[str, Any]:
    """The policy as Genesys lists it: with books of its own, and with all that it leaves empty."""
    call = POLICY["mediaPolicies"]["callPolicy"]
    queue = {"id": QUEUE, "name": "Support", "memberCount": 7}
    empty: dict[str, Any] = {
        "forUsers": [],
        "timeAllowed": None,
        "duration": {"durationTarget": None},
    }
    conditions = {**call["conditions"], **empty, "forQueues": [queue]}
    actions = {**call["actions"], "assignSurveys": [], "integrationExport": None}
    media = {"callPolicy": {"conditions": conditions, "actions": actions}, "emailPolicy": None}
    books = {"id": "policy-7", "order": 3, "createdDate": "2026-11-21T12:00:00Z", "selfUri": "/x"}
    return {**POLICY, **books, "mediaPolicies": media, "conditions": {}, "actions": None} | changes


def listed(*policies: Any) -> Mapping[str, Any]:
    return {"entities": list(policies)}


def sent(live: RuleBench) -> list[Operation]:
    return [call.operation for call in live.genesys.calls]


def test_a_rule_is_created_as_a_policy_and_told_with_all_that_is_different_there(
    live: RuleBench,
) -> None:
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


@pytest.mark.parametrize(
    "words",
    [
        "deletes recordings alone",
        "not retroactive",
        "recording_job",
        "timeOfDay, timezone and maxBatchSize have no effect",
        "no webhook",
    ],
)
def test_the_detail_says(live: RuleBench, words: str) -> None:
    assert words in str(create(live).detail)


def test_no_webhook_is_registered_now_or_later(live: RuleBench) -> None:
    create(live)
    assert live.registrations.sent == []
    assert REGISTER not in sent(live)


def test_the_same_rule_is_created_once_however_often_and_by_whom_it_is_sent(
    live: RuleBench,
) -> None:
    first = create(live)
    live.policies.switch = "off"
    live.genesys.on(READ, {"retentionDays": 90})
    live.clock.wait(86_400)
    assert create(live, "somebody else") == first
    assert sent(live) == [READ, CREATE]
    assert live.actions == ["rule_created"]


@pytest.mark.parametrize(
    "other", [{"maxBatchSize": 501}, {"enabled": False}, {"retentionPeriod": {"days": 731}}]
)
def test_another_rule_of_that_name_is_refused(live: RuleBench, other: dict[str, Any]) -> None:
    create(live)
    with pytest.raises(RuleExists, match=f'another purge rule "{NAME}", created, policy-1 at'):
        create(live, **other)
    assert len(live.creations) == 1


@pytest.mark.parametrize(("first", "then"), [("documented", "live"), ("live", "documented")])
def test_a_rule_of_one_platform_is_another_than_that_of_the_other(first: str, then: str) -> None:
    before, after = RuleBench(genesys_platform=first), RuleBench(genesys_platform=then)
    create(before)
    after.put(before.stored)
    with pytest.raises(RuleExists, match="choose another name"):
        create(after)
    assert after.genesys.calls == []


def test_the_intent_is_stored_before_the_call_and_is_no_older(live: RuleBench) -> None:
    seen: list[PurgeRule] = []

    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        seen.append(live.stored)
        return {"id": "policy-1"}

    live.genesys.on(READ, live.taking(20, {"retentionDays": 1_826}))
    live.genesys.on(CREATE, answer)
    create(live)
    (intent,) = seen
    assert (intent.status, intent.definition) == (RuleStatus.CREATING, POLICY)
    assert (intent.intended_at - NOON).total_seconds() == 20


@pytest.mark.parametrize(("switch", "held"), [("off", False), ("on", True)])
def test_without_leave_nothing_is_stored_or_sent_and_nothing_is_asked(
    live: RuleBench, switch: str, *, held: bool
) -> None:
    live.policies.switch = switch
    live.holds.placed += [hold()] if held else []
    with pytest.raises(OnLegalHold if held else PurgingSwitchedOff):
        create(live)
    assert nothing_happened(live)


def test_a_hold_that_is_placed_while_genesys_is_asked_is_regarded(live: RuleBench) -> None:
    def answer(_: Mapping[str, Any]) -> Mapping[str, Any]:
        live.holds.placed.append(hold())
        return {"retentionDays": 1_826}

    live.genesys.on(READ, answer)
    with pytest.raises(OnLegalHold):
        create(live)
    assert sent(live) == [READ]
    assert live.rules.get(REF) is None


def test_longer_than_the_organisation_keeps_its_data_is_refused_before_anything_is_stored(
    live: RuleBench,
) -> None:
    live.genesys.on(READ, {"retentionDays": 729})
    with pytest.raises(InvalidRequest) as refused:
        create(live)
    (error,) = refused.value.errors()
    assert error.path == "retentionPeriod.days"
    assert error.message.startswith("may not be more than 729: the organisation keeps no")
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
def test_a_limit_that_is_kept_not_set_or_not_readable_stops_nothing_and_is_told(
    live: RuleBench, reply: Reply, words: str
) -> None:
    live.genesys.on(READ, reply)
    answer = create(live)
    assert answer.status is RuleStatus.CREATED
    assert words in str(answer.detail)
    assert words in str(live.audit.of(RUN)[0].detail)


def test_a_name_that_genesys_has_already_is_told(live: RuleBench) -> None:
    live.genesys.on(CREATE, TAKEN)
    with pytest.raises(RuleExists, match="already exists") as refused:
        create(live)
    assert refused.value.correlation_id == "c-2"
    assert (live.stored.status, live.stored.is_uncertain) == (RuleStatus.FAILED, False)
    assert live.actions == ["rule_failed"]
    # Nobody called before, so that it cannot be ours, however alike.
    assert LIST not in sent(live)


@pytest.mark.parametrize(
    "error",
    [
        INVALID,
        PermissionMissing("403", permission="recording:retentionPolicy:add"),
        RefusedByGenesys("409: request.conflict", status=409),
    ],
    ids=str,
)
def test_any_other_refusal_is_passed_on_and_may_be_mended(
    live: RuleBench, error: PurgeError
) -> None:
    live.genesys.on(CREATE, error, {"id": "policy-1"})
    with pytest.raises(type(error)) as refused:
        create(live)
    assert refused.value is error
    assert (live.stored.status, live.stored.is_uncertain) == (RuleStatus.FAILED, False)
    assert create(live).rule_id == "policy-1"
    assert LIST not in sent(live)


def test_a_policy_that_an_unanswered_call_created_is_found_by_name_and_adopted(
    live: RuleBench,
) -> None:
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


def test_every_page_is_looked_at(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    pages = [listed(at_genesys(name=f"{NAME} {n}")) for n in range(3)]
    live.genesys.on(LIST, *pages, listed(at_genesys()))
    assert create(live).rule_id == "policy-7"
    asked = [call.path["page"] for call in live.genesys.calls if call.operation is LIST]
    assert asked == ["1", "2", "3", "4"]


def test_a_policy_that_is_not_there_after_all_is_created_under_a_new_permit(
    live: RuleBench,
) -> None:
    live.genesys.on(CREATE, UNKNOWN, {"id": "policy-1"})
    answer = create(live)
    assert (answer.rule_id, FOUND in str(answer.detail)) == ("policy-1", False)
    assert sent(live) == [READ, CREATE, LIST, CREATE]
    permits = [call.permit for call in live.genesys.calls if call.permit]
    assert permits == [Permit(RUN, 0, 1), Permit(RUN, 0, 2)]


def test_a_policy_that_the_list_shows_late_is_found_by_the_refusal_of_a_second_one(
    live: RuleBench,
) -> None:
    live.genesys.on(CREATE, UNKNOWN, TAKEN)
    live.genesys.on(LIST, listed(), listed(at_genesys()), listed())
    assert create(live).rule_id == "policy-7"
    assert sent(live) == [READ, CREATE, LIST, CREATE, LIST]


def media(conditions: dict[str, Any] | None = None, **actions: Any) -> dict[str, Any]:
    call = at_genesys()["mediaPolicies"]["callPolicy"]
    changed = {
        "conditions": call["conditions"] | (conditions or {}),
        "actions": call["actions"] | actions,
    }
    return {"mediaPolicies": {"callPolicy": changed}}


OTHERS: dict[str, Any] = {
    "another name": {"name": f"{NAME}!"},
    "another case": {"name": NAME.upper()},
    "off": {"enabled": False},
    "another description": {"description": "Three years"},
    "another queue": media({"forQueues": [{"id": "queue-2"}]}),
    "one more queue": media({"forQueues": [{"id": QUEUE}, {"id": "queue-2"}]}),
    "no queue": media({"forQueues": []}),
    "another direction": media({"directions": ["OUTBOUND"]}),
    "a user": media({"forUsers": [{"id": "user-1"}]}),
    "a date": media({"dateRanges": ["2026-01-01/2026-02-01"]}),
    "fewer days": media(retentionDuration={"deleteRetention": {"days": 30}}),
    "no days": media(retentionDuration=None),
    "an archive": media(
        retentionDuration={"deleteRetention": {"days": 730}, "archiveRetention": {"days": 1}}
    ),
    "deletes at once": media(alwaysDelete=True),
    "a survey": media(assignSurveys=[{}]),
    "one more medium": {
        "mediaPolicies": at_genesys()["mediaPolicies"]
        | {"emailPolicy": {"actions": {"alwaysDelete": True}}}
    },
    "another medium": {
        "mediaPolicies": {"chatPolicy": at_genesys()["mediaPolicies"]["callPolicy"]}
    },
    "conditions over all": {"conditions": {"mediaTypes": ["CHAT"]}},
    "actions over all": {"actions": {"deleteRecording": True}},
    "no media": {"mediaPolicies": None},
    "media that cannot be read": {"mediaPolicies": "callPolicy"},
}


@pytest.mark.parametrize("changes", OTHERS.values(), ids=OTHERS)
def test_a_policy_that_is_not_the_very_same_is_not_taken_for_ours(
    live: RuleBench, changes: dict[str, Any]
) -> None:
    live.genesys.on(CREATE, UNKNOWN, TAKEN)
    live.genesys.on(
        LIST, listed(at_genesys(**changes)), listed(), listed(at_genesys(**changes)), listed()
    )
    with pytest.raises(RuleExists, match="already exists"):
        create(live)
    assert (live.stored.status, live.stored.rule_id) == (RuleStatus.FAILED, None)
    assert live.stored.is_uncertain
    assert live.actions == ["rule_failed"]


@pytest.mark.parametrize("name", sorted(BOOKKEEPING - {"id"}))
def test_what_genesys_keeps_for_itself_makes_no_other_policy(live: RuleBench, name: str) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    live.genesys.on(LIST, listed(at_genesys(**{name: {"x": [1]}})), listed())
    assert create(live).rule_id == "policy-7"


@pytest.mark.parametrize("entity", [None, 1, "policy", [], {}, {"name": NAME}])
def test_what_is_no_policy_is_passed_over(live: RuleBench, entity: object) -> None:
    live.genesys.on(CREATE, UNKNOWN, {"id": "policy-1"})
    live.genesys.on(LIST, listed(entity), listed())
    assert create(live).rule_id == "policy-1"


@pytest.mark.parametrize(
    "trouble",
    [
        PermissionMissing("403", permission="recording:retentionPolicy:view"),
        GenesysUnavailable("503"),
        RateLimited("429"),
        JobLost("404"),
        RefusedByGenesys("400: invalid.query.param.value", status=400),
        {"entities": None},
        {},
        listed(at_genesys(id="../x")),
    ],
    ids=str,
)
def test_while_it_cannot_be_looked_for_no_second_one_is_created_and_the_doubt_stays(
    live: RuleBench, trouble: Reply
) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    live.genesys.on(LIST, trouble)
    with pytest.raises(PurgeError):
        create(live)
    assert len(live.creations) == 1
    assert live.stored.may_exist
    assert live.stored.is_uncertain
    live.clock.wait(60)
    with pytest.raises(RuleExists, match="not known whether Genesys created it"):
        create(live, enabled=False)
    live.genesys.on(LIST, listed(at_genesys()), listed())
    assert create(live).rule_id == "policy-7"
    assert len(live.creations) == 1


def test_pages_without_an_end_are_given_up_on(live: RuleBench) -> None:
    live.genesys.on(CREATE, UNKNOWN)
    live.genesys.on(LIST, listed({"name": "another"}))
    with pytest.raises(UnreadableAnswer, match="without an end"):
        create(live)
    looks = sent(live).count(LIST)
    assert looks % (MOST_PAGES + 1) == 0
    assert live.stored.is_uncertain


def test_the_intent_of_somebody_who_died_is_looked_for_first(live: RuleBench) -> None:
    checked = live.requests.check(document(**ASKED))
    content = fingerprint({**checked.document, **checked.definition}, None)
    live.put(rule(definition=POLICY, fingerprint=content))
    live.clock.wait(60)
    live.genesys.on(LIST, listed(at_genesys()), listed())
    assert create(live, "the heir").rule_id == "policy-7"
    assert live.creations == []
    assert [record.actor for record in live.audit.of(RUN)] == ["the heir"]

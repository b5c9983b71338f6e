"""is_as_sent: only the policy that we sent is recognised as ours."""

from __future__ import annotations

from typing import Any

from genesys_purge.purge_rules.live.comparison import BOOKKEEPING, is_as_sent

from tests.unit.purge_rules.live.policies import POLICY, QUEUE, at_genesys
from tests.unit.purge_rules.rule_bench import NAME


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
    "disabled": {"enabled": False},
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
    "conditions for all media": {"conditions": {"mediaTypes": ["CHAT"]}},
    "actions for all media": {"actions": {"deleteRecording": True}},
    "no media": {"mediaPolicies": None},
    "unreadable media": {"mediaPolicies": "callPolicy"},
}


def test_listed_policy_with_empty_and_added_fields_is_ours() -> None:
    assert is_as_sent(at_genesys(), POLICY)


def test_policy_with_any_other_content_is_not_ours() -> None:
    found = [name for name, each in OTHERS.items() if is_as_sent(at_genesys(**each), POLICY)]
    assert found == []
    assert not is_as_sent({}, POLICY)


def test_bookkeeping_fields_are_ignored() -> None:
    for name in BOOKKEEPING:
        assert is_as_sent(at_genesys(**{name: {"x": [1]}}), POLICY), name

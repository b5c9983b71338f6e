"""ApplyPolicy and ReadPolicies over the real tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from genesys_purge.errors import LostRace
from genesys_purge.policies.scheduling import Scheduling
from genesys_purge.store.ledger import Ledger
from genesys_purge.wiring import adapters, purge_policies, purging, standing

from tests import wiring_caches
from tests.application import http_event
from tests.clock import NOON
from tests.fakes import MemoryExecutions
from tests.functions.conftest import Invoke
from tests.mocked_aws import client
from tests.policy_builders import REQUEST, policy

pytestmark = pytest.mark.usefixtures("deployed", "at_noon")

OWNER = {"userArn": "arn:aws:iam::123456789012:user/records", "callerId": "AIDARECORDS"}
NAME = "nightly-voice"


@pytest.fixture
def at_noon() -> Any:
    client("scheduler").create_schedule_group(Name="PolicySchedules")
    with patch.object(adapters, "now", lambda: NOON):
        yield


def put(invoke: Invoke, **changes: Any) -> tuple[int, Any]:
    event = http_event("PUT /policies/{name}", body=json.dumps(policy(**changes)))
    event["pathParameters"] = {"name": policy(**changes)["name"]}
    event["requestContext"]["authorizer"] = {"iam": OWNER}
    answer = invoke("ApplyPolicy", event)
    return answer["statusCode"], json.loads(answer["body"])


def get(invoke: Invoke, route: str, name: str | None = None, **query: str) -> tuple[int, Any]:
    path = {"name": name} if name else None
    answer = invoke("ReadPolicies", http_event(route, path=path, query=query or None))
    return answer["statusCode"], json.loads(answer["body"])


def records(invoke: Invoke) -> list[dict[str, Any]]:
    _, page = get(invoke, "GET /policies/{name}/audit", NAME)
    found: list[dict[str, Any]] = page["records"]
    return found


def stored() -> list[Mapping[str, Any]]:
    items: list[Mapping[str, Any]] = client("dynamodb").scan(TableName="PoliciesTable")["Items"]
    return items


def schedule(name: str = NAME) -> dict[str, Any]:
    """The schedule of a policy as EventBridge Scheduler has it."""
    found: dict[str, Any] = client("scheduler").get_schedule(GroupName="PolicySchedules", Name=name)
    return found


def test_first_version_is_stored_and_answered_with_its_next_runs(invoke: Invoke) -> None:
    status, answer = put(invoke)
    assert (status, answer["version"], answer["changed"]) == (201, 1, True)
    assert answer["nextRuns"][0] == "2026-11-22T02:00:00Z"
    assert len(answer["nextRuns"]) == 5
    (item,) = stored()
    assert json.loads(item["body"]["S"])["document"]["request"] == REQUEST


def test_applying_is_audited_with_the_person_and_the_difference(invoke: Invoke) -> None:
    _, answer = put(invoke)
    (record,) = records(invoke)
    assert (record["runId"], record["action"]) == (f"policy:{NAME}", "policy_applied")
    assert record["personId"] == "user:AIDARECORDS"
    assert record["purgePolicy"]["hash"] == answer["hash"]
    assert record["purgePolicy"]["difference"]["schedule"] == {"after": "cron(0 3 * * ? *)"}


def test_unchanged_content_makes_no_new_version(invoke: Invoke) -> None:
    put(invoke)
    status, answer = put(invoke, request=REQUEST | {"dryRun": False})
    assert (status, answer["version"], answer["changed"]) == (200, 1, False)
    assert (len(stored()), len(records(invoke))) == (1, 1)


def test_changed_content_makes_a_version_and_keeps_the_old_one(invoke: Invoke) -> None:
    put(invoke)
    status, answer = put(invoke, enabled=False)
    assert (status, answer["version"], answer["nextRuns"]) == (200, 2, [])
    difference = records(invoke)[1]["purgePolicy"]["difference"]
    assert difference == {"enabled": {"before": True, "after": False}}
    _, old = get(invoke, "GET /policies/{name}", NAME, version="1")
    assert (old["document"]["enabled"], old["latestVersion"]) == (True, 2)


def test_holiday_that_became_known_makes_a_version(invoke: Invoke) -> None:
    put(invoke, blackout={"holidays": ["DE"]})
    store = standing.purge_policies()
    known = store.latest(NAME)
    assert known is not None
    changed = known.model_copy(update={"blackout_days": known.blackout_days[1:]})
    with patch.object(type(store), "newest", lambda *_: changed):
        assert put(invoke, blackout={"holidays": ["DE"]})[1]["version"] == 2


def test_field_of_a_request_that_the_audit_withholds_has_no_values(invoke: Invoke) -> None:
    put(invoke)
    put(invoke, request=REQUEST | {"reason": "Ask jane.doe@example.com about this"})
    difference = records(invoke)[1]["purgePolicy"]["difference"]
    assert difference == {
        "request.reason": {"before": REQUEST["reason"], "after": "Ask [e-mail address] about this"}
    }


def test_wrong_policy_is_refused_and_nothing_stored(invoke: Invoke) -> None:
    status, answer = put(invoke, timeZone="Mars")
    message = "must be a time zone of the IANA database, e.g. Europe/Berlin"
    assert (status, answer["errors"]) == (400, [{"path": "timeZone", "message": message}])
    assert stored() == []


def test_policy_that_is_not_valid_any_more_can_be_disabled(invoke: Invoke) -> None:
    put(invoke)
    with patch.object(adapters, "now", lambda: NOON + timedelta(days=100)):
        wiring_caches.forget()
        assert put(invoke)[0] == 400
        status, answer = put(invoke, enabled=False)
    assert (status, answer["version"], answer["enabled"]) == (200, 2, False)


def test_direct_invocation_is_refused_because_it_names_no_person(invoke: Invoke) -> None:
    with pytest.raises(Exception, match="a person applies a policy"):
        invoke("ApplyPolicy", policy())


def test_policy_may_override_only_if_it_is_listed(invoke: Invoke) -> None:
    request = {
        "method": "data_deletion",
        "reason": "Retention schedule of the company",
        "recordTypes": ["conversation", "interaction", "message"],
        "dateRange": {"olderThanDays": 400, "lookbackDays": 30},
        "classification": "internal",
        "jurisdiction": "us-east-1",
        "retentionPolicyOverride": True,
    }
    status, answer = put(invoke, request=request)
    assert status == 400
    assert "the caller policy:nightly-voice may not override" in str(answer["errors"])


def test_two_appliers_at_once_make_two_versions(invoke: Invoke) -> None:
    put(invoke)
    store = standing.purge_policies()
    behind = [store.latest(NAME)]
    put(invoke, owner="first@example.com")
    newest = type(store).newest

    def late(*given: Any) -> Any:
        return behind.pop() if behind else newest(*given)

    with patch.object(type(store), "newest", late):
        status, answer = put(invoke, owner="second@example.com")
    assert (status, answer["version"]) == (200, 3)
    assert records(invoke)[2]["purgePolicy"]["difference"]["owner"] == {
        "before": "first@example.com",
        "after": "second@example.com",
    }


def test_list_shows_each_policy_with_its_state_and_next_runs(invoke: Invoke) -> None:
    put(invoke)
    put(invoke, name="weekly", schedule="cron(0 3 ? * SUN *)", enabled=False)
    status, page = get(invoke, "GET /policies")
    assert (status, [each["name"] for each in page["policies"]]) == (200, [NAME, "weekly"])
    assert [each["state"] for each in page["policies"]] == ["enabled", "disabled"]
    assert [len(each["nextRuns"]) for each in page["policies"]] == [5, 0]
    _, page = get(invoke, "GET /policies", state="disabled")
    assert [each["name"] for each in page["policies"]] == ["weekly"]


def test_list_has_pages(invoke: Invoke) -> None:
    for name in ("a", "b"):
        put(invoke, name=name)
    _, first = get(invoke, "GET /policies", limit="1")
    _, second = get(invoke, "GET /policies", limit="1", next=first["next"])
    assert [each["policies"][0]["name"] for each in (first, second)] == ["a", "b"]
    assert "next" not in second


def test_policy_is_shown_as_expired_after_its_end(invoke: Invoke) -> None:
    put(invoke)
    after = datetime(2027, 1, 31, tzinfo=UTC) + timedelta(seconds=1)
    with patch.object(adapters, "now", lambda: after):
        wiring_caches.forget()
        found = purge_policies.read_policies()("GET /policies/{name}", {"name": NAME}, {})
    assert (found["state"], found["nextRuns"]) == ("expired", [])


@pytest.mark.parametrize("route", ["GET /policies/{name}", "GET /policies/{name}/audit"])
def test_unknown_policy_is_not_found(invoke: Invoke, route: str) -> None:
    status, answer = get(invoke, route, "other")
    assert (status, answer["errors"][0]["message"]) == (404, "no policy has such a name")


def test_unknown_version_is_not_found(invoke: Invoke) -> None:
    put(invoke)
    status, answer = get(invoke, "GET /policies/{name}", NAME, version="7")
    expected = f"the policy {NAME} has no version 7"
    assert (status, answer["errors"][0]["message"]) == (404, expected)


def test_applied_policy_has_a_schedule_that_runs_its_version(invoke: Invoke) -> None:
    put(invoke)
    found = schedule()
    assert (found["ScheduleExpression"], found["State"]) == ("cron(0 3 * * ? *)", "ENABLED")
    assert found["ScheduleExpressionTimezone"] == "Europe/Berlin"
    assert found["EndDate"] == datetime(2027, 1, 31, tzinfo=UTC)
    target = found["Target"]
    assert (target["Arn"], target["RoleArn"]) == ("RunPolicyFunction", "PolicyScheduleRole")
    assert json.loads(target["Input"])["request"] == {"policy": NAME, "version": 1}


def test_disabling_a_policy_disables_its_schedule(invoke: Invoke) -> None:
    put(invoke)
    put(invoke, enabled=False)
    found = schedule()
    assert (found["State"], json.loads(found["Target"]["Input"])["request"]["version"]) == (
        "DISABLED",
        2,
    )


def test_refused_policy_changes_no_schedule(invoke: Invoke) -> None:
    put(invoke)
    put(invoke, timeZone="Mars")
    assert schedule()["ScheduleExpressionTimezone"] == "Europe/Berlin"


def test_repeated_call_completes_what_died_before_the_schedule(invoke: Invoke) -> None:
    with patch.object(Scheduling, "reconcile", side_effect=OSError):
        assert put(invoke)[0] == 500
    _, found = get(invoke, "GET /policies/{name}", NAME)
    assert (found["version"], found["drift"]) == (1, ["missing"])
    status, answer = put(invoke)
    assert (status, answer["changed"], answer["drift"]) == (200, False, ["missing"])
    assert schedule()["State"] == "ENABLED"


def test_schedule_changed_by_hand_is_reported_and_put_right_with_a_record(invoke: Invoke) -> None:
    put(invoke)
    changed = {field: schedule()[field] for field in ("FlexibleTimeWindow", "Target", "EndDate")}
    client("scheduler").update_schedule(
        GroupName="PolicySchedules", Name=NAME, ScheduleExpression="rate(1 hours)", **changed
    )
    drift = ["schedule", "timeZone"]
    _, page = get(invoke, "GET /policies")
    assert page["policies"][0]["drift"] == drift
    assert put(invoke)[1]["drift"] == drift
    assert get(invoke, "GET /policies/{name}", NAME)[1]["drift"] == []
    record = records(invoke)[1]
    assert (record["action"], record["actor"]) == ("policy_schedule_corrected", OWNER["userArn"])
    assert record["purgePolicy"] == {"name": NAME, "version": 1, "drift": drift}


def test_old_version_is_shown_without_a_schedule(invoke: Invoke) -> None:
    put(invoke)
    put(invoke, enabled=False)
    assert "drift" not in get(invoke, "GET /policies/{name}", NAME, version="1")[1]


def change_by_hand(bound: int | str) -> None:
    """Change a bound in the stored version, as nobody but an administrator can."""
    (item,) = stored()
    body = json.loads(item["body"]["S"])
    body["document"]["bounds"]["maxRecordsPerRun"] = bound
    changed = {**item, "body": {"S": json.dumps(body)}}
    client("dynamodb").put_item(TableName="PoliciesTable", Item=changed)


@pytest.mark.parametrize(
    ("bound", "problem"),
    [
        (5_000, "it was changed by hand: its hash differs"),
        ("many", "it is not valid: document.bounds.maxRecordsPerRun: must be a whole number"),
    ],
)
def test_unreadable_policy_is_shown_not_run_and_replaced(
    invoke: Invoke, bound: int | str, problem: str
) -> None:
    put(invoke)
    change_by_hand(bound)
    with pytest.raises(Exception, match="version 1 of the policy nightly-voice cannot be read"):
        invoke("RunPolicy", event())
    _, page = get(invoke, "GET /policies", state="unreadable")
    _, shown = get(invoke, "GET /policies/{name}", NAME)
    assert page["policies"] == [shown]
    assert shown["wrong"] == problem
    status, answer = put(invoke)
    assert (status, answer["version"], answer["changed"]) == (200, 2, True)
    assert get(invoke, "GET /policies/{name}", NAME)[1]["state"] == "enabled"
    assert "schedule" in records(invoke)[1]["purgePolicy"]["difference"]


def event() -> dict[str, Any]:
    """What the schedule of the policy sends at noon in UTC."""
    group = "arn:aws:scheduler:us-east-1:123456789012:schedule/PolicySchedules"
    return {
        "scheduledTime": "2026-11-21T12:00:00Z",
        "scheduleArn": f"{group}/{NAME}",
        "request": {"policy": NAME, "version": 1},
    }


def test_event_of_the_schedule_starts_one_run_in_the_tables(invoke: Invoke) -> None:
    put(invoke, schedule="cron(0 13 * * ? *)")
    with patch.object(purging, "executions", MemoryExecutions):
        first, again = invoke("RunPolicy", event()), invoke("RunPolicy", event())
    assert first == again
    run_id = "policy-nightly-voice-20261121T120000Z"
    assert (first["runId"], first["status"]) == (run_id, "submitted")
    month = standing.policy_months().read(NAME, "2026-11")
    assert (month.runs, adapters.runs().get(run_id).submitted_by) == (1, f"policy:{NAME}")


def test_skipped_time_is_in_the_audit_of_the_policy(invoke: Invoke) -> None:
    put(invoke)
    answer = invoke("RunPolicy", event())
    reason = "2026-11-21T12:00:00Z is not a scheduled time of version 1"
    assert answer["skipped"] == reason
    assert records(invoke)[1]["purgePolicy"] == {
        "name": NAME,
        "version": 1,
        "scheduledAt": "2026-11-21T12:00:00Z",
        "reason": reason,
    }


def test_policy_that_always_loses_a_race_is_not_applied(invoke: Invoke) -> None:
    lost = LostRace("another person was faster")
    with patch.object(Ledger, "commit", side_effect=lost):
        status, _ = put(invoke)
    assert (status >= 500, stored()) == (True, [])

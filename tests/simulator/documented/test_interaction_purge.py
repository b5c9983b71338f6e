"""Interaction purge policies."""

from typing import Any

import pytest

from simulator import Corpus, Fault, FaultKind, MediaType
from tests.simulator.caller import (
    NOW,
    OLD,
    PURGE,
    Caller,
    policy,
    start_simulator,
    window,
)


def mixed(**settings: Any) -> Caller:
    corpus = Corpus.compose(now=NOW, eligible=120, held=20, litigated=10, span_days=30)
    return start_simulator(corpus, job_base_seconds=10, job_seconds_per_record=1, **settings)


def test_purge_deletes_its_type_except_protected_records() -> None:
    caller = mixed()
    before = caller.counted(interactionType="voice")
    answer = caller.submit_purge(policy())
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["status"] == "pending"
    assert accepted["interactions"][0]["type"] == "voice"
    caller.clock.advance(10.5)
    assert caller.poll(PURGE, accepted["purgeId"])["status"] == "running"
    caller.clock.advance(1000)
    done = caller.poll(PURGE, accepted["purgeId"])
    [row] = done["interactions"]
    assert (done["status"], row["errorReason"]) == ("completed", None)
    assert row["totalInteractionsPurged"] == before - caller.counted(interactionType="voice")
    deleted = [caller.simulator.corpus.get(each) for each in caller.simulator.corpus.deleted_ids()]
    assert {each.media_type for each in deleted if each} == {MediaType.VOICE}
    assert not any(each.protected for each in deleted if each)


def test_each_policy_has_its_own_count() -> None:
    caller = mixed()
    job = caller.submit_purge(policy(), policy(type="chat")).json()["purgeId"]
    caller.clock.advance(1000)
    corpus = caller.simulator.corpus
    deleted = [each for each in corpus if each.conversation_id in corpus.deleted_ids()]
    rows = caller.poll(PURGE, job)["interactions"]
    assert [row["totalInteractionsPurged"] for row in rows] == [
        sum(each.media_type == media for each in deleted) for media in ("voice", "chat")
    ]


def test_count_rises_while_the_purge_runs() -> None:
    caller = mixed()
    job = caller.submit_purge(policy()).json()["purgeId"]
    counts = []
    for _ in range(3):
        caller.clock.advance(6)
        counts.append(caller.poll(PURGE, job)["interactions"][0]["totalInteractionsPurged"])
    assert counts == [0, 2, 8]


@pytest.mark.parametrize(("purge_type", "status"), [("soft", "deleted"), ("permanent", "purged")])
def test_deleted_records_have_the_status_of_the_purge_type(purge_type: str, status: str) -> None:
    caller = mixed()
    caller.submit_purge(policy(purgeType=purge_type))
    caller.clock.advance(1000)
    corpus = caller.simulator.corpus
    assert corpus.deleted_ids()
    assert {corpus.status_of(each) for each in corpus.deleted_ids()} == {status}


@pytest.mark.parametrize(
    "filters",
    [
        {"attributes": {"compliance_class": "archived", "region": "eu-west"}},
        {"attributes": {"legal_hold": False}},
        {"queueId": "queue-1"},
    ],
)
def test_filters_narrow_the_purge_and_the_count_equally(filters: dict[str, object]) -> None:
    caller = mixed()
    everything = caller.counted(interactionType="voice")
    narrowed = caller.counted(interactionType="voice", filters=filters)
    caller.submit_purge(policy(filters=filters))
    assert len(caller.simulator.jobs[0].requested_ids) == narrowed < everything


def test_contact_filter_finds_its_interactions() -> None:
    caller = mixed()
    voice = [each for each in caller.simulator.corpus if each.media_type is MediaType.VOICE]
    filters = {"externalContactId": voice[0].external_contact_id}
    caller.submit_purge(policy(filters=filters))
    assert voice[0].conversation_id in caller.simulator.jobs[0].requested_ids


def test_unknown_filters_are_400() -> None:
    caller = mixed()
    cases: list[object] = [
        {"colour": "red"},
        {"attributes": "archived"},
        {"attributes": {"region": ["eu-west"]}},
        {"queueId": None},
        [],
    ]
    for filters in cases:
        assert caller.submit_purge(policy(filters=filters)).status_code == 400, filters
        assert caller.count(filters=filters).status_code == 400, filters
    assert caller.simulator.jobs == []


def test_wrong_policies_are_400() -> None:
    caller = mixed()
    cases: list[dict[str, object]] = [
        {"type": "fax"},
        {"purgeType": "hard"},
        {"reason": "too short"},
        {"dateRange": window(366, 396)},
        {"dateRange": OLD | {"end": "soon"}},
        {"retentionDays": 400},
    ]
    for change in cases:
        assert caller.submit_purge(policy(**change)).status_code == 400, change
    assert caller.simulator.jobs == []


def test_purge_without_policies_is_400() -> None:
    assert mixed().submit_purge().status_code == 400


def test_overlapping_windows_in_a_request_are_400() -> None:
    touching = (policy(dateRange=window(396, 380)), policy(dateRange=window(380, 366)))
    overlapping = (policy(dateRange=window(396, 379)), policy(dateRange=window(380, 366)))
    assert mixed().submit_purge(*overlapping).status_code == 400
    assert mixed().submit_purge(*touching).status_code == 202


def test_window_that_overlaps_a_running_purge_is_400() -> None:
    caller = mixed()
    caller.submit_purge(policy(dateRange=window(390, 370)))
    assert caller.submit_purge(policy(dateRange=window(371, 366))).status_code == 400
    assert caller.submit_purge(policy(dateRange=window(370, 366))).status_code == 202
    assert caller.submit_purge(policy(type="chat", dateRange=window(390, 370))).status_code == 202
    caller.clock.advance(1000)
    assert caller.submit_purge(policy(dateRange=window(390, 366))).status_code == 202


@pytest.mark.parametrize(
    ("kind", "status"), [(FaultKind.JOB_FAILS, "failed"), (FaultKind.JOB_CANCELLED, "cancelled")]
)
def test_failed_purge_has_a_reason_and_its_count(kind: FaultKind, status: str) -> None:
    caller = mixed()
    caller.simulator.faults.add(Fault(kind=kind, job_progress=0.5))
    job = caller.submit_purge(policy()).json()["purgeId"]
    caller.clock.advance(1000)
    answer = caller.poll(PURGE, job)
    [row] = answer["interactions"]
    assert answer["status"] == status
    assert row["errorReason"] == f"The purge {'was ' * (status == 'cancelled')}{status}"
    assert row["totalInteractionsPurged"] == len(caller.simulator.corpus.deleted_ids()) > 0

"""D3, word for word: what is sent, and what each answer means."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OnLegalHold, OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Part, Verdict
from genesys_purge.methods.documented.interaction_purge import STATUS, SUBMIT, InteractionPurge
from genesys_purge.methods.documented.windows import COUNT
from genesys_purge.model.dates import DateRange

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import PERMIT, hold, plan, sources

METHOD = InteractionPurge()
JUNE = {"start": "2024-06-01T00:00:00Z", "end": "2024-07-01T00:00:00Z"}
WINDOW = DateRange.parse(JUNE).resolve(NOON)
PAYLOAD = builders.interaction_purge(dateRange=JUNE)
REQUEST = METHOD.request_model.parse(PAYLOAD)


def counting(*counts: int) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(COUNT, *({"results": [{"count": count}]} for count in counts))
    return genesys


def reporting(answer: dict[str, Any]) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    genesys.on(STATUS, answer)
    return genesys


def test_the_operations_are_those_of_the_contract() -> None:
    assert SUBMIT[:4] == ("POST", "/api/v2/interactions/purge", ("purge:write",), True)
    assert STATUS[:4] == ("GET", "/api/v2/interactions/purge/{job_id}", ("purge:read",), False)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"purgeType": "soft", "classification": "public"}, {"purgeType": "soft"}),
        ({"interactionType": "sms"}, {"type": "sms"}),
        (
            {"filters": {"attributes": {"region": "eu-west", "x": None}}},
            {"filters": {"attributes": {"region": "eu-west", "x": None}}},
        ),
    ],
)
def test_a_submit_says_exactly_what_the_request_says(
    fields: dict[str, Any], expected: dict[str, Any]
) -> None:
    genesys = ScriptedGenesys()
    genesys.on(SUBMIT, {"purgeId": "purge-1", "status": "pending", "interactions": []})
    request = METHOD.request_model.parse(PAYLOAD | fields)
    assert METHOD.submit(request, Part(WINDOW, ()), PERMIT, genesys) == "purge-1"
    interaction = {
        "type": "voice",
        "dateRange": JUNE,
        "purgeType": "permanent",
        "reason": "retention of one year is over",
        "filters": {},
    }
    assert genesys.deletions == [{"interactions": [interaction | expected]}]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("pending", JobStatus.RUNNING),
        ("running", JobStatus.RUNNING),
        ("anything else", JobStatus.RUNNING),
        ("completed", JobStatus.COMPLETED),
        ("Completed", JobStatus.COMPLETED),
        ("FAILED", JobStatus.FAILED),
        ("cancelled", JobStatus.CANCELLED),
    ],
)
def test_a_job_is_done_only_in_the_words_of_the_contract(status: str, expected: JobStatus) -> None:
    assert METHOD.status(REQUEST, "purge-1", reporting({"status": status})) == JobReport(expected)


@pytest.mark.parametrize(
    ("interactions", "processed", "message"),
    [
        ([{"totalInteractionsPurged": 7, "errorReason": None}], 7, None),
        ([{"totalInteractionsPurged": 7}, {"totalInteractionsPurged": 5}], 12, None),
        ([{"totalInteractionsPurged": 7}, {}], 7, None),
        ([{"totalInteractionsPurged": 0}], 0, None),
        ([{"totalInteractionsPurged": "7"}], None, None),
        ([{"totalInteractionsPurged": -7}], None, None),
        ([{"totalInteractionsPurged": True}], None, None),
        ([{"totalInteractionsPurged": 7.0}], None, None),
        ([], None, None),
        (None, None, None),
        (5, None, None),
        ({"totalInteractionsPurged": 7}, None, None),
        ([None, 1, "x"], None, None),
    ],
)
def test_only_a_reported_number_counts(
    interactions: object, processed: int | None, message: str | None
) -> None:
    answer = {"status": "completed", "interactions": interactions}
    report = METHOD.status(REQUEST, "purge-1", reporting(answer))
    assert report == JobReport(JobStatus.COMPLETED, processed, message)


def test_a_job_that_completed_with_errors_failed() -> None:
    interactions = [{"errorReason": "locked"}, {"errorReason": "gone"}]
    answer = {"status": "completed", "interactions": interactions}
    report = METHOD.status(REQUEST, "purge-1", reporting(answer))
    assert report == JobReport(JobStatus.FAILED, None, "locked; gone")


@pytest.mark.parametrize("answer", [{}, {"status": None}, {"status": ["completed"]}])
def test_an_answer_without_a_status_says_nothing(answer: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        METHOD.status(REQUEST, "purge-1", reporting(answer))


def test_a_submit_that_was_accepted_without_an_id_may_have_been_carried_out() -> None:
    genesys = ScriptedGenesys()
    genesys.on(SUBMIT, {"status": "pending"})
    with pytest.raises(OutcomeUnknown, match="purgeId"):
        METHOD.submit(REQUEST, Part(WINDOW, ()), PERMIT, genesys)


def test_a_plan_counts_all_that_is_in_its_window_as_an_upper_bound() -> None:
    genesys = counting(9)
    filters = {"attributes": {"region": "eu-west"}}
    (batch,), skipped = plan(METHOD, PAYLOAD | {"filters": filters}, sources(genesys))
    assert (batch.targeted, batch.window, skipped) == (9, WINDOW, {})
    assert genesys.calls[0].body == {
        "entity": "conversation",
        "interval": "PT1H",
        "filter": {"dateRange": JUNE},
        "aggregate": ["count"],
    }
    assert METHOD.plans_upper_bound


def test_a_plan_splits_its_window_like_every_other() -> None:
    span = {"start": "2024-06-01T00:00:00Z", "end": "2024-07-31T00:00:01Z"}
    batches, _ = plan(METHOD, PAYLOAD | {"dateRange": span}, sources(counting(1, 1, 0)))
    assert [batch.targeted for batch in batches] == [1, 1, 0]


def test_a_window_in_which_something_may_be_held_is_not_planned() -> None:
    with pytest.raises(OnLegalHold, match="h1"):
        plan(METHOD, PAYLOAD, sources(counting(1), hold()))


@pytest.mark.parametrize(
    ("before", "remaining", "reported", "verdict"),
    [
        (10, 2, 8, Verdict(8, is_complete=True, deleted=8)),
        (10, 1, 8, Verdict(8, is_complete=True, deleted=8)),
        (10, 3, 8, Verdict(7, is_complete=False, deleted=8)),
        (10, 10, 0, Verdict(0, is_complete=True, deleted=0)),
        (10, 12, 8, Verdict(0, is_complete=False, deleted=8)),
        (10, 0, None, Verdict(10, is_complete=True, deleted=None)),
        (10, 1, None, Verdict(9, is_complete=False, deleted=None)),
    ],
)
def test_a_purge_is_verified_when_the_count_fell_by_what_the_job_reports_or_to_nothing(
    before: int, remaining: int, reported: int | None, verdict: Verdict
) -> None:
    assert METHOD.verdict(before, remaining, reported) == verdict


def test_the_audit_names_classification_and_purge_type() -> None:
    assert METHOD.tags(REQUEST) == ("internal", "permanent", "automated_retention")

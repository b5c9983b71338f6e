"""Conversation archive purge (D4): its ids, its calls, and the meaning of each answer."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import InvalidRequest, OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.contract import JobReport, JobStatus, Verdict
from genesys_purge.methods.documented.conversation_archive import (
    LOOK_UP,
    STATUS,
    SUBMIT,
    ConversationArchive,
)
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.fakes import MemoryIdLists
from tests.unit.methods.scene import PERMIT, answering, part, plan, sources, submitted

METHOD = ConversationArchive()
REQUEST = METHOD.request_model.parse(builders.conversation_archive())
FROM_S3 = builders.conversation_archive(conversationIdsFrom="s3://abc/k")
SCOPES = ("analytics:conversation:delete",)
OLD = builders.days_ago(366).isoformat()


def eligible(body: Any) -> dict[str, Any]:
    """The answer in which every requested conversation is old enough."""
    ids = body["query"].partition("(")[2].rstrip(")").replace('"', "").split(",")
    return {"data": [{"conversationId": each, "conversationEnd": OLD} for each in ids]}


def listed(*ids: str) -> MemoryIdLists:
    id_lists = MemoryIdLists()
    id_lists.objects["s3://abc/k"] = list(ids)
    return id_lists


def submit(answer: dict[str, Any]) -> str:
    return submitted(METHOD, REQUEST, part("a1"), answering(answer, SUBMIT))


def status(**answer: Any) -> JobReport:
    return METHOD.status(REQUEST, "job-1", answering(answer, STATUS))


def test_operations_match_the_contract() -> None:
    assert LOOK_UP[:2] == ("POST", "/api/v2/analytics/conversations/details/query")
    assert SUBMIT[:4] == ("POST", "/api/v2/analytics/conversations/purge", SCOPES, True)
    assert STATUS[:4] == ("GET", "/api/v2/analytics/conversations/purge/{job_id}", SCOPES, False)


@pytest.mark.parametrize("permanent", [True, False])
def test_submit_sends_the_ids_of_its_part(*, permanent: bool) -> None:
    genesys = answering({"jobId": "job-1"}, SUBMIT)
    request = METHOD.request_model.parse(builders.conversation_archive(permanentDelete=permanent))
    assert submitted(METHOD, request, part("a1", "b2"), genesys) == "job-1"
    assert genesys.deletions == [{"conversationIds": ["a1", "b2"], "permanentDelete": permanent}]
    assert genesys.calls[0].permit == PERMIT


def test_submit_without_a_readable_id_has_an_unknown_outcome() -> None:
    for answer in ({}, {"jobId": 1}, {"id": "job-1"}):
        with pytest.raises(OutcomeUnknown):
            submit(answer)


def test_job_id_is_any_text_that_fits_into_a_path() -> None:
    for job_id in ("j", "x" * 200, "6a7e8feb-b491-4cf7-a9f1-bf3703467718", ".a."):
        assert submit({"jobId": job_id}) == job_id


def test_job_ends_only_with_a_state_of_the_contract() -> None:
    running = ("inProgress", "INPROGRESS", "queued", "done")
    expected = {
        **dict.fromkeys(running, JobStatus.RUNNING),
        **dict.fromkeys(("completed", "COMPLETED", "Completed"), JobStatus.COMPLETED),
        **dict.fromkeys(("failed", "Failed"), JobStatus.FAILED),
    }
    assert {state: status(state=state).status for state in expected} == expected


@pytest.mark.parametrize(
    ("answer", "processed", "message", "reason"),
    [
        ({"recordsProcessed": 500}, 500, None, None),
        ({"recordsProcessed": 0}, 0, None, None),
        (
            {"formatVerified": True, "indexCleanup": "completed", "indexes": ["a"]},
            None,
            "formatVerified: True; indexCleanup: completed",
            None,
        ),
        ({"message": "locked"}, None, "locked", "locked"),
        ({"message": " ", "errorMessage": "lo\ncked"}, None, "lo cked", "lo cked"),
        ({"message": "locked", "indexed": False}, None, "locked; indexed: False", "locked"),
        ({"message": ["locked"]}, None, None, None),
    ],
)
def test_report_has_the_numbers_and_messages_of_the_answer(
    answer: dict[str, Any], processed: int | None, message: str | None, reason: str | None
) -> None:
    report = status(state="completed", **answer)
    assert report == JobReport(JobStatus.COMPLETED, processed, message, reason)


def test_unreadable_numbers_are_not_reported() -> None:
    assert status(state="completed") == JobReport(JobStatus.COMPLETED)
    for number in (None, "500", -1, False):
        report = status(state="completed", recordsProcessed=number)
        assert report == JobReport(JobStatus.COMPLETED)


def test_answer_without_a_state_is_unreadable() -> None:
    for answer in ({}, {"state": 1}, {"status": "completed"}):
        with pytest.raises(UnreadableAnswer):
            status(**answer)


def test_plan_asks_for_eligibility_in_the_form_of_the_contract() -> None:
    genesys = answering(eligible, LOOK_UP)
    plan(METHOD, builders.conversation_archive(conversationIds=["a1", "b2"]), sources(genesys))
    (call,) = genesys.calls
    assert call.body == {"query": 'conversationId IN ("a1","b2")', "view": "default"}


@given(st.integers(1, 12), st.integers(1, 5), st.sets(st.integers(0, 11)))
def test_batches_are_full_and_have_every_eligible_id_once_in_order(
    count: int, size: int, missing: set[int]
) -> None:
    ids = builders.conversation_ids(count)
    known = [each for index, each in enumerate(ids) if index not in missing]

    def some(body: Any) -> dict[str, Any]:
        data = eligible(body)["data"]
        return {"data": [one for one in data if one["conversationId"] in known]}

    payload = builders.conversation_archive(conversationIds=ids)
    given_ = sources(answering(some, LOOK_UP), batch_size=size)
    batches, skipped = plan(METHOD, payload, given_)
    assert [entry.conversation_id for batch in batches for entry in batch.entries] == known
    assert [batch.targeted for batch in batches] == [len(batch.entries) for batch in batches]
    assert all(batch.targeted == size for batch in batches[:-1])
    assert sum(skipped.values()) == count - len(known)


def test_list_in_s3_may_have_more_ids_than_a_request() -> None:
    ids = builders.conversation_ids(2_500)
    genesys = answering(eligible, LOOK_UP)
    batches, _ = plan(METHOD, FROM_S3, sources(genesys, id_lists=listed(*ids)))
    assert [batch.targeted for batch in batches] == [1_000, 1_000, 500]
    assert len(genesys.calls) == 3


def test_empty_list_in_s3_makes_an_empty_plan() -> None:
    genesys = answering(eligible, LOOK_UP)
    assert plan(METHOD, FROM_S3, sources(genesys, id_lists=listed())) == ([], {})
    assert genesys.calls == []


def test_malformed_ids_in_s3_are_refused_before_any_query() -> None:
    genesys = answering(eligible, LOOK_UP)
    ids = listed("a1", '1") OR ("1"="1', "a1")
    with pytest.raises(InvalidRequest) as refused:
        plan(METHOD, FROM_S3, sources(genesys, id_lists=ids))
    assert {each.path: each.message for each in refused.value.errors()} == {
        "conversationIdsFrom.1": "is not a conversation id",
        "conversationIdsFrom.2": "repeats conversationIdsFrom.0",
    }
    assert genesys.calls == []


def test_only_the_first_errors_of_a_list_in_s3_are_reported() -> None:
    ids = listed(*["no id"] * 10_000)
    with pytest.raises(InvalidRequest) as refused:
        plan(METHOD, FROM_S3, sources(answering({}, LOOK_UP), id_lists=ids))
    assert len(refused.value.errors()) == 20


def test_conversation_remains_unless_its_status_is_deleted_or_purged() -> None:
    remaining = {
        repr(status): METHOD.remaining(
            REQUEST,
            part("a1", "b2"),
            answering({"data": [{"conversationId": "a1", "conversationStatus": status}]}, LOOK_UP),
        )
        for status in ("purged", "DELETED", "completed", "", None, ["purged"])
    }
    assert list(remaining.values()) == [0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("remaining", "reported", "verdict"),
    [
        (0, 10, Verdict(10, is_complete=True, deleted=10)),
        (0, None, Verdict(10, is_complete=True, deleted=None)),
        (1, 10, Verdict(9, is_complete=False, deleted=10)),
        (10, 0, Verdict(0, is_complete=False, deleted=0)),
    ],
)
def test_batch_is_verified_when_no_conversation_remains(
    remaining: int, reported: int | None, verdict: Verdict
) -> None:
    assert METHOD.verdict(10, remaining, reported) == verdict


def test_tags_are_the_classification() -> None:
    for classification, tags in ((None, ()), ("pii", ("pii",))):
        payload = builders.conversation_archive(classification=classification)
        assert METHOD.tags(METHOD.request_model.parse(payload)) == tags

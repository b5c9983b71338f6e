"""D4, word for word: what is sent, and what each answer means."""

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
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import PERMIT, part, plan, sources

METHOD = ConversationArchive()
REQUEST = METHOD.request_model.parse(builders.conversation_archive())
SCOPES = ("analytics:conversation:delete",)
OLD = builders.days_ago(366).isoformat()


def eligible(body: Any) -> dict[str, Any]:
    """Every conversation that is asked for, old enough."""
    ids = body["query"].partition("(")[2].rstrip(")").replace('"', "").split(",")
    return {"data": [{"conversationId": each, "conversationEnd": OLD} for each in ids]}


def answering(reply: Any) -> ScriptedGenesys:
    genesys = ScriptedGenesys()
    for operation in (LOOK_UP, STATUS, SUBMIT):
        genesys.on(operation, reply)
    return genesys


def test_the_operations_are_those_of_the_contract() -> None:
    assert LOOK_UP[:2] == ("POST", "/api/v2/analytics/conversations/details/query")
    assert SUBMIT[:4] == ("POST", "/api/v2/analytics/conversations/purge", SCOPES, True)
    assert STATUS[:4] == ("GET", "/api/v2/analytics/conversations/purge/{job_id}", SCOPES, False)


@pytest.mark.parametrize("permanent", [True, False])
def test_a_submit_sends_the_ids_of_its_part(*, permanent: bool) -> None:
    genesys = answering({"jobId": "job-1"})
    request = METHOD.request_model.parse(builders.conversation_archive(permanentDelete=permanent))
    assert METHOD.submit(request, part("a1", "b2"), PERMIT, genesys) == "job-1"
    assert genesys.deletions == [{"conversationIds": ["a1", "b2"], "permanentDelete": permanent}]
    assert genesys.calls[0].permit == PERMIT


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("inProgress", JobStatus.RUNNING),
        ("INPROGRESS", JobStatus.RUNNING),
        ("queued", JobStatus.RUNNING),
        ("done", JobStatus.RUNNING),
        ("completed", JobStatus.COMPLETED),
        ("COMPLETED", JobStatus.COMPLETED),
        ("Completed", JobStatus.COMPLETED),
        ("failed", JobStatus.FAILED),
        ("Failed", JobStatus.FAILED),
    ],
)
def test_a_job_is_done_only_in_the_words_of_the_contract_in_any_case(
    state: str, expected: JobStatus
) -> None:
    assert METHOD.status(REQUEST, "job-1", answering({"state": state})).status is expected


@pytest.mark.parametrize(
    ("answer", "processed", "message"),
    [
        ({"recordsProcessed": 500}, 500, None),
        ({"recordsProcessed": 0}, 0, None),
        (
            {"formatVerified": True, "indexCleanup": "completed", "indexes": ["a"]},
            None,
            "formatVerified: True; indexCleanup: completed",
        ),
        ({}, None, None),
        ({"recordsProcessed": None}, None, None),
        ({"recordsProcessed": "500"}, None, None),
        ({"recordsProcessed": -1}, None, None),
        ({"recordsProcessed": False}, None, None),
        ({"message": "locked"}, None, "locked"),
        ({"errorMessage": "locked"}, None, "locked"),
        ({"message": ["locked"]}, None, None),
    ],
)
def test_only_what_is_reported_is_reported(
    answer: dict[str, Any], processed: int | None, message: str | None
) -> None:
    report = METHOD.status(REQUEST, "job-1", answering({"state": "completed"} | answer))
    assert report == JobReport(JobStatus.COMPLETED, processed, message)


@pytest.mark.parametrize("answer", [{}, {"state": 1}, {"status": "completed"}])
def test_an_answer_without_a_state_says_nothing(answer: dict[str, Any]) -> None:
    with pytest.raises(UnreadableAnswer):
        METHOD.status(REQUEST, "job-1", answering(answer))


@pytest.mark.parametrize("answer", [{}, {"jobId": 1}, {"id": "job-1"}])
def test_a_submit_that_was_accepted_without_an_id_may_have_been_carried_out(
    answer: dict[str, Any],
) -> None:
    with pytest.raises(OutcomeUnknown):
        METHOD.submit(REQUEST, part("a1"), PERMIT, answering(answer))


@pytest.mark.parametrize("job_id", ["j", "x" * 200, "6a7e8feb-b491-4cf7-a9f1-bf3703467718", ".a."])
def test_a_job_id_is_any_text_that_fits_into_a_path(job_id: str) -> None:
    assert METHOD.submit(REQUEST, part("a1"), PERMIT, answering({"jobId": job_id})) == job_id


def test_eligibility_is_asked_for_in_the_words_of_the_contract() -> None:
    genesys = answering(eligible)
    payload = builders.conversation_archive(conversationIds=["a1", "b2"])
    plan(METHOD, payload, sources(genesys))
    (call,) = genesys.calls
    assert call.body == {"query": 'conversationId IN ("a1","b2")', "view": "default"}


@given(st.integers(1, 40), st.integers(1, 12), st.sets(st.integers(0, 39)))
def test_batches_are_full_and_hold_every_eligible_id_once_and_in_order(
    count: int, size: int, missing: set[int]
) -> None:
    ids = builders.conversation_ids(count)
    there = [each for index, each in enumerate(ids) if index not in missing]

    def some(body: Any) -> dict[str, Any]:
        data = eligible(body)["data"]
        return {"data": [one for one in data if one["conversationId"] in there]}

    payload = builders.conversation_archive(conversationIds=ids)
    batches, skipped = plan(METHOD, payload, sources(answering(some), batch_size=size))
    assert [entry.conversation_id for batch in batches for entry in batch.entries] == there
    assert [batch.targeted for batch in batches] == [len(batch.entries) for batch in batches]
    assert all(batch.targeted == size for batch in batches[:-1])
    assert sum(skipped.values()) == count - len(there)


def listed(ids: list[str]) -> Any:
    id_lists = MemoryIdLists()
    id_lists.objects["s3://abc/k"] = ids
    return id_lists


FROM_S3 = builders.conversation_archive(conversationIdsFrom="s3://abc/k")


def test_a_list_may_hold_more_ids_than_a_request() -> None:
    ids = builders.conversation_ids(2_500)
    genesys = answering(eligible)
    batches, _ = plan(METHOD, FROM_S3, sources(genesys, id_lists=listed(ids)))
    assert [batch.targeted for batch in batches] == [1_000, 1_000, 500]
    assert len(genesys.calls) == 3


def test_an_empty_list_is_nothing_to_purge() -> None:
    genesys = answering(eligible)
    assert plan(METHOD, FROM_S3, sources(genesys, id_lists=listed([]))) == ([], {})
    assert genesys.calls == []


def test_a_list_with_anything_but_different_ids_is_refused_before_it_gets_into_a_query() -> None:
    genesys = answering(eligible)
    ids = listed(["a1", '1") OR ("1"="1', "a1"])
    with pytest.raises(InvalidRequest) as refused:
        plan(METHOD, FROM_S3, sources(genesys, id_lists=ids))
    assert {each.path: each.message for each in refused.value.errors()} == {
        "conversationIdsFrom.1": "is not a conversation id",
        "conversationIdsFrom.2": "repeats conversationIdsFrom.0",
    }
    assert genesys.calls == []


def test_of_a_list_that_is_wrong_throughout_only_the_first_errors_are_told() -> None:
    with pytest.raises(InvalidRequest) as refused:
        plan(METHOD, FROM_S3, sources(answering({}), id_lists=listed(["no id"] * 10_000)))
    assert len(refused.value.errors()) == 20


@pytest.mark.parametrize(
    ("status", "remaining"),
    [("purged", 0), ("DELETED", 0), ("completed", 1), ("", 1), (None, 1), (["purged"], 1)],
)
def test_what_remains_is_what_does_not_read_as_deleted(status: object, remaining: int) -> None:
    genesys = answering({"data": [{"conversationId": "a1", "conversationStatus": status}]})
    assert METHOD.remaining(REQUEST, part("a1", "b2"), genesys) == remaining


@pytest.mark.parametrize(
    ("remaining", "reported", "verdict"),
    [
        (0, 10, Verdict(10, is_complete=True, deleted=10)),
        (0, None, Verdict(10, is_complete=True, deleted=None)),
        (1, 10, Verdict(9, is_complete=False, deleted=10)),
        (10, 0, Verdict(0, is_complete=False, deleted=0)),
    ],
)
def test_a_batch_is_verified_when_every_id_is_gone(
    remaining: int, reported: int | None, verdict: Verdict
) -> None:
    assert METHOD.verdict(10, remaining, reported) == verdict


@pytest.mark.parametrize(("given_", "tags"), [({}, ()), ({"classification": "pii"}, ("pii",))])
def test_the_audit_names_the_classification(given_: dict[str, Any], tags: tuple[str, ...]) -> None:
    request = METHOD.request_model.parse(builders.conversation_archive(**given_))
    assert METHOD.tags(request) == tags

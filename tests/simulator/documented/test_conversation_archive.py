"""Conversation archive: purging by id."""

from datetime import timedelta
from typing import Any

import pytest

from simulator import Conversation, ConversationStatus, Corpus, JobState, Kind
from tests.simulator.caller import ARCHIVE, NOW, Caller, start_simulator

PROTECTED = (Kind.HELD, Kind.LITIGATED, Kind.TOO_YOUNG, Kind.WITHOUT_END)


def mixed(**settings: Any) -> Caller:
    corpus = Corpus.compose(
        now=NOW, eligible=4, held=1, litigated=1, too_young=1, already_deleted=1, without_end=1
    )
    return start_simulator(corpus, job_base_seconds=10, job_seconds_per_record=2, **settings)


def test_batch_is_accepted_runs_and_deletes_every_id() -> None:
    caller = mixed()
    ids = caller.simulator.corpus.ids(Kind.ELIGIBLE)
    answer = caller.submit_archive(ids, permanentDelete=True)
    assert answer.status_code == 202
    job_id = answer.json()["jobId"]
    seen = []
    for seconds in (0, 10, 3, 4, 1):
        caller.clock.advance(seconds)
        answer = caller.poll(ARCHIVE, job_id)
        seen.append((answer["state"], answer["recordsProcessed"]))
    assert seen == [
        ("inProgress", 0),
        ("inProgress", 0),
        ("inProgress", 1),
        ("inProgress", 3),
        ("completed", 4),
    ]
    assert caller.simulator.corpus.deleted_ids(job_id) == ids
    assert {row["conversationStatus"] for row in caller.eligibility(ids)} == {"purged"}


def test_completed_job_reports_verification_and_index_cleanup() -> None:
    caller = mixed()
    job_id = caller.submit_archive(["unknown"]).json()["jobId"]
    assert "formatVerified" not in caller.poll(ARCHIVE, job_id)
    caller.clock.advance(10)
    answer = caller.poll(ARCHIVE, job_id)
    assert (answer["formatVerified"], answer["indexCleanup"]) == (True, "completed")


@pytest.mark.parametrize("kind", PROTECTED)
def test_one_protected_id_refuses_the_batch_without_its_name(kind: Kind) -> None:
    caller = mixed()
    corpus = caller.simulator.corpus
    [protected] = corpus.ids(kind)
    answer = caller.submit_archive([*corpus.ids(Kind.ELIGIBLE), protected])
    assert answer.status_code == 409
    assert protected not in answer.text
    caller.clock.advance(1000)
    assert caller.simulator.jobs == []
    assert caller.simulator.corpus.deleted_ids() == []


def test_conflict_can_name_the_protected_ids() -> None:
    caller = mixed(conflict_names_ids=True)
    held = caller.simulator.corpus.ids(Kind.HELD)
    assert caller.submit_archive(held).json()["details"] == held


def test_minimum_age_ends_to_the_second_and_can_be_off() -> None:
    end = NOW - timedelta(days=365) + timedelta(seconds=1)
    young = Conversation("young", end, end)
    caller = start_simulator(Corpus.of([young]))
    assert caller.submit_archive(["young"]).status_code == 409
    caller.clock.advance(1)
    assert caller.submit_archive(["young"]).status_code == 202
    caller = start_simulator(Corpus.of([young]), minimum_age=None)
    assert caller.submit_archive(["young"]).status_code == 202


def test_deleted_and_unknown_ids_are_skipped() -> None:
    caller = mixed()
    gone = caller.simulator.corpus.ids(Kind.ALREADY_DELETED)
    job_id = caller.submit_archive([*gone, "unknown"]).json()["jobId"]
    caller.clock.advance(10)
    assert caller.poll(ARCHIVE, job_id)["recordsProcessed"] == 0
    assert caller.simulator.jobs[0].requested_ids == (*gone, "unknown")


def test_repeated_id_is_deleted_once() -> None:
    caller = mixed()
    one = caller.simulator.corpus.ids(Kind.ELIGIBLE)[0]
    caller.submit_archive([one, one])
    assert caller.simulator.jobs[0].target_ids == (one,)


def test_conversation_held_after_the_submit_is_not_deleted() -> None:
    caller = mixed()
    ids = caller.simulator.corpus.ids(Kind.ELIGIBLE)
    caller.submit_archive(ids)
    caller.simulator.corpus.place_hold(ids[2:3])
    caller.clock.advance(1000)
    assert caller.simulator.corpus.deleted_ids() == [*ids[:2], ids[3]]


def test_soft_deleted_conversation_reads_as_deleted() -> None:
    caller = mixed()
    one = caller.simulator.corpus.ids(Kind.ELIGIBLE)[0]
    caller.submit_archive([one], permanentDelete=False)
    caller.clock.advance(1000)
    assert caller.simulator.corpus.status_of(one) is ConversationStatus.DELETED


def test_wrong_archive_bodies_are_400() -> None:
    caller = start_simulator()
    bodies: list[object] = [
        {},
        {"conversationIds": []},
        {"conversationIds": "a"},
        {"conversationIds": [1]},
        {"conversationIds": ["a"], "permanentDelete": "yes"},
        {"conversationIds": ["a"], "dryRun": True},
        [],
    ]
    for body in bodies:
        assert caller.http.post(ARCHIVE, json=body).status_code == 400, body


def test_batch_over_a_thousand_ids_is_400() -> None:
    ids = [f"id-{number}" for number in range(1001)]
    assert start_simulator().submit_archive(ids[:1000]).status_code == 202
    assert start_simulator().submit_archive(ids).status_code == 400
    assert start_simulator(max_ids=None).submit_archive(ids).status_code == 202


def test_submit_is_429_while_too_many_jobs_run() -> None:
    caller = start_simulator(max_concurrent_jobs=2, job_base_seconds=10)
    assert [caller.submit_archive([name]).status_code for name in "ab"] == [202, 202]
    refused = caller.submit_archive(["c"])
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "5")
    caller.clock.advance(10)
    assert caller.submit_archive(["c"]).status_code == 202


def test_number_of_concurrent_jobs_can_be_unlimited() -> None:
    caller = start_simulator(max_concurrent_jobs=None)
    assert {caller.submit_archive([str(n)]).status_code for n in range(20)} == {202}


def test_status_of_an_unknown_job_is_404() -> None:
    assert start_simulator().http.get(f"{ARCHIVE}/unknown").status_code == 404


def test_status_of_a_large_job_is_504_while_it_runs() -> None:
    caller = mixed(poll_times_out_above=3)
    ids = caller.simulator.corpus.ids(Kind.ELIGIBLE)
    small = caller.submit_archive(["unknown"]).json()["jobId"]
    large = caller.submit_archive(ids).json()["jobId"]
    assert caller.http.get(f"{ARCHIVE}/{small}").status_code == 200
    assert caller.http.get(f"{ARCHIVE}/{large}").status_code == 504
    caller.clock.advance(18)
    assert caller.poll(ARCHIVE, large)["state"] == "completed"


def test_job_state_can_have_mixed_case() -> None:
    caller = start_simulator(mixed_case_states=True)
    job_id = caller.submit_archive(["a"]).json()["jobId"]
    states = {caller.poll(ARCHIVE, job_id)["state"] for _ in range(8)}
    assert states == {"inProgress", "INPROGRESS", "inprogress", "Inprogress"}


def test_progress_can_be_omitted_while_the_job_runs() -> None:
    caller = start_simulator(reports_progress=False, job_base_seconds=10)
    job_id = caller.submit_archive(["a"]).json()["jobId"]
    assert "recordsProcessed" not in caller.poll(ARCHIVE, job_id)
    caller.clock.advance(10)
    assert caller.poll(ARCHIVE, job_id)["recordsProcessed"] == 0
    assert caller.simulator.jobs[0].state is JobState.COMPLETED

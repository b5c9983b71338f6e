"""How long to wait: growing, predicted by progress, always within bounds."""

from __future__ import annotations

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.methods.contract import JobReport, JobStatus
from genesys_purge.model.messages import BatchStep, Next
from genesys_purge.purging.waiting import (
    VERIFY_WAITS,
    appearance_wait,
    first_wait,
    forecast_of,
    may_appear,
    poll_wait,
    reconcile_wait,
    slower,
    submit_wait,
)
from hypothesis import given
from hypothesis import strategies as st

POLICIES = {name: method.poll_policy for name, method in METHODS.items()}


def step(attempt: int = 0, waited: int = 0) -> BatchStep:
    return BatchStep(run_id="r", batch=0, next=Next.POLL, attempt=attempt, waited_seconds=waited)


steps = st.builds(step, st.integers(0, 1_000), st.integers(0, 100_000))


def running(processed: int | None = None) -> JobReport:
    return JobReport(JobStatus.RUNNING, processed)


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("data_deletion", [15, 15, 15, 15]),
        ("interaction_purge", [15, 16.5, 18.15, 19.965]),
        ("conversation_archive", [5, 10, 20, 40]),
    ],
)
def test_waits_of_each_method_follow_its_document(name: str, waits: list[float]) -> None:
    policy = POLICIES[name]
    later = [poll_wait(policy, step(attempt), running(), 0) for attempt in range(3)]
    assert [first_wait(policy, 0), *later] == pytest.approx(waits)


def test_recording_job_is_polled_slowly_until_it_reports_progress() -> None:
    policy = POLICIES["recording_job"]
    reports = [JobReport(JobStatus.RUNNING, 0, progress=0.0), JobReport(JobStatus.RUNNING)]
    waits = [poll_wait(policy, step(attempt), each, 100) for attempt in (0, 9) for each in reports]
    assert [first_wait(policy, 0), *waits] == [15, 18.75, 18.75, 60, 60]


@pytest.mark.parametrize(
    ("share", "wait"), [(0.5, 60), (0.7, 34.2857), (0.9, 13.1111), (1.0, 3), (0.01, 60)]
)
def test_reported_share_predicts_the_next_poll(share: float, wait: float) -> None:
    # Of more recordings than there are conversations; their count predicts nothing.
    report = JobReport(JobStatus.RUNNING, 99, progress=share)
    found = poll_wait(POLICIES["recording_job"], step(waited=100), report, 100)
    assert found == pytest.approx(wait, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "longest"),
    [("data_deletion", 15), ("interaction_purge", 300), ("conversation_archive", 90)],
)
def test_waits_of_each_method_stop_growing(name: str, longest: float) -> None:
    assert poll_wait(POLICIES[name], step(199), running(), 0) == longest


@pytest.mark.parametrize(("size", "wait"), [(0, 5), (39, 5), (40, 6), (1_000, 30)])
def test_first_wait_grows_with_size_only_for_jobs_with_progress(size: int, wait: float) -> None:
    assert first_wait(POLICIES["conversation_archive"], size) == wait
    assert first_wait(POLICIES["data_deletion"], size) == 15


@pytest.mark.parametrize("name", POLICIES)
def test_first_wait_is_bounded_for_any_size(name: str) -> None:
    policy = POLICIES[name]
    assert first_wait(policy, 2**53) <= policy.longest


@pytest.mark.parametrize(
    ("waited", "processed", "wait"),
    [
        (100, 500, 80),  # 100 seconds to go: wait for most of them
        (100, 990, 3.0101),  # nearly done: to the end, and a little more
        (100, 1_000, 3),
        (100, 10, 90),
        (0, 500, 3),
    ],
)
def test_processed_records_predict_the_next_poll(waited: int, processed: int, wait: float) -> None:
    policy = POLICIES["conversation_archive"]
    found = poll_wait(policy, step(waited=waited), running(processed), 1_000)
    assert found == pytest.approx(wait, abs=1e-3)


@pytest.mark.parametrize("processed", [None, 0, 1_001])
def test_impossible_progress_is_ignored(processed: int | None) -> None:
    policy = POLICIES["conversation_archive"]
    assert poll_wait(policy, step(3, 100), running(processed), 1_000) == 80


@given(
    st.sampled_from(list(POLICIES)), steps, st.none() | st.integers(0, 10**6), st.integers(0, 10**6)
)
def test_poll_wait_stays_within_its_bounds(
    name: str, turn: BatchStep, processed: int | None, targeted: int
) -> None:
    policy = POLICIES[name]
    wait = poll_wait(policy, turn, running(processed), targeted)
    assert 3 <= wait <= policy.longest


@given(st.sampled_from(list(POLICIES)), steps, st.none() | st.floats(0, 3_600))
def test_failed_poll_doubles_the_wait_or_honours_retry_after(
    name: str, turn: BatchStep, retry_after: float | None
) -> None:
    policy = POLICIES[name]
    usual = poll_wait(policy, turn, running(), 0)
    found = slower(policy, turn, retry_after)
    assert found == max(min(2 * usual, policy.longest), retry_after or 0)


@given(steps)
def test_refused_submit_waits_at_most_2_minutes_or_10_in_a_queue(turn: BatchStep) -> None:
    longest = min(10 * 2 ** min(turn.attempt, 10), 120) if turn.attempt < 20 else 600
    assert 0 <= submit_wait(turn, None) <= longest


@given(steps, st.floats(0, 3_600))
def test_submit_is_never_repeated_before_its_retry_after(
    turn: BatchStep, retry_after: float
) -> None:
    assert submit_wait(turn, retry_after) >= retry_after


@given(steps)
def test_reconciliation_waits_grow_up_to_5_minutes(turn: BatchStep) -> None:
    assert reconcile_wait(turn) == min(15 * 2 ** (turn.attempt + 1), 300)


@pytest.mark.parametrize(("age", "expected"), [(0, True), (119, True), (120, False), (None, False)])
def test_new_job_may_appear_for_two_minutes(age: float | None, *, expected: bool) -> None:
    assert may_appear(age) is expected


@given(steps)
def test_waits_for_a_new_job_grow_up_to_20_seconds(turn: BatchStep) -> None:
    assert appearance_wait(turn) == min(5 * 2**turn.attempt, 20)


def test_verification_waits_grow() -> None:
    assert list(VERIFY_WAITS) == sorted(set(VERIFY_WAITS))


def test_job_as_large_as_an_earlier_one_is_polled_when_that_one_ended() -> None:
    policy = POLICIES["conversation_archive"]
    assert first_wait(policy, 1_000, forecast=178.5) == 178.5
    assert (first_wait(policy, 1_000, forecast=0.1), first_wait(policy, 1, 1e9)) == (3, 600)


@pytest.mark.parametrize(("attempt", "forecast"), [(0, 50), (1, 100), (7, 100)])
def test_forecast_is_halved_if_the_first_poll_found_the_end(attempt: int, forecast: float) -> None:
    """The job may have ended long before the poll."""
    policy = POLICIES["conversation_archive"]
    assert forecast_of(policy, step(attempt), 100) == forecast


def test_recording_job_gives_no_forecast() -> None:
    """Its first poll asks whether it is ready, not whether it has ended."""
    assert forecast_of(POLICIES["recording_job"], step(), 100) is None
    assert forecast_of(POLICIES["conversation_archive"], step(), None) is None

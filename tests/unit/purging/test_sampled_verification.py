"""VerifyBatch by a sample, and by looks at every record, in turns."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from genesys_purge.errors import GenesysUnavailable, LostRace, RateLimited
from genesys_purge.methods.recording_job.metadata import METADATA
from genesys_purge.methods.recording_job.two_step import STATUS
from genesys_purge.methods.recording_job.verdict import FAILED
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import Failure, Next, RunRef
from genesys_purge.purging.turns import BLOCK
from genesys_purge.purging.waiting import VERIFIED_WITHIN, VERIFY_WAITS
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import builders
from tests.unit.purging.sampled_batch import (
    NONE,
    SAMPLE,
    SEED,
    completed,
    drive,
    genesys_with,
    looked_at,
    sample_of,
)
from tests.unit.workbench import Workbench

SIZE = 32
EVERY: dict[str, Any] = {"verification": {"mode": "every"}}
# Long enough that a turn ends after its first block.
SLOW = 6.0


class Died(Exception):
    """The worker died during a turn."""


def facts(bench: Workbench) -> dict[str, Any]:
    check = bench.batch.check
    assert check is not None
    return check.facts.to_json()


def test_sample_without_survivors_verifies_the_batch(bench: Workbench) -> None:
    step = completed(bench)
    genesys_with(bench, ())
    assert bench.verify_batch(step).next is Next.DONE
    assert looked_at(bench) == sample_of(SIZE)
    assert (bench.batch.verified, bench.batch.is_verified) == (SIZE, True)
    known = {"records": 60, "size": SIZE, "lookedAt": SIZE, "survivors": 0, "seed": SEED}
    assert bench.last_fact["check"] == SAMPLE | known
    assert bench.last_fact["action"] == "batch_verified"
    assert bench.last_fact["verified"] == SIZE
    assert bench.last_fact["detail"] == (
        "checked a sample of 32 of 60 conversations (confidence 0.9, tolerance 0.04): "
        "0 recordings are left"
    )


def test_one_survivor_in_the_sample_verifies_the_batch_in_full(bench: Workbench) -> None:
    step = completed(bench)
    survivor = sample_of(SIZE)[-1]
    genesys_with(bench, {survivor})
    step = drive(bench, bench.verify_batch(step))
    assert looked_at(bench)[: SIZE + 60] == [*sample_of(SIZE), *range(60)]
    assert (bench.batch.verified, bench.batch.is_verified) == (59, False)
    assert facts(bench)["mode"] == "every"
    assert facts(bench)["sample"] == {"size": SIZE, "lookedAt": SIZE, "survivors": 1}
    assert bench.last_fact["action"] == "batch_unverified"
    assert bench.last_fact["detail"] == (
        "checked every one of 60 conversations, because 1 of the first 32 in a sample of 32 had "
        "recordings left: 1 recording is left"
    )


def test_failed_sample_is_not_looked_at_to_its_end(bench: Workbench) -> None:
    step = completed(bench)
    genesys_with(bench, {sample_of(SIZE)[0]})
    assert bench.verify_batch(step).next is Next.VERIFY
    assert looked_at(bench) == sample_of(SIZE)[:BLOCK]


def test_survivor_outside_the_sample_is_not_looked_at(bench: Workbench) -> None:
    step = completed(bench)
    genesys_with(bench, set(range(60)) - set(sample_of(SIZE)))
    bench.verify_batch(step)
    assert (bench.batch.verified, bench.batch.is_verified) == (SIZE, True)


@pytest.mark.parametrize(("records", "looks"), [(2_000, 2_000), (2_001, 1_570)])
def test_batch_of_more_than_2000_is_verified_by_a_sample(
    bench: Workbench, records: int, looks: int
) -> None:
    step = completed(bench, records, request={"verification": None})
    genesys_with(bench, ())
    drive(bench, step)
    assert (bench.batch.verified, facts(bench)["size"]) == (looks, looks)


@pytest.mark.parametrize("size", [8, 1])
def test_sample_of_a_small_batch_counts_as_every(bench: Workbench, size: int) -> None:
    step = completed(bench, size)
    genesys_with(bench, ())
    bench.verify_batch(step)
    assert "seed" not in facts(bench)
    assert (facts(bench)["mode"], bench.batch.verified) == ("every", size)


def test_sample_leaves_out_protected_records(bench: Workbench) -> None:
    protected = sample_of(1)
    step = completed(bench, protected=frozenset(protected))
    genesys_with(bench, protected)
    bench.verify_batch(step)
    assert facts(bench)["records"] == 59
    assert not set(protected) & set(looked_at(bench))
    assert bench.batch.is_verified


@pytest.mark.parametrize(("kept", "is_verified"), [(61, True), (60, False)])
def test_sample_of_excluded_recordings_leads_to_a_count_of_all(
    bench: Workbench, kept: int, *, is_verified: bool
) -> None:
    step = completed(bench, request={"includePolicyBasedRecordings": False}, kept=kept)
    genesys_with(bench, sample_of(1))
    drive(bench, step)
    assert (facts(bench)["mode"], bench.batch.verified) == ("every", 59)
    assert bench.batch.is_verified is is_verified


def test_failed_recordings_end_a_sample_as_unverified(bench: Workbench) -> None:
    step = completed(bench)
    genesys_with(bench, ())
    bench.genesys.on(STATUS, {"state": "FULFILLED", "totalFailedRecordings": 1})
    bench.genesys.on(FAILED, {"entities": [{"conversation": {"id": "c"}}]}, NONE)
    assert bench.verify_batch(step).next is Next.DONE
    assert (bench.batch.verified, bench.batch.is_verified) == (SIZE, False)
    assert "1 failed, in c" in bench.last_fact["detail"]


def test_turn_stores_its_position_without_an_audit_record(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)
    genesys_with(bench, (), lambda: bench.clock.wait(SLOW))
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds) == (Next.VERIFY, 0)
    assert (facts(bench)["lookedAt"], bench.batch.verified, bench.facts) == (BLOCK, None, [])
    assert bench.verify_batch(after).next is Next.VERIFY
    assert looked_at(bench) == list(range(2 * BLOCK))


def test_verdict_after_a_full_turn_has_a_turn_of_its_own(bench: Workbench) -> None:
    step = completed(bench, BLOCK, request=EVERY)
    genesys_with(bench, (), lambda: bench.clock.wait(SLOW))
    after = bench.verify_batch(step)
    assert (after.next, bench.batch.verified) == (Next.VERIFY, None)
    assert bench.verify_batch(after).next is Next.DONE
    assert (bench.batch.verified, looked_at(bench)) == (BLOCK, list(range(BLOCK)))


def test_turn_of_two_workers_is_stored_once(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)

    def meanwhile() -> None:
        bench.clock.wait(SLOW)
        if len(looked_at(bench)) == 1:
            bench.verify_batch(step)

    genesys_with(bench, (), meanwhile)
    with pytest.raises(LostRace):
        bench.verify_batch(step)
    assert facts(bench)["lookedAt"] == BLOCK


def test_lagging_survivors_are_checked_again_alone(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)
    genesys_with(bench, {3, 41})
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds, after.attempt) == (Next.VERIFY, VERIFY_WAITS[0], 1)
    genesys_with(bench, ())
    assert bench.verify_batch(after).next is Next.DONE
    assert looked_at(bench)[60:] == [3, 41]
    assert (bench.batch.verified, bench.batch.is_verified) == (60, True)


def test_lasting_survivors_are_checked_as_often_as_a_lag_explains(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)
    genesys_with(bench, set(range(30)), lambda: bench.clock.wait(SLOW))
    drive(bench, step)
    assert len(looked_at(bench)) == 60 + 30 * len(VERIFY_WAITS)
    assert (bench.batch.verified, bench.batch.is_verified) == (30, False)


def test_error_after_progress_keeps_the_position_and_uses_up_no_check(bench: Workbench) -> None:
    step = completed(bench, request=EVERY).model_copy(update={"attempt": len(VERIFY_WAITS)})
    genesys_with(bench, ())
    bench.genesys.on(METADATA, *[NONE] * 50, GenesysUnavailable("503", retry_after=9))
    after = bench.verify_batch(step)
    assert (after.next, after.wait_seconds, after.attempt) == (Next.VERIFY, 9, 0)
    assert facts(bench)["lookedAt"] == 40


def test_error_in_a_later_pass_resets_no_number_of_checks(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)
    genesys_with(bench, set(range(30)))
    step = bench.verify_batch(step)
    bench.genesys.on(METADATA, *[NONE] * 25, GenesysUnavailable("503"))
    after = bench.verify_batch(step)
    assert (after.wait_seconds, after.attempt) == (VERIFY_WAITS[0], 1)
    assert facts(bench)["lookedAt"] == 50


def test_error_without_progress_uses_up_a_check(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)
    bench.genesys.on(METADATA, GenesysUnavailable("503"))
    assert bench.verify_batch(step).attempt == 1
    assert bench.batch.check is None


def test_unread_counters_keep_the_looks(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)
    genesys_with(bench, ())
    bench.genesys.on(STATUS, GenesysUnavailable("503"))
    after = bench.verify_batch(step)
    assert (after.next, after.attempt, facts(bench)["lookedAt"]) == (Next.VERIFY, 1, 60)
    genesys_with(bench, ())
    assert bench.verify_batch(after).next is Next.DONE
    assert len(looked_at(bench)) == 60


@pytest.mark.parametrize(("more", "attempt"), [(60.0, 0), (61.0, 1)])
def test_large_check_waits_longer_for_its_calls(
    bench: Workbench, more: float, attempt: int
) -> None:
    step = completed(bench, request=EVERY)
    genesys_with(bench, (), lambda: bench.clock.wait(SLOW))
    step = bench.verify_batch(step)
    bench.genesys.on(METADATA, RateLimited("429"))
    bench.clock.wait(VERIFIED_WITHIN + more - BLOCK * SLOW)
    assert bench.verify_batch(step).attempt == attempt


def test_begun_check_does_not_wait_for_the_hours_of_the_request(bench: Workbench) -> None:
    step = completed(bench, request=EVERY | {"verifyAfterHours": 1})
    genesys_with(bench, (), lambda: bench.clock.wait(SLOW))
    # A scaled engine reports the wait that our clock does not see.
    after = bench.verify_batch(step.model_copy(update={"waited_seconds": 3_600}))
    assert bench.verify_batch(after).wait_seconds == 0


def test_failed_check_keeps_what_it_looked_at(bench: Workbench) -> None:
    step = completed(bench, request=EVERY)
    genesys_with(bench, {2}, lambda: bench.clock.wait(SLOW))
    bench.verify_batch(step)
    bench.stop()
    bench.fail_batch(Failure(run_id="run-1", batch=0, error="X", cause="gone"))
    assert (bench.batch.verified, bench.batch.is_unchecked) == (None, True)
    check = bench.last_fact["check"]
    assert (check["lookedAt"], check["survivors"], check["size"]) == (BLOCK, 1, 60)


def test_sampled_run_is_completed_and_says_what_was_looked_at(bench: Workbench) -> None:
    step = completed(bench)
    genesys_with(bench, ())
    bench.verify_batch(step)
    assert bench.complete_purge(RunRef(run_id="run-1")).outcome == "completed"
    fact = bench.last_fact
    assert (fact["verified"], fact["sampled"], fact["targeted"]) == (SIZE, 60, 60)
    assert fact["detail"] == (
        "samples verify the batches of 60 records, of which not each was looked at"
    )
    shown = bench.read_purge("GET /purges/{runId}", {"runId": "run-1"}, {})
    assert (shown["totals"]["verified"], shown["totals"]["sampled"]) == (SIZE, 60)
    assert shown["batches"][0]["check"]["seed"] == SEED


def test_settled_sampled_run_never_says_that_all_was_verified(bench: Workbench) -> None:
    completed(bench)
    bench.stop()
    genesys_with(bench, ())
    assert bench.sweep() == []
    fact = bench.last_fact
    assert (fact["action"], fact["verified"], fact["sampled"]) == ("run_corrected", SIZE, 60)
    assert fact["detail"].startswith("samples verify")


def test_sweep_takes_one_turn_of_a_long_check(bench: Workbench) -> None:
    completed(bench, request=EVERY)
    bench.stop()
    genesys_with(bench, (), lambda: bench.clock.wait(SLOW))
    for turn in (1, 2):
        assert bench.sweep() == []
        assert len(looked_at(bench)) == turn * BLOCK


@pytest.mark.parametrize(
    ("outcome", "numbers"),
    [
        ("deleted", sorted(sample_of(SIZE))),
        ("not_sampled", sorted(set(range(60)) - set(sample_of(SIZE)))),
        ("unverified", []),
    ],
)
def test_record_outside_the_sample_is_not_listed_as_deleted(
    bench: Workbench, outcome: str, numbers: list[int]
) -> None:
    step = completed(bench)
    genesys_with(bench, ())
    bench.verify_batch(step)
    path, query = {"runId": "run-1"}, {"outcome": outcome}
    shown = bench.read_purge("GET /purges/{runId}/records", path, query)
    ids = builders.uuids(60)
    assert [ids.index(each["conversationId"]) for each in shown["records"]] == numbers


RATES = st.lists(st.sampled_from([0.0, 1.0, SLOW, 60.0]), min_size=1, max_size=5)
DEATHS = st.frozensets(st.integers(1, 400), max_size=4)


@settings(max_examples=60)
@given(
    survivors=st.frozensets(st.integers(0, 59)),
    mode=st.sampled_from(["every", "sample"]),
    rates=RATES,
    deaths=DEATHS,
    repeated=st.frozensets(st.integers(0, 20)),
)
def test_verdict_depends_on_neither_turns_nor_deaths_nor_repetitions(
    survivors: frozenset[int],
    mode: str,
    rates: list[float],
    deaths: frozenset[int],
    repeated: frozenset[int],
) -> None:
    bench = Workbench()
    step = completed(bench, request={"verification": SAMPLE | {"mode": mode}})
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1
        bench.clock.wait(rates[looks % len(rates)])
        if looks in deaths:
            raise Died

    genesys_with(bench, survivors, look)
    turn = 0
    while step.next is not Next.DONE:
        turn += 1
        with suppress(Died):
            after = bench.verify_batch(step)
            step = bench.verify_batch(step) if turn in repeated else after
    check = bench.batch.check
    assert check is not None
    sample = set(sample_of(SIZE))
    is_sample = mode == "sample" and not survivors & sample
    there = sample if is_sample else set(range(60))
    assert check.mode == ("sample" if is_sample else "every")
    assert (check.sample is not None) is (mode == "sample" and bool(survivors & sample))
    assert check.seed == (SEED if mode == "sample" else None)
    assert (check.looked_at, check.survivors) == (len(there), len(survivors & there))
    assert there <= set(looked_at(bench))
    assert bench.batch.verified == len(there - survivors)
    assert bench.batch.is_verified is not bool(survivors & there)
    assert bench.batch.state is BatchState.COMPLETED

"""A data deletion of some record types: no check can verify it, and nothing pretends otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.errors import OutcomeUnknown
from genesys_purge.methods.documented.data_deletion import COUNT, STATUS, SUBMIT
from genesys_purge.model.batch import BatchState
from genesys_purge.model.messages import BatchStep, Failure, Next, RunRef
from genesys_purge.model.run import Outcome
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.webhooks.outbound.bodies import notifications

from tests import builders
from tests.unit.methods.scene import hold
from tests.unit.workbench import Workbench

RUN = RunRef(run_id="run-1")
STEP = BatchStep(run_id="run-1", batch=0)
PATIENCE = 1_800
REASON = Unverifiable.OTHER_RECORD_TYPES.sentence


def planned(bench: Workbench, *types: str) -> None:
    """A run for these record types, with a batch whose window holds ten records of any type."""
    bench.genesys.on(COUNT, {"results": [{"count": 10}]})
    bench.genesys.on(SUBMIT, {"id": "job-1"})
    bench.genesys.on(STATUS, {"status": "completed"})
    bench.stored(builders.data_deletion(recordTypes=list(types)))
    bench.plan_purge(RUN)


def purged(bench: Workbench, *types: str) -> Outcome:
    """The outcome of such a run."""
    planned(bench, *types)
    bench.submit_batch(STEP)
    step = bench.poll_batch(STEP)
    while step.next is Next.VERIFY:
        step = bench.verify_batch(step)
    return bench.complete_purge(RUN).outcome


def test_plan_of_some_record_types_is_an_upper_bound(bench: Workbench) -> None:
    planned(bench, "message")
    plan = bench.read_purge.run("run-1", 0, 10)["plan"]
    assert (plan["upperBound"], plan["unverifiable"]) == (True, "other_record_types")
    detail = bench.last_fact["detail"]
    assert f"upper bound: it also counts conversation, interaction; {REASON}" in detail


def test_notes_of_held_days_and_of_a_subset_stand_together(bench: Workbench) -> None:
    bench.holds.placed.append(hold(date_range=builders.window(390, 389)))
    planned(bench, "message")
    plan = bench.read_purge.run("run-1", 0, 10)["plan"]
    held, bound = plan["notes"]
    assert held.startswith("held days left out")
    assert bound.startswith("targeted is an upper bound")
    assert (plan["batches"], plan["skipped"]) == (2, {"on_hold": 10})
    assert bench.last_fact["detail"] == f"{held}; {bound}"


def test_subset_of_held_days_only_has_nothing_to_verify(bench: Workbench) -> None:
    bench.holds.placed.append(hold(date_range=builders.window(400, 360)))
    planned(bench, "message")
    plan = bench.read_purge.run("run-1", 0, 10)["plan"]
    assert (plan["batches"], plan["upperBound"], len(plan["notes"])) == (0, False, 1)
    assert bench.complete_purge(RUN).outcome is Outcome.NOTHING_TO_PURGE


def test_subset_with_a_failed_batch_says_both(bench: Workbench) -> None:
    bench.genesys.on(COUNT, {"results": [{"count": 10}]})
    bench.genesys.on(SUBMIT, {"id": "job-1"})
    bench.genesys.on(STATUS, {"status": "completed"}, {"status": "failed", "message": "disk full"})
    dates = builders.date_range(420, 366)
    bench.stored(builders.data_deletion(recordTypes=["message"], dateRange=dates))
    bench.plan_purge(RUN)
    for step in (STEP, STEP.model_copy(update={"batch": 1})):
        bench.submit_batch(step)
        if bench.poll_batch(step).next is Next.VERIFY:
            bench.verify_batch(step)
    assert bench.complete_purge(RUN).outcome is Outcome.COMPLETED_WITH_FAILURES
    shown = bench.read_purge.run("run-1", 0, 10)
    assert (shown["verification"], shown["totals"]["unverifiable"]) == ("not_possible", 10)
    assert shown["totals"]["unreported"] == 20
    assert shown["detail"] == f"of 2 batches, 1 not completed and 0 not verified; {REASON}"
    assert bench.last_fact["errorReason"] == "disk full"
    assert "NothingDeleted" not in bench.meter.counts


def test_subset_is_concluded_after_the_end_of_its_run(bench: Workbench) -> None:
    planned(bench, "message")
    bench.submit_batch(STEP)
    bench.poll_batch(STEP)
    bench.stop()
    shown = bench.read_purge.run("run-1", 0, 10)
    assert (shown["isSettled"], shown["verification"]) == (False, "not_possible")
    assert bench.sweep() == []
    assert bench.run.is_settled
    assert bench.facts[-2:] == ["run_failed", "batch_unverifiable"]


def test_plan_of_every_record_type_is_exact(bench: Workbench) -> None:
    planned(bench, "message", "conversation", "interaction")
    plan = bench.read_purge.run("run-1", 0, 10)["plan"]
    assert (plan["upperBound"], "unverifiable" in plan) == (False, False)
    assert "detail" not in bench.last_fact


def test_run_of_some_record_types_is_completed_but_not_verified(bench: Workbench) -> None:
    assert purged(bench, "message") is Outcome.COMPLETED
    shown = bench.read_purge.run("run-1", 0, 10)
    assert (shown["verification"], shown["detail"]) == ("not_possible", REASON)
    totals = {"targeted": 10, "skipped": {}, "unreported": 10, "unverifiable": 10}
    assert shown["totals"] == totals | {"unit": "records", "deletedUnit": "records"}
    [batch] = shown["batches"]
    expected = {"status": "completed", "isVerified": False, "detail": REASON}
    expected |= {"verification": "not_possible", "verificationReason": "other_record_types"}
    assert batch | expected == batch
    assert batch.keys().isdisjoint({"deleted", "verified"})
    assert shown["isSettled"] is True


def test_unverifiable_run_is_audited_as_such(bench: Workbench) -> None:
    purged(bench, "message")
    assert bench.facts[1:] == ["batch_completed", "batch_unverifiable", "run_completed"]
    for action in bench.facts[2:]:
        fact = bench.fact(action)
        assert fact["verification"] == "not_possible"
        assert fact.keys().isdisjoint({"deleted", "successRate"})
    assert bench.fact("batch_unverifiable")["detail"] == REASON


def test_unverifiable_run_raises_no_alarm(bench: Workbench) -> None:
    purged(bench, "message")
    assert bench.meter.counts == {"RunsCompleted": 1}


def test_notifications_of_an_unverifiable_run_say_so(bench: Workbench) -> None:
    purged(bench, "message")
    found = [one for each in bench.audit.of("run-1") for one in notifications(each, bench.runs)]
    bodies: dict[str, dict[str, Any]] = {str(one.event): dict(one.body) for one in found}
    assert {each["verification"] for each in bodies.values()} == {"not_possible"}
    batch, run = bodies["data.purge.chunk.completed"], bodies["purge_run_finished"]
    assert batch["status"] == run["metrics"]["status"] == "completed"
    assert batch["verificationReason"] == run["verificationReason"] == "other_record_types"
    assert "errorReason" not in run["metrics"]
    assert "recordsProcessed" not in batch


def test_every_record_type_is_verified_by_a_count_of_zero(bench: Workbench) -> None:
    planned(bench, "conversation", "interaction", "message")
    bench.submit_batch(STEP)
    bench.poll_batch(STEP)
    bench.genesys.on(COUNT, {"results": [{"count": 0}]})
    bench.verify_batch(STEP)
    assert (bench.batch.is_verified, bench.batch.verified) == (True, 10)
    assert bench.complete_purge(RUN).outcome is Outcome.COMPLETED
    assert "verification" not in bench.read_purge.run("run-1", 0, 10)


def test_remaining_records_of_every_type_are_a_failure(bench: Workbench) -> None:
    outcome = purged(bench, "conversation", "interaction", "message")
    assert outcome is Outcome.COMPLETED_WITH_FAILURES


def test_further_record_type_of_the_setting_makes_a_request_a_subset() -> None:
    bench = Workbench(record_types=frozenset({"conversation", "interaction", "message", "note"}))
    documented = builders.data_deletion()
    assert bench.errors(documented) == {}
    assert bench.errors(documented | {"recordTypes": ["note"]}) == {}
    assert purged(bench, "conversation", "interaction", "message") is Outcome.COMPLETED
    assert not bench.batch.is_verified


def test_unknown_record_type_is_refused_with_the_known_ones(bench: Workbench) -> None:
    errors = bench.errors(builders.data_deletion(recordTypes=["message", "note"]))
    assert errors == {
        "recordTypes.1": "must be one of conversation, interaction, message; if the organisation "
        "has more record types, add them to RecordTypes"
    }


def test_organisation_has_record_types_of_its_own(bench: Workbench) -> None:
    types = frozenset({"message"})
    bench.organisations.add("emea", bench.genesys, record_types=types)
    request = builders.data_deletion(organisation="emea", recordTypes=["message"])
    assert bench.errors(request) == {}
    assert set(bench.errors(request | {"recordTypes": ["conversation"]})) == {"recordTypes.0"}
    unknown = request | {"organisation": "latam", "recordTypes": ["note"]}
    assert set(bench.errors(unknown)) == {"organisation"}
    bench.genesys.on(COUNT, {"results": [{"count": 10}]})
    bench.stored(request)
    bench.plan_purge(RUN)
    assert bench.batch.unverifiable is None


@pytest.mark.parametrize("count", [0, 4, 10])
def test_unanswered_submit_is_neither_adopted_nor_repeated(bench: Workbench, count: int) -> None:
    planned(bench, "message")
    bench.genesys.on(SUBMIT, OutcomeUnknown("timed out"))
    bench.submit_batch(STEP)
    bench.genesys.on(COUNT, {"results": [{"count": count}]})
    assert bench.submit_batch(STEP).wait_seconds == 30
    bench.clock.wait(PATIENCE)
    with pytest.raises(OutcomeUnknown, match="no check can show whether") as unknown:
        bench.submit_batch(STEP)
    assert len(bench.genesys.deletions) == 1
    failure = Failure(run_id="run-1", batch=0, error="OutcomeUnknown", cause=str(unknown.value))
    bench.fail_batch(failure)
    assert bench.batch.state is BatchState.FAILED
    assert "may have been executed" in str(bench.batch.detail)
    assert bench.complete_purge(RUN).outcome is Outcome.FAILED
    assert bench.run.totals
    assert (bench.run.totals.unreported, bench.run.totals.unverifiable) == (10, None)


def test_failing_conclusion_does_not_make_the_batch_a_failure(bench: Workbench) -> None:
    planned(bench, "message")
    bench.submit_batch(STEP)
    bench.poll_batch(STEP)
    assert bench.read_purge.run("run-1", 0, 10)["verification"] == "not_possible"
    bench.fail_batch(Failure(run_id="run-1", batch=0, error="Unexpected", cause="{}"))
    assert bench.facts[-1] == "batch_unverifiable"
    assert bench.complete_purge(RUN).outcome is Outcome.COMPLETED


def test_batch_that_is_not_concluded_is_no_success(bench: Workbench) -> None:
    planned(bench, "message")
    bench.submit_batch(STEP)
    bench.poll_batch(STEP)
    assert bench.complete_purge(RUN).outcome is Outcome.COMPLETED_WITH_FAILURES
    assert not bench.run.is_settled
    bench.sweep()
    assert bench.run.is_settled

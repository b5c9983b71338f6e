"""The guard: each test removes exactly one condition for a permit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.calling.attempt import Attempt
from genesys_purge.calling.permit import Permit
from genesys_purge.errors import (
    InvalidRequest,
    LimitExceeded,
    OnLegalHold,
    PurgingSwitchedOff,
    RetentionNotMet,
)
from genesys_purge.methods import METHODS
from genesys_purge.model.batch import Entry
from genesys_purge.model.dates import Window
from genesys_purge.model.held_times import HeldTimes
from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.run import RunStatus
from genesys_purge.model.slices import Slice
from genesys_purge.purging.cases import Case

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import held_times, hold
from tests.unit.purging.recording_batch import entries as recording_entries
from tests.unit.workbench import Workbench, entries_of

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
WINDOW = builders.window()


def case_of(request: dict[str, Any], **fields: Any) -> Case:
    """A batch of three ids, or a window of three records, that may be deleted."""
    method = METHODS[request["method"]]
    ids = method.name == "conversation_archive"
    window = None if ids else WINDOW
    run = builders.run(request=request, status=RunStatus.RUNNING)
    return Case(
        run=run,
        request=method.request_model.parse(request),
        method=method,
        batch=builders.batch(planned=3, window=window),
        entries=entries_of(3) if ids else (),
        genesys=ScriptedGenesys(),
        now=NOON,
        run_now=lambda: run,
        default_classification="",
    )._replace(**fields)


IDS = case_of(builders.conversation_archive())
DATES = case_of(builders.data_deletion())
INTERACTIONS = case_of(builders.interaction_purge())
each_case = pytest.mark.parametrize("case", [IDS, DATES, INTERACTIONS], ids=lambda c: c.method.name)
DISABLED = "^purging is disabled; set the parameter /<stack>/purging to `on` to enable it$"
HELD = "^legal hold h1 (covers (these records|records of this window|everything)|names .*)$"
UNCOVERED = "^no rule of the retention matrix covers these records$"
Change = Callable[[Workbench], object]


def rule(days: int, **match: str) -> dict[str, Any]:
    return {"name": "any", "match": match, "minimumDays": days, "basis": "law"}


def matrix(days: int, **match: str) -> RetentionMatrix:
    return RetentionMatrix.parse({"rules": [rule(days, **match)]})


@each_case
def test_guard_permits_the_next_attempt_if_every_check_passes(bench: Workbench, case: Case) -> None:
    assert bench.guard.permit(case.deletion(3)) == Permit("run-1", 0, 1, NOON)
    tried = case._replace(batch=case.batch.model_copy(update={"attempt": Attempt(number=4)}))
    assert bench.guard.permit(tried.deletion(0)) == Permit("run-1", 0, 5, NOON)


@each_case
@pytest.mark.parametrize("switch", ["off", "", "ON", "true", "on, please"])
def test_guard_refuses_unless_the_switch_says_on(bench: Workbench, case: Case, switch: str) -> None:
    bench.policies.switch = switch
    with pytest.raises(PurgingSwitchedOff, match=DISABLED):
        bench.guard.permit(case.deletion(3))


@each_case
@pytest.mark.parametrize("status", [RunStatus.SUBMITTED, RunStatus.FINISHED])
def test_guard_refuses_a_run_that_is_not_running(
    bench: Workbench, case: Case, status: RunStatus
) -> None:
    run = case.run.model_copy(update={"status": status})
    with pytest.raises(InvalidRequest, match="not running") as refused:
        bench.guard.permit(case._replace(run_now=lambda: run).deletion(3))
    assert [each.path for each in refused.value.fields] == ["runId"]


@each_case
def test_guard_refuses_a_dry_run(bench: Workbench, case: Case) -> None:
    run = case.run.model_copy(update={"request": {**case.run.request, "dryRun": True}})
    with pytest.raises(InvalidRequest, match="dry run"):
        bench.guard.permit(case._replace(run_now=lambda: run).deletion(3))


@each_case
@pytest.mark.parametrize("days", [401, 36_500])
def test_guard_refuses_records_younger_than_the_current_retention(
    bench: Workbench, case: Case, days: int
) -> None:
    bench.policies.matrix = matrix(days)
    with pytest.raises(RetentionNotMet, match=f"{days} days"):
        bench.guard.permit(case.deletion(3))


@each_case
def test_guard_refuses_records_that_no_retention_rule_covers(bench: Workbench, case: Case) -> None:
    bench.policies.matrix = matrix(30, method="another")
    with pytest.raises(RetentionNotMet, match=UNCOVERED):
        bench.guard.permit(case.deletion(3))


@each_case
def test_guard_measures_retention_to_the_second(bench: Workbench, case: Case) -> None:
    youngest = WINDOW.end if case.batch.window else case.entries[0].end
    bench.policies.matrix = matrix(500)
    bench.clock.at = youngest + timedelta(days=500) - SECOND
    with pytest.raises(RetentionNotMet):
        bench.guard.permit(case.deletion(3))
    bench.clock.wait(1)
    assert bench.guard.permit(case.deletion(3))


def test_guard_checks_the_retention_of_the_request(bench: Workbench) -> None:
    longer = case_of(builders.interaction_purge(retentionDays=367))
    with pytest.raises(RetentionNotMet, match="Retention set in the request"):
        bench.guard.permit(longer.deletion(3))


@pytest.mark.parametrize("index", range(3))
def test_guard_refuses_a_batch_with_one_young_record(bench: Workbench, index: int) -> None:
    entries = entries_of(3)
    entries[index] = Entry("young", NOON - timedelta(days=365) + SECOND, None)
    with pytest.raises(RetentionNotMet, match="365 days"):
        bench.guard.permit(IDS._replace(entries=entries).deletion(3))


def test_guard_applies_the_classification_of_each_record(bench: Workbench) -> None:
    entries = [*entries_of(2), Entry("a1", builders.days_ago(400), "hipaa")]
    with pytest.raises(RetentionNotMet, match="2555 days"):
        bench.guard.permit(IDS._replace(entries=entries).deletion(3))


@pytest.mark.parametrize(("own", "word"), [("message", "message"), ("message", "sms")])
@pytest.mark.parametrize("asked", [{"mediaTypes": ["voice"]}, {}])
def test_guard_applies_the_media_of_each_record(
    bench: Workbench, asked: dict[str, Any], own: str, word: str
) -> None:
    entries = [*recording_entries(2), recording_entries(3)[2]._replace(media=frozenset({own}))]
    case = case_of(builders.recording_job(**asked), entries=entries)
    case = case._replace(batch=builders.batch(planned=3))
    bench.policies.matrix = RetentionMatrix.parse(
        {"rules": [rule(30), rule(500, interactionType=word)]}
    )
    with pytest.raises(RetentionNotMet, match="500 days"):
        bench.guard.permit(case.deletion(3))


def test_guard_ignores_rules_for_media_that_no_record_has(bench: Workbench) -> None:
    case = case_of(builders.recording_job(mediaTypes=["voice"]), entries=recording_entries(3))
    bench.policies.matrix = RetentionMatrix.parse(
        {"rules": [rule(30), rule(500, interactionType="message")]}
    )
    assert bench.guard.permit(case._replace(batch=builders.batch(planned=3)).deletion(3))


@each_case
@pytest.mark.parametrize("before", [4, 1_000_000])
def test_guard_refuses_more_records_than_planned(bench: Workbench, case: Case, before: int) -> None:
    with pytest.raises(LimitExceeded, match=f"has 3 records .* but now there are {before}"):
        bench.guard.permit(case.deletion(before))


@pytest.mark.parametrize("count", [0, 2, 4])
def test_guard_refuses_a_manifest_of_another_size(bench: Workbench, count: int) -> None:
    with pytest.raises(ValueError, match=f"manifest of {count} for 3"):
        bench.guard.permit(IDS._replace(entries=entries_of(count)).deletion(0))


HELD_IDS = frozenset({"conversation-000001"})


@pytest.mark.parametrize(
    ("held", "positions"),
    [
        ({"conversation_ids": HELD_IDS}, {1}),
        ({"date_range": Window(start=builders.days_ago(401), end=NOON)}, {0, 1, 2}),
        ({}, {0, 1, 2}),
    ],
)
def test_guard_lists_the_positions_of_held_records(
    bench: Workbench, held: dict[str, Any], positions: set[int]
) -> None:
    bench.holds.placed.append(hold(**held))
    with pytest.raises(OnLegalHold, match=HELD) as refused:
        bench.guard.permit(IDS.deletion(3))
    assert refused.value.entries == positions


def test_guard_names_every_hold_on_the_records(bench: Workbench) -> None:
    bench.holds.placed += [hold(hold_id="h2", conversation_ids=HELD_IDS), hold(hold_id="h1")]
    with pytest.raises(OnLegalHold, match=r"^legal hold h1, legal hold h2 covers these records$"):
        bench.guard.permit(IDS.deletion(3))


@pytest.mark.parametrize(
    "changes",
    [
        {"protected": frozenset({1})},
        {"pending": (Slice(start=2, stop=3),)},
        {"pending": (Slice(start=2, stop=3), Slice(start=0, stop=2))},
    ],
)
def test_guard_ignores_a_hold_on_records_of_another_part(
    bench: Workbench, changes: dict[str, Any]
) -> None:
    bench.holds.placed.append(hold(conversation_ids=HELD_IDS))
    batch = builders.batch(planned=3, **changes)
    assert bench.guard.permit(IDS._replace(batch=batch).deletion(1))


@pytest.mark.parametrize("case", [DATES, INTERACTIONS], ids=lambda c: c.method.name)
@pytest.mark.parametrize(
    ("held", "stops"),
    [
        ({}, True),
        ({"conversation_ids": HELD_IDS}, True),
        ({"date_range": Window(start=WINDOW.end - SECOND, end=NOON)}, True),
        ({"date_range": Window(start=WINDOW.end, end=NOON)}, False),
        ({"released_at": NOON}, False),
        ({"released_at": NOON + SECOND}, True),
    ],
)
def test_guard_refuses_a_window_that_a_hold_may_cover(
    bench: Workbench, case: Case, held: dict[str, Any], *, stops: bool
) -> None:
    bench.holds.placed.append(hold(**held))
    if stops:
        with pytest.raises(OnLegalHold, match=HELD):
            bench.guard.permit(case.deletion(3))
    else:
        assert bench.guard.permit(case.deletion(3))


@pytest.mark.parametrize("case", [DATES, INTERACTIONS], ids=lambda c: c.method.name)
@pytest.mark.parametrize(
    ("times", "reason"),
    [
        (held_times(HELD_IDS, WINDOW.end + DAY), None),
        (held_times(HELD_IDS, WINDOW.start - DAY), None),
        (held_times(HELD_IDS, WINDOW.end), "covers records of this window"),
        (held_times(HELD_IDS, WINDOW.start - DAY / 2), "covers records of this window"),
        (None, "whose time is unknown: they are not looked up yet"),
        (held_times({"b2"}, WINDOW.end + DAY), "whose time is unknown: they are not looked up yet"),
        (held_times(HELD_IDS, WINDOW.end + DAY, hold_id="h2"), "whose time is unknown"),
        (held_times(HELD_IDS, unknown={"not_found": 1}), "Genesys does not know 1 of them"),
        (held_times(HELD_IDS, unanswered=("emea",)), "1 organisation could not be asked"),
    ],
)
def test_guard_refuses_a_window_on_the_days_of_held_ids(
    bench: Workbench, case: Case, times: HeldTimes | None, reason: str | None
) -> None:
    bench.holds.placed.append(hold(conversation_ids=HELD_IDS))
    if times:
        bench.holds.put_times(times)
    if reason is None:
        assert bench.guard.permit(case.deletion(3))
        return
    with pytest.raises(OnLegalHold, match=f"^legal hold h1 .*{reason}"):
        bench.guard.permit(case.deletion(3))


def test_times_do_not_release_the_other_part_of_a_hold(bench: Workbench) -> None:
    bench.holds.placed.append(hold(conversation_ids=HELD_IDS, date_range=WINDOW))
    bench.holds.put_times(held_times(HELD_IDS, WINDOW.end + DAY))
    with pytest.raises(OnLegalHold, match="covers records of this window"):
        bench.guard.permit(DATES.deletion(3))

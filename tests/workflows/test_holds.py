"""Legal holds, ours and those of Genesys, placed before or after the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import date_range
from tests.clock import NOON
from tests.workflows.moments import once_after
from tests.workflows.proof import action_counts, assert_honest, sent, statuses
from tests.workflows.slots import METHODS, Shared, Slot, shared

WINDOWS = METHODS[:2]
BY_ID = METHODS[2]


@pytest.fixture
def scene(shared_scene: Shared) -> Iterator[Shared]:
    """The shared application; the hold is released after each test."""
    yield shared_scene
    place(shared_scene, releasedAt=NOON.isoformat())


@pytest.fixture(scope="module")
def shared_scene() -> Iterator[Shared]:
    with shared() as scene:
        yield scene


def place(scene: Shared, **fields: Any) -> None:
    hold = {
        "holdId": "hold-1",
        "reason": "a case in court",
        "placedBy": "counsel",
        "placedAt": NOON.isoformat(),
    }
    scene.app.put_hold(**hold | fields)


def first_three(slot: Slot) -> dict[str, Any]:
    """A hold on the window in which the slot's first three conversations ended."""
    return {"dateRange": date_range(slot.oldest, slot.oldest - 18)}


def three_ids(slot: Slot) -> dict[str, Any]:
    return {"conversationIds": set(slot.ids[:3])}


@pytest.mark.parametrize("held", [three_ids, first_three])
def test_ids_held_after_the_plan_are_kept_and_the_others_purged(scene: Shared, held: Any) -> None:
    app, slot = scene.app, scene.slot()

    with once_after("plan_purge", lambda: place(scene, **held(slot))):
        run = app.run(slot.request(BY_ID))

    assert run["outcome"] == "completed"
    assert run["totals"] == {
        "targeted": 7,
        "skipped": {"protected": 3},
        "deleted": 7,
        "verified": 7,
    }
    assert set(slot.ids[:3]).isdisjoint(app.simulator.corpus.deleted_ids())
    assert action_counts(app, run)["batch_protected"] == 1
    assert_honest(app, run, slot.ids)


def test_ids_held_by_genesys_after_the_plan_are_kept(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    hold = app.simulator.corpus.place_hold

    with once_after("plan_purge", lambda: hold(slot.ids[:3])):
        run = app.run(slot.request(BY_ID))

    assert (run["outcome"], run["totals"]["skipped"]) == ("completed", {"protected": 3})
    assert set(slot.ids[:3]).isdisjoint(app.simulator.corpus.deleted_ids())
    assert_honest(app, run, slot.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_held_ids_fail_every_window_that_may_contain_them(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()
    since = len(app.simulator.requests)

    with once_after("plan_purge", lambda: place(scene, **three_ids(slot))):
        run = app.run(slot.request(method))

    assert sent(app, since) == []
    assert (run["outcome"], statuses(run)) == ("failed", ["failed", "failed"])
    assert run["batches"][0]["detail"].startswith("OnLegalHold")
    assert_honest(app, run, slot.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_held_date_range_fails_the_window_that_it_overlaps(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()

    with once_after("plan_purge", lambda: place(scene, **first_three(slot))):
        run = app.run(slot.request(method))

    assert (run["outcome"], statuses(run)) == ("completed_with_failures", ["failed", "completed"])
    assert set(slot.ids[:5]).isdisjoint(app.simulator.corpus.deleted_ids())
    assert_honest(app, run, slot.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_window_held_before_the_plan_is_rejected(scene: Shared, method: str) -> None:
    app, slot = scene.app, scene.slot()
    place(scene, **first_three(slot))
    since = len(app.simulator.requests)

    run = app.run(slot.request(method))

    assert sent(app, since) == []
    assert (run["outcome"], run["batches"]) == ("rejected", [])
    assert "OnLegalHold: dateRange: legal hold hold-1" in run["detail"]


def test_ids_held_before_the_plan_are_skipped(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    place(scene, **three_ids(slot))
    app.simulator.corpus.place_hold([slot.ids[5]])

    run = app.run(slot.request(BY_ID))

    assert (run["outcome"], run["totals"]["skipped"]) == ("completed", {"legal_hold": 4})
    assert run["totals"]["deleted"] == 6
    assert_honest(app, run, slot.ids)


def test_released_hold_protects_nothing(scene: Shared) -> None:
    app, slot = scene.app, scene.slot()
    place(scene, **first_three(slot), releasedAt=NOON.isoformat())

    run = app.run(slot.request("data_deletion"))

    assert (run["outcome"], run["totals"]["deleted"]) == ("completed", 10)


def test_hold_on_deleted_ids_does_not_change_the_count(
    scene: Shared,
) -> None:
    app, slot = scene.app, scene.slot()
    # Genesys refuses the whole batch, so it is halved; ids 0 and 1 are deleted before the hold.
    app.simulator.corpus.begin_litigation([slot.ids[4]])

    with once_after("poll_batch", lambda: hold_a_deleted_id(scene, slot)):
        run = app.run(slot.first_batch(BY_ID))

    assert run["outcome"] == "completed"
    assert run["totals"] == {
        "targeted": 4,
        "skipped": {"protected": 1},
        "deleted": 4,
        "verified": 4,
    }
    assert_honest(app, run, slot.ids[:5])


def hold_a_deleted_id(scene: Shared, slot: Slot) -> None:
    place(scene, conversationIds=set(slot.ids[:1]))

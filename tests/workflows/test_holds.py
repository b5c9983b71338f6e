"""Legal holds, ours and those of Genesys, placed before or after the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import date_range, days_ago
from tests.clock import NOON
from tests.workflows.interruptions import once_after
from tests.workflows.run_checks import action_counts, assert_honest, counts_in, sent, statuses
from tests.workflows.shared_application import METHODS, ConversationGroup, SharedApplication, shared

WINDOWS = METHODS[:2]
BY_ID = METHODS[2]


@pytest.fixture
def scene(shared_scene: SharedApplication) -> Iterator[SharedApplication]:
    """The shared application; the hold is released after each test."""
    yield shared_scene
    place(shared_scene, releasedAt=NOON.isoformat())


@pytest.fixture(scope="module")
def shared_scene() -> Iterator[SharedApplication]:
    with shared() as scene:
        yield scene


def place(scene: SharedApplication, **fields: Any) -> None:
    hold = {
        "holdId": "hold-1",
        "reason": "a case in court",
        "placedBy": "counsel",
        "placedAt": NOON.isoformat(),
    }
    scene.app.put_hold(**hold | fields)


def look_up(scene: SharedApplication) -> None:
    """What the schedule of the look-up does every five minutes."""
    event = {"scheduledTime": scene.app.clock().isoformat()}
    scene.app.invoke("LookUpHeldConversationsFunction", event)


def first_three(group: ConversationGroup) -> dict[str, Any]:
    """A hold on the window in which the group's first three conversations ended."""
    return {"dateRange": date_range(group.oldest, group.oldest - 18)}


def three_ids(group: ConversationGroup) -> dict[str, Any]:
    return {"conversationIds": set(group.ids[:3])}


@pytest.mark.parametrize("held", [three_ids, first_three])
def test_ids_held_after_the_plan_are_kept_and_the_others_purged(
    scene: SharedApplication, held: Any
) -> None:
    app, group = scene.app, scene.group()

    with once_after("plan_purge", lambda: place(scene, **held(group))):
        run = app.run(group.request(BY_ID))

    assert run["outcome"] == "completed"
    assert counts_in(run) == {
        "targeted": 7,
        "skipped": {"protected": 3},
        "deleted": 7,
        "verified": 7,
    }
    assert set(group.ids[:3]).isdisjoint(app.simulator.corpus.deleted_ids())
    assert action_counts(app, run)["batch_protected"] == 1
    assert_honest(app, run, group.ids)


def test_refused_deletion_is_in_the_audit_of_its_hold(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    ids = three_ids(group)
    with once_after("plan_purge", lambda: place(scene, holdId="hold-2", **ids)):
        run = app.run(group.request(BY_ID))
    (record,) = app.hold_audit("hold-2")
    place(scene, holdId="hold-2", releasedAt=NOON.isoformat())
    assert record["action"] == "hold_refused_deletion"
    assert record["refusal"] == {"runId": run["runId"], "batch": 0, "records": 3}


def test_ids_held_by_genesys_after_the_plan_are_kept(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    hold = app.simulator.corpus.place_hold

    with once_after("plan_purge", lambda: hold(group.ids[:3])):
        run = app.run(group.request(BY_ID))

    assert (run["outcome"], run["totals"]["skipped"]) == ("completed", {"protected": 3})
    assert set(group.ids[:3]).isdisjoint(app.simulator.corpus.deleted_ids())
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_held_ids_of_unknown_time_fail_every_window(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()
    since = len(app.simulator.requests)

    with once_after("plan_purge", lambda: place(scene, **three_ids(group))):
        run = app.run(group.request(method))

    assert sent(app, since) == []
    assert (run["outcome"], statuses(run)) == ("failed", ["failed", "failed"])
    assert run["batches"][0]["detail"].startswith("OnLegalHold")
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_held_date_range_fails_the_window_that_it_overlaps(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()

    with once_after("plan_purge", lambda: place(scene, **first_three(group))):
        run = app.run(group.request(method))

    assert (run["outcome"], statuses(run)) == ("completed_with_failures", ["failed", "completed"])
    assert set(group.ids[:5]).isdisjoint(app.simulator.corpus.deleted_ids())
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_held_ids_fail_only_the_window_that_contains_them(
    scene: SharedApplication, method: str
) -> None:
    app, group = scene.app, scene.group()

    def place_and_look_up() -> None:
        place(scene, **three_ids(group))
        look_up(scene)

    with once_after("plan_purge", place_and_look_up):
        run = app.run(group.request(method))

    assert (run["outcome"], statuses(run)) == ("completed_with_failures", ["failed", "completed"])
    assert set(app.simulator.corpus.deleted_ids()).intersection(group.ids) == {*group.ids[5:]}
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_window_is_split_around_the_days_of_held_ids(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()
    held = {group.ids[1], group.ids[8]}
    place(scene, conversationIds=held)
    look_up(scene)

    run = app.run(group.request(method))

    assert (run["outcome"], run["totals"]["skipped"]) == ("completed", {"on_hold": 2})
    assert set(app.simulator.corpus.deleted_ids()).intersection(group.ids) == {*group.ids} - held
    days = [days_ago(group.oldest - 6 * (number + 0.5)).date() for number in (1, 8)]
    note = f"held days left out (UTC): {days[0]}, {days[1]}, for 1 legal hold: hold-1"
    assert run["plan"]["notes"] == [note]
    planned = next(each for each in app.audit(run["runId"]) if each["action"] == "run_planned")
    assert planned["skipped"] == {"on_hold": 2}
    assert note in planned["detail"]
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("method", WINDOWS)
def test_window_is_split_around_a_held_date_range(scene: SharedApplication, method: str) -> None:
    app, group = scene.app, scene.group()
    place(scene, **first_three(group))

    run = app.run(group.request(method))

    assert (run["outcome"], run["totals"]["skipped"]) == ("completed", {"on_hold": 3})
    assert set(app.simulator.corpus.deleted_ids()).intersection(group.ids) == {*group.ids[3:]}
    assert_honest(app, run, group.ids)


@pytest.mark.parametrize("ids", [None, {"unknown-1"}])
def test_window_is_rejected_while_a_held_time_is_unknown(
    scene: SharedApplication, ids: set[str] | None
) -> None:
    """The ids are not looked up yet, or Genesys does not know one of them."""
    app, group = scene.app, scene.group()
    place(scene, conversationIds={*group.ids[:1], *(ids or ())})
    if ids:
        look_up(scene)
    since = len(app.simulator.requests)

    run = app.run(group.request("data_deletion"))

    assert sent(app, since) == []
    assert (run["outcome"], run["batches"]) == ("rejected", [])
    reason = "Genesys does not know 1 of them" if ids else "they are not looked up yet"
    unknown = "legal hold hold-1 names conversations whose time is unknown"
    assert f"OnLegalHold: dateRange: {unknown}: {reason}" in run["detail"]


def test_malformed_hold_rejects_a_run_and_a_released_one_does_not(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    place(scene, conversationIds={"REPLACE-ME"})

    run = app.run(group.request(BY_ID))

    assert run["outcome"] == "failed"
    assert "Misconfigured: legal hold hold-1 is not valid" in run["detail"]
    assert "conversationIds.0: must be a conversation id" in run["detail"]
    place(scene, conversationIds={"REPLACE-ME"}, releasedAt=NOON.isoformat())
    assert app.run(group.request(BY_ID, requestId="again"))["outcome"] == "completed"


def test_ids_held_before_the_plan_are_skipped(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    place(scene, **three_ids(group))
    app.simulator.corpus.place_hold([group.ids[5]])

    run = app.run(group.request(BY_ID))

    assert (run["outcome"], run["totals"]["skipped"]) == ("completed", {"legal_hold": 4})
    assert run["totals"]["deleted"] == 6
    assert_honest(app, run, group.ids)


def test_released_hold_protects_nothing(scene: SharedApplication) -> None:
    app, group = scene.app, scene.group()
    place(scene, **first_three(group), releasedAt=NOON.isoformat())

    run = app.run(group.request("data_deletion"))

    assert (run["outcome"], run["totals"]["deleted"]) == ("completed", 10)


def test_hold_on_deleted_ids_does_not_change_the_count(
    scene: SharedApplication,
) -> None:
    app, group = scene.app, scene.group()
    # Genesys refuses the whole batch, so it is halved; ids 0 and 1 are deleted before the hold.
    app.simulator.corpus.begin_litigation([group.ids[4]])

    with once_after("poll_batch", lambda: hold_a_deleted_id(scene, group)):
        run = app.run(group.first_batch(BY_ID))

    assert run["outcome"] == "completed"
    assert counts_in(run) == {
        "targeted": 4,
        "skipped": {"protected": 1},
        "deleted": 4,
        "verified": 4,
    }
    assert_honest(app, run, group.ids[:5])


def hold_a_deleted_id(scene: SharedApplication, group: ConversationGroup) -> None:
    place(scene, conversationIds=set(group.ids[:1]))

"""MirrorHolds: what is protected at Genesys, what is lifted, and what the audit has of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured, OutcomeUnknown, PermissionMissing, PurgeError
from genesys_purge.holds.mirroring.mirror_holds import FAILED, MirrorHolds
from genesys_purge.holds.mirroring.mirroring import Mirroring
from genesys_purge.model.holds import Hold
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.clock import NOON, Clock
from tests.fakes import MemoryHolds, MemoryMeter
from tests.mirror_fakes import MemoryMirrors, MemoryProtector
from tests.unit.methods.scene import hold

A, B, C, D = IDS = builders.uuids(4)


class Book(MemoryHolds):
    """Holds that can be read after their release, too."""

    def get(self, hold_id: str) -> Hold | None:
        found = [each for each in self.placed if each.hold_id == hold_id]
        return found[0] if found else None


class Scene:
    """The default organisation has the live platform and knows every id."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.holds, self.mirrors = Book(self.clock), MemoryMirrors()
        self.genesys = MemoryProtector(IDS)
        self.protectors: dict[str | None, MemoryProtector | None] = {None: self.genesys}
        self.meter = MemoryMeter()
        self.errors: list[PurgeError] = []

    def sweep(self) -> None:
        names = [each for each in self.protectors if each]
        MirrorHolds(
            self.holds,  # type: ignore[arg-type]  # it only reads
            self.mirrors,
            lambda: names,
            self.protectors.__getitem__,
            self.meter,
            self.clock,
        )(self._isolate)

    def _isolate(
        self,
        run_id: str,
        work: Callable[[], None],
        *,
        batch: int | None = None,
    ) -> bool:
        assert (run_id[:7], batch) == ("mirror-", None)
        try:
            work()
        except PurgeError as error:
            self.errors.append(error)
            return False
        return True

    def place(self, *ids: str, **fields: Any) -> None:
        self.holds.placed.append(hold(conversation_ids=frozenset(ids), **fields))

    def release(self, hold_id: str = "h1") -> None:
        placed = self.holds.placed
        self.holds.placed = [
            each.model_copy(update={"released_at": NOON}) if each.hold_id == hold_id else each
            for each in placed
        ]

    @property
    def own(self) -> set[str]:
        return set(self.mirrors.get("default").own)

    @property
    def facts(self) -> list[dict[str, Any]]:
        """What the audit has, without the organisation."""
        found = [each.mirror.to_json() for each in self.mirrors.records if each.mirror]
        return [each for each in found if each.pop("organisation")]


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_held_conversations_are_protected_and_recorded_once(scene: Scene) -> None:
    scene.place(A, B)
    scene.sweep()
    scene.sweep()
    assert (scene.genesys.protected, scene.own) == ({A, B}, {A, B})
    assert scene.facts == [{"conversations": 2, "protected": 2, "failed": {}}]
    (record,) = scene.mirrors.records
    assert (record.run_id, record.action, record.actor) == (
        "hold:h1",
        "hold_mirrored",
        "mirror_holds",
    )
    assert (scene.meter.counts[FAILED], len(scene.genesys.calls)) == (0, 1)


def test_released_hold_lifts_the_protection_and_records_it(scene: Scene) -> None:
    scene.place(A, B)
    scene.sweep()
    scene.release()
    scene.sweep()
    scene.sweep()
    assert (scene.genesys.protected, scene.own) == (set(), set())
    assert scene.facts[1:] == [{"conversations": 2, "protected": 0, "failed": {}}]


def test_conversation_of_another_hold_stays_protected(scene: Scene) -> None:
    scene.place(A, B)
    scene.place(B, hold_id="h2")
    scene.sweep()
    scene.release()
    scene.sweep()
    assert (scene.genesys.protected, scene.own) == ({B}, {B})


def test_protection_that_people_applied_is_not_lifted(scene: Scene) -> None:
    scene.genesys.protected.add(A)
    scene.place(A, B)
    scene.sweep()
    assert scene.own == {B}
    scene.release()
    scene.sweep()
    assert scene.genesys.protected == {A}


def test_nothing_is_lifted_while_a_hold_cannot_be_read(scene: Scene) -> None:
    scene.place(A)
    scene.sweep()
    scene.release()
    scene.holds.unreadable.append(Misconfigured("legal hold h2 is not valid"))
    scene.sweep()
    assert scene.genesys.protected == {A}
    scene.holds.unreadable.clear()
    scene.sweep()
    assert scene.genesys.protected == set()


def test_unreadable_hold_keeps_no_other_hold_from_its_mirror(scene: Scene) -> None:
    scene.holds.unreadable.append(Misconfigured("legal hold h2 is not valid"))
    scene.place(A)
    scene.sweep()
    assert scene.genesys.protected == {A}


def test_narrowed_hold_lets_conversations_go(scene: Scene) -> None:
    scene.place(A, B)
    scene.sweep()
    scene.holds.placed = [hold(conversation_ids=frozenset({A}))]
    scene.sweep()
    assert scene.genesys.protected == {A}
    assert scene.facts[1:] == [{"conversations": 1, "protected": 1, "failed": {}}]


def test_protection_that_people_lifted_is_applied_again(scene: Scene) -> None:
    scene.place(A)
    scene.sweep()
    scene.genesys.protected.clear()
    scene.sweep()
    assert (scene.genesys.protected, scene.own) == ({A}, {A})


def test_hold_counts_in_its_organisations_only(scene: Scene) -> None:
    emea = scene.protectors["emea"] = MemoryProtector(IDS)
    scene.place(A, organisations=("emea",))
    scene.place(B, hold_id="h2")
    scene.sweep()
    assert (scene.genesys.protected, emea.protected) == ({B}, {A, B})


def test_documented_organisation_has_no_mirror(scene: Scene) -> None:
    scene.protectors = {None: None}
    scene.place(A)
    scene.sweep()
    assert (scene.mirrors.stored, scene.meter.counts[FAILED]) == ({}, 0)


def test_conversation_that_the_organisation_does_not_know_is_no_failure(scene: Scene) -> None:
    scene.genesys.conversations = frozenset({A})
    scene.place(A, B, "not-a-uuid-1")
    scene.sweep()
    assert scene.facts == [{"conversations": 1, "protected": 1, "failed": {}}]


def test_refused_conversation_is_recorded_once_and_tried_again(scene: Scene) -> None:
    scene.genesys.refused = {B: "limit"}
    scene.place(A, B)
    scene.sweep()
    assert scene.facts == [{"conversations": 2, "protected": 1, "failed": {"limit": 1}}]
    assert (scene.own, scene.meter.counts[FAILED]) == ({A}, 1)
    scene.sweep()
    assert (len(scene.facts), scene.meter.counts[FAILED]) == (1, 1)
    scene.genesys.refused = {}
    scene.sweep()
    assert scene.facts[1:] == [{"conversations": 2, "protected": 2, "failed": {}}]


def test_refused_call_protects_nothing_and_fails_every_time(scene: Scene) -> None:
    scene.place(A, B)
    for number in (1, 2):
        scene.genesys.error = PermissionMissing("apply is missing", permission="apply")
        scene.sweep()
        assert (scene.own, len(scene.errors)) == (set(), number)
    failed = {"PermissionMissing": 2}
    assert scene.facts == [{"conversations": 2, "protected": 0, "failed": failed}]
    assert scene.meter.counts[FAILED] == 2 + 1 + 1


@pytest.mark.parametrize("is_executed", [True, False])
def test_unanswered_call_is_settled_by_the_next_sweep(scene: Scene, *, is_executed: bool) -> None:
    scene.genesys.error, scene.genesys.is_executed = OutcomeUnknown("no answer"), is_executed
    scene.place(A)
    scene.sweep()
    assert scene.own == {A}
    scene.sweep()
    assert (scene.genesys.protected, scene.own) == ({A}, {A})
    scene.release()
    scene.sweep()
    assert (scene.genesys.protected, scene.own) == (set(), set())


def test_process_that_dies_in_a_call_leaves_its_conversations_as_own(scene: Scene) -> None:
    scene.genesys.error, scene.genesys.is_executed = RuntimeError("killed"), True
    scene.place(A)
    with pytest.raises(RuntimeError):
        scene.sweep()
    assert scene.own == {A}


def test_protection_that_is_gone_is_forgotten_without_a_call(scene: Scene) -> None:
    scene.place(A)
    scene.sweep()
    scene.genesys.protected.clear()
    scene.genesys.conversations = frozenset()
    scene.release()
    scene.sweep()
    assert (scene.own, len(scene.genesys.calls)) == (set(), 1)


def test_unanswered_lift_is_repeated_and_recorded_when_it_is_done(scene: Scene) -> None:
    scene.place(A)
    scene.sweep()
    scene.release()
    scene.genesys.error = OutcomeUnknown("no answer")
    scene.sweep()
    assert (scene.genesys.protected, scene.own) == ({A}, {A})
    scene.sweep()
    assert (scene.genesys.protected, scene.facts[-1]["protected"]) == (set(), 0)


def test_organisation_that_fails_keeps_no_other_one_waiting(scene: Scene) -> None:
    emea = scene.protectors["emea"] = MemoryProtector(IDS)
    scene.genesys.error = OutcomeUnknown("no answer")
    scene.place(A)
    scene.sweep()
    assert emea.protected == {A}


def test_ids_beyond_the_limit_of_an_organisation_are_not_asked_for(scene: Scene) -> None:
    first, second = builders.uuids(1_001)[:1_000], builders.uuids(1_001)[1_000:]
    scene.genesys.conversations = frozenset([*first, *second])
    scene.place(*first)
    scene.place(*second, hold_id="h2", placed_at=NOON + timedelta(seconds=1))
    scene.sweep()
    assert (len(scene.genesys.protected), len(scene.genesys.calls)) == (1_000, 10)
    assert scene.facts[1] == {"conversations": 0, "protected": 0, "failed": {"not_asked": 1}}


def test_protected_conversation_keeps_its_place_before_those_of_older_holds(scene: Scene) -> None:
    scene.place(A)
    scene.sweep()
    others = builders.uuids(1_004)[4:]
    scene.genesys.conversations = frozenset([A, *others])
    scene.place(*others, hold_id="h2", placed_at=NOON - timedelta(days=1))
    scene.sweep()
    assert (len(scene.genesys.protected), A in scene.genesys.protected) == (1_000, True)
    assert scene.facts[-1] == {"conversations": 999, "protected": 999, "failed": {"not_asked": 1}}


def test_protection_of_people_outlasts_a_hold_released_during_the_sweep(scene: Scene) -> None:
    scene.genesys.protected.add(A)
    held = [hold(conversation_ids=frozenset({A}))]
    work = Mirroring(scene.mirrors.get("default"), held, scene.mirrors, scene.genesys)
    work.protect()
    work.lift([])
    assert (scene.genesys.protected, scene.genesys.calls) == ({A}, [])


STEPS = st.lists(
    st.tuples(st.sampled_from(("h1", "h2", "h3")), st.frozensets(st.sampled_from(IDS))),
    min_size=1,
    max_size=6,
)


@given(STEPS, st.frozensets(st.sampled_from(IDS)), st.data())
def test_mirror_has_exactly_what_is_held_or_what_people_protected(
    steps: list[tuple[str, frozenset[str]]], people: frozenset[str], data: st.DataObject
) -> None:
    scene = Scene()
    scene.genesys.protected |= people
    scopes: dict[str, frozenset[str]] = {}
    for hold_id, ids in steps:
        scopes[hold_id] = ids
        scene.holds.placed = [
            hold(hold_id=each, conversation_ids=held) for each, held in scopes.items() if held
        ]
        scene.genesys.is_executed = data.draw(st.booleans())
        scene.genesys.error = data.draw(st.sampled_from((None, OutcomeUnknown("no answer"))))
        scene.sweep()
    scene.genesys.error = None
    scene.sweep()
    held = frozenset().union(*scopes.values())
    assert held <= scene.genesys.protected
    assert scene.genesys.protected <= held | people
    assert scene.own <= held

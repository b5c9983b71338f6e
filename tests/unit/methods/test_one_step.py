"""One-step jobs: they have nothing to find, to confirm, to cut or to cancel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from genesys_purge.methods import METHODS
from genesys_purge.methods.contract import Evidence
from genesys_purge.methods.readiness import Present
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.reach import Reach
from genesys_purge.model.slices import Slice

from tests import builders
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import part

LIFECYCLE = METHODS["conversation_archive"].lifecycle
PART, GENESYS = part("c1", "c2"), ScriptedGenesys()
PIECE = Slice(start=0, stop=2)
NOTHING: dict[str, tuple[Callable[[], Any], object]] = {
    "a listed job": (lambda: LIFECYCLE.find(None, BatchRef("run-1", 0), PART, GENESYS), None),
    "a waiting job": (lambda: LIFECYCLE.waiting("job-1", GENESYS), None),
    "others": (lambda: list(LIFECYCLE.others(None, PART, GENESYS, None)), []),
    "protection": (lambda: LIFECYCLE.protected(PART, GENESYS), frozenset()),
    "an interval": (lambda: LIFECYCLE.interval(Reach.NAMED, ()), None),
    "pieces": (lambda: LIFECYCLE.pieces(Reach.NAMED, PIECE, (), ()), ()),
    "a touched id": (lambda: LIFECYCLE.may_touch(["c1"], PART, GENESYS), False),
    "surplus jobs": (lambda: LIFECYCLE.unowned(builders.batch(), ["c1"], GENESYS), ()),
    "a full platform": (lambda: LIFECYCLE.is_full(GENESYS), False),
    "a wait": (lambda: LIFECYCLE.verify_after(None), 0),
    "a sample": (lambda: LIFECYCLE.certainty(None, 10), None),
}


@pytest.mark.parametrize("name", NOTHING)
def test_one_step_job_has_none(name: str) -> None:
    ask, nothing = NOTHING[name]
    assert ask() == nothing
    assert GENESYS.calls == []


def test_one_step_job_may_cover_all_its_records() -> None:
    assert LIFECYCLE.present(None, PART, GENESYS) == Present(2)


def test_effect_of_a_one_step_job_is_seen_in_its_records() -> None:
    assert LIFECYCLE.evidence(None) == (Evidence.REMAINING_RECORDS,)


REFUSED: dict[str, Callable[[], object]] = {
    "confirmed": lambda: LIFECYCLE.confirmation("job-1"),
    "cancelled": lambda: LIFECYCLE.cancel("job-1", GENESYS),
    "looked at": lambda: LIFECYCLE.look(None, PART, GENESYS),
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_step_job_is_never_confirmed_cancelled_or_looked_at(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        REFUSED[name]()

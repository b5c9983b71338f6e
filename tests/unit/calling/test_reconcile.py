"""What follows from what is seen of a call whose outcome is unknown."""

from __future__ import annotations

import pytest
from genesys_purge.calling.reconcile import (
    Adopt,
    Found,
    Hidden,
    Missing,
    Partial,
    Patience,
    Repeat,
    Wait,
    decide,
)
from genesys_purge.errors import GenesysUnavailable, OutcomeUnknown

LEFT = Patience(waited=0, wait=15, limit=60)
USED_UP = Patience(waited=60, wait=15, limit=60)

Seen = Found[str] | Missing | Partial | Hidden


def decided(seen: Seen, patience: Patience, unanswered: int = 1) -> object:
    return decide(lambda: seen, patience, unanswered=unanswered, most_unanswered=5)


@pytest.mark.parametrize("patience", [LEFT, USED_UP])
def test_an_effect_that_is_found_is_adopted_at_once(patience: Patience) -> None:
    assert decided(Found("job-1"), patience) == Adopt("job-1")


@pytest.mark.parametrize("seen", [Missing("no job"), Partial("half"), Hidden("?")])
def test_an_effect_may_still_appear_while_patience_is_left(seen: Seen) -> None:
    assert decided(seen, LEFT) == Wait(15)


def test_a_call_without_an_effect_is_repeated_once_patience_is_used_up() -> None:
    assert decided(Missing("no job"), USED_UP) == Repeat("no job")


@pytest.mark.parametrize("seen", [Partial("half"), Hidden("half")])
def test_a_partial_or_hidden_effect_is_neither_adopted_nor_repeated(seen: Seen) -> None:
    with pytest.raises(OutcomeUnknown, match="half"):
        decided(seen, USED_UP)


def test_a_call_is_repeated_up_to_the_most_without_an_answer() -> None:
    assert decided(Missing("no job"), USED_UP, unanswered=4) == Repeat("no job")


@pytest.mark.parametrize("unanswered", [5, 6])
def test_a_call_is_not_repeated_after_too_many_without_an_answer(unanswered: int) -> None:
    with pytest.raises(OutcomeUnknown, match=f"{unanswered} calls went unanswered: no job"):
        decided(Missing("no job"), USED_UP, unanswered)


def test_a_look_that_fails_is_repeated_while_patience_is_left() -> None:
    def look() -> Seen:
        raise GenesysUnavailable("503")

    assert decide(look, LEFT, unanswered=1, most_unanswered=5) == Wait(15)
    with pytest.raises(GenesysUnavailable):
        decide(look, USED_UP, unanswered=1, most_unanswered=5)


@pytest.mark.parametrize(("waited", "is_left"), [(0, True), (45, True), (46, False)])
def test_patience_covers_the_next_check_as_well(waited: float, *, is_left: bool) -> None:
    assert Patience(waited, 15, 60).is_left is is_left

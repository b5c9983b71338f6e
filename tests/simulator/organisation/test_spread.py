"""Conversations that are spread over many days."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import Corpus, Kind
from simulator.organisation.words import MediaType
from tests.simulator.caller import NOW

FIRST = date(2024, 1, 1)
HOUR = timedelta(hours=1)


def spread(**changes: Any) -> Corpus:
    defaults: dict[str, Any] = {"count": 3000, "days": 31, "seed": 7}
    return Corpus.spread(first=FIRST, now=NOW, **{**defaults, **changes})


def days_of(corpus: Corpus) -> set[date]:
    return {each.start.date() for each in corpus}


def test_spread_has_the_requested_number_within_its_days() -> None:
    corpus = spread()
    assert len(corpus) == 3000
    assert days_of(corpus) == {FIRST + timedelta(days=number) for number in range(31)}


def test_spread_is_the_same_for_a_seed() -> None:
    assert list(spread(count=50)) == list(spread(count=50))
    assert list(spread(count=50)) != list(spread(count=50, seed=8))


def test_spread_has_busy_hours_and_quiet_nights() -> None:
    hours = Counter(each.start.hour for each in spread())
    assert min(hours[hour] for hour in range(9, 12)) > 5 * max(hours[hour] for hour in range(4))
    assert len(hours) == 24


def test_spread_has_conversations_of_every_length() -> None:
    lasted = [each.end - each.start for each in spread() if each.end]
    assert min(lasted) < timedelta(minutes=1)
    assert sum(each > HOUR for each in lasted) in range(30, 90)
    assert max(lasted) > 24 * HOUR


def test_spread_has_conversations_across_midnight() -> None:
    assert any(each.end and each.end.date() > each.start.date() for each in spread())


def test_spread_has_every_medium() -> None:
    assert {each.media_type for each in spread()} == set(MediaType)


def test_spread_is_old_enough() -> None:
    assert len(spread().ids(Kind.ELIGIBLE)) == 3000


def test_spread_may_be_just_old_enough() -> None:
    # The longest conversation lasts for 300,000 seconds.
    assert len(spread(count=10, days=422)) == 10


def test_spread_that_could_be_too_young_is_refused() -> None:
    with pytest.raises(ValueError, match="too young"):
        spread(count=10, days=423)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_holds_start_on_the_requested_number_of_days(data: st.DataObject) -> None:
    held_days = data.draw(st.integers(1, 20))
    held = data.draw(st.integers(held_days, 4 * held_days))
    corpus = spread(count=800, held=held, held_days=held_days, seed=data.draw(st.integers(0, 99)))
    protected = [each for each in corpus if each.legal_hold]
    assert len(protected) == corpus.held == held
    assert len({each.start.date() for each in protected}) == held_days


@pytest.mark.parametrize(("held", "held_days"), [(1, 0), (0, 1), (2, 3), (40, 32), (3001, 31)])
def test_impossible_holds_are_refused(held: int, held_days: int) -> None:
    with pytest.raises(ValueError, match="held"):
        spread(held=held, held_days=held_days)

"""Searches of conversations, also after additions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Conversation, ConversationStatus, Corpus, Deletion, Kind
from tests.simulator.caller import NOW

HOURS = st.integers(0, 12)


def hour(number: int) -> datetime:
    return NOW + timedelta(hours=number)


@st.composite
def conversations(draw: st.DrawFn) -> list[Conversation]:
    """Conversations of up to 12 hours, some without an end."""
    made = []
    for number in range(draw(st.integers(0, 8))):
        start = draw(HOURS)
        lasts = draw(st.one_of(st.none(), HOURS))
        end = None if lasts is None else hour(start + lasts)
        made.append(Conversation(f"c-{number}", hour(start), end))
    return draw(st.permutations(made))


@st.composite
def searched(draw: st.DrawFn) -> tuple[Corpus, list[Conversation]]:
    """A corpus that was searched before its last conversations were added."""
    made = draw(conversations())
    first = draw(st.integers(0, len(made)))
    corpus = Corpus.of(made[:first])
    corpus.active_within(hour(0), hour(1))
    corpus.ended_within(hour(0), hour(1))
    corpus.add(made[first:])
    return corpus, made


def expected(
    made: list[Conversation],
    time_of: Callable[[Conversation], datetime],
    accepts: Callable[[Conversation], bool],
) -> list[Conversation]:
    found = [each for each in made if accepts(each)]
    return sorted(found, key=lambda each: (time_of(each), each.conversation_id))


@given(searched(), HOURS, HOURS)
def test_search_by_activity_finds_all_in_order(
    found: tuple[Corpus, list[Conversation]], start: int, hours: int
) -> None:
    corpus, made = found
    first, stop = hour(start), hour(start + hours)
    assert corpus.active_within(first, stop) == expected(
        made,
        lambda each: each.start,
        lambda each: each.start < stop and each.last_activity >= first,
    )


@given(searched(), HOURS, HOURS)
def test_search_by_start_finds_all_in_order(
    found: tuple[Corpus, list[Conversation]], start: int, hours: int
) -> None:
    corpus, made = found
    first, stop = hour(start), hour(start + hours)
    assert corpus.started_within(first, stop) == expected(
        made, lambda each: each.start, lambda each: first <= each.start < stop
    )


@given(searched(), HOURS, HOURS)
def test_search_by_end_finds_all_in_order(
    found: tuple[Corpus, list[Conversation]], start: int, hours: int
) -> None:
    corpus, made = found
    first, stop = hour(start), hour(start + hours)
    assert corpus.ended_within(first, stop) == expected(
        made,
        lambda each: each.last_activity,
        lambda each: each.end is not None and first <= each.end < stop,
    )


def test_added_conversation_is_counted_by_kind_and_status() -> None:
    corpus = Corpus.compose(now=NOW, eligible=1)
    corpus.add([Conversation("c-1", hour(-2), hour(-1), legal_hold=True)])
    assert corpus.ids(Kind.HELD) == ["c-1"]
    assert corpus.counts()[ConversationStatus.COMPLETED] == len(corpus) == 2
    assert corpus.held == 1


def test_known_id_is_not_added_again() -> None:
    corpus = Corpus.of([Conversation("c-1", hour(0), hour(1))])
    new = Conversation("c-2", hour(0), hour(1))
    with pytest.raises(ValueError, match="c-1"):
        corpus.add([new, Conversation("c-1", hour(2), hour(3))])
    assert corpus.ids() == ["c-1"]


def test_contact_has_its_conversations_in_order() -> None:
    def of(name: str, contact: str | None) -> Conversation:
        return Conversation(name, hour(0), hour(1), external_contact_id=contact)

    corpus = Corpus.of([of("c-3", "one"), of("c-2", "two"), of("c-4", None)])
    assert [each.conversation_id for each in corpus.of_contact("one")] == ["c-3"]
    corpus.add([of("c-1", "one")])
    assert [each.conversation_id for each in corpus.of_contact("one")] == ["c-3", "c-1"]
    assert corpus.of_contact("three") == []


def test_number_of_holds_follows_every_change() -> None:
    corpus = Corpus.of([Conversation(f"c-{each}", hour(0), hour(1)) for each in range(3)])
    corpus.place_hold(["c-0", "c-1", "c-1"])
    corpus.begin_litigation(["c-0", "c-2"])
    assert corpus.held == 2
    corpus.release_hold(["c-1", "c-2"])
    assert corpus.held == 1


def test_undeleted_conversations_depend_on_the_time() -> None:
    corpus = Corpus.of([Conversation("c-1", hour(0), hour(1)), Conversation("c-2", hour(0), None)])
    corpus.delete("c-1", Deletion(hour(5), "job", ConversationStatus.PURGED))
    assert len(corpus.undeleted(corpus, hour(4))) == 2
    assert [each.conversation_id for each in corpus.undeleted(corpus, hour(5))] == ["c-2"]

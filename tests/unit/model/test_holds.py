"""Legal holds: what they cover, and from when to when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold
from pydantic import ValidationError

from tests.clock import NOON

SECOND = timedelta(seconds=1)
YEAR = Window(start=NOON - timedelta(days=365), end=NOON)
HELD = frozenset({"conversation-1"})


def hold(**fields: Any) -> Hold:
    given: dict[str, Any] = {
        "hold_id": "h1",
        "reason": "litigation",
        "placed_by": "legal",
        "placed_at": NOON,
    }
    return Hold(**given | fields)


@pytest.mark.parametrize(
    ("fields", "conversation_id", "end", "held"),
    [
        ({"conversation_ids": HELD}, "conversation-1", NOON, True),
        ({"conversation_ids": HELD}, "conversation-2", NOON, False),
        ({"date_range": YEAR}, "conversation-2", YEAR.start, True),
        ({"date_range": YEAR}, "conversation-2", YEAR.start - SECOND, False),
        ({"date_range": YEAR}, "conversation-2", YEAR.end - SECOND, True),
        ({"date_range": YEAR}, "conversation-2", YEAR.end, False),
        ({"conversation_ids": HELD, "date_range": YEAR}, "conversation-1", NOON, True),
        ({"conversation_ids": HELD, "date_range": YEAR}, "conversation-2", YEAR.start, True),
        ({"conversation_ids": HELD, "date_range": YEAR}, "conversation-2", NOON, False),
        ({}, "conversation-2", NOON, True),
    ],
)
def test_a_hold_covers_its_ids_its_dates_or_everything(
    fields: dict[str, Any], conversation_id: str, end: Any, *, held: bool
) -> None:
    assert hold(**fields).holds_record(conversation_id, end) is held


BEFORE = Window(start=YEAR.start - timedelta(days=1), end=YEAR.start)


@pytest.mark.parametrize(
    ("fields", "window", "held"),
    [
        ({"date_range": YEAR}, YEAR, True),
        ({"date_range": YEAR}, BEFORE, False),
        ({"date_range": YEAR}, Window(start=BEFORE.start, end=BEFORE.end + SECOND), True),
        ({"conversation_ids": HELD}, BEFORE, True),
        ({"conversation_ids": HELD, "date_range": YEAR}, BEFORE, True),
        ({}, BEFORE, True),
    ],
)
def test_a_window_is_held_where_anything_in_it_may_be(
    fields: dict[str, Any], window: Window, *, held: bool
) -> None:
    assert hold(**fields).holds_window(window) is held


@pytest.mark.parametrize(
    ("released_at", "active"),
    [(None, True), (NOON + SECOND, True), (NOON, False), (NOON - SECOND, False)],
)
def test_a_hold_is_active_until_the_second_of_its_release(
    released_at: Any, *, active: bool
) -> None:
    assert hold(released_at=released_at).is_active(NOON) is active


STORED: dict[str, Any] = {
    "holdId": "h1",
    "reason": "litigation",
    "placedBy": "legal",
    "placedAt": "2026-01-01T00:00:00Z",
}
INVERTED = {"start": "2026-01-02T00:00:00Z", "end": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    "fields",
    [
        {"holdId": ""},
        {"reason": ""},
        {"placedAt": "yesterday"},
        {"releasedAt": "2026-01-01T00:00:00"},
        {"conversationIds": []},
        {"conversationIds": "conversation-1"},
        {"conversationIds": [1]},
        {"conversationId": "conversation-1"},
        {"dateRange": {"start": "2026-01-01T00:00:00Z"}},
        {"dateRange": INVERTED},
        {"dateRange": {"olderThanDays": 1, "lookbackDays": 1}},
    ],
)
def test_a_hold_that_cannot_be_understood_is_an_error_and_not_a_hold_on_nothing(
    fields: dict[str, Any],
) -> None:
    assert Hold.parse(STORED).hold_id == "h1"
    with pytest.raises(ValidationError):
        Hold.parse(STORED | fields)


def test_what_is_wrong_with_a_hold_is_told_without_telling_what_it_says() -> None:
    with pytest.raises(ValidationError) as refused:
        Hold.parse(STORED | {"placedBy": 5, "reason": "Jane Doe v. Example" * 50})
    assert "reason" in str(refused.value)
    assert "Jane Doe" not in str(refused.value)


@pytest.mark.parametrize("written", ["Conversation-1", " conversation-1 ", "CONVERSATION-1"])
def test_a_held_id_holds_however_it_was_written(written: str) -> None:
    assert hold(conversation_ids=frozenset({written})).holds_record("conversation-1", NOON)
    assert hold(conversation_ids=HELD).holds_record(written.strip(), NOON)


def test_a_held_id_that_is_none_is_not_overlooked() -> None:
    with pytest.raises(ValidationError):
        hold(conversation_ids=frozenset({"conversation 1, conversation 2"}))


@pytest.mark.parametrize(("field", "most"), [("holdId", 80), ("reason", 500)])
def test_the_texts_of_a_hold_have_an_end(field: str, most: int) -> None:
    assert Hold.parse(STORED | {field: "x" * most})
    with pytest.raises(ValidationError):
        Hold.parse(STORED | {field: "x" * (most + 1)})

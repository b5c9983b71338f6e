"""Legal holds: the records that they cover, and the time for which they are active."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.model.dates import Window
from genesys_purge.model.holds import Hold, HoldDocument, read_hold
from genesys_purge.model.wording import NOT_A_TIME
from pydantic import ValidationError

from tests.clock import NOON

SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)
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
def test_hold_covers_its_ids_its_dates_or_everything(
    fields: dict[str, Any], conversation_id: str, end: Any, *, held: bool
) -> None:
    assert hold(**fields).holds_record(conversation_id, end) is held


@pytest.mark.parametrize(("start", "end"), [(1, 2), (-1, 1), (999, 1_000), (0, 1_000)])
def test_hold_on_part_of_a_millisecond_holds_all_of_it(start: int, end: int) -> None:
    given = {"start": NOON + start * MICROSECOND, "end": NOON + end * MICROSECOND}
    found = hold(date_range=Window(**given))
    assert found.holds_record("conversation-2", NOON)
    assert found.covering(Window(start=NOON, end=NOON + timedelta(milliseconds=1)))
    assert not found.holds_record("conversation-2", NOON + timedelta(milliseconds=1))


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
def test_window_is_held_if_any_of_its_records_may_be(
    fields: dict[str, Any], window: Window, *, held: bool
) -> None:
    assert (hold(**fields).covering(window) is not None) is held


@pytest.mark.parametrize(
    ("released_at", "active"),
    [(None, True), (NOON + SECOND, True), (NOON, False), (NOON - SECOND, False)],
)
def test_hold_is_active_until_the_second_of_its_release(released_at: Any, *, active: bool) -> None:
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
        {"times": None},
        {"wrong": None},
        {"conversationIds": []},
        {"conversationIds": "conversation-1"},
        {"conversationIds": [1]},
        {"conversationIds": ["conversation 1, conversation 2"]},
        {"conversationId": "conversation-1"},
        {"organisations": []},
        {"organisations": "emea"},
        {"organisations": ["EMEA"]},
        {"dateRange": {"start": "2026-01-01T00:00:00Z"}},
        {"dateRange": INVERTED},
        {"dateRange": {"olderThanDays": 1, "lookbackDays": 1}},
    ],
)
def test_malformed_hold_is_refused(
    fields: dict[str, Any],
) -> None:
    assert HoldDocument.parse(STORED).hold_id == "h1"
    with pytest.raises(ValidationError):
        HoldDocument.parse(STORED | fields)


def test_error_of_a_malformed_hold_does_not_show_its_content() -> None:
    with pytest.raises(ValidationError) as refused:
        HoldDocument.parse(STORED | {"placedBy": 5, "reason": "Jane Doe v. Example" * 50})
    assert "reason" in str(refused.value)
    assert "Jane Doe" not in str(refused.value)


@pytest.mark.parametrize("typed", ["Conversation-1", " conversation-1 ", "CONVERSATION-1"])
def test_held_id_ignores_case_and_surrounding_blanks(typed: str) -> None:
    assert hold(conversation_ids=frozenset({typed})).holds_record("conversation-1", NOON)
    assert hold(conversation_ids=HELD).holds_record(typed.strip(), NOON)


@pytest.mark.parametrize(("field", "limit"), [("holdId", 80), ("reason", 500)])
def test_hold_limits_the_length_of_its_texts(field: str, limit: int) -> None:
    assert HoldDocument.parse(STORED | {field: "x" * limit})
    with pytest.raises(ValidationError):
        HoldDocument.parse(STORED | {field: "x" * (limit + 1)})


@pytest.mark.parametrize(
    ("released_at", "is_read"), [(None, True), (NOON + SECOND, True), (NOON, False)]
)
def test_hold_is_read_until_it_is_released(released_at: Any, *, is_read: bool) -> None:
    given = STORED | ({"releasedAt": released_at.isoformat()} if released_at else {})
    found = read_hold(given, NOON)
    assert found == (Hold.parse(given) if is_read else None)


def test_every_malformed_field_is_named_and_the_scope_is_kept() -> None:
    wrong = {"holdId": "", "reason": "", "placedBy": 1, "placedAt": "", "releasedAt": "soon"}
    found = read_hold(wrong | {"conversationIds": ["a1"]}, NOON)
    assert found
    assert (found.hold_id, found.conversation_ids) == ("without holdId", frozenset({"a1"}))
    assert found.wrong == (
        "holdId: must have at least one character; reason: must have at least one character; "
        f"placedBy: must be text; placedAt: {NOT_A_TIME}; releasedAt: {NOT_A_TIME}"
    )


PLACEHOLDERS = [
    "<conversation-id>",
    "REPLACE-ME",
    "conversation-id",
    "replace-me-1",
    "your-id-1",
    "example-17",
    "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
    "00000000-0000-0000-0000-000000000000",
    "5b0f0b5e-...",
]


@pytest.mark.parametrize("typed", PLACEHOLDERS)
def test_placeholder_is_no_id_and_is_named(typed: str) -> None:
    given = STORED | {"conversationIds": ["conversation-1", typed]}
    problem = r"^legal hold h1 is not valid, so it may cover anything: conversationIds\.1: must be"
    with pytest.raises(Misconfigured, match=problem):
        read_hold(given, NOON)


WRONG_SCOPE: list[dict[str, Any]] = [
    {"conversationIds": []},
    {"conversationIds": "conversation-1"},
    {"dateRange": INVERTED},
    {"dateRange": {"start": "2026-01-01T00:00:00Z"}},
    {"conversationId": "conversation-1"},
    {"conversation_ids": ["conversation-1"]},
    {"reason": "", "conversationIds": []},
]


@pytest.mark.parametrize("fields", WRONG_SCOPE)
def test_hold_of_unreadable_scope_is_an_error_that_names_the_field(fields: dict[str, Any]) -> None:
    field = [*fields][-1]
    with pytest.raises(Misconfigured, match=rf"hold h1 .*may cover anything: .*{field}") as error:
        read_hold(STORED | fields, NOON)
    assert str(error.value).endswith("; correct it or release it")


WRONG_BESIDES: list[dict[str, Any]] = [
    {"reason": ""},
    {"placedBy": None},
    {"placedAt": "yesterday"},
    {"placedAt": {"N": "1700000000"}},
    {"releasedAt": "soon"},
    {"releasedAt": None, "reason": 5},
]


@pytest.mark.parametrize("fields", WRONG_BESIDES)
def test_hold_of_readable_scope_covers_it_and_nothing_more(fields: dict[str, Any]) -> None:
    scope = {"dateRange": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-02T00:00:00Z"}}
    found = read_hold(STORED | scope | fields, NOON)
    assert found
    assert found.date_range
    assert found.covering(found.date_range)
    assert not found.covering(BEFORE)
    assert found.label.startswith(f"legal hold h1, which is malformed ({[*fields][-1]}: ")


def test_hold_with_a_malformed_id_of_its_own_is_named_by_it() -> None:
    found = read_hold(STORED | {"holdId": "h" * 100}, NOON)
    assert found
    assert found.label.startswith(f"legal hold {'h' * 80}, which is malformed (holdId: ")


def test_hold_that_is_not_json_is_an_error() -> None:
    with pytest.raises(Misconfigured, match=r"hold h1 .*the document: a value is not JSON"):
        read_hold(STORED | {"reason": b"bytes", "releasedAt": b"bytes"}, NOON)


@pytest.mark.parametrize("fields", [*WRONG_SCOPE, *WRONG_BESIDES[:4], {"holdId": ""}])
def test_released_hold_never_blocks_however_malformed(fields: dict[str, Any]) -> None:
    released = {"releasedAt": "2026-01-02T00:00:00Z"}
    assert read_hold(STORED | fields | released, NOON) is None
    later = {"releasedAt": "2027-01-02T00:00:00Z"}
    if fields in WRONG_SCOPE:
        with pytest.raises(Misconfigured):
            read_hold(STORED | fields | later, NOON)
    else:
        assert read_hold(STORED | fields | later, NOON)

"""ImportHold: a hold on many conversations over the real tables."""

from __future__ import annotations

from uuid import UUID

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.holds.imports import LARGEST_IMPORT
from genesys_purge.wiring import adapters

from tests.functions.conftest import Invoke
from tests.functions.hold_calls import (
    ID,
    OTHER,
    Answer,
    change,
    get,
    hold,
    place,
    post,
    records,
    stored,
)
from tests.functions.planned_runs import errors
from tests.mocked_aws import client

pytestmark = pytest.mark.usefixtures("deployed")

MANY = 100_000


def ids(count: int) -> list[str]:
    """So many conversation ids, as random as Genesys's."""
    return [
        str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))
        for number in range(1, count + 1)
    ]


def import_hold(invoke: Invoke, csv: str, **changes: object) -> Answer:
    body = hold(conversationIds=None, **changes) | {"csv": csv}
    return post(invoke, "ImportHold", "POST /holds/import", body)


def parts() -> list[str]:
    """The names of the stored parts."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName="HeldIdsTable")
    return [each["sha256"]["S"] for page in pages for each in page["Items"]]


def test_a_hundred_thousand_ids_are_held_by_one_hold(invoke: Invoke) -> None:
    known = ids(MANY)
    assert import_hold(invoke, "conversationId\n" + "\n".join(known))[0] == 201
    (active,) = adapters.holds().active(None)
    assert active.conversation_ids == frozenset(known)
    assert (len(stored()), len(parts())) == (1, 11)
    assert records(invoke)[0]["hold"]["conversations"] == MANY
    _, shown = get(invoke, "GET /holds/{holdId}", "case-17")
    assert (shown["conversations"], "conversationIds" in shown) == (MANY, False)
    _, covered = get(invoke, "GET /holds/coverage", conversationId=known[-1])
    assert covered["held"] is True


def test_second_reading_of_a_large_hold_asks_for_no_part(invoke: Invoke) -> None:
    import_hold(invoke, "\n".join(ids(20_000)))
    holds = adapters.holds()
    (first,) = holds.active(None)
    for name in parts():
        client("dynamodb").delete_item(TableName="HeldIdsTable", Key={"sha256": {"S": name}})
    (second,) = holds.active(None)
    assert second.conversation_ids is first.conversation_ids


@pytest.mark.parametrize("damage", ["missing", "changed"])
def test_damaged_part_blocks_every_deletion(invoke: Invoke, damage: str) -> None:
    import_hold(invoke, "\n".join(ids(20_000)))
    key = {"sha256": {"S": parts()[0]}}
    if damage == "missing":
        client("dynamodb").delete_item(TableName="HeldIdsTable", Key=key)
    else:
        client("dynamodb").put_item(TableName="HeldIdsTable", Item=key | {"ids": {"S": ID}})
    adapters.holds.cache_clear()
    with pytest.raises(Misconfigured, match="legal hold case-17 is not complete"):
        adapters.holds().active(None)
    assert get(invoke, "GET /holds/{holdId}", "case-17")[1]["state"] == "unreadable"


def test_small_import_is_stored_as_a_placed_hold(invoke: Invoke) -> None:
    assert import_hold(invoke, f'\ufeff{ID}\r\n\r\n"{OTHER.upper()}"\r\n{ID}')[0] == 201
    (active,) = adapters.holds().active(None)
    assert (active.conversation_ids, parts()) == (frozenset({ID, OTHER}), [])


def test_same_import_again_places_one_hold(invoke: Invoke) -> None:
    text = "\n".join(ids(20_000))
    (status, first), (again, second) = import_hold(invoke, text), import_hold(invoke, text)
    assert (again, second["effectiveFrom"]) == (status, first["effectiveFrom"])
    assert import_hold(invoke, f"{text}\n{ID}")[0] == 409
    assert place(invoke)[0] == 409


def test_large_hold_is_widened_to_the_limit_of_a_hold(invoke: Invoke) -> None:
    import_hold(invoke, "\n".join(ids(MANY - 1)))
    assert change(invoke, "widen", conversationIds=[ID])[0] == 200
    status, answer = change(invoke, "widen", conversationIds=[OTHER])
    message = "the hold has 100,000 ids and may have 100,000; place another hold"
    assert (status, errors((status, answer))) == (400, {"conversationIds": message})
    (active,) = adapters.holds().active(None)
    assert len(active.conversation_ids or ()) == MANY


@pytest.mark.parametrize(
    ("csv", "problem"),
    [
        (f"{ID}\n\nno id at all\n{OTHER}", "line 3: must be a conversation id"),
        (f"{ID},{OTHER}", "line 1: has 2 columns; give one conversation id a line"),
        (f"{ID}\nconversationId", "line 2: must be a conversation id"),
        (f'"{ID}', "line 1: unexpected end of data"),
        ("conversationId\n", "has no conversation id"),
        ("", "has no conversation id"),
    ],
)
def test_wrong_csv_is_refused_and_nothing_is_stored(invoke: Invoke, csv: str, problem: str) -> None:
    status, answer = import_hold(invoke, csv)
    (error,) = answer["errors"]
    assert (status, error["path"], error["message"][: len(problem)]) == (400, "csv", problem)
    assert (stored(), parts()) == ([], [])


def test_more_than_twenty_wrong_lines_are_counted(invoke: Invoke) -> None:
    _, answer = import_hold(invoke, "\n".join(["wrong"] * 5_020))
    messages = [each["message"] for each in answer["errors"]]
    assert (len(messages), messages[19][:8], messages[20]) == (
        21,
        "line 20:",
        "5,000 more lines are wrong",
    )


def test_one_id_too_many_is_refused_and_nothing_is_stored(invoke: Invoke) -> None:
    status, answer = import_hold(invoke, "\n".join(ids(MANY + 1)))
    message = "has 100,001 ids and may have 100,000; place two holds"
    assert (status, errors((status, answer))) == (400, {"csv": message})
    assert (stored(), parts()) == ([], [])


def test_import_over_five_mebibytes_is_refused(invoke: Invoke) -> None:
    status, answer = import_hold(invoke, "x" * LARGEST_IMPORT)
    assert status == 400
    assert "may have at most 5242880 bytes" in answer["errors"][0]["message"]


def test_interrupted_import_places_no_hold(invoke: Invoke) -> None:
    client("dynamodb").delete_table(TableName="HeldIdsTable")
    assert import_hold(invoke, "\n".join(ids(20_000)))[0] == 500
    assert stored() == []

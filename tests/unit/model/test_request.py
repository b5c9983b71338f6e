"""What all requests share: fingerprints, relative windows, and the errors of all fields."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

import pytest
from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods.documented.data_deletion import DataDeletionRequest
from genesys_purge.model.request import (
    PurgeRequest,
    as_object,
    fingerprint,
    is_relative,
    read_fields,
)
from genesys_purge.model.wire import Wire
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from tests import builders
from tests.clock import NOON

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=5), json_values, max_size=5)


@given(objects, st.randoms())
def test_fingerprint_ignores_the_order_of_fields(payload: dict[str, Any], random: Any) -> None:
    names = list(payload)
    random.shuffle(names)
    shuffled = {name: payload[name] for name in names}
    assert fingerprint(shuffled, NOON) == fingerprint(payload, NOON)


@given(objects, objects)
def test_fingerprint_differs_for_different_content(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    # 1 and True are equal in Python and not in JSON.
    assert (fingerprint(one, None) == fingerprint(two, None)) is (repr_of(one) == repr_of(two))


def repr_of(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((name, repr_of(each)) for name, each in value.items())
    return [repr_of(each) for each in value] if isinstance(value, list) else repr(value)


def test_fingerprint_depends_on_the_scheduled_time() -> None:
    request = builders.data_deletion()
    prints = {fingerprint(request, m) for m in (None, NOON, NOON + timedelta(seconds=1))}
    assert len(prints) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in prints)


def test_fingerprint_is_the_same_in_every_release() -> None:
    # It is part of stored run ids: a change would repeat scheduled purges.
    assert fingerprint({"b": 1, "a": [None, "ü"]}, NOON) == "cce16d1efe33643e7bfcf9ae58f2d8c2"


def test_request_is_relative_only_with_a_relative_range() -> None:
    relative = builders.data_deletion(dateRange={"olderThanDays": 400, "lookbackDays": 30})
    assert is_relative(DataDeletionRequest.parse(relative))
    assert not is_relative(DataDeletionRequest.parse(builders.data_deletion()))
    assert not is_relative(PurgeRequest(method="m", reason="long enough"))


def test_correct_fields_of_a_wrong_request_are_read() -> None:
    payload = builders.data_deletion(reason="short", jurisdiction=5, colour="red")
    del payload["recordTypes"]
    request, errors = read_fields(DataDeletionRequest, payload)
    assert {each.path: each.message for each in errors} == {
        "reason": "must have at least 10 characters",
        "jurisdiction": "must be text",
        "colour": "is not a field of this request",
        "recordTypes": "is required",
    }
    assert request.date_range == DataDeletionRequest.parse(builders.data_deletion()).date_range
    for name in ("reason", "jurisdiction", "record_types"):
        assert getattr(request, name) is None


def nested(depth: int) -> object:
    return {"a": nested(depth - 1)} if depth else 1


@pytest.mark.parametrize("value", [nested(250), nested(300), 2**64, "\ud800", {"a\udfff": 1}])
def test_payload_that_json_cannot_hold_is_one_error(value: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_fields(DataDeletionRequest, builders.data_deletion(query=value))
    (error,) = refused.value.errors()
    assert error.path == "request"


def test_path_of_an_error_is_cut_to_200_characters() -> None:
    _, errors = read_fields(DataDeletionRequest, builders.data_deletion(**{"x" * 10_000: 1}))
    assert errors == [FieldError("x" * 200, "is not a field of this request")]


class Item(Wire):
    item_id: str


class Order(Wire):
    items: Annotated[tuple[Item, ...], Field(min_length=1)] | None = None


def test_python_name_in_an_item_of_a_list_is_unknown() -> None:
    _, errors = read_fields(Order, {"items": [{"itemId": "a"}, {"itemId": "b", "item_id": "c"}]})
    assert [each.path for each in errors] == ["items.1.item_id"]


def test_wrong_field_of_an_only_item_is_the_only_error() -> None:
    _, errors = read_fields(Order, {"items": [{}]})
    assert [(each.path, each.message) for each in errors] == [("items.0.itemId", "is required")]


@pytest.mark.parametrize("most", [100, 1_048_576])
def test_object_over_its_limit_is_refused_with_both_sizes(most: int) -> None:
    frame = len('{"a":""}')
    largest = {"a": "x" * (most - frame)}
    assert as_object(largest, most) is largest
    with pytest.raises(InvalidRequest) as refused:
        as_object({"a": "x" * (most - frame + 1)}, most)
    message = f"may have at most {most} bytes, not {most + 1}"
    assert refused.value.errors() == (FieldError("request", message),)


def test_size_of_an_object_is_counted_in_bytes() -> None:
    with pytest.raises(InvalidRequest, match="at most 20 bytes, not 28"):
        as_object({"a": "\u00fc" * 10}, 20)

"""Which conversations a rule's filter accepts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Classification, MediaType
from simulator.documented.purge_rules.rule_filter import Comparison, RuleFilter, Scalar, order
from tests.simulator.documented.purge_rule_calls import conversation

ONE = conversation(
    "a",
    media_type=MediaType.CHAT,
    queue_id="queue-3",
    external_contact_id="contact-9",
    classification=Classification.PII,
    attributes={"region": "eu-west", "score": "10", "vip": True},
)


def accepts(field: str, operator: str, value: Scalar) -> bool:
    return RuleFilter(field=field, operator=Comparison(operator), value=value).accepts(ONE)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", "chat"),
        ("status", "completed"),
        ("queueId", "queue-3"),
        ("externalContactId", "contact-9"),
        ("classification", "pii"),
        ("attributes.region", "eu-west"),
        ("attributes.vip", True),
        ("attributes.score", 10),
        ("attributes.legal_hold", False),
    ],
)
def test_each_field_equals_its_value_alone(field: str, value: Scalar) -> None:
    assert accepts(field, "eq", value)
    assert not accepts(field, "neq", value)
    assert not accepts(field, "eq", "another")
    assert accepts(field, "neq", "another")


@pytest.mark.parametrize("operator", Comparison)
@pytest.mark.parametrize("field", ["attributes.unknown", "externalContactId"])
def test_a_conversation_without_the_field_is_never_accepted(
    field: str, operator: Comparison
) -> None:
    one = RuleFilter(field=field, operator=operator, value="x")
    assert not one.accepts(conversation("b"))


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("gt", 9, True),
        ("gt", "9.5", True),
        ("gt", 10, False),
        ("lt", 10.5, True),
        ("lt", 10, False),
        ("lt", "x", False),
        ("gt", "!", False),
    ],
)
def test_numbers_compare_by_size_and_never_with_a_text(
    operator: str, value: Scalar, *, expected: bool
) -> None:
    assert accepts("attributes.score", operator, value) is expected


def test_texts_compare_by_letters() -> None:
    assert accepts("attributes.region", "gt", "eu")
    assert not accepts("attributes.region", "gt", "us")
    assert accepts("attributes.region", "lt", "us")


@given(st.text(), st.text())
def test_the_order_of_two_texts_is_the_other_way_round_from_the_other_side(
    one: str, other: str
) -> None:
    assert order(one, other) == -order(other, one)
    assert order(one, one) == 0

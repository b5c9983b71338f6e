"""The filters of purge rules."""

from __future__ import annotations

from itertools import product

import pytest

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


def test_each_field_equals_only_its_value() -> None:
    fields: dict[str, Scalar] = {
        "type": "chat",
        "status": "completed",
        "queueId": "queue-3",
        "externalContactId": "contact-9",
        "classification": "pii",
        "attributes.region": "eu-west",
        "attributes.vip": True,
        "attributes.score": 10,
        "attributes.legal_hold": False,
    }
    for field, value in fields.items():
        assert accepts(field, "eq", value)
        assert not accepts(field, "neq", value)
        assert not accepts(field, "eq", "another")
        assert accepts(field, "neq", "another")


@pytest.mark.parametrize("field", ["attributes.unknown", "externalContactId"])
def test_conversation_without_the_field_is_never_accepted(field: str) -> None:
    for operator in Comparison:
        one = RuleFilter(field=field, operator=operator, value="x")
        assert not one.accepts(conversation("b"))


def test_numbers_are_compared_by_size_and_never_with_a_text() -> None:
    cases: list[tuple[str, Scalar, bool]] = [
        ("gt", 9, True),
        ("gt", "9.5", True),
        ("gt", 10, False),
        ("lt", 10.5, True),
        ("lt", 10, False),
        ("lt", "x", False),
        ("gt", "!", False),
    ]
    for operator, value, expected in cases:
        assert accepts("attributes.score", operator, value) is expected, value


def test_texts_are_compared_alphabetically() -> None:
    assert accepts("attributes.region", "gt", "eu")
    assert not accepts("attributes.region", "gt", "us")
    assert accepts("attributes.region", "lt", "us")


def test_order_is_antisymmetric() -> None:
    texts = ["", "1", "1.0", "-2", "10", "a", "é", "\x00"]
    for one, other in product(texts, texts):
        assert order(one, other) == -order(other, one)
    assert [order(each, each) for each in texts] == [0] * len(texts)

"""Ids in the answers of Genesys."""

from __future__ import annotations

import pytest
from genesys_purge.errors import OutcomeUnknown
from genesys_purge.model.answers import created_id, is_identifier


def test_identifier_has_up_to_100_letters_digits_and_marks() -> None:
    for text in ("a", "x" * 100, "rule-1", "A_b.c:9", "..a"):
        assert is_identifier(text)
    for value in ("", ".", "..", "x" * 101, "a/b", "a b", "a\n", "é", 1, None, ["a"]):
        assert not is_identifier(value), value


def test_created_id_is_the_id_of_the_answer() -> None:
    assert created_id({"id": "rule-1", "name": "n"}) == "rule-1"


def test_answer_without_a_valid_id_raises_outcome_unknown() -> None:
    answers: list[dict[str, object]] = [{}, {"id": ""}, {"id": 1}, {"id": "."}, {"id": "a/b"}]
    for answer in answers:
        with pytest.raises(OutcomeUnknown):
            created_id(answer)

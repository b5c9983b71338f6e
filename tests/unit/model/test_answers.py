"""The ids of Genesys's answers."""

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


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": 1}, {"id": "."}, {"id": "a/b"}])
def test_answer_without_a_readable_id_leaves_the_outcome_open(answer: dict[str, object]) -> None:
    with pytest.raises(OutcomeUnknown):
        created_id(answer)

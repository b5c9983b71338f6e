"""`genesys-purge personal-data erase`: what it sends, asks and prints."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.cli.conftest import Person, Run
from tests.cli.scripted_api import Answer, ScriptedApi

ROUTE = "POST /personal-data/erase"
ERASE = ("personal-data", "erase")


def sent(api: ScriptedApi) -> list[Any]:
    return [asked.body for asked in api.calls(ROUTE)]


def erased(*sequences: int, more: bool = False) -> Answer:
    return Answer(200, {"runId": "q-2", "sequences": list(sequences), "more": more})


def test_all_records_are_erased_call_by_call(api: ScriptedApi, call: Run) -> None:
    api.on(ROUTE, erased(1, 2, more=True), erased(5))
    shown = call(*ERASE, "q-2", "--yes")
    assert (shown.code, shown.out) == (0, "Erased: records 1, 2, 5 of q-2.\n")
    assert sent(api) == [{"runId": "q-2"}] * 2


def test_chosen_records_are_erased(api: ScriptedApi, call: Run) -> None:
    api.on(ROUTE, erased(1))
    shown = call(*ERASE, "hold:case-17", "--sequence", "7", "--sequence", "1", "--yes", "--json")
    assert shown.json == {"runId": "hold:case-17", "sequences": [1]}
    assert sent(api) == [{"runId": "hold:case-17", "sequences": [1, 7]}]


def test_many_erased_records_are_counted(api: ScriptedApi, call: Run) -> None:
    api.on(ROUTE, erased(*range(1, 1_001)))
    assert "Erased: 1,000 records of q-2." in call(*ERASE, "q-2", "--yes").out


def test_second_erasing_says_that_there_is_nothing(api: ScriptedApi, call: Run) -> None:
    api.on(ROUTE, erased())
    assert call(*ERASE, "q-2", "--yes").out == "There was nothing to erase.\n"


@pytest.mark.parametrize(
    ("answer", "said"),
    [({"person": "person:ab"}, "Nobody is behind person:ab"), ({}, "There is no pseudonym.")],
)
def test_person_is_erased(api: ScriptedApi, call: Run, answer: dict[str, str], said: str) -> None:
    api.on(ROUTE, Answer(200, answer))
    shown = call(*ERASE, "--person", "user:AIDA1", "--yes")
    assert (shown.code, said in shown.out) == (0, True)
    assert sent(api) == [{"personId": "user:AIDA1"}]


@pytest.mark.parametrize(
    ("words", "question"),
    [
        (("q-2",), "the personal data of all records of q-2"),
        (("q-2", "--sequence", "3"), "the personal data of record 3 of q-2"),
        (("--person", "user:AIDA1"), "who is behind the pseudonym of user:AIDA1"),
    ],
)
def test_nothing_is_erased_without_a_yes(
    api: ScriptedApi,
    call: Run,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    question: str,
) -> None:
    monkeypatch.setattr(sys, "stdin", Person("n\n"))
    shown = call(*ERASE, *words)
    assert (shown.code, question in shown.err, sent(api)) == (1, True, [])


@pytest.mark.parametrize(
    "words", [(), ("q-2", "--person", "p"), ("--person", "p", "--sequence", "1"), ("../x",)]
)
def test_wrong_choice_is_refused(api: ScriptedApi, call: Run, words: tuple[str, ...]) -> None:
    assert (call(*ERASE, *words, "--yes").code, sent(api)) == (2, [])

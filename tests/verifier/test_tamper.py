"""A few hundred random edits; `make tamper` makes as many as you like."""

from __future__ import annotations

import pytest

import verify
from tests.verifier.edits import KINDS
from tests.verifier.tamper import tampered


@pytest.mark.parametrize("seed", range(8))
def test_every_random_edit_of_a_bundle_is_found(seed: int) -> None:
    tally = tampered(40, seed)
    assert tally.problems == []
    assert tally.found.total() == tally.tried.total() == 40


def test_edit_that_the_verifier_misses_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "judge", lambda *_, **__: 0)
    tally = tampered(20, 1)
    assert len(tally.problems) == 20
    assert sum("is not found" in line for line in tally.lines()) == 10


def test_report_has_a_line_for_each_kind_of_edit() -> None:
    lines = list(tampered(5, 1).lines())
    assert [line[:24].strip() for line in lines[1 : len(KINDS) + 1]] == list(KINDS)

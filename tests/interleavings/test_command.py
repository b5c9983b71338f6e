"""The command that replays a seed, and the report that names it."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.interleavings import __main__ as command
from tests.interleavings.oracle import Violation
from tests.interleavings.play import Played
from tests.interleavings.report import Report

HELD = Violation("held", "hold-0 was stored before")


def test_report_names_the_command_that_replays_a_violation() -> None:
    report = Report("submit_hold")
    report.add(6, Played([], Counter({"death": 2}), [0.1]))
    report.add(7, Played([HELD, HELD], Counter({"death": 1}), [0.3, 1.5]))
    assert list(report.lines()) == [
        "submit_hold: 2 seeds",
        "  tried  3 death",
        "  window between the guard's read and the last byte: median 0.300 s, longest 1.500 s",
        "  found  held in 1 seeds, for example [7]",
        "         hold-0 was stored before",
        "         replay: make interleavings PAIR=submit_hold SEED=7",
    ]


def test_report_of_a_quiet_pair_says_that_nothing_was_found() -> None:
    report = Report("rule_rule")
    report.add(0, Played([], Counter(), []))
    assert list(report.lines())[-1] == "  found  no violation"


@pytest.mark.parametrize(("violations", "status"), [([], 0), ([HELD], 1)])
def test_replay_exits_with_1_only_after_a_violation(
    violations: list[Violation], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "play", lambda *_: Played(violations, Counter(), []))
    assert command.replayed("submit_hold", 7) == status


def test_replay_prints_each_port_call_with_its_worker(capsys: pytest.CaptureFixture[str]) -> None:
    command.replayed("rule_hold", 0)
    assert "operator     places hold-0" in capsys.readouterr().out

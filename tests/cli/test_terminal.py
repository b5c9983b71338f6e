"""The progress of a run in a terminal, and Ctrl-C, as a person sees them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.cli.runs import batch, done, finished, running
from tests.cli.scripted_api import Answer, ScriptedApi, scripted_api
from tests.cli.terminal import Terminal

RUN = "GET /purges/q-2"
AT_WORK = running(
    done(0), batch(1, "submitted", percent=50, polls=2), batch(2, "submitted", polls=1), batch(3)
)
END = finished(*map(done, range(4)))
BAR = re.compile("[━╸╺]+")
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*[349]\d")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("terminal")


@cache
def watched(folder: Path, columns: int, **environment: str) -> Terminal:
    """The terminal of a run that is at work for some polls, and then ends."""
    terminal = Terminal(columns)
    with scripted_api(folder) as api:
        api.on(RUN, *[Answer(body=AT_WORK)] * 4, Answer(body=END))
        terminal.run(["runs", "watch", "q-2", *api.options], environment)
    return terminal


def rows_of(screen: list[str]) -> list[str]:
    """The lines with bars, each bar as one sign, without spinners and times."""
    lines = [BAR.sub("=", each) for each in screen if BAR.search(each)]
    plain = (re.sub(r"[^\x20-\x7e]|\d+:\d\d(:\d\d)?|\d+/s", "", each) for each in lines)
    return [" ".join(each.split()) for each in plain]


@pytest.mark.parametrize("columns", [80, 200])
def test_bars_show_the_run_and_each_batch_at_every_width(folder: Path, columns: int) -> None:
    terminal = watched(folder, columns)
    polls = ["poll 2, 50 %", "poll 1"] if columns >= 100 else ["", ""]
    second, third = (f"submitted, {each}" if each else "submitted" for each in polls)
    assert rows_of(terminal.first_with("planned")) == [
        "run = 1,500/4,000",
        "batch 0 = completed, 1,000 verified",
        f"batch 1 = {second}",
        f"batch 2 = {third}",
        "batch 3 = planned",
    ]
    assert max(len(each) for screen in terminal.screens for each in screen) <= columns
    assert terminal.exit_code == 0


def test_screen_ends_with_full_bars_and_the_result(folder: Path) -> None:
    terminal = watched(folder, 80)
    assert rows_of(terminal.last) == [
        "run = 4,000/4,000",
        *(f"batch {number} = completed, 1,000 verified" for number in range(4)),
    ]
    assert terminal.last[-9:] == [
        "run         q-2",
        "outcome     completed",
        "asked       4,023 conversations",
        "skipped     23 conversations: legal hold 3, too young 20",
        "targeted    4,000 conversations",
        "deleted     4,000 conversations",
        "verified    4,000 conversations",
        "duration    150.0 s",
        "throughput  27 conversations a second",
    ]


def test_no_color_leaves_colours_out(folder: Path) -> None:
    assert COLOUR.search(watched(folder, 80).written)
    assert not COLOUR.search(watched(folder, 80, NO_COLOR="1").written)


def test_ctrl_c_leaves_the_run_alone_and_says_how_to_come_back(api: ScriptedApi) -> None:
    api.on(RUN, Answer(body=AT_WORK))
    terminal = Terminal(80)
    terminal.run(["runs", "watch", "q-2", *api.options], {}, interrupt_at="batch 3")
    shown = "".join(terminal.last)
    assert "The run goes on. Come back to it with: genesys-purge runs watch q-2" in shown
    assert terminal.exit_code == 130
    assert {each.verb for each in api.asked} == {"GET"}

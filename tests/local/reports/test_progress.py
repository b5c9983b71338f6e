"""Showing a run while it goes on."""

import io
from typing import Any

import pytest
from rich.console import Console

from local.reports.progress import Lines, LiveTable, batch_table, progress_on
from tests.local.reports.observed import (
    COMPLETED_BATCH,
    EXPORTED_BATCH,
    PENDING_BATCH,
    PLANNED_BATCH,
    SUBMITTED,
    finished,
    running,
    seen,
)


def console(*, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), width=120, force_terminal=terminal)


def written(target: Console) -> str:
    assert isinstance(target.file, io.StringIO)
    return target.file.getvalue()


def shown(*runs: dict[str, Any]) -> list[str]:
    target = console()
    with Lines(target) as lines:
        for each in runs:
            lines.show(seen(each))
    return written(target).splitlines()


def test_a_line_stands_for_each_change() -> None:
    assert shown(SUBMITTED, running(PLANNED_BATCH), finished()) == [
        "run r1: submitted",
        "run r1: running, 3 targeted in 1 batches",
        "batch 0: planned, 3 targeted",
        "run r1: finished, completed",
        "batch 0: completed, job j1, 3 targeted, 3 deleted, 3 verified",
    ]


def test_what_was_exported_is_told_beside_what_was_deleted() -> None:
    archived = COMPLETED_BATCH | {"batch": 1, "deleted": 0, "archived": 2}
    assert shown(running(EXPORTED_BATCH, archived))[1:] == [
        "batch 0: completed, job j1, 3 targeted, 7 exported, 0 deleted, 3 verified",
        "batch 1: completed, job j1, 3 targeted, 2 archived, 0 deleted, 3 verified",
    ]


@pytest.mark.parametrize(("hours", "until"), [(0, ""), (48, " until 2026-11-23 03:00 UTC")])
def test_a_batch_that_waits_for_its_verification_says_so_once(hours: int, until: str) -> None:
    look = seen(running(PENDING_BATCH), hours=hours)
    target = console()
    with Lines(target) as lines:
        for _ in range(3):
            lines.show(look)
    told = f"batch 0: completed, job j1, 3 targeted, 3 deleted, verification pending{until}"
    assert written(target).splitlines()[1:] == [told]
    assert list(batch_table(look).columns[1].cells) == [f"completed, verification pending{until}"]


def test_a_look_without_a_change_says_nothing() -> None:
    assert len(shown(SUBMITTED, SUBMITTED, SUBMITTED)) == 1


def test_brackets_of_a_run_are_no_markup() -> None:
    assert shown(SUBMITTED | {"runId": "[red]"}) == ["run [red]: submitted"]


def test_a_terminal_gets_a_table_and_a_file_gets_lines() -> None:
    assert isinstance(progress_on(console(terminal=True)), LiveTable)
    assert isinstance(progress_on(console()), Lines)


def test_the_table_shows_every_batch_and_leaves_the_unknown_empty() -> None:
    target = console(terminal=True)
    with LiveTable(target) as live:
        live.show(seen(running(COMPLETED_BATCH, PLANNED_BATCH | {"batch": 1})))
    text = written(target)
    assert "j1" in text
    assert "planned" in text
    assert "None" not in text


def test_beyond_a_screenful_batches_at_work_come_first() -> None:
    ended = [COMPLETED_BATCH | {"batch": number} for number in range(30)]
    table = batch_table(seen(running(*ended, COMPLETED_BATCH | {"batch": 30, "status": "polled"})))
    assert table.row_count == 20
    assert "polled" in list(table.columns[1].cells)
    assert table.caption == "and 11 completed"

"""The progress of a run."""

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
    SAMPLED_BATCH,
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


def test_each_change_prints_a_line() -> None:
    assert shown(SUBMITTED, running(PLANNED_BATCH), finished()) == [
        "run r1: submitted",
        "run r1: running, 3 conversations targeted in 1 batch",
        "batch 0: planned, 3 conversations targeted",
        "run r1: finished, completed",
        (
            "batch 0: completed, job j1, 3 conversations targeted, 3 recordings deleted, "
            "3 conversations verified"
        ),
    ]


def test_archived_and_exported_recordings_are_printed() -> None:
    archived = COMPLETED_BATCH | {"batch": 1, "deleted": 0, "archived": 2}
    assert shown(running(EXPORTED_BATCH, archived))[1:] == [
        (
            "batch 0: completed, job j1, 3 conversations targeted, 7 recordings exported, "
            "0 recordings deleted, 3 conversations verified"
        ),
        (
            "batch 1: completed, job j1, 3 conversations targeted, 2 recordings archived, "
            "0 recordings deleted, 3 conversations verified"
        ),
    ]


def test_sample_is_not_printed_as_a_verification_of_all() -> None:
    [line] = shown(running(SAMPLED_BATCH))[1:]
    assert line.endswith(", 2 conversations verified in a sample of 3")


@pytest.mark.parametrize(("hours", "until"), [(0, ""), (48, " until 2026-11-23 03:00 UTC")])
def test_pending_verification_is_printed_once(hours: int, until: str) -> None:
    observed = seen(running(PENDING_BATCH), hours=hours)
    target = console()
    with Lines(target) as lines:
        for _ in range(3):
            lines.show(observed)
    counts = "3 conversations targeted, 3 recordings deleted"
    line = f"batch 0: completed, job j1, {counts}, verification pending{until}"
    assert written(target).splitlines()[1:] == [line]
    assert list(batch_table(observed).columns[1].cells) == [
        f"completed, verification pending{until}"
    ]


def test_each_poll_of_a_running_job_is_printed() -> None:
    polls = (
        {"polls": 1},
        {"polls": 2, "purgedSoFar": 1_200},
        {"polls": 3, "purgedSoFar": 2_400, "percent": 80},
    )
    submitted = PLANNED_BATCH | {"status": "submitted", "jobId": "j1"}
    observed = [running(submitted | poll) for poll in polls]
    ended = running(COMPLETED_BATCH | polls[2])
    planned = "3 conversations targeted"
    assert shown(*observed, ended)[1:] == [
        f"batch 0: submitted, job j1, {planned}, poll 1",
        f"batch 0: submitted, job j1, {planned}, poll 2, 1,200 purged so far",
        f"batch 0: submitted, job j1, {planned}, poll 3, 2,400 purged so far, 80 %",
        f"batch 0: completed, job j1, {planned}, 3 recordings deleted, 3 conversations verified",
    ]
    table = batch_table(seen(observed[2]))
    assert list(table.columns[1].cells) == ["submitted, poll 3, 2,400 purged so far, 80 %"]


def test_observation_without_a_change_prints_nothing() -> None:
    assert len(shown(SUBMITTED, SUBMITTED, SUBMITTED)) == 1


def test_brackets_are_not_markup() -> None:
    assert shown(SUBMITTED | {"runId": "[red]"}) == ["run [red]: submitted"]


def test_terminal_gets_a_table_and_a_file_gets_lines() -> None:
    assert isinstance(progress_on(console(terminal=True)), LiveTable)
    assert isinstance(progress_on(console()), Lines)


def test_table_shows_every_batch_without_unknown_values() -> None:
    target = console(terminal=True)
    with LiveTable(target) as live:
        live.show(seen(running(COMPLETED_BATCH, PLANNED_BATCH | {"batch": 1})))
    text = written(target)
    assert "j1" in text
    assert "planned" in text
    assert "None" not in text


def test_long_table_shows_active_batches_first() -> None:
    ended = [COMPLETED_BATCH | {"batch": number} for number in range(30)]
    table = batch_table(seen(running(*ended, COMPLETED_BATCH | {"batch": 30, "status": "polled"})))
    assert table.row_count == 20
    assert "polled" in list(table.columns[1].cells)
    assert table.caption == "and 11 completed"

"""The progress of a run."""

import io
from typing import Any

import pytest
from rich.console import Console

from cli.reports.progress import Lines
from tests.cli.reports.observed import (
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


def console() -> Console:
    return Console(file=io.StringIO(), width=120)


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


def test_observation_without_a_change_prints_nothing() -> None:
    assert len(shown(SUBMITTED, SUBMITTED, SUBMITTED)) == 1


def test_brackets_are_not_markup() -> None:
    assert shown(SUBMITTED | {"runId": "[red]"}) == ["run [red]: submitted"]

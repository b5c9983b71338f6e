"""SubjectDeadline: a data subject's request is polled with patience, and its time is measured."""

from __future__ import annotations

from datetime import timedelta

import pytest
from genesys_purge.model.messages import BatchStep
from genesys_purge.purging.subject_deadline import SubjectDeadline

from tests import builders
from tests.clock import NOON
from tests.unit.workbench import Workbench

LEFT = "SubjectRequestSecondsLeft"
STEP = BatchStep(run_id="run-1", batch=0)


def look(bench: Workbench) -> str:
    """Which of the two polls was taken."""
    deadline = SubjectDeadline(
        bench.runs,
        usual=lambda step: step.again(1),
        patient=lambda step: step.again(2),
        meter=bench.meter,
        days=25,
        now=bench.clock,
    )
    return {1: "usual", 2: "patient"}[deadline(STEP).wait_seconds]


@pytest.mark.parametrize("days", [0, 24, 25, 60])
def test_each_look_at_a_subjects_request_says_how_much_time_is_left(
    bench: Workbench, days: int
) -> None:
    bench.stored(builders.gdpr_request(), submitted_at=NOON - timedelta(days=days))
    assert look(bench) == "patient"
    assert bench.meter.durations == {LEFT: (25 - days) * 86_400}


def test_every_other_request_has_the_usual_time_and_no_clock(bench: Workbench) -> None:
    bench.stored(builders.data_deletion())
    assert look(bench) == "usual"
    assert bench.meter.durations == {}

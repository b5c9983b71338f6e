"""Metrics in CloudWatch's own format, and a meter that its twin resembles."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from genesys_purge import telemetry
from genesys_purge.ports import Meter

from tests import template
from tests.fakes import MemoryMeter


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    telemetry.flush()
    yield
    telemetry.flush()


def flushed(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    telemetry.flush()
    written = capsys.readouterr().out.strip()
    found: dict[str, object] = json.loads(written) if written else {}
    return found


@pytest.mark.parametrize("meter", [telemetry.EmfMeter(), MemoryMeter()], ids=["emf", "twin"])
def test_counters_add_up_and_durations_are_told(
    meter: Meter, capsys: pytest.CaptureFixture[str]
) -> None:
    meter.count("RunsCompleted")
    meter.count("RecordsDeleted", 7)
    meter.count("RecordsDeleted", 3)
    meter.seconds("RunDuration", 1.5)
    if isinstance(meter, MemoryMeter):
        assert meter.counts == {"RunsCompleted": 1, "RecordsDeleted": 10}
        assert meter.durations == {"RunDuration": 1.5}
        return
    told = flushed(capsys)
    assert told["RunsCompleted"] == [1]
    assert told["RecordsDeleted"] == [7, 3]
    assert told["RunDuration"] == [1.5]
    assert "_aws" in told


def test_alarms_watch_the_metrics_under_the_name_they_are_written_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.EmfMeter().count("NothingDeleted")
    told = flushed(capsys)
    alarm = template.resources("AWS::CloudWatch::Alarm")["NothingDeletedAlarm"]
    (metrics,) = told["_aws"]["CloudWatchMetrics"]  # type: ignore[index]
    assert metrics["Namespace"] == alarm["Namespace"]
    assert alarm["MetricName"] in told
    (dimension,) = alarm["Dimensions"]
    assert metrics["Dimensions"] == [[dimension["Name"]]]
    assert told[dimension["Name"]] == dimension["Value"]


def test_nothing_is_written_where_nothing_was_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert flushed(capsys) == {}

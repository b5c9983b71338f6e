"""Metrics in CloudWatch's embedded metric format: values, and the dimensions that alarms watch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from genesys_purge import telemetry
from genesys_purge.ports import Meter
from genesys_purge.wiring import adapters

from tests import template, wiring_caches
from tests.fakes import MemoryMeter

ALARMS = {
    name: alarm
    for name, alarm in template.resources("AWS::CloudWatch::Alarm").items()
    if alarm.get("Namespace") == telemetry.NAMESPACE
}


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    telemetry.flush()
    yield
    telemetry.flush()


def flushed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    telemetry.flush()
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def metrics_in(blob: dict[str, Any]) -> dict[str, Any]:
    """The values of each metric by name."""
    (directive,) = blob["_aws"]["CloudWatchMetrics"]
    return {each["Name"]: blob[each["Name"]] for each in directive["Metrics"]}


def dimensions_in(blob: dict[str, Any]) -> list[dict[str, str]]:
    """Each set of dimensions that CloudWatch stores the metrics under."""
    (directive,) = blob["_aws"]["CloudWatchMetrics"]
    return [{name: blob[name] for name in names} for names in directive["Dimensions"]]


@pytest.mark.parametrize("meter", [telemetry.EmfMeter("prod"), MemoryMeter()], ids=["emf", "twin"])
def test_counters_add_up_and_durations_are_recorded(
    meter: Meter, capsys: pytest.CaptureFixture[str]
) -> None:
    meter.count("RunsCompleted")
    meter.count("RecordsDeleted", 7)
    meter.count("RecordsDeleted", 3)
    meter.count("RecordsDeleted", 2**53)
    meter.seconds("RunDuration", 1.5)
    if isinstance(meter, MemoryMeter):
        assert meter.counts == {"RunsCompleted": 1, "RecordsDeleted": 2**53 + 10}
        assert meter.durations == {"RunDuration": 1.5}
        return
    (blob,) = flushed(capsys)
    assert metrics_in(blob) == {
        "RunsCompleted": [1],
        "RecordsDeleted": [7, 3, 2**53],
        "RunDuration": [1.5],
    }


@pytest.mark.parametrize("method", [None, "data_deletion"])
@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
def test_alarm_watches_dimensions_of_its_metric(
    alarm: dict[str, Any],
    method: str | None,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STACK", template.environment()["STACK"])
    wiring_caches.forget()
    adapters.meter().count(alarm["MetricName"], method=method, organisation="emea")
    (blob,) = flushed(capsys)
    watched = {each["Name"]: template.resolved(each["Value"]) for each in alarm["Dimensions"]}
    assert list(metrics_in(blob)) == [alarm["MetricName"]]
    assert watched in dimensions_in(blob)


def test_metric_of_a_method_is_stored_by_stack_and_method(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.EmfMeter("prod").count("RunsCompleted", method="gdpr_request", organisation="emea")
    (blob,) = flushed(capsys)
    stack = {"service": "genesys-purge", "stack": "prod"}
    detailed = stack | {"method": "gdpr_request", "organisation": "emea"}
    assert dimensions_in(blob) == [stack, detailed]


def test_default_organisation_is_named_default_in_metrics(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.EmfMeter("prod").seconds("RunDuration", 1, method="gdpr_request", organisation=None)
    (blob,) = flushed(capsys)
    assert blob["organisation"] == "default"


def test_metric_without_a_method_is_stored_by_stack_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.EmfMeter("prod").count("NotificationsDelivered")
    (blob,) = flushed(capsys)
    assert dimensions_in(blob) == [{"service": "genesys-purge", "stack": "prod"}]


def test_metric_with_only_an_organisation_is_stored_by_it_too(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry.EmfMeter("prod").count("RulesCreated", organisation="emea")
    (blob,) = flushed(capsys)
    stack = {"service": "genesys-purge", "stack": "prod"}
    assert dimensions_in(blob) == [stack, stack | {"organisation": "emea"}]


def test_metrics_of_one_invocation_keep_their_own_dimensions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    meter = telemetry.EmfMeter("prod")
    meter.count("RunsCompleted", method="gdpr_request")
    meter.count("RunsFailed", method="data_deletion")
    meter.count("NotificationsDelivered")
    found = {name: blob.get("method") for blob in flushed(capsys) for name in metrics_in(blob)}
    assert found == {
        "RunsCompleted": "gdpr_request",
        "RunsFailed": "data_deletion",
        "NotificationsDelivered": None,
    }


def test_100_values_of_a_metric_are_one_record(capsys: pytest.CaptureFixture[str]) -> None:
    meter = telemetry.EmfMeter("prod")
    for _ in range(100):
        meter.count("RecordsDeleted", method="data_deletion")
    (blob,) = flushed(capsys)
    assert len(metrics_in(blob)["RecordsDeleted"]) == 100


def test_flush_without_metrics_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert flushed(capsys) == []

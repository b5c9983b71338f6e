"""Logs and metrics: built once, written as JSON lines, free of personal data."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics

SERVICE = "genesys-purge"
NAMESPACE = "GenesysPurge"


@cache
def logger() -> Logger:
    """The process's logger; it is given named values, never events or bodies."""
    return Logger(service=SERVICE, log_uncaught_exceptions=False)


def progress(number: int, total: int, state: str) -> None:
    """Implements `Progress`: one line of the log."""
    logger().info("batch", extra={"batch": number, "batches": total, "state": state})


@cache
def _metrics() -> Metrics:
    from aws_lambda_powertools import Metrics

    return Metrics(namespace=NAMESPACE, service=SERVICE)


class EmfMeter:
    """Implements the `Meter` port in CloudWatch's embedded metric format."""

    def count(self, name: str, value: float = 1) -> None:
        _metrics().add_metric(name, "Count", value)

    def seconds(self, name: str, value: float) -> None:
        _metrics().add_metric(name, "Seconds", value)


def flush() -> None:
    """Write the metrics of this invocation, if there are any."""
    if _metrics.cache_info().currsize and _metrics().metric_set:
        _metrics().flush_metrics()

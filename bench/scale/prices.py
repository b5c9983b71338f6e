"""AWS's list prices in us-east-1, and what a run costs at these prices.

A run is billed for its own requests only. Logs, alarms, storage, notifications and the free tier
are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

AS_OF = "2026-11-30"
MILLION = 1_000_000
# Dollars.
TRANSITION = 25 / MILLION
INVOCATION = 0.20 / MILLION
GB_SECOND_ARM64 = 0.0000133334
WRITE_UNIT = 0.625 / MILLION
READ_UNIT = 0.125 / MILLION
S3_PUT = 5 / MILLION
S3_GET = 0.4 / MILLION
# The memory that comes with one full CPU; a function with less has a share of it.
MB_A_CPU = 1_769
# Assumed seconds of a call from a function to AWS and to Genesys.
CALL_SECONDS = {"aws": 0.010, "genesys": 0.200}


class Turn(NamedTuple):
    """One invocation: the memory of its function, CPU seconds, waited seconds, and its calls."""

    memory: int
    cpu: float
    waited: float
    calls: Mapping[str, int]

    @property
    def seconds(self) -> float:
        """The billed duration, as assumed."""
        computed = self.cpu * max(1.0, MB_A_CPU / self.memory)
        called = sum(CALL_SECONDS[service] * number for service, number in self.calls.items())
        return self.waited + computed + called

    @property
    def gb_seconds(self) -> float:
        return self.seconds * self.memory / 1024


@dataclass(frozen=True)
class Bill:
    """The dollars of a run, by service."""

    lambda_requests: float
    lambda_duration: float
    step_functions: float
    dynamodb_writes: float
    dynamodb_reads: float
    s3: float

    @property
    def total(self) -> float:
        return float(sum(vars(self).values()))


def bill_of(
    turns: Iterable[Turn],
    transitions: int,
    write_units: float,
    read_units: float,
    puts: int,
    gets: int,
) -> Bill:
    """The bill of these invocations, transitions, units and requests."""
    billed = list(turns)
    return Bill(
        lambda_requests=len(billed) * INVOCATION,
        lambda_duration=sum(each.gb_seconds for each in billed) * GB_SECOND_ARM64,
        step_functions=transitions * TRANSITION,
        dynamodb_writes=write_units * WRITE_UNIT,
        dynamodb_reads=read_units * READ_UNIT,
        s3=puts * S3_PUT + gets * S3_GET,
    )

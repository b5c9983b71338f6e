"""The figures of a row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.scale.prices import Bill


@dataclass(frozen=True)
class Figures:
    """What a purge took; None where a figure does not apply."""

    name: str
    records: int
    hours: float | None = None
    jobs: int | None = None
    calls: int | None = None
    transitions: int | None = None
    invocations: int | None = None
    write_units: int | None = None
    puts: int | None = None
    bill: Bill | None = None
    slot_use: float | None = None
    more: Mapping[str, float] = field(default_factory=dict)

    @property
    def dollars(self) -> float | None:
        return self.bill.total if self.bill else None

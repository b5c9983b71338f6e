"""The table of the figures, and the list of goals, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bench.scale import prices
from bench.scale.figures import Figures
from bench.scale.floor import Term, least_documented, least_live
from bench.scale.goals import Goal
from bench.scale.rows import Rows

TITLES = (
    "purge",
    "records",
    "hours",
    "jobs",
    "calls",
    "transitions",
    "invocations",
    "write units",
    "S3 puts",
    "dollars",
    "slot use",
    "floor, hours",
    "least calls",
)


def report_of(rows: Rows, goals: Sequence[Goal]) -> str:
    """The whole report."""
    return "\n".join([*_machine(), "", *_runs(rows), "", *_plans(rows), "", *_more(rows, goals)])


def _machine() -> Iterator[str]:
    today = datetime.now(UTC).date()
    yield (
        f"Made by `make bench-scale` on {today}: {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, {platform.system()}. "
        f"Prices of AWS in us-east-1 as of {prices.AS_OF}."
    )


def _runs(rows: Rows) -> Iterator[str]:
    yield from _head(TITLES)
    for each in (*rows.documented, *rows.loops, *rows.clean, *rows.protected, *rows.samples):
        yield _line(each)


def _line(row: Figures) -> str:
    more = row.more
    return _cells(
        row.name,
        _whole(row.records),
        _decimal(row.hours),
        _whole(row.jobs),
        _whole(row.calls),
        _whole(row.transitions),
        _whole(row.invocations),
        _whole(row.write_units),
        _whole(row.puts),
        _decimal(row.dollars, 3),
        _decimal(row.slot_use, 3),
        _decimal(more.get("floor")),
        _whole(more.get("least")),
    )


def _plans(rows: Rows) -> Iterator[str]:
    yield from _head(
        (
            "plan",
            "records",
            "hours",
            "turns",
            "calls",
            "jobs",
            "write units",
            "dollars",
            "MB, planning",
            "MB, verification",
        )
    )
    for row in rows.plans:
        yield _cells(
            row.name,
            _whole(row.records),
            _decimal(row.hours),
            _whole(row.invocations),
            _whole(row.calls),
            _whole(row.jobs),
            _whole(row.write_units),
            _decimal(row.dollars, 3),
            _decimal(row.more["planning_mb"], 0),
            _decimal(row.more["verification_mb"], 0),
        )


def _more(rows: Rows, goals: Sequence[Goal]) -> Iterator[str]:
    for plan in rows.protected_plans:
        yield (
            f"Plan of {plan.records:,} with {plan.more['skipped']:,.0f} protected conversations: "
            f"{plan.more['interval_jobs']:,.0f} interval jobs, and "
            f"{(plan.jobs or 0) - plan.more['interval_jobs']:,.0f} jobs that name "
            f"{plan.more['named']:,.0f} conversations."
        )
    for row in (*rows.documented[-1:], *rows.clean[-1:]):
        yield ""
        yield from _details(row)
    yield ""
    yield from (f"- {each}" for each in sorted(goals, key=lambda each: each.is_met))


def _details(row: Figures) -> Iterator[str]:
    yield f"{row.name}, {row.records:,}: {row.more['polls']:.2f} polls for each job."
    yield f"- Least possible calls: {_terms(_least(row))}."
    if row.bill:
        parts = (f"{name.replace('_', ' ')} {part:.4f}" for name, part in vars(row.bill).items())
        yield f"- Dollars: {', '.join(parts)}."


def _least(row: Figures) -> list[Term]:
    jobs = row.jobs or 0
    if row.name == "documented":
        return least_documented(row.records, jobs)
    return least_live(row.records, jobs, int(row.more["looked_at"]))


def _terms(terms: Sequence[Term]) -> str:
    return ", ".join(f"{each.calls:,} {each.what}" for each in terms)


def _head(titles: Sequence[str]) -> Iterator[str]:
    yield _cells(*titles)
    yield "|---|" + "---:|" * (len(titles) - 1)


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _whole(number: float | None) -> str:
    return "" if number is None else f"{number:,.0f}"


def _decimal(number: float | None, digits: int = 2) -> str:
    return "" if number is None else f"{number:,.{digits}f}"

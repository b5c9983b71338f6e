"""Tables of lists, and the words of their cells."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

RIGHT = ("targeted", "deleted", "verified", "batch", "batches", "attempts", "#", "rules")


def table(titles: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> Table | str:
    """A table without lines; `empty` if it has no row. None is an empty cell."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        found.add_column(title, justify="right" if title in RIGHT else "left", overflow="fold")
    for row in rows:
        found.add_row(*("" if cell is None else _text(cell) for cell in row))
    return found if found.row_count else empty


def _text(cell: object) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def moment(text: object) -> str | None:
    """A time in UTC, to the second; other text as it is."""
    if not isinstance(text, str):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return text


def counts_of(counts: Mapping[str, Any]) -> str:
    """Counts by reason: `legal hold 3, too young 1`."""
    return ", ".join(
        f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(counts.items())
    )

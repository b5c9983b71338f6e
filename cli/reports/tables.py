"""Tables of lists, and the words of their cells."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from cli.reports.lines import say, text

RIGHT = ("targeted", "deleted", "verified", "batch", "#", "rules")
NARROW = 30
LONGEST = 100_000
# So many rows are printed together, so that a list of any length needs no memory.
ROWS = 200

Rows = Iterable[Sequence[object]]


def table(titles: Sequence[str], rows: Rows, empty: str) -> Table | str:
    """A table without lines; `empty` if it has no row. None is an empty cell."""
    found = _columns(titles)
    for row in rows:
        found.add_row(*map(_cell, row))
    return found if found.row_count else empty


def print_table(console: Console, titles: Sequence[str], rows: Rows, empty: str) -> int:
    """Print a table of any length as its rows arrive; returns their number."""
    printed, part = 0, _columns(titles)
    for printed, row in enumerate(rows, start=1):  # noqa: B007  also the number of all rows
        part.add_row(*map(_cell, row))
        if part.row_count == ROWS:
            print_whole(console, part)
            part = _columns(titles)
            part.show_header = False
    if part.row_count:
        print_whole(console, part)
    elif not printed:
        say(console, empty)
    return printed


def print_whole(console: Console, shown: Table) -> None:
    """Print a table; in a narrow terminal its lines are wrapped, and no cell is cut."""
    narrow = console.width
    needed = Measurement.get(console, console.options.update_width(LONGEST), shown).maximum
    console.width = max(narrow, needed)
    try:
        console.print(shown, soft_wrap=True)
    finally:
        console.width = narrow


def _columns(titles: Sequence[str]) -> Table:
    found = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        found.add_column(
            title,
            justify="right" if title in RIGHT else "left",
            overflow="fold",
            max_width=NARROW if title == "by" else None,
        )
    return found


def _cell(cell: object) -> Text | str:
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) else text(cell)


def moment(given: object) -> str | None:
    """A time in UTC, to the second; other text is kept."""
    if not isinstance(given, str):
        return None
    try:
        return datetime.fromisoformat(given).astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return given

"""Writes the report between two lines of a page."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parent.parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- make bench-scale: begin -->", "<!-- make bench-scale: end -->"


def with_report(page: str, report: str) -> str:
    """The page with this report; ValueError if the page lacks one of the two lines."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{report}\n\n{END}{after}"


def write(report: str) -> None:
    """Write the report into the page of the documentation."""
    PAGE.write_text(with_report(PAGE.read_text(), report))

"""Headings and labelled values."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cli.reports.lines import heading


@pytest.mark.parametrize(("width", "most"), [(100_000, 80), (40, 40)])
def test_heading_is_no_wider_than_a_page_or_the_terminal(width: int, most: int) -> None:
    file = io.StringIO()
    heading(Console(file=file, width=width), "A retention purge")
    (line,) = file.getvalue().splitlines()
    assert line.startswith("A retention purge")
    assert len(line) == most

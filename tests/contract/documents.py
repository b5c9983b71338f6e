"""The documents as text: their sections, tables, links and headings."""

from __future__ import annotations

import re
from pathlib import Path

from tests.template import ROOT

DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = sorted(DOCS.rglob("*.md"))
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *PAGES, *sorted((ROOT / ".github").rglob("*.md"))]
WORD = re.compile(r"`\"?(\w+)\"?`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def section(document: Path, heading: str) -> str:
    """The text below the heading, up to the next one of the same or a higher level."""
    _, found, text = document.read_text().partition(f"\n{heading}\n")
    assert found, f"{relative(document)} has no {heading}"
    level = len(heading.partition(" ")[0])
    return re.split(rf"^#{{1,{level}}} ", text, maxsplit=1, flags=re.MULTILINE)[0]


def table(document: Path, heading: str, header: str) -> list[list[str]]:
    """The rows below this header in the section, each as its cells."""
    _, found, text = section(document, heading).partition(f"\n{header}")
    assert found, f"{relative(document)} has no table {header}"
    rows = text.partition("\n\n")[0].strip("\n").split("\n")[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def words_in(text: str) -> set[str]:
    """Every word that is written as code."""
    return set(WORD.findall(text))


def named(document: Path, heading: str, header: str) -> set[str]:
    """Every word written as code in the table's first column."""
    return words_in("\n".join(row[0] for row in table(document, heading, header)))


def links_in(document: Path) -> list[str]:
    return LINK.findall(document.read_text())


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}

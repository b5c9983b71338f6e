"""The documents as pages: every page is linked, no link is dead, the README is short."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.contract.documents import DOCS, DOCUMENTS, README, anchors, links_in, relative
from tests.contract.source import PACKAGE
from tests.template import ROOT

INDEX, DECISIONS = DOCS / "README.md", DOCS / "decisions" / "README.md"


def test_the_readme_has_80_to_150_lines() -> None:
    assert 80 <= len(README.read_text().splitlines()) <= 150


@pytest.mark.parametrize("page", sorted(set(DOCS.glob("*.md")) - {INDEX}), ids=relative)
def test_the_index_links_every_page(page: Path) -> None:
    assert page.name in links_in(INDEX)


def test_the_index_of_decisions_links_every_decision() -> None:
    records = {path.name for path in DECISIONS.parent.glob("[0-9]*.md")}
    assert set(links_in(DECISIONS)) == records


@pytest.mark.parametrize("record", sorted(DECISIONS.parent.glob("[0-9]*.md")), ids=relative)
def test_the_index_has_the_title_of_a_decision(record: Path) -> None:
    number, title = re.findall(r"^# (\d+)\. (.*)$", record.read_text(), re.MULTILINE)[0]
    assert int(record.name[:4]) == int(number)
    assert f"| {number} | [{title}]({record.name}) |" in DECISIONS.read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=relative)
def test_a_relative_link_leads_to_a_file_and_a_heading(document: Path) -> None:
    dead = []
    for link in links_in(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        if "://" in link:
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


def test_contributing_names_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    paths = set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|yaml|md|toml|in|txt))`", text))
    missing = [each for each in paths if not any((up / each).exists() for up in (ROOT, PACKAGE))]
    assert sorted(missing) == []

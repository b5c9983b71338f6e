"""The documents as pages: every page is linked, no link is dead, the README is short."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests import template
from tests.contract.documents import (
    DOCS,
    DOCUMENTS,
    PAGES,
    README,
    anchors,
    links_in,
    relative,
    table,
)
from tests.contract.source import PACKAGE
from tests.template import ROOT

UNINSTALL = DOCS / "runbooks" / "uninstall.md"
# The first word of each row of the page, and what it counts in the template.
KEPT = {
    "DynamoDB": "AWS::DynamoDB::Table",
    "buckets": "AWS::S3::Bucket",
    "secrets": "AWS::SecretsManager::Secret",
    "keys": "AWS::KMS::Key",
    "log": "AWS::Logs::LogGroup",
}
INDEX, DECISIONS = DOCS / "README.md", DOCS / "decisions" / "README.md"


def test_readme_has_80_to_150_lines() -> None:
    assert 80 <= len(README.read_text().splitlines()) <= 150


def test_index_links_every_page() -> None:
    pages = {str(page.relative_to(DOCS)) for page in PAGES if page.parent != DECISIONS.parent}
    assert sorted(pages - set(links_in(INDEX)) - {INDEX.name}) == []


def test_index_of_decisions_has_the_number_and_title_of_each() -> None:
    rows = DECISIONS.read_text().splitlines()
    wanted = []
    for record in sorted(DECISIONS.parent.glob("[0-9]*.md")):
        title = record.read_text().partition("\n")[0].partition(". ")[2]
        wanted.append(f"| {int(record.name[:4])} | [{title}]({record.name}) |")
    assert [row for row in wanted if row not in rows] == []


def test_relative_links_lead_to_a_file_and_a_heading() -> None:
    dead = []
    for document in DOCUMENTS:
        for link in links_in(document):
            path, _, anchor = link.partition("#")
            target = document.parent / path if path else document
            if "://" in link:
                continue
            if not target.exists() or (anchor and anchor not in anchors(target)):
                dead.append(f"{relative(document)}: {link}")
    assert dead == []


def test_contributing_guide_names_files_that_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    paths = set(re.findall(r"`((?:[\w.-]+/)*[\w.-]+\.(?:py|yaml|md|toml|in|txt))`", text))
    missing = [each for each in paths if not any((up / each).exists() for up in (ROOT, PACKAGE))]
    assert sorted(missing) == []


def test_uninstall_page_counts_what_is_retained() -> None:
    kinds = [each["Type"] for each in template.template()["Resources"].values() if is_kept(each)]
    counted = {name: kinds.count(kind) for name, kind in KEPT.items()}
    rows = table(UNINSTALL, "## Delete the stack", "| kept |")
    shown = {row[0].split()[0].strip(":,"): int(row[1].split()[0]) for row in rows[:-1]}
    assert shown == counted
    assert set(kinds) == set(KEPT.values())


def is_kept(resource: Mapping[str, Any]) -> bool:
    return str(resource.get("DeletionPolicy", "Delete")).startswith("Retain")

"""Writes the records of an export, each an event with its rule, as JSON Lines and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, Literal

from genesys_purge.model.wire import Wire

FIELDS = (
    "timestamp",
    "eventType",
    "entityId",
    "campaignId",
    "source",
    "ruleName",
    "version",
    "priority",
)
# A spreadsheet reads text with such a beginning as a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001  full-width signs


class Change(Wire):
    """One event with the current fields of its rule; they are absent if the rule is deleted.

    The campaign is absent if Genesys no longer reports it.
    """

    timestamp: str
    event_type: str
    entity_id: str
    campaign_id: str | None
    source: Literal["genesys_cloud_outbound"] = "genesys_cloud_outbound"
    rule_name: str | None = None
    version: int | None = None
    priority: int | None = None

    def as_json(self) -> bytes:
        """One line of JSON."""
        return self.model_dump_json(by_alias=True, exclude_none=True).encode() + b"\n"

    def as_csv(self) -> bytes:
        """One row in the order of FIELDS; a missing field is empty."""
        fields = self.to_json()
        return row([fields.get(name, "") for name in FIELDS])


def row(cells: list[str | int]) -> bytes:
    """A row of RFC 4180; text that looks like a formula gets an apostrophe."""
    text = io.StringIO()
    csv.writer(text).writerow([_inert(cell) for cell in cells])
    return text.getvalue().encode()


def _inert(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell


class ChangeFiles:
    """Two files of the same changes, with the number of changes, and of those without a rule or
    a campaign.
    """

    def __init__(self, json_lines: IO[bytes], table: IO[bytes]) -> None:
        self.json_lines = json_lines
        self.csv = table
        self.changes = 0
        self.without_rule = 0
        self.without_campaign = 0
        self._hashes = (sha256(), sha256())
        self._write(b"", row(list(FIELDS)))

    def add(self, change: Change) -> None:
        """Append the change to both files."""
        self._write(change.as_json(), change.as_csv())
        self.changes += 1
        self.without_rule += change.rule_name is None
        self.without_campaign += change.campaign_id is None

    @property
    def digests(self) -> list[str]:
        """SHA-256 of the JSON Lines and of the CSV, in hexadecimal."""
        return [each.hexdigest() for each in self._hashes]

    def _write(self, *contents: bytes) -> None:
        files = (self.json_lines, self.csv)
        for file, digest, content in zip(files, self._hashes, contents, strict=True):
            file.write(content)
            digest.update(content)


@contextmanager
def change_files() -> Iterator[ChangeFiles]:
    """Temporary files, deleted at the end."""
    with TemporaryFile() as json_lines, TemporaryFile() as table:
        yield ChangeFiles(json_lines, table)

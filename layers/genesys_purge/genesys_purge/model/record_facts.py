"""The facts of an audit record that belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from genesys_purge.model.dates import Window
from genesys_purge.model.stored_object import StoredObject
from genesys_purge.model.wire import Wire


class PlanFacts(Wire):
    """A plan: its batches, the root over their lines, and whether its count is a bound.

    `lines` is where the lines are; a plan of an earlier release has none, and another hash.
    """

    batches: int
    hash: str
    upper_bound: bool
    lines: StoredObject | None = None


class DeploymentFacts(Wire):
    """A deployment of campaign rules; `changes` counts its steps by what each does."""

    campaign_id: str
    rules: int
    dry_run: bool
    changes: Mapping[str, int] | None = None


class CertificateFacts(Wire):
    """What a record says about a certificate of destruction; `sha256` is that of its statement.

    `outcome` is in the record about its issue. `reason`, and `supersededBy` if another certificate
    replaces it, are in the record about its withdrawal.
    """

    certificate_id: str
    sha256: str
    outcome: str | None = None
    reason: Literal["corrected", "not_proven"] | None = None
    superseded_by: str | None = None


class ErasureFacts(Wire):
    """What was erased: the fields of records of the same run, or the name behind a pseudonym."""

    sequences: tuple[int, ...] | None = None
    person: str | None = None


class ChangeFacts(Wire):
    """A campaign rule as a deployment wrote it; `changed` are the fields of an updated rule."""

    rule_id: str | None
    version: int
    changed: tuple[str, ...] | None = None


class ExportFacts(Wire):
    """An export of rule changes: its window, and the SHA-256 of both files in hex.

    Genesys no longer has the rule of some changes, and no longer reports the campaign of others.
    """

    campaign_id: str
    window: Window
    changes: int
    without_rule: int
    without_campaign: int = 0
    json_lines_sha256: str
    csv_sha256: str


class DeliveryFacts(Wire):
    """The delivery of a notification to a subscriber; `attempt` counts from 1."""

    event: str
    subscriber: str
    notification_id: str
    attempt: int

"""Exports one campaign's changes window by window, each change once, also after a crash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.documented.catalogue import INSTEAD, READ, RULES
from genesys_purge.campaign_rules.exporting.campaign_export import (
    CampaignExport,
    ExportedWindow,
    to_the_millisecond,
)
from genesys_purge.campaign_rules.exporting.change_files import Change, ChangeFiles, change_files
from genesys_purge.campaign_rules.exporting.event_query import Event, EventQuery, once
from genesys_purge.campaign_rules.exporting.ports import ChangeExports
from genesys_purge.campaign_rules.ports import Files
from genesys_purge.errors import LostRace, NotAtGenesys, TryLater
from genesys_purge.model.answers import is_count
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Window
from genesys_purge.model.record_facts import ExportFacts
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Clock, Genesys

READ_RULE = Operation("GET", f"{RULES}/{{rule_id}}", READ, instead=INSTEAD, missing=Missing.ENTITY)
# An export ends earlier: its function has a shorter time limit.
LEASE_SECONDS = 900


class Destination(NamedTuple):
    """The bucket, and how long an event may take to appear in the event query."""

    bucket: str
    settling: timedelta


class ChangeExport:
    """Exports the campaigns of one organisation; None is the default organisation.

    A window is stored before anything is read, and never changes afterwards.
    """

    def __init__(
        self,
        organisation: str | None,
        exports: ChangeExports,
        files: Files,
        genesys: Genesys,
        query: EventQuery,
        destination: Destination,
        now: Clock,
    ) -> None:
        self._organisation = organisation
        self._exports = exports
        self._files = files
        self._genesys = genesys
        self._query = query
        self._destination = destination
        self._now = now

    def __call__(self, campaign_id: str, actor: str) -> list[ExportedWindow]:
        """Export every window up to now; TryLater while another export of the campaign runs."""
        campaign = Campaign(self._organisation, campaign_id)
        export = self._exports.get(campaign) or CampaignExport.of(campaign)
        until = now = to_the_millisecond(self._now())
        done = []
        while window := export.next_window(until, self._destination.settling):
            intent = self._begun(export, window, now)
            with self._released_on_failure(intent), change_files() as files:
                self._fill(files, intent, now)
                exported = self._uploaded(files, intent)
                export = intent.completed()
                self._exports.put(export, self._record(export, exported, files, actor))
            done.append(exported)
            now = to_the_millisecond(self._now())
        return done

    def _begun(self, export: CampaignExport, window: Window, now: datetime) -> CampaignExport:
        """The stored intent; it replaces an older one whose lease is over."""
        if lease := export.attempt.lease_left(now, LEASE_SECONDS):
            raise _busy(export, lease)
        intent = export.intended(window, now)
        try:
            self._exports.put(intent)
        except LostRace as error:
            raise _busy(export) from error
        return intent

    @contextmanager
    def _released_on_failure(self, intent: CampaignExport) -> Iterator[None]:
        """Frees the window for another export after any error."""
        is_done = False
        try:
            yield
            is_done = True
        finally:
            if not is_done:
                with suppress(LostRace):
                    self._exports.put(intent.failed())

    def _fill(self, files: ChangeFiles, intent: CampaignExport, now: datetime) -> None:
        rule_of = cache(partial(self._rule, intent.campaign_id))
        pages = self._query.pages(intent.campaign_id, intent.interval(now))
        for event in once([each for each in page if intent.holds(each.at)] for page in pages):
            files.add(_change(event, intent.campaign_id, rule_of(event.entity_id)))

    def _rule(self, campaign_id: str, rule_id: str) -> Mapping[str, Any]:
        """The rule as it is now; empty if it was deleted."""
        try:
            return self._genesys.read(READ_RULE, campaign_id=campaign_id, rule_id=rule_id)
        except NotAtGenesys:
            return {}

    def _uploaded(self, files: ChangeFiles, intent: CampaignExport) -> ExportedWindow:
        name = f"{_stamp(intent.begun.start)}_{_stamp(intent.begun.end)}"
        url = f"s3://{self._destination.bucket}/{intent.campaign.key}/{name}"
        exported = ExportedWindow(
            campaign_id=intent.campaign_id,
            window=intent.begun,
            changes=files.changes,
            json_lines=f"{url}.jsonl",
            csv=f"{url}.csv",
        )
        self._files.put(exported.json_lines, files.json_lines)
        self._files.put(exported.csv, files.csv)
        return exported

    def _record(
        self, export: CampaignExport, exported: ExportedWindow, files: ChangeFiles, actor: str
    ) -> AuditRecord:
        json_lines, table = files.digests
        return AuditRecord(
            run_id=export.run_id,
            at=self._now(),
            actor=actor,
            action=Action.CAMPAIGN_CHANGES_EXPORTED,
            organisation=self._organisation,
            export=ExportFacts(
                campaign_id=export.campaign_id,
                window=exported.window,
                changes=files.changes,
                without_rule=files.without_rule,
                json_lines_sha256=json_lines,
                csv_sha256=table,
            ),
        )


def _busy(export: CampaignExport, seconds: float | None = None) -> TryLater:
    return TryLater(
        f"another export of campaign {export.campaign.key} is running", retry_after=seconds
    )


def _change(event: Event, campaign_id: str, rule: Mapping[str, Any]) -> Change:
    name, version, priority = map(rule.get, ("name", "version", "priority"))
    return Change(
        timestamp=event.timestamp,
        event_type=event.name,
        entity_id=event.entity_id,
        campaign_id=campaign_id,
        rule_name=name if isinstance(name, str) else None,
        version=version if is_count(version) else None,
        priority=priority if is_count(priority) else None,
    )


def _stamp(at: datetime) -> str:
    """The time in a file name: it sorts by time and has no colons."""
    return f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1_000:03}Z"

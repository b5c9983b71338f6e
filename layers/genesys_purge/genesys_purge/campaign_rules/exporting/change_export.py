"""Exports one campaign's changes window by window, each change once, also after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from genesys_purge.campaign_rules.campaign import Campaign
from genesys_purge.campaign_rules.exporting.campaign_export import (
    CampaignExport,
    ExportedWindow,
    to_the_millisecond,
)
from genesys_purge.campaign_rules.exporting.change_files import ChangeFiles, change_files
from genesys_purge.campaign_rules.exporting.overlap import once
from genesys_purge.campaign_rules.exporting.ports import ChangeExports, RuleChanges
from genesys_purge.campaign_rules.ports import Files
from genesys_purge.errors import LostRace, NotAtGenesys, TryLater
from genesys_purge.model.audit import Action, AuditRecord
from genesys_purge.model.dates import Window
from genesys_purge.model.record_facts import ExportFacts
from genesys_purge.ports import Clock

# An export ends earlier: its function has a shorter time limit.
LEASE_SECONDS = 900
# A query of Genesys may need more time than one invocation; the caller invokes the export again.
QUERY_SECONDS = 60.0


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
        changes: RuleChanges,
        destination: Destination,
        now: Clock,
    ) -> None:
        self._organisation = organisation
        self._exports = exports
        self._files = files
        self._changes = changes
        self._destination = destination
        self._now = now

    def __call__(self, campaign_id: str, actor: str) -> list[ExportedWindow]:
        """Export every window up to now, or until Genesys needs more time for a query.

        TryLater while another export of the campaign runs, or if Genesys needs more time for the
        first query. NotAtGenesys for a campaign that was never exported and is unknown to Genesys.
        """
        campaign = Campaign(self._organisation, campaign_id)
        export = self._exports.get(campaign) or self._first(campaign)
        now = to_the_millisecond(self._now())
        done = list[ExportedWindow]()
        while window := export.next_window(self._until, self._destination.settling):
            intent = self._begun(export, window, now)
            with self._released_on_failure(intent), change_files() as files:
                if self._waits_for_genesys(intent):
                    if done:
                        return done
                    raise _still_querying(intent)
                self._fill(files, intent, now)
                exported = self._uploaded(files, intent)
                export = intent.completed()
                self._exports.put(export, self._record(export, exported, files, actor))
            done.append(exported)
            now = to_the_millisecond(self._now())
        return done

    @cached_property
    def _until(self) -> datetime:
        """The same end for all campaigns, so that a query may serve several of them."""
        return to_the_millisecond(self._now())

    def _first(self, campaign: Campaign) -> CampaignExport:
        """The progress of a new campaign; one that was exported before may be deleted by now."""
        try:
            self._changes.require_campaign(campaign.campaign_id)
        except NotAtGenesys as error:
            message = f"Genesys has no campaign {campaign.campaign_id}; check the id"
            raise NotAtGenesys(message, correlation_id=error.correlation_id) from error
        return CampaignExport.of(campaign)

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
        """Frees the window for another export after any error, unless it is free already."""
        is_done = False
        try:
            yield
            is_done = True
        finally:
            if not is_done:
                with suppress(LostRace):
                    self._exports.put(intent.failed())

    def _waits_for_genesys(self, intent: CampaignExport) -> bool:
        """Whether Genesys still executes queries; they are stored for the next export."""
        queries = self._changes.running(intent)
        if queries:
            self._exports.put(intent.waiting(queries))
        return bool(queries)

    def _fill(self, files: ChangeFiles, intent: CampaignExport, now: datetime) -> None:
        pages = self._changes.pages(intent, now)
        for event in once([each for each in page if intent.holds(each.at)] for page in pages):
            files.add(self._changes.change(intent.campaign_id, event))

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
                without_campaign=files.without_campaign,
                json_lines_sha256=json_lines,
                csv_sha256=table,
            ),
        )


def _busy(export: CampaignExport, seconds: float | None = None) -> TryLater:
    return TryLater(
        f"another export of campaign {export.campaign.key} is running", retry_after=seconds
    )


def _still_querying(export: CampaignExport) -> TryLater:
    return TryLater(
        f"Genesys still queries the changes of campaign {export.campaign.key}; invoke the export "
        "again, which goes on with the same query",
        retry_after=QUERY_SECONDS,
    )


def _stamp(at: datetime) -> str:
    """The time in a file name: it sorts by time and has no colons."""
    return f"{at:%Y%m%dT%H%M%S}.{at.microsecond // 1_000:03}Z"

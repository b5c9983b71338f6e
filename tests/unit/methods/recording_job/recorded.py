"""Recorded conversations, and a Genesys that knows them and protects some."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from genesys_purge.methods.contract import Part, Planned
from genesys_purge.methods.recording_job.method import RecordingJob
from genesys_purge.methods.recording_job.protection import ASK
from genesys_purge.methods.recording_job.request import RecordingJobRequest
from genesys_purge.model.dates import zulu
from genesys_purge.model.reach import Reach

from tests import builders
from tests.clock import NOON
from tests.scripted_genesys import ScriptedGenesys

METHOD = RecordingJob()
LIFECYCLE = METHOD.lifecycle
IDS = builders.uuids(1_000)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The batch began two hours before this step.
BEGAN = NOON - 2 * HOUR
PART = Part(None, IDS[:3], builders.window(), NOON, since=BEGAN, now=NOON)
INTERVAL = PART._replace(interval=builders.window(), reach=Reach.INTERVAL)
NONE: dict[str, Any] = {"entities": []}
DELETED, KEPT = {"fileState": "DELETED"}, {"fileState": "ARCHIVED"}
EXPORTED = {"fileState": "AVAILABLE", "exportedDate": "2026-11-21T11:00:00Z"}


def request(**fields: Any) -> RecordingJobRequest:
    return RecordingJobRequest.parse(builders.recording_job(**fields))


ALL = request()
SOME = request(includePolicyBasedRecordings=False)
EXPORT_FIRST = request(exportIntegrationId="bucket-1")
ARCHIVE = request(action="archive")
EXPORT = request(action="export", exportIntegrationId="bucket-1")


def call(number: int, start: datetime, lasts: timedelta = HOUR, **fields: Any) -> dict[str, Any]:
    """A conversation as the analytics answer it."""
    return {
        "conversationId": IDS[number],
        "conversationStart": zulu(start),
        "conversationEnd": zulu(start + lasts),
    } | fields


def protect(genesys: ScriptedGenesys, ids: Collection[str]) -> None:
    """Make Genesys protect these conversations."""

    def answer(body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"entities": [{"id": each} for each in body["conversationIds"] if each in ids]}

    genesys.on(ASK, answer)


def numbers_in(batches: list[Planned]) -> list[list[int]]:
    """The numbers of the conversations in each batch."""
    return [[IDS.index(each.conversation_id) for each in batch.entries] for batch in batches]

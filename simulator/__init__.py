"""A simulated Genesys Cloud over HTTP, with a documented and a live dialect."""

import sys

from simulator.interrupts import end_at_once

# `python -m simulator` imports this package before `__main__`; Python calls the program `-m` then.
if sys.argv[:1] == ["-m"]:
    end_at_once()

from simulator.documented.campaigns.events import EventName, RuleEvent
from simulator.documented.campaigns.rules import CampaignRecord
from simulator.documented.jobs import JobRecord
from simulator.live.details_jobs.job import DetailsJobRecord, DetailsJobState
from simulator.live.gdpr.request import GdprRecord, GdprStatus
from simulator.live.recording_jobs.job import RecordingJobRecord, RecordingJobState
from simulator.live.recordings.recording import FileState, Media, RecordingRecord
from simulator.organisation.conversation import Conversation, Kind
from simulator.organisation.corpus import Corpus, Deletion
from simulator.organisation.deviations import Deviation, Deviations
from simulator.organisation.faults import Fault, FaultKind
from simulator.organisation.generation import Mix
from simulator.organisation.live_settings import LiveSettings, Rejection
from simulator.organisation.settings import DeletionMoment, OAuthClient, SimulatorSettings
from simulator.organisation.timeline import JobState
from simulator.organisation.words import (
    Classification,
    ConversationStatus,
    MediaType,
    Method,
    Operation,
    RecordType,
)
from simulator.serving.server import SimulatorServer
from simulator.simulator import Simulator

__all__ = [
    "CampaignRecord",
    "Classification",
    "Conversation",
    "ConversationStatus",
    "Corpus",
    "Deletion",
    "DeletionMoment",
    "DetailsJobRecord",
    "DetailsJobState",
    "Deviation",
    "Deviations",
    "EventName",
    "Fault",
    "FaultKind",
    "FileState",
    "GdprRecord",
    "GdprStatus",
    "JobRecord",
    "JobState",
    "Kind",
    "LiveSettings",
    "Media",
    "MediaType",
    "Method",
    "Mix",
    "OAuthClient",
    "Operation",
    "RecordType",
    "RecordingJobRecord",
    "RecordingJobState",
    "RecordingRecord",
    "Rejection",
    "RuleEvent",
    "Simulator",
    "SimulatorServer",
    "SimulatorSettings",
]

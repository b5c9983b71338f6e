"""A Genesys Cloud that answers over HTTP, by the documented contract and as the live one does."""

from simulator.campaign_events import EventName, RuleEvent
from simulator.campaign_rules import CampaignRecord
from simulator.conversation import Conversation, Kind
from simulator.corpus import Corpus, Deletion
from simulator.faults import Fault, FaultKind
from simulator.generation import Mix
from simulator.jobs import JobRecord
from simulator.live.gdpr_request import GdprRecord, GdprStatus
from simulator.live.recording import FileState, Media, RecordingRecord
from simulator.live.recording_job import RecordingJobRecord, RecordingJobState
from simulator.live.settings import LiveSettings, Rejection
from simulator.server import SimulatorServer
from simulator.settings import DeletionMoment, OAuthClient, SimulatorSettings
from simulator.simulator import Simulator
from simulator.timeline import JobState
from simulator.words import (
    Classification,
    ConversationStatus,
    MediaType,
    Method,
    Operation,
    RecordType,
)

__all__ = [
    "CampaignRecord",
    "Classification",
    "Conversation",
    "ConversationStatus",
    "Corpus",
    "Deletion",
    "DeletionMoment",
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

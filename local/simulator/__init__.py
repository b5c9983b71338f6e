"""A Genesys Cloud that answers over HTTP, by the documented contract and as the live one does."""

from local.simulator.campaign_events import EventName, RuleEvent
from local.simulator.campaign_rules import CampaignRecord
from local.simulator.conversation import Conversation, Kind
from local.simulator.corpus import Corpus, Deletion
from local.simulator.faults import Fault, FaultKind
from local.simulator.generation import Mix
from local.simulator.jobs import JobRecord
from local.simulator.live.gdpr_request import GdprRecord, GdprStatus
from local.simulator.live.recording import FileState, Media, RecordingRecord
from local.simulator.live.recording_job import RecordingJobRecord, RecordingJobState
from local.simulator.live.settings import LiveSettings, Rejection
from local.simulator.server import SimulatorServer
from local.simulator.settings import DeletionMoment, OAuthClient, SimulatorSettings
from local.simulator.simulator import Simulator
from local.simulator.timeline import JobState
from local.simulator.words import (
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

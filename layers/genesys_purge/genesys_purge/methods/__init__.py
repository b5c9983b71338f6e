"""The deletion methods: one folder or module each, registered here."""

from __future__ import annotations

from genesys_purge.methods.documented.conversation_archive import ConversationArchive
from genesys_purge.methods.documented.data_deletion import DataDeletion
from genesys_purge.methods.documented.interaction_purge import InteractionPurge
from genesys_purge.methods.gdpr_request.method import GdprRequest
from genesys_purge.methods.method import AnyMethod
from genesys_purge.methods.recording_job.method import RecordingJob

ALL: tuple[AnyMethod, ...] = (
    DataDeletion(),
    InteractionPurge(),
    ConversationArchive(),
    RecordingJob(),
    GdprRequest(),
)
METHODS = {method.name: method for method in ALL}
# The names of the pools of jobs that Genesys limits together.
POOLS = tuple(sorted({method.lifecycle.pool for method in ALL}))

"""The deletion methods: one module each, registered here."""

from __future__ import annotations

from genesys_purge.methods.conversation_archive import ConversationArchive
from genesys_purge.methods.data_deletion import DataDeletion
from genesys_purge.methods.interaction_purge import InteractionPurge
from genesys_purge.methods.method import Method

METHODS: dict[str, Method] = {
    method.name: method for method in (DataDeletion(), InteractionPurge(), ConversationArchive())
}

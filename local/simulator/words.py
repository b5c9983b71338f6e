"""The closed lists of words that requests, jobs and conversations are described with."""

from enum import StrEnum


class Method(StrEnum):
    """A way in which Genesys deletes; the value is the project's name for it."""

    DATA_DELETION = "data_deletion"
    INTERACTION_PURGE = "interaction_purge"
    CONVERSATION_ARCHIVE = "conversation_archive"


class Operation(StrEnum):
    """What a caller is doing with a request; faults are addressed by it."""

    TOKEN = "token"  # noqa: S105 - a word, not a secret
    SUBMIT = "submit"
    POLL = "poll"
    QUERY = "query"
    CREATE_PURGE_RULE = "create_purge_rule"
    REGISTER_WEBHOOK = "register_webhook"
    CREATE_CAMPAIGN_RULE = "create_campaign_rule"
    READ_CAMPAIGN_RULE = "read_campaign_rule"
    LIST_CAMPAIGN_RULES = "list_campaign_rules"
    UPDATE_CAMPAIGN_RULE = "update_campaign_rule"
    DELETE_CAMPAIGN_RULE = "delete_campaign_rule"
    QUERY_EVENTS = "query_events"


class MediaType(StrEnum):
    """The interaction types of D3."""

    VOICE = "voice"
    EMAIL = "email"
    CHAT = "chat"
    CALLBACK = "callback"
    SMS = "sms"
    SOCIAL = "social"


class RecordType(StrEnum):
    """The record types of D2."""

    CONVERSATION = "conversation"
    INTERACTION = "interaction"
    MESSAGE = "message"


class Classification(StrEnum):
    """How sensitive a conversation is."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    PII = "pii"
    HIPAA = "hipaa"


class ConversationStatus(StrEnum):
    """`conversationStatus` as the eligibility query answers it."""

    ACTIVE = "active"
    COMPLETED = "completed"
    DELETED = "deleted"
    PURGED = "purged"


GONE = frozenset({ConversationStatus.DELETED, ConversationStatus.PURGED})

"""The vocabulary of requests, jobs and conversations, as closed lists."""

from enum import StrEnum


class Method(StrEnum):
    """A deletion method, by the name that this project gives it."""

    DATA_DELETION = "data_deletion"
    INTERACTION_PURGE = "interaction_purge"
    CONVERSATION_ARCHIVE = "conversation_archive"
    RECORDING_JOB = "recording_job"
    GDPR_REQUEST = "gdpr_request"


class Operation(StrEnum):
    """The operation of a request; faults refer to it."""

    TOKEN = "token"  # noqa: S105  not a secret
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
    CREATE_RECORDING_JOB = "create_recording_job"
    READ_RECORDING_JOB = "read_recording_job"
    LIST_RECORDING_JOBS = "list_recording_jobs"
    EXECUTE_RECORDING_JOB = "execute_recording_job"
    CANCEL_RECORDING_JOB = "cancel_recording_job"
    LIST_FAILED_RECORDINGS = "list_failed_recordings"
    QUERY_CONVERSATION_DETAILS = "query_conversation_details"
    READ_CONVERSATION_DETAILS = "read_conversation_details"
    CREATE_DETAILS_JOB = "create_details_job"
    READ_DETAILS_JOB = "read_details_job"
    READ_DETAILS_RESULTS = "read_details_results"
    DELETE_DETAILS_JOB = "delete_details_job"
    READ_DATA_AVAILABILITY = "read_data_availability"
    QUERY_DELETION_PROTECTION = "query_deletion_protection"
    CHANGE_DELETION_PROTECTION = "change_deletion_protection"
    READ_RECORDING_METADATA = "read_recording_metadata"
    QUERY_RECORDING_RETENTION = "query_recording_retention"
    DISCONNECT_CONVERSATION = "disconnect_conversation"
    CREATE_GDPR_REQUEST = "create_gdpr_request"
    READ_GDPR_REQUEST = "read_gdpr_request"
    LIST_GDPR_REQUESTS = "list_gdpr_requests"
    FIND_GDPR_SUBJECTS = "find_gdpr_subjects"
    READ_DATA_RETENTION = "read_data_retention"
    UPDATE_DATA_RETENTION = "update_data_retention"
    CREATE_RETENTION_POLICY = "create_retention_policy"
    READ_RETENTION_POLICY = "read_retention_policy"
    LIST_RETENTION_POLICIES = "list_retention_policies"
    UPDATE_RETENTION_POLICY = "update_retention_policy"
    DELETE_RETENTION_POLICY = "delete_retention_policy"
    CREATE_RULE_SET = "create_rule_set"
    READ_RULE_SET = "read_rule_set"
    LIST_RULE_SETS = "list_rule_sets"
    UPDATE_RULE_SET = "update_rule_set"
    DELETE_RULE_SET = "delete_rule_set"
    READ_CAMPAIGN = "read_campaign"
    UPDATE_CAMPAIGN = "update_campaign"
    START_AUDIT_QUERY = "start_audit_query"
    READ_AUDIT_QUERY = "read_audit_query"
    READ_AUDIT_RESULTS = "read_audit_results"


class MediaType(StrEnum):
    """The interaction types of `interaction_purge`."""

    VOICE = "voice"
    EMAIL = "email"
    CHAT = "chat"
    CALLBACK = "callback"
    SMS = "sms"
    SOCIAL = "social"


class RecordType(StrEnum):
    """The record types of `data_deletion`."""

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
    """`conversationStatus` in the eligibility query."""

    ACTIVE = "active"
    COMPLETED = "completed"
    DELETED = "deleted"
    PURGED = "purged"


GONE = frozenset({ConversationStatus.DELETED, ConversationStatus.PURGED})

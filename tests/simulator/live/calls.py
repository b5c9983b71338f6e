"""Calls of the live dialect, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import httpx

from simulator import (
    Conversation,
    Corpus,
    LiveSettings,
    OAuthClient,
    Operation,
    RecordingRecord,
)
from tests.simulator.caller import NOW, Caller, start_simulator

JOBS = "/api/v2/recording/jobs"
DETAILS = "/api/v2/analytics/conversations/details"
QUERY = f"{DETAILS}/query"
DETAILS_JOBS = f"{DETAILS}/jobs"
PROTECTION = "/api/v2/recordings/deletionprotection"
RETENTION_QUERY = "/api/v2/recordings/retention/query"
GDPR = "/api/v2/gdpr/requests"
SUBJECTS = "/api/v2/gdpr/subjects"
DATA_RETENTION = "/api/v2/analytics/dataretention/settings"
POLICIES = "/api/v2/recording/mediaretentionpolicies"
EVERY_MEDIUM = "/api/v2/recording/crossplatform/mediaretentionpolicies"
CAMPAIGN_RULES = "/api/v2/outbound/campaignrules"
RULE_SETS = "/api/v2/outbound/rulesets"
CAMPAIGN = "/api/v2/outbound/campaigns/campaign-1"
AUDITS = "/api/v2/audits/query"
ONE = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
STARTED = datetime(2025, 1, 10, 8, tzinfo=NOW.tzinfo)
PENDING_SECONDS = 10
SECONDS_A_RECORDING = 1


def start_live(
    corpus: Corpus | Iterable[Conversation] | None = None,
    *,
    permissions: Iterable[str] | None = None,
    clients: tuple[OAuthClient, ...] | None = None,
    simulator: dict[str, Any] | None = None,
    **live: Any,
) -> Caller:
    """A caller with these permissions (None: all), without scopes and rate limits.

    A job is pending for 10 seconds, then takes a second for each recording.
    """
    granted = None if permissions is None else frozenset(permissions)
    settings: dict[str, Any] = {
        "clients": clients or (OAuthClient(scopes=(), permissions=granted),),
        "live": LiveSettings(
            **{
                "requests_per_minute": None,
                "pending_seconds_per_recording": 0.0,
                "execution_base_seconds": 0.0,
                **live,
            }
        ),
        "token_seconds": 86_400,
        "job_base_seconds": PENDING_SECONDS,
        "job_seconds_per_record": SECONDS_A_RECORDING,
        **(simulator or {}),
    }
    made = corpus if corpus is None or isinstance(corpus, Corpus) else Corpus.of(corpus)
    return start_simulator(made, **settings)


def conversation(conversation_id: str = ONE, **changes: Any) -> Conversation:
    """A call of five minutes on 10 January 2025, with some fields changed."""
    start = changes.pop("start", STARTED)
    end = changes.pop("end", start + timedelta(minutes=5))
    return Conversation(conversation_id, start, end, **changes)


def interval(start: datetime = STARTED, days: float = 1) -> str:
    """An interval from the start of a day."""
    first = start.replace(hour=0)
    return f"{first.isoformat()}/{(first + timedelta(days=days)).isoformat()}"


def by_ids(*ids: str) -> dict[str, Any]:
    """A filter of conversations with one of these ids."""
    predicates = [{"dimension": "conversationId", "value": each} for each in ids]
    return {"type": "or", "predicates": predicates}


def job_body(**changes: Any) -> dict[str, Any]:
    """A valid job that deletes the recordings of 10 January, with some fields changed."""
    body = {
        "action": "DELETE",
        "actionDate": NOW.isoformat(),
        "conversationQuery": {"interval": interval()},
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def create_job(caller: Caller, **changes: Any) -> httpx.Response:
    """Creates a job."""
    return caller.http.post(JOBS, json=job_body(**changes))


def created_job(caller: Caller, **changes: Any) -> str:
    """Creates a pending job and returns its id."""
    return str(create_job(caller, **changes).raise_for_status().json()["id"])


def ready_job(caller: Caller, **changes: Any) -> str:
    """Creates a job, waits until it is ready and returns its id."""
    job_id = created_job(caller, **changes)
    caller.clock.advance(PENDING_SECONDS)
    return job_id


def execute_job(caller: Caller, job_id: str) -> httpx.Response:
    """Executes a job."""
    return caller.http.put(f"{JOBS}/{job_id}", json={"state": "PROCESSING"})


def finished_job(caller: Caller, **changes: Any) -> str:
    """Runs a job to its end and returns its id."""
    job_id = ready_job(caller, **changes)
    execute_job(caller, job_id).raise_for_status()
    caller.clock.advance(1000)
    return job_id


def read_job(caller: Caller, job_id: str) -> dict[str, Any]:
    """Reads a job."""
    found: dict[str, Any] = caller.http.get(f"{JOBS}/{job_id}").raise_for_status().json()
    return found


def query_details(caller: Caller, **changes: Any) -> httpx.Response:
    """Queries the details of 10 January, with some fields changed."""
    return caller.http.post(QUERY, json={"interval": interval(), **changes})


def found_ids(caller: Caller, **changes: Any) -> list[str]:
    """The ids that the details query finds."""
    rows = query_details(caller, **changes).raise_for_status().json()["conversations"]
    return [row["conversationId"] for row in rows]


def create_details_job(caller: Caller, **changes: Any) -> httpx.Response:
    """Creates a details job of 10 January, with some fields changed."""
    return caller.http.post(DETAILS_JOBS, json={"interval": interval(), **changes})


def fulfilled_details_job(caller: Caller, **changes: Any) -> str:
    """Runs a details job to its end and returns its path."""
    job_id = create_details_job(caller, **changes).raise_for_status().json()["jobId"]
    caller.clock.advance(1000)
    return f"{DETAILS_JOBS}/{job_id}"


def result_rows(caller: Caller, **changes: Any) -> list[dict[str, Any]]:
    """The first page of results of a details job."""
    path = fulfilled_details_job(caller, **changes)
    rows: list[dict[str, Any]] = caller.http.get(f"{path}/results").json()["conversations"]
    return rows


def metadata(caller: Caller, conversation_id: str = ONE) -> list[dict[str, Any]]:
    """The metadata of a conversation's recordings."""
    path = f"/api/v2/conversations/{conversation_id}/recordingmetadata"
    found: list[dict[str, Any]] = caller.http.get(path).raise_for_status().json()
    return found


def states(caller: Caller, conversation_id: str = ONE) -> set[str]:
    """The file states of a conversation's recordings."""
    return {each["fileState"] for each in metadata(caller, conversation_id)}


def recordings(caller: Caller, **traits: object) -> list[RecordingRecord]:
    """The recordings with these traits."""
    return [
        each
        for each in caller.simulator.recordings
        if all(getattr(each, name) == value for name, value in traits.items())
    ]


def many(count: int, **changes: Any) -> list[Conversation]:
    """Calls on 10 January, a minute apart."""
    return [
        conversation(
            f"00000000-0000-4000-8000-{number:012}",
            start=STARTED + timedelta(minutes=number),
            **changes,
        )
        for number in range(count)
    ]


def gdpr_body(**changes: Any) -> dict[str, Any]:
    """A valid deletion of a contact, with some fields changed."""
    return {
        "requestType": "GDPR_DELETE",
        "subject": {"externalContactId": "contact-1"},
    } | changes


def request_gdpr(caller: Caller, *, confirmed: bool = True, **changes: Any) -> httpx.Response:
    """Creates a GDPR request."""
    params = {"deleteConfirmed": "true"} if confirmed else {}
    return caller.http.post(GDPR, params=params, json=gdpr_body(**changes))


def campaign_rule(**changes: Any) -> dict[str, Any]:
    """A valid campaign rule, with some fields changed."""
    return {
        "name": "slow down",
        "campaignRuleEntities": {"campaigns": [{"id": ONE}]},
        "campaignRuleConditions": [
            {
                "conditionType": "campaignProgress",
                "parameters": {"operator": "greaterThan", "value": "0.5"},
            }
        ],
        "campaignRuleActions": [
            {
                "actionType": "turnOffCampaign",
                "campaignRuleActionEntities": {"useTriggeringEntity": True},
            }
        ],
        "enabled": False,
    } | changes


def start_audit_query(caller: Caller, **changes: Any) -> httpx.Response:
    """Starts a query of the day's outbound audit, with some fields changed."""
    day = f"{NOW.isoformat()}/{(NOW + timedelta(days=1)).isoformat()}"
    return caller.http.post(AUDITS, json={"interval": day, "serviceName": "Outbound", **changes})


def live_operations(caller: Caller) -> dict[Operation, httpx.Response]:
    """Calls each live operation once and returns the answers."""
    get, put, delete = caller.http.get, caller.http.put, caller.http.delete
    asked = {"conversationIds": [ONE]}
    return {
        Operation.CREATE_RECORDING_JOB: create_job(caller),
        Operation.READ_RECORDING_JOB: get(f"{JOBS}/{ONE}"),
        Operation.LIST_RECORDING_JOBS: get(JOBS),
        Operation.EXECUTE_RECORDING_JOB: execute_job(caller, ONE),
        Operation.CANCEL_RECORDING_JOB: delete(f"{JOBS}/{ONE}"),
        Operation.LIST_FAILED_RECORDINGS: get(f"{JOBS}/{ONE}/failedrecordings"),
        Operation.QUERY_CONVERSATION_DETAILS: query_details(caller),
        Operation.READ_CONVERSATION_DETAILS: get(DETAILS, params={"id": ONE}),
        Operation.CREATE_DETAILS_JOB: create_details_job(caller),
        Operation.READ_DETAILS_JOB: get(f"{DETAILS_JOBS}/{ONE}"),
        Operation.READ_DETAILS_RESULTS: get(f"{DETAILS_JOBS}/{ONE}/results"),
        Operation.DELETE_DETAILS_JOB: delete(f"{DETAILS_JOBS}/{ONE}"),
        Operation.READ_DATA_AVAILABILITY: get(f"{DETAILS_JOBS}/availability"),
        Operation.QUERY_DELETION_PROTECTION: caller.http.post(PROTECTION, json=asked),
        Operation.CHANGE_DELETION_PROTECTION: put(PROTECTION, json=asked),
        Operation.READ_RECORDING_METADATA: get(f"/api/v2/conversations/{ONE}/recordingmetadata"),
        Operation.QUERY_RECORDING_RETENTION: get(RETENTION_QUERY),
        Operation.DISCONNECT_CONVERSATION: delete(f"/api/v2/conversations/{ONE}"),
        Operation.CREATE_GDPR_REQUEST: request_gdpr(caller),
        Operation.READ_GDPR_REQUEST: get(f"{GDPR}/{ONE}"),
        Operation.LIST_GDPR_REQUESTS: get(GDPR),
        Operation.FIND_GDPR_SUBJECTS: get(SUBJECTS),
        Operation.READ_DATA_RETENTION: get(DATA_RETENTION),
        Operation.UPDATE_DATA_RETENTION: put(DATA_RETENTION, json={"retentionDays": 400}),
        Operation.CREATE_RETENTION_POLICY: caller.http.post(POLICIES, json={"name": "a"}),
        Operation.READ_RETENTION_POLICY: get(f"{POLICIES}/{ONE}"),
        Operation.LIST_RETENTION_POLICIES: get(POLICIES),
        Operation.UPDATE_RETENTION_POLICY: put(f"{POLICIES}/{ONE}", json={"name": "a"}),
        Operation.DELETE_RETENTION_POLICY: delete(f"{POLICIES}/{ONE}"),
        Operation.CREATE_RULE_SET: caller.http.post(RULE_SETS, json={"name": "a"}),
        Operation.READ_RULE_SET: get(f"{RULE_SETS}/{ONE}"),
        Operation.LIST_RULE_SETS: get(RULE_SETS),
        Operation.UPDATE_RULE_SET: put(f"{RULE_SETS}/{ONE}", json={"name": "a"}),
        Operation.DELETE_RULE_SET: delete(f"{RULE_SETS}/{ONE}"),
        Operation.READ_CAMPAIGN: get(CAMPAIGN),
        Operation.UPDATE_CAMPAIGN: put(CAMPAIGN, json={"name": "a"}),
        Operation.START_AUDIT_QUERY: start_audit_query(caller),
        Operation.READ_AUDIT_QUERY: get(f"{AUDITS}/{ONE}"),
        Operation.READ_AUDIT_RESULTS: get(f"{AUDITS}/{ONE}/results"),
    }

"""What we say to the live platform, and read of it, is what its official SDK knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from genesys_purge.campaign_rules.live import rule_sets
from genesys_purge.campaign_rules.live.behaviour_rules import SERVERS_OWN
from genesys_purge.campaign_rules.rules import Operator
from genesys_purge.methods.contract import Part
from genesys_purge.methods.gdpr_request import method as gdpr_request
from genesys_purge.methods.gdpr_request import subjects
from genesys_purge.methods.recording_job import conversations as conversation_details
from genesys_purge.methods.recording_job import protection as recording_protection
from genesys_purge.methods.recording_job import request as recording_request
from genesys_purge.methods.recording_job import two_step
from genesys_purge.methods.recording_job.method import RecordingJob
from genesys_purge.model.dates import Window
from genesys_purge.model.regions import DOMAINS, api_url
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Operation, Permit
from genesys_purge.purge_rules.live import policy_form, retention_policies
from genesys_purge.purge_rules.rule import RuleRequest

from tests import builders
from tests.clock import NOON
from tests.contract import outbound_truth, sdk
from tests.contract.source import LAYER, PACKAGE, imports_of, product_files, tree_of
from tests.contract.test_operations import operations
from tests.scripted_genesys import ScriptedGenesys
from tests.template import ROOT
from tests.unit.methods.scene import PERMIT
from tests.unit.purge_rules import rule_bench

DOCUMENTED = {
    ("POST", "/api/v2/data/deletion/requests"),
    ("GET", "/api/v2/data/deletion/requests/{}"),
    ("POST", "/api/v2/interactions/purge"),
    ("GET", "/api/v2/interactions/purge/{}"),
    ("POST", "/api/v2/analytics/conversations/purge"),
    ("GET", "/api/v2/analytics/conversations/purge/{}"),
    ("POST", "/api/v2/purgerules"),
    ("POST", "/api/v2/platform/webhooks"),
    ("GET", "/api/v2/outbound/campaigns/{}/rules"),
    ("POST", "/api/v2/outbound/campaigns/{}/rules"),
    ("GET", "/api/v2/outbound/campaigns/{}/rules/{}"),
    ("PUT", "/api/v2/outbound/campaigns/{}/rules/{}"),
    ("DELETE", "/api/v2/outbound/campaigns/{}/rules/{}"),
    ("POST", "/api/v2/analytics/events/query"),
}
# On a host of its own, and in no SDK's list: asked for in its client, as the next test shows.
TOKEN = ("POST", "/oauth/token")
ID = "5b0f0b5e-2f6d-4d0e-9a57-0e2f3c1d4b5a"
SUBJECT = {
    "name": "Jane Doe",
    "userId": "u",
    "externalContactId": "c",
    "dialerContactId": {"id": "1", "contactListId": "2"},
    "journeyCustomer": {"type": "t", "id": "i"},
    "socialHandle": {"type": "TWITTER", "value": "@jane"},
    "externalId": "e",
    "addresses": ["Main Street 1"],
    "phoneNumbers": ["+49301"],
    "emailAddresses": ["contact-1@example.test"],
}
FILTERS: dict[str, Any] = {
    "mediaTypes": [each.value for each in recording_request.MediaType],
    "directions": [each.value for each in recording_request.Direction],
    **{name: [ID] for name in ("queueIds", "userIds", "wrapUpCodes", "divisionIds")},
}
RECORDINGS = recording_request.RecordingJobRequest.parse(builders.recording_job(**FILTERS))
WINDOW = Window(start=builders.days_ago(400), end=builders.days_ago(390))
PART = Part(None, [ID], WINDOW, NOON)


def key_of(operation: Operation) -> tuple[str, str]:
    """Verb and path, as the SDK's calls are known by."""
    return operation.verb, sdk.unnamed(operation.path.partition("?")[0])


def is_live(operation: Operation) -> bool:
    """Whether the live platform is meant: the documents' dialect names scopes or other paths."""
    key = key_of(operation)
    body_of_documents = operation.path == conversation_details.QUERY.path
    return key not in DOCUMENTED | {TOKEN} and (
        bool(operation.permissions) or not body_of_documents
    )


def file_of(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def is_its_own(name: str) -> bool:
    """Whether a module defines the operation, and does not only import it."""
    module, _, constant = name.rpartition(".")
    return any(
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == constant
        for node in tree_of(file_of(module)).body
    )


def live_operations() -> dict[str, Operation]:
    return {name: each for name, each in operations().items() if is_live(each) and is_its_own(name)}


LIVE = live_operations()
each_live = pytest.mark.parametrize("name", LIVE)


def call_of(operation: Operation) -> sdk.Call:
    key = key_of(operation)
    assert key in sdk.calls(), f"{key} is no call of the live platform"
    return sdk.calls()[key]


@each_live
def test_a_live_operation_is_one_of_the_sdk_with_its_verb_and_every_parameter(name: str) -> None:
    call = call_of(LIVE[name])
    query = {key for key, _ in parse_qsl(LIVE[name].path.partition("?")[2])}
    assert query <= call.parameters
    assert call.required <= query


@each_live
def test_a_live_operation_lists_where_the_platform_answers_a_list(name: str) -> None:
    assert LIVE[name].lists is call_of(LIVE[name]).answer.startswith("list[")


@pytest.mark.parametrize(("verb", "path"), sorted(DOCUMENTED))
def test_what_the_documents_alone_describe_does_not_exist_there(verb: str, path: str) -> None:
    assert (verb, path) not in sdk.calls()


def test_every_operation_is_either_live_or_of_the_documents() -> None:
    documents = {key_of(each) for each in operations().values() if each not in LIVE.values()}
    query = (conversation_details.QUERY.verb, conversation_details.QUERY.path)
    assert documents == DOCUMENTED | {TOKEN, query}


def test_the_token_is_asked_for_as_the_sdk_asks() -> None:
    client = (sdk.folder() / "api_client.py").read_text()
    asked = client.partition("def get_client_credentials_token")[2].partition("\n    def ")[0]
    assert TOKEN[1] in asked
    assert "client_credentials" in asked
    assert "Basic" in asked


def query_body() -> Mapping[str, Any]:
    """What a plan with every filter asks."""
    genesys = ScriptedGenesys()
    genesys.on(conversation_details.QUERY, {"conversations": []})
    filters = (RECORDINGS.conversation_filters, RECORDINGS.segment_filters)
    assert all(filters)
    assert not list(conversation_details.started_in(WINDOW, *filters, genesys))
    return genesys.calls[0].body


def protection_body() -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(recording_protection.ASK, {"entities": []})
    recording_protection.protection_of([ID], genesys)
    return genesys.calls[0].body


def created_job(part: Part = PART, **fields: Any) -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(two_step.CREATE, {"id": "job-1"})
    request = RECORDINGS.model_copy(update=fields)
    RecordingJob().submit(request, part, PERMIT, genesys)
    return genesys.deletions[0]


def executed_job() -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(two_step.EXECUTE, {"id": "job-1"})
    RecordingJob().lifecycle.confirm("job-1", PERMIT, genesys)
    return genesys.deletions[0]


def subject_request(request_type: str) -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(subjects.FIND, {"entities": [SUBJECT]})
    genesys.on(gdpr_request.DELETE, {"id": "gdpr-1"})
    genesys.on(gdpr_request.EXPORT, {"id": "gdpr-1"})
    payload = builders.gdpr_request(requestType=request_type)
    request = gdpr_request.SubjectRequest.parse(payload)
    gdpr_request.GdprRequest().submit(request, PART, PERMIT, genesys)
    return genesys.deletions[0]


def created_policy() -> Mapping[str, Any]:
    """Of a rule with every condition that a policy knows."""
    named = {"type": "voice", "direction": "inbound", **dict.fromkeys(policy_form.REFERENCES, ID)}
    filters = [rule_bench.condition(name, "eq", value) for name, value in named.items()]
    fields = {"description": "Two years", "scope": {"filters": filters}}
    request = RuleRequest.parse(rule_bench.document(**fields))
    rule = rule_bench.rule(definition=policy_form.PolicyForm().definition(request))
    genesys = ScriptedGenesys()
    genesys.on(retention_policies.CREATE, {"id": "policy-1"})
    retention_policies.RetentionPolicies(genesys).create(rule, Permit(rule.run_id, 0, 1))
    return genesys.deletions[0]


# What our own code sends, and which of its fields the published description requires.
BODIES = {
    "methods.recording_job.conversations.QUERY": (
        query_body,
        {"interval", "paging.pageSize", "paging.pageNumber"},
    ),
    "methods.recording_job.protection.ASK": (protection_body, {"conversationIds"}),
    "methods.recording_job.two_step.CREATE": (created_job, {"action"}),
    "methods.recording_job.two_step.EXECUTE": (executed_job, {"state"}),
    "methods.gdpr_request.method.DELETE": (
        lambda: subject_request("GDPR_DELETE"),
        {"requestType", "subject"},
    ),
    "methods.gdpr_request.method.EXPORT": (
        lambda: subject_request("GDPR_EXPORT"),
        {"requestType", "subject"},
    ),
    "purge_rules.live.retention_policies.CREATE": (created_policy, {"name"}),
    **outbound_truth.BODIES,
}
# What our own code reads of each answer, as dotted paths.
READ = {
    "methods.recording_job.conversations.QUERY": {
        "conversations.conversationId",
        "conversations.conversationStart",
        "conversations.conversationEnd",
        "conversations.participants.sessions.mediaType",
        "totalHits",
    },
    "methods.recording_job.conversations.READ": {
        "conversations.conversationId",
        "conversations.conversationStart",
        "conversations.conversationEnd",
        "conversations.participants.sessions.mediaType",
    },
    "methods.recording_job.protection.ASK": {"id"},
    "methods.recording_job.two_step.CREATE": {"id"},
    "methods.recording_job.two_step.EXECUTE": set(),
    "methods.recording_job.two_step.CANCEL": set(),
    "methods.recording_job.two_step.STATUS": {
        "state",
        "recordingJobsQuery.action",
        "errorMessage",
        "totalConversations",
        "totalRecordings",
        "totalProcessedRecordings",
        "percentProgress",
        "totalFailedRecordings",
        "totalSkippedRecordings",
    },
    "methods.recording_job.two_step.LIST": {
        "entities.id",
        "entities.dateCreated",
        "entities.recordingJobsQuery.action",
        "entities.recordingJobsQuery.actionDate",
        "entities.recordingJobsQuery.conversationQuery.conversationFilters.predicates.value",
        "entities.recordingJobsQuery.agedConversationInterval",
    },
    "methods.recording_job.verdict.FAILED": {"entities.conversation.id"},
    "methods.recording_job.metadata.METADATA": {
        "conversationId",
        "fileState",
        "archiveDate",
        "exportedDate",
    },
    "methods.gdpr_request.subjects.FIND": {
        "total",
        *(f"entities.{each.alias}" for each in subjects.Subject.model_fields.values()),
    },
    "methods.gdpr_request.method.DELETE": {"id"},
    "methods.gdpr_request.method.EXPORT": {"id"},
    "methods.gdpr_request.method.STATUS": {"status", "requestType"},
    "methods.gdpr_request.lifecycle.LIST": {"entities.id", "entities.name", "entities.requestType"},
    "methods.data_retention.READ": {"retentionDays"},
    "purge_rules.live.retention_policies.CREATE": {"id"},
    # What is found is compared with what was sent, field by field.
    "purge_rules.live.retention_policies.LIST": {
        *(f"entities.{name}" for name in retention_policies.BOOKKEEPING),
        "entities.name",
        "entities.description",
        "entities.enabled",
        *(f"entities.mediaPolicies.{each}" for each in policy_form.MEDIA.values()),
        "entities.mediaPolicies.callPolicy.actions.retentionDuration.deleteRetention.days",
        "entities.mediaPolicies.callPolicy.conditions.directions",
        *(
            f"entities.mediaPolicies.{media}.conditions.{name}.id"
            for media in policy_form.MEDIA.values()
            for name in policy_form.REFERENCES.values()
        ),
    },
    **outbound_truth.READ,
}


def test_every_body_that_is_sent_and_every_answer_is_looked_at() -> None:
    assert {name for name in LIVE if LIVE[name].verb in ("POST", "PUT", "PATCH")} == set(BODIES)
    assert set(LIVE) == set(READ)


def paths_in(value: Any, before: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{before}{name}"
            yield from paths_in(each, f"{before}{name}.")


@pytest.mark.parametrize("name", BODIES)
def test_what_is_sent_has_fields_types_and_words_that_the_sdk_knows(name: str) -> None:
    build, required = BODIES[name]
    body = build()
    model = call_of(LIVE[name]).body
    assert model is not None
    assert list(sdk.misfits(body, model)) == []
    assert required <= set(paths_in(body))


EXPORT: dict[str, Any] = {"action": recording_request.Action.EXPORT, "export_integration_id": ID}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (created_job(PART._replace(interval=WINDOW)), {"DELETE", "agedConversationInterval"}),
        (created_job(action=recording_request.Action.ARCHIVE), {"ARCHIVE", "conversationQuery"}),
        (created_job(**EXPORT), {"EXPORT", "integrationId", "conversationQuery"}),
    ],
)
def test_every_kind_of_recording_job_fits(body: Mapping[str, Any], words: set[str]) -> None:
    assert list(sdk.misfits(body, "RecordingJobsQuery")) == []
    assert words <= {body["action"], *body}
    assert len({"agedConversationInterval", "conversationQuery"} & set(body)) == 1


def test_what_does_not_fit_is_told() -> None:
    body = {**created_job(), "action": "SHRED", "purge": True, "clearExport": "no"}
    assert list(sdk.misfits(body, "RecordingJobsQuery")) == [
        "action: 'SHRED' is none of ARCHIVE, DELETE, EXPORT",
        "clearExport: 'no' is no bool",
        "purge: is no field",
    ]


READS = [(name, path) for name, paths in READ.items() for path in sorted(paths)]


@pytest.mark.parametrize(("name", "path"), READS)
def test_what_is_read_is_a_field_of_the_answer(name: str, path: str) -> None:
    assert sdk.type_at(call_of(LIVE[name]).answer, path) != ""


READERS = {"get", "text_in", "count_in", "job_id_in", "list_in", "instant_in", "storage_in"}
# The first of these reads answers that another asks for.
MODULES = sorted(
    {name.rpartition(".")[0] for name in LIVE}
    | {"methods.recording_job.match"}
    | outbound_truth.READERS
)


def words_read(module: str) -> set[str]:
    """Every field that a module's source asks an answer for by name."""
    asked: list[ast.expr] = []
    for node in ast.walk(tree_of(file_of(module))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in READERS:
            asked += node.args
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) != "Literal":
            asked += [node.slice] if isinstance(node.ctx, ast.Load) else []
    words = {each.value for each in asked if isinstance(each, ast.Constant)}
    return {word for word in words if isinstance(word, str) and word.isidentifier()}


@pytest.mark.parametrize("module", MODULES)
def test_nothing_is_read_that_the_table_leaves_out(module: str) -> None:
    table = {part for paths in READ.values() for path in paths for part in path.split(".")}
    # The client gives a bare list as the entities of an object.
    assert words_read(module) - {"entities"} - outbound_truth.OF_D5 <= table


@pytest.mark.parametrize(
    ("ours", "model", "path"),
    [
        (set(gdpr_request.RequestType), "GDPRRequest", "requestType"),
        (set(gdpr_request.STATUSES), "GDPRRequest", "status"),
        (set(two_step.STATUSES), "RecordingJob", "state"),
        (set(two_step.ACTIVE), "RecordingJob", "state"),
        (set(two_step.CREATED), "RecordingJob", "state"),
        ({each.upper() for each in recording_request.Action}, "RecordingJobsQuery", "action"),
        (set(recording_request.MediaType), "AnalyticsSession", "mediaType"),
        (set(recording_request.Direction), "AnalyticsConversation", "originatingDirection"),
        ({"DELETED", "ARCHIVED"}, "RecordingMetadata", "fileState"),
        *outbound_truth.WORDS,
    ],
)
def test_every_word_is_one_of_the_sdks(ours: set[str], model: str, path: str) -> None:
    assert ours <= sdk.words_at(model, path)


def test_every_status_of_a_gdpr_request_that_ends_it_is_known_and_the_others_run_on() -> None:
    running = {"INITIATED", "SEARCHING", "UPDATING", "DELETING", "FINALIZING"}
    assert sdk.words_at("GDPRRequest", "status") == running | set(gdpr_request.STATUSES)


def test_every_medium_of_which_there_is_a_policy_may_be_named_in_a_rule() -> None:
    assert set(policy_form.MEDIA.values()) == set(sdk.model("MediaPolicies").types)


@pytest.mark.parametrize("medium", ["Chat", "Email", "Message"])
def test_no_medium_but_calls_has_a_direction(medium: str) -> None:
    assert "directions" in sdk.model("CallMediaPolicyConditions").types
    assert "directions" not in sdk.model(f"{medium}MediaPolicyConditions").types


def test_what_is_not_sent_back_is_a_field_that_the_platform_writes_itself() -> None:
    assert set(sdk.model("CampaignRule").types) >= SERVERS_OWN
    assert set(sdk.model("Campaign").types) >= rule_sets.SERVERS_OWN


def test_the_rules_that_are_sent_say_all_that_can_be_said() -> None:
    compared = {each["operator"] for each in [*outbound_truth.COLUMNS, *outbound_truth.NUMBERS]}
    assert compared == set(Operator) - {Operator.IN}


@pytest.mark.parametrize(
    ("ours", "model"),
    [
        (subjects.Subject, "GDPRSubject"),
        (subjects.DialerContact, "DialerContactId"),
        (subjects.JourneyCustomer, "GDPRJourneyCustomer"),
        (subjects.SocialHandle, "SocialHandle"),
    ],
)
def test_a_subject_is_named_by_all_that_the_sdk_has_for_it(ours: type[Wire], model: str) -> None:
    assert {each.alias for each in ours.model_fields.values()} == set(sdk.model(model).types)


def test_the_social_handles_that_can_be_searched_for_are_handles_of_the_sdk() -> None:
    social = {"TWITTER", "INSTAGRAM", "FACEBOOK", "APPLE_MESSAGES"}
    assert social <= set(subjects.SearchType)
    assert social <= sdk.words_at("SocialHandle", "type")


def test_the_regions_are_those_of_the_sdk_each_with_its_host() -> None:
    assert {region: api_url(region) for region in DOMAINS} == sdk.hosts()


@each_live
def test_the_guide_names_every_permission_that_the_clients_role_needs(name: str) -> None:
    guide = (ROOT / "docs" / "genesys.md").read_text()
    assert [each for each in LIVE[name].permissions if f"`{each}`" not in guide] == []


def test_the_sdk_is_an_oracle_of_the_tests_and_nothing_that_is_deployed() -> None:
    pin = re.compile(r"^purecloudplatformclientv2==", re.MULTILINE | re.IGNORECASE)
    assert pin.search((ROOT / "requirements-dev.in").read_text())
    for file in ("requirements.in", "requirements.txt"):
        assert not pin.search((LAYER / file).read_text())
    importers = [path for path in product_files() if sdk.PACKAGE in set(imports_of(path))]
    assert importers == []

"""Every live request that we send, and every answer that we read, matches the official SDK."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from genesys_purge.calling.deleting import Deleting
from genesys_purge.calling.permit import Permit
from genesys_purge.campaign_rules.live import rule_sets
from genesys_purge.campaign_rules.live.trigger_rules import SERVERS_OWN
from genesys_purge.campaign_rules.values import Operator
from genesys_purge.holds.mirroring import live
from genesys_purge.methods.contract import Part
from genesys_purge.methods.gdpr_request import finder
from genesys_purge.methods.gdpr_request import method as gdpr_request
from genesys_purge.methods.gdpr_request.request import RequestType, SubjectRequest
from genesys_purge.methods.gdpr_request.subject import (
    DialerContact,
    JourneyCustomer,
    SearchType,
    SocialHandle,
    Subject,
)
from genesys_purge.methods.recording_job import (
    conversations,
    details_job,
    protection,
    report,
    two_step,
)
from genesys_purge.methods.recording_job.method import RecordingJob
from genesys_purge.methods.recording_job.request import (
    Action,
    Direction,
    MediaType,
    RecordingJobRequest,
)
from genesys_purge.model.dates import Window
from genesys_purge.model.reach import Reach
from genesys_purge.model.regions import DOMAINS, api_url
from genesys_purge.model.wire import Wire
from genesys_purge.operation import Operation
from genesys_purge.purge_rules.live import api, comparison, form
from genesys_purge.purge_rules.request import RuleRequest

from tests import builders
from tests.clock import NOON
from tests.contract import outbound_tables, sdk
from tests.contract.source import LAYER, PACKAGE, imports_of, product_files, tree_of
from tests.contract.test_operations import operations
from tests.scripted_genesys import ScriptedGenesys
from tests.template import ROOT
from tests.unit.methods.scene import sent, submitted
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
# The login host issues the token; the SDK requests it in its client, not in its list of calls.
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
    "mediaTypes": [each.value for each in MediaType],
    "directions": [each.value for each in Direction],
    **{name: [ID] for name in ("queueIds", "userIds", "wrapUpCodes", "divisionIds")},
}
RECORDINGS = RecordingJobRequest.parse(builders.recording_job(**FILTERS))
WINDOW = Window(start=builders.days_ago(400), end=builders.days_ago(390))
PART = Part(None, [ID], WINDOW, NOON)


def key_of(operation: Operation) -> tuple[str, str]:
    """The key of an operation in `sdk.calls()`."""
    return operation.verb, sdk.unnamed(operation.path.partition("?")[0])


def is_live(operation: Operation) -> bool:
    """Whether an operation belongs to the live platform, not to the documented contract."""
    key = key_of(operation)
    body_of_documents = operation.path == conversations.QUERY.path
    return key not in DOCUMENTED | {TOKEN} and (
        bool(operation.permissions) or not body_of_documents
    )


def file_of(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def is_its_own(name: str) -> bool:
    """Whether a module defines the operation instead of importing it."""
    module, _, constant = name.rpartition(".")
    return any(
        isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == constant
        for node in tree_of(file_of(module)).body
    )


def live_operations() -> dict[str, Operation]:
    return {name: each for name, each in operations().items() if is_live(each) and is_its_own(name)}


LIVE = live_operations()


def call_of(operation: Operation) -> sdk.Call:
    key = key_of(operation)
    assert key in sdk.calls(), f"{key} is not a call in the SDK"
    return sdk.calls()[key]


def query_of(operation: Operation) -> set[str]:
    return {key for key, _ in parse_qsl(operation.path.partition("?")[2])}


def test_live_operations_are_calls_of_the_sdk() -> None:
    assert [name for name, each in LIVE.items() if key_of(each) not in sdk.calls()] == []


def test_live_operations_send_parameters_that_the_sdk_knows() -> None:
    unknown = {name: query_of(each) - call_of(each).parameters for name, each in LIVE.items()}
    missing = {name: call_of(each).required - query_of(each) for name, each in LIVE.items()}
    assert {name: each for name, each in unknown.items() if each} == {}
    assert {name: each for name, each in missing.items() if each} == {}


def test_live_operation_lists_if_the_platform_returns_a_list() -> None:
    lists = {name for name, each in LIVE.items() if each.lists}
    assert lists == {n for n, each in LIVE.items() if call_of(each).answer.startswith("list[")}


def test_documented_operations_do_not_exist_on_the_live_platform() -> None:
    assert DOCUMENTED & sdk.calls().keys() == set()


def test_every_operation_is_either_live_or_documented() -> None:
    documents = {key_of(each) for each in operations().values() if each not in LIVE.values()}
    query = (conversations.QUERY.verb, conversations.QUERY.path)
    assert documents == DOCUMENTED | {TOKEN, query}


def test_token_request_matches_the_sdk() -> None:
    client = (sdk.folder() / "api_client.py").read_text()
    asked = client.partition("def get_client_credentials_token")[2].partition("\n    def ")[0]
    assert TOKEN[1] in asked
    assert "client_credentials" in asked
    assert "Basic" in asked


def query_body() -> Mapping[str, Any]:
    """The query of a plan with every filter."""
    genesys = ScriptedGenesys()
    genesys.on(conversations.QUERY, {"conversations": []})
    filters = (RECORDINGS.conversation_filters, RECORDINGS.segment_filters)
    assert all(filters)
    assert not list(conversations.started_in(WINDOW, *filters, genesys))
    return genesys.calls[0].body


def details_body() -> Mapping[str, Any]:
    """The search of a plan for a large range, with every filter."""
    genesys = ScriptedGenesys()
    genesys.on(details_job.CREATE, {"jobId": "job-1"})
    filters = (RECORDINGS.conversation_filters, RECORDINGS.segment_filters)
    query = conversations.whole_days(WINDOW, conversations.query_of(*filters))
    assert details_job.create_job(query, genesys) == "job-1"
    return genesys.calls[0].body


def changed_by(operation: Operation) -> Mapping[str, Any]:
    """The body of a call that changes deletion protection."""
    genesys = ScriptedGenesys()
    genesys.on(operation, {})
    protector = live.LiveProtector(genesys)
    (protector.protect if operation == live.PROTECT else protector.lift)([ID])
    return genesys.calls[0].body or {}


def protection_body() -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(protection.ASK, {"entities": []})
    protection.protection_of([ID], genesys)
    return genesys.calls[0].body


def created_job(part: Part = PART, **fields: Any) -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(two_step.CREATE, {"id": "job-1"})
    request = RECORDINGS.model_copy(update=fields)
    submitted(RecordingJob(), request, part, genesys)
    return genesys.deletions[0]


def executed_job() -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(two_step.EXECUTE, {"id": "job-1"})
    sent(RecordingJob().lifecycle.confirmation("job-1"), genesys)
    return genesys.deletions[0]


def subject_request(request_type: str) -> Mapping[str, Any]:
    genesys = ScriptedGenesys()
    genesys.on(finder.FIND, {"entities": [SUBJECT]})
    genesys.on(gdpr_request.DELETE, {"id": "gdpr-1"})
    genesys.on(gdpr_request.EXPORT, {"id": "gdpr-1"})
    payload = builders.gdpr_request(requestType=request_type)
    request = SubjectRequest.parse(payload)
    submitted(gdpr_request.GdprRequest(), request, PART, genesys)
    return genesys.deletions[0]


def created_policy() -> Mapping[str, Any]:
    """The policy of a rule with every condition that a policy can have."""
    named = {"type": "voice", "direction": "inbound", **dict.fromkeys(form.REFERENCES, ID)}
    filters = [rule_bench.condition(name, "eq", value) for name, value in named.items()]
    fields = {"description": "Two years", "scope": {"filters": filters}}
    request = RuleRequest.parse(rule_bench.document(**fields))
    rule = rule_bench.rule(definition=form.LiveForm().definition(request))
    genesys = ScriptedGenesys()
    genesys.on(api.CREATE, {"id": "policy-1"})
    intent = rule.intended(NOON)
    permit = Permit(rule.run_id, 0, 1, NOON)
    api.LivePolicyApi(genesys).create(rule, Deleting(lambda: intent, lambda _: permit))
    return genesys.deletions[0]


# The bodies that we send, and the fields that the published description requires in each.
BODIES = {
    "methods.recording_job.conversations.QUERY": (
        query_body,
        {"interval", "paging.pageSize", "paging.pageNumber"},
    ),
    "methods.recording_job.details_job.CREATE": (details_body, {"interval"}),
    "methods.recording_job.protection.ASK": (protection_body, {"conversationIds"}),
    "holds.mirroring.live.PROTECT": (lambda: changed_by(live.PROTECT), {"conversationIds"}),
    "holds.mirroring.live.LIFT": (lambda: changed_by(live.LIFT), {"conversationIds"}),
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
    "purge_rules.live.api.CREATE": (created_policy, {"name"}),
    **outbound_tables.BODIES,
}
CONVERSATIONS = {
    "conversations.conversationId",
    "conversations.conversationStart",
    "conversations.conversationEnd",
    "conversations.participants.sessions.mediaType",
}
NOT_PROTECTED = {"failedUpdates.conversation.id", "failedUpdates.errorCode"}
# The fields that we read from each answer, as dotted paths.
READ = {
    "methods.recording_job.conversations.QUERY": {*CONVERSATIONS, "totalHits"},
    "methods.recording_job.conversations.READ": CONVERSATIONS,
    "methods.recording_job.details_job.CREATE": {"jobId"},
    "methods.recording_job.details_job.STATUS": {"state"},
    "methods.recording_job.details_job.AVAILABILITY": {"dataAvailabilityDate"},
    "methods.recording_job.details_job.FIRST_PAGE": {*CONVERSATIONS, "cursor"},
    "methods.recording_job.details_job.NEXT_PAGE": {*CONVERSATIONS, "cursor"},
    "methods.recording_job.protection.ASK": {"id"},
    "holds.mirroring.live.PROTECT": NOT_PROTECTED,
    "holds.mirroring.live.LIFT": NOT_PROTECTED,
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
        "entities.recordingJobsQuery.conversationQuery.conversationFilters.predicates.dimension",
        "entities.recordingJobsQuery.conversationQuery.interval",
        "entities.recordingJobsQuery.agedConversationInterval",
    },
    "methods.recording_job.verdict.FAILED": {"entities.conversation.id"},
    "methods.recording_job.metadata.METADATA": {
        "conversationId",
        "fileState",
        "archiveDate",
        "exportedDate",
    },
    "methods.gdpr_request.finder.FIND": {
        "total",
        *(f"entities.{each.alias}" for each in Subject.model_fields.values()),
    },
    "methods.gdpr_request.method.DELETE": {"id"},
    "methods.gdpr_request.method.EXPORT": {"id"},
    "methods.gdpr_request.method.STATUS": {"status", "requestType"},
    "methods.gdpr_request.lifecycle.LIST": {"entities.id", "entities.name", "entities.requestType"},
    "methods.data_retention.READ": {"retentionDays"},
    "purge_rules.live.api.CREATE": {"id"},
    # The policy that is found is compared with the one that was sent, field by field.
    "purge_rules.live.api.LIST": {
        *(f"entities.{name}" for name in comparison.BOOKKEEPING),
        "entities.name",
        "entities.description",
        "entities.enabled",
        *(f"entities.mediaPolicies.{each}" for each in form.MEDIA.values()),
        "entities.mediaPolicies.callPolicy.actions.retentionDuration.deleteRetention.days",
        "entities.mediaPolicies.callPolicy.conditions.directions",
        *(
            f"entities.mediaPolicies.{media}.conditions.{name}.id"
            for media in form.MEDIA.values()
            for name in form.REFERENCES.values()
        ),
    },
    **outbound_tables.READ,
}


def test_tables_cover_every_live_request_and_answer() -> None:
    assert {name for name in LIVE if LIVE[name].verb in ("POST", "PUT", "PATCH")} == set(BODIES)
    assert set(LIVE) == set(READ)


def paths_in(value: Any, before: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield f"{before}{name}"
            yield from paths_in(each, f"{before}{name}.")


def test_request_bodies_match_the_models_of_the_sdk() -> None:
    misfits = {
        name: list(sdk.misfits(build(), call_of(LIVE[name]).body or ""))
        for name, (build, _) in BODIES.items()
    }
    assert {name: each for name, each in misfits.items() if each} == {}


def test_request_bodies_have_every_required_field() -> None:
    missing = {
        name: required - set(paths_in(build())) for name, (build, required) in BODIES.items()
    }
    assert {name: each for name, each in missing.items() if each} == {}


EXPORT: dict[str, Any] = {"action": Action.EXPORT, "export_integration_id": ID}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            created_job(PART._replace(interval=WINDOW, reach=Reach.INTERVAL)),
            {"DELETE", "agedConversationInterval"},
        ),
        (created_job(action=Action.ARCHIVE), {"ARCHIVE", "conversationQuery"}),
        (created_job(**EXPORT), {"EXPORT", "integrationId", "conversationQuery"}),
    ],
)
def test_recording_job_matches_the_sdk_for_each_action(
    body: Mapping[str, Any], words: set[str]
) -> None:
    assert list(sdk.misfits(body, "RecordingJobsQuery")) == []
    assert words <= {body["action"], *body}
    assert len({"agedConversationInterval", "conversationQuery"} & set(body)) == 1


def test_misfits_are_reported_with_path_and_reason() -> None:
    body = {**created_job(), "action": "SHRED", "purge": True, "clearExport": "no"}
    assert list(sdk.misfits(body, "RecordingJobsQuery")) == [
        "action: 'SHRED' is not one of ARCHIVE, DELETE, EXPORT",
        "clearExport: 'no' is not a bool",
        "purge: is not a field",
    ]


def test_fields_read_from_answers_are_fields_of_the_sdk() -> None:
    unknown = [
        f"{name}: {path}"
        for name, paths in READ.items()
        for path in sorted(paths)
        if not sdk.type_at(call_of(LIVE[name]).answer, path)
    ]
    assert unknown == []


READERS = {"get", "text_in", "count_in", "deciding_count_in", "share_in", "job_id_in", "list_in"}
READERS |= {"instant_in", "storage_in"}
# `listed_job` reads the answers to requests of another module.
MODULES = sorted(
    {name.rpartition(".")[0] for name in LIVE}
    | {"methods.recording_job.listed_job"}
    | outbound_tables.READERS
)


def words_read(module: str) -> set[str]:
    """Every field of an answer that a module reads by name."""
    asked: list[ast.expr] = []
    for node in ast.walk(tree_of(file_of(module))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in READERS:
            asked += node.args
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) != "Literal":
            asked += [node.slice] if isinstance(node.ctx, ast.Load) else []
    words = {each.value for each in asked if isinstance(each, ast.Constant)}
    return {word for word in words if isinstance(word, str) and word.isidentifier()}


def test_tables_name_every_field_that_the_source_reads() -> None:
    table = {part for paths in READ.values() for path in paths for part in path.split(".")}
    # The client returns a bare list as the `entities` of an object.
    table |= {"entities"} | outbound_tables.OF_D5
    unlisted = {module: words_read(module) - table for module in MODULES}
    assert {module: each for module, each in unlisted.items() if each} == {}


WORDS: list[tuple[set[str], str, str]] = [
    (set(RequestType), "GDPRRequest", "requestType"),
    (set(gdpr_request.STATUSES), "GDPRRequest", "status"),
    (set(report.STATUSES), "RecordingJob", "state"),
    (set(details_job.STATES), "AsyncQueryStatus", "state"),
    (set(two_step.ACTIVE), "RecordingJob", "state"),
    (set(two_step.CREATED), "RecordingJob", "state"),
    ({each.upper() for each in Action}, "RecordingJobsQuery", "action"),
    (set(MediaType), "AnalyticsSession", "mediaType"),
    (set(Direction), "AnalyticsConversation", "originatingDirection"),
    ({"DELETED", "ARCHIVED"}, "RecordingMetadata", "fileState"),
    *outbound_tables.WORDS,
]


def test_every_enumerated_word_is_a_word_of_the_sdk() -> None:
    unknown = {f"{model}.{path}": ours - sdk.words_at(model, path) for ours, model, path in WORDS}
    assert {field: each for field, each in unknown.items() if each} == {}


def test_final_statuses_of_a_gdpr_request_are_known() -> None:
    running = {"INITIATED", "SEARCHING", "UPDATING", "DELETING", "FINALIZING"}
    assert sdk.words_at("GDPRRequest", "status") == running | set(gdpr_request.STATUSES)


def test_purge_rules_may_name_every_medium_of_a_policy() -> None:
    assert set(form.MEDIA.values()) == set(sdk.model("MediaPolicies").types)


def test_only_policies_for_calls_have_directions() -> None:
    media = ("Call", "Chat", "Email", "Message")
    models = {medium: sdk.model(f"{medium}MediaPolicyConditions") for medium in media}
    assert [medium for medium in media if "directions" in models[medium].types] == ["Call"]


def test_fields_not_sent_back_are_fields_of_the_sdk() -> None:
    assert set(sdk.model("CampaignRule").types) >= SERVERS_OWN
    assert set(sdk.model("Campaign").types) >= rule_sets.SERVERS_OWN


def test_campaign_rule_examples_use_every_operator() -> None:
    compared = {each["operator"] for each in [*outbound_tables.COLUMNS, *outbound_tables.NUMBERS]}
    assert compared == set(Operator) - {Operator.IN}


def test_subject_models_have_exactly_the_fields_of_the_sdk() -> None:
    models: dict[str, type[Wire]] = {
        "GDPRSubject": Subject,
        "DialerContactId": DialerContact,
        "GDPRJourneyCustomer": JourneyCustomer,
        "SocialHandle": SocialHandle,
    }
    ours = {
        name: {field.alias for field in model.model_fields.values()}
        for name, model in models.items()
    }
    assert ours == {name: set(sdk.model(name).types) for name in models}


def test_searchable_social_handles_are_handles_of_the_sdk() -> None:
    social = {"TWITTER", "INSTAGRAM", "FACEBOOK", "APPLE_MESSAGES"}
    assert social <= set(SearchType)
    assert social <= sdk.words_at("SocialHandle", "type")


def test_regions_and_hosts_match_the_sdk() -> None:
    assert {region: api_url(region) for region in DOMAINS} == sdk.hosts()


def test_guide_names_every_permission_of_the_live_operations() -> None:
    guide = (ROOT / "docs" / "genesys.md").read_text()
    needed = {permission for each in LIVE.values() for permission in each.permissions}
    assert [each for each in sorted(needed) if f"`{each}`" not in guide] == []


def test_sdk_is_pinned_for_tests_only() -> None:
    pin = re.compile(r"^purecloudplatformclientv2==", re.MULTILINE | re.IGNORECASE)
    assert pin.search((ROOT / "requirements-dev.in").read_text())
    for file in ("requirements.in", "requirements.txt"):
        assert not pin.search((LAYER / file).read_text())
    importers = [path for path in product_files() if sdk.PACKAGE in set(imports_of(path))]
    assert importers == []

"""A documented method that meets the live platform is told what to use there."""

from __future__ import annotations

import json

import httpx
import pytest
from genesys_purge.errors import JobLost, RefusedByGenesys
from genesys_purge.genesys.answers import error_in
from genesys_purge.genesys.documented import INSTEAD, advice
from genesys_purge.methods import METHODS, windows
from genesys_purge.methods.documented import conversation_archive, data_deletion, interaction_purge
from genesys_purge.methods.recording_job import conversations as conversation_details
from genesys_purge.ports import Operation

from tests.contract import sdk

SUBMITS = [
    (
        data_deletion.SUBMIT,
        ("recording_job", "gdpr_request", "includePolicyBasedRecordings", "field organisation"),
    ),
    (
        interaction_purge.SUBMIT,
        ("recording_job", "no soft delete and no filter on attributes", "mediaTypes message"),
    ),
    (conversation_archive.SUBMIT, ("recording_job", "conversationIds")),
    (Operation("POST", "/api/v2/purgerules"), ("recording_job", "media retention policy")),
    (Operation("POST", "/api/v2/platform/webhooks"), ("notifications", "EventBridge")),
    (Operation("POST", "/api/v2/outbound/campaigns/{c}/rules"), ("/outbound/campaignrules",)),
    (Operation("PUT", "/api/v2/outbound/campaigns/{c}/rules/{r}"), ("/outbound/rulesets",)),
    (
        Operation("POST", "/api/v2/analytics/events/query"),
        ("/audits/query", "EventBridge partner source"),
    ),
]


def answer(status: int, operation: Operation) -> httpx.Response:
    url = "https://genesys.test" + operation.path
    body = json.dumps({"message": "no", "status": status}).encode()
    return httpx.Response(status, content=body, request=httpx.Request(operation.verb, url))


@pytest.mark.parametrize(("operation", "words"), SUBMITS)
def test_an_endpoint_that_is_not_there_names_what_is(
    operation: Operation, words: tuple[str, ...]
) -> None:
    error = error_in(answer(404, operation), operation)
    assert isinstance(error, JobLost)
    assert "the live platform does not have this: use" in error.message
    assert all(word in error.message for word in words)


def test_every_endpoint_of_the_documents_has_its_instead() -> None:
    missing = {sdk.unnamed(operation.path) for operation, _ in SUBMITS}
    assert missing == set(INSTEAD)
    assert not missing & {path for _, path in sdk.calls()}


def test_every_live_endpoint_and_method_that_is_named_exists() -> None:
    paths = {path for _, path in sdk.calls()}
    text = " ".join(INSTEAD.values())
    assert {"/api/v2/outbound/campaignrules", "/api/v2/outbound/rulesets"} <= paths
    assert "/api/v2/audits/query" in paths
    assert {name for name in METHODS if name in text} == {"recording_job", "gdpr_request"}


@pytest.mark.parametrize("operation", [windows.COUNT, conversation_archive.LOOK_UP])
def test_the_documents_query_is_refused_with_the_live_methods(operation: Operation) -> None:
    error = error_in(answer(400, operation), operation)
    assert isinstance(error, RefusedByGenesys)
    assert "GenesysPlatform=live" in error.message
    assert "recording_job with dateRange, mediaTypes or conversationIds" in error.message
    assert "gdpr_request for one data subject" in error.message


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (conversation_details.QUERY, 400),
        (windows.COUNT, 403),
        (data_deletion.SUBMIT, 400),
        (data_deletion.STATUS, 404),
        (conversation_archive.STATUS, 404),
    ],
)
def test_any_other_failure_is_left_as_it_is(operation: Operation, status: int) -> None:
    assert advice(operation, status) == ""

"""Advice for documented operations that are sent to the live platform."""

from __future__ import annotations

import json

import httpx
import pytest
from genesys_purge.campaign_rules.documented import catalogue, event_query
from genesys_purge.errors import NotAtGenesys, RefusedByGenesys
from genesys_purge.genesys.answers import error_in
from genesys_purge.genesys.platform_advice import advice
from genesys_purge.methods import METHODS
from genesys_purge.methods.documented import (
    conversation_archive,
    data_deletion,
    interaction_purge,
    windows,
)
from genesys_purge.methods.recording_job import conversations
from genesys_purge.operation import Operation
from genesys_purge.purge_rules import register_webhook
from genesys_purge.purge_rules.documented import api

from tests.contract import sdk

MISSING = [
    (
        data_deletion.SUBMIT,
        ("recording_job", "gdpr_request", "includePolicyBasedRecordings", "field organisation"),
    ),
    (
        interaction_purge.SUBMIT,
        ("recording_job", "no soft delete and no filter on attributes", "mediaTypes message"),
    ),
    (conversation_archive.SUBMIT, ("recording_job", "conversationIds")),
    (api.CREATE, ("recording_job", "media retention policy")),
    (register_webhook.REGISTER, ("notifications", "EventBridge")),
    (catalogue.CREATE, ("/outbound/campaignrules",)),
    (catalogue.UPDATE, ("/outbound/rulesets",)),
    (event_query.QUERY_EVENTS, ("/audits/query", "EventBridge partner source")),
]


def answer(status: int, operation: Operation) -> httpx.Response:
    url = "https://genesys.test" + operation.path
    body = json.dumps({"message": "no", "status": status}).encode()
    return httpx.Response(status, content=body, request=httpx.Request(operation.verb, url))


@pytest.mark.parametrize(("operation", "words"), MISSING)
def test_missing_endpoint_names_the_live_alternative(
    operation: Operation, words: tuple[str, ...]
) -> None:
    error = error_in(answer(404, operation), operation)
    assert isinstance(error, NotAtGenesys | RefusedByGenesys)
    assert "the live platform does not have this operation; use" in error.message
    assert all(word in error.message for word in words)


def test_no_operation_with_an_alternative_is_a_live_endpoint() -> None:
    live = {path for _, path in sdk.calls()}
    assert not {sdk.unnamed(operation.path) for operation, _ in MISSING} & live


def test_every_live_endpoint_and_method_in_the_advice_exists() -> None:
    paths = {path for _, path in sdk.calls()}
    text = " ".join(str(operation.instead) for operation, _ in MISSING)
    assert {"/api/v2/outbound/campaignrules", "/api/v2/outbound/rulesets"} <= paths
    assert "/api/v2/audits/query" in paths
    assert {name for name in METHODS if name in text} == {"recording_job", "gdpr_request"}


@pytest.mark.parametrize("operation", [windows.COUNT, conversation_archive.LOOK_UP])
def test_refused_documented_query_names_the_live_methods(operation: Operation) -> None:
    error = error_in(answer(400, operation), operation)
    assert isinstance(error, RefusedByGenesys)
    assert "GenesysPlatform=live" in error.message
    assert "recording_job with dateRange, mediaTypes or conversationIds" in error.message
    assert "gdpr_request for one data subject" in error.message


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (conversations.QUERY, 400),
        (windows.COUNT, 403),
        (data_deletion.SUBMIT, 400),
        (data_deletion.STATUS, 404),
        (conversation_archive.STATUS, 404),
    ],
)
def test_other_failures_get_no_advice(operation: Operation, status: int) -> None:
    assert advice(operation, status) is None

"""Errors about a GDPR request: they leave out Genesys's words, which may name the subject."""

from __future__ import annotations

import pytest
from genesys_purge.errors import (
    AuthenticationFailed,
    FieldError,
    GenesysUnavailable,
    Misconfigured,
    OutcomeUnknown,
    PermissionMissing,
    PurgeError,
    RateLimited,
    RefusedByGenesys,
)
from genesys_purge.methods.gdpr_request.finder import FIND
from genesys_purge.methods.gdpr_request.lifecycle import LIST
from genesys_purge.methods.gdpr_request.method import DELETE, STATUS
from genesys_purge.model.batch import BatchRef
from genesys_purge.operation import Operation

from tests.scripted_genesys import ScriptedGenesys
from tests.unit.genesys.exchange import Answer, Exchange
from tests.unit.methods.gdpr_request.subject_scene import (
    JANE,
    MAIL,
    METHOD,
    NONE,
    PART,
    finding,
    request,
    submit,
)
from tests.unit.methods.scene import submitted

SENTENCE = "GET /api/v2/gdpr/subjects answered 400"


def quoting(error: PurgeError) -> PurgeError:
    """The error, with words of Genesys that name the subject."""
    error.quoted = f"{MAIL} is wrong"
    return error


def submit_and_poll(genesys: ScriptedGenesys) -> None:
    METHOD.lifecycle.find(request(), BatchRef("run-1", 0), PART, genesys)
    submit(genesys)
    METHOD.status(request(), "gdpr-1", genesys)


def everything_in(error: PurgeError) -> str:
    return f"{error} {error.args} {error.errors()} {vars(error)}"


@pytest.mark.parametrize("operation", [FIND, DELETE, STATUS, LIST])
def test_error_of_each_operation_has_no_words_of_genesys(operation: Operation) -> None:
    genesys = finding(JANE)
    genesys.on(STATUS, {"status": "COMPLETED", "requestType": "GDPR_DELETE"})
    genesys.on(LIST, NONE)
    genesys.on(operation, quoting(RateLimited(SENTENCE, correlation_id="c-1")))
    with pytest.raises(RateLimited) as raised:
        submit_and_poll(genesys)
    assert "jane" not in everything_in(raised.value)
    assert "answered 400" in str(raised.value)
    assert raised.value.correlation_id == "c-1"
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    "error",
    [
        RefusedByGenesys(
            SENTENCE,
            status=400,
            entity_id=MAIL,
            entity_name=MAIL,
            fields=[FieldError("searchValue", f"{MAIL} is unknown")],
        ),
        OutcomeUnknown(SENTENCE),
        PermissionMissing(SENTENCE, permission="gdpr:subject:view"),
    ],
)
def test_error_of_each_class_has_no_words_of_genesys(error: PurgeError) -> None:
    genesys = finding(JANE)
    genesys.on(FIND, quoting(error))
    with pytest.raises(type(error)) as raised:
        submit(genesys)
    assert "jane" not in everything_in(raised.value)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503, 504, 507])
def test_error_of_each_status_has_no_words_of_genesys(status: int) -> None:
    answer = Answer(
        status, {"message": f"a: b answered 200: {MAIL}", "errors": [{"message": MAIL}]}
    )
    for exchange in (Exchange(tokens=(answer,)), Exchange(answer)):
        with pytest.raises(PurgeError) as raised:
            submitted(METHOD, request(), PART, exchange.client)
        assert "jane" not in everything_in(raised.value)
        assert f"answered {status}; Genesys's own words are left out" in str(raised.value)


def test_missing_permission_is_named_without_the_words_of_genesys() -> None:
    exchange = Exchange(Answer(403, {"message": MAIL}))
    with pytest.raises(PermissionMissing) as raised:
        submitted(METHOD, request(), PART, exchange.client)
    assert str(raised.value).endswith("; the OAuth client needs gdpr:subject:view")
    assert MAIL not in str(raised.value)


@pytest.mark.parametrize(
    "error",
    [
        AuthenticationFailed('the Genesys secret must be {"clientId": "...", "clientSecret": ""}'),
        Misconfigured("the parameter /known cannot be read: organisations.emea: is required"),
        GenesysUnavailable("/api/v2/gdpr/requests was not sent: ConnectTimeout"),
        PermissionMissing("the OAuth client has no scope: gdpr", permission="gdpr"),
    ],
)
def test_message_without_words_of_genesys_stays_unchanged(error: PurgeError) -> None:
    before = error.message
    genesys = finding(JANE)
    genesys.on(FIND, error)
    with pytest.raises(type(error)) as raised:
        submit(genesys)
    assert raised.value.message == before

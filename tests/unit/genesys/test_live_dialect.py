"""The live platform: list answers, permissions instead of scopes, and its own pace."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from genesys_purge.errors import PermissionMissing, RefusedByGenesys, UnreadableAnswer
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Operation

from tests.unit.genesys.exchange import READ, Answer, Exchange, token

EDIT = ("recording:job:edit", "recording:recording:editRetention")
EXECUTE = Operation("PUT", "/api/v2/recording/jobs/{job_id}", permissions=EDIT, dialect=LIVE)
CANCEL = Operation("DELETE", "/api/v2/recording/jobs/{job_id}", permissions=EDIT[:1], dialect=LIVE)
LISTED = Operation("POST", "/api/v2/recordings/deletionprotection", lists=True, dialect=LIVE)
PAGE = Operation("GET", "/api/v2/recording/jobs?state={state}&pageNumber={page}", dialect=LIVE)


def test_list_answer_is_returned_as_entities() -> None:
    assert Exchange(Answer(200, [{"id": "a"}])).read(LISTED) == {"entities": [{"id": "a"}]}


@pytest.mark.parametrize("body", [{}, {"entities": []}, "", "null", "7"])
def test_answer_that_is_not_a_list_is_unreadable(body: Any) -> None:
    with pytest.raises(UnreadableAnswer, match="without a JSON list"):
        Exchange(Answer(200, body)).read(LISTED)


def test_id_in_the_path_of_a_deleting_call_is_quoted() -> None:
    exchange = Exchange(Answer(200, {"state": "PROCESSING"}))
    exchange.delete(operation=EXECUTE, job_id="a/b")
    (call,) = exchange.calls
    assert (call.method, call.url.raw_path) == ("PUT", b"/api/v2/recording/jobs/a%2Fb")


def test_parameters_of_a_query_are_quoted() -> None:
    exchange = Exchange(Answer(200, {"entities": []}))
    exchange.read(PAGE, state="A&b=c", page="1")
    assert dict(exchange.calls[0].url.params) == {"state": "A&b=c", "pageNumber": "1"}


@pytest.mark.parametrize("status", [200, 204])
def test_changing_call_without_content_returns_an_empty_answer(status: int) -> None:
    exchange = Exchange(Answer(status, ""))
    assert exchange.client.change(CANCEL, job_id="job-1") == {}
    assert exchange.calls[0].method == "DELETE"


def test_forbidden_call_names_all_required_permissions() -> None:
    exchange = Exchange(Answer(403, {"code": "missing.permissions"}))
    with pytest.raises(PermissionMissing, match=", ".join(EDIT)) as missing:
        exchange.delete(operation=EXECUTE, job_id="job-1")
    assert missing.value.permission == ", ".join(EDIT)


def test_live_call_does_not_check_the_scopes_of_the_token() -> None:
    exchange = Exchange(tokens=(token(scope="recordings"),))
    assert exchange.client.change(CANCEL, job_id="job-1") == {}


def test_refused_live_call_has_the_correlation_id() -> None:
    exchange = Exchange(Answer(409, {}, (("inin-correlation-id", "c-1"),)))
    with pytest.raises(RefusedByGenesys) as refused:
        exchange.client.change(CANCEL, job_id="job-1")
    assert refused.value.correlation_id == "c-1"


def test_live_calls_use_the_live_pace() -> None:
    exchange, waits = Exchange(Answer(200, {})), list[str]()

    client = GenesysClient(
        exchange.http,
        "https://api.test",
        exchange.tokens,
        lambda send: send(),
        exchange.clock,
        partial(waits.append, "documented"),
        partial(waits.append, "live"),
    )
    client.change(CANCEL, job_id="job-1")
    client.read(READ)
    assert waits == ["live", "documented"]

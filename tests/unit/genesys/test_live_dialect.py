"""What the live platform does otherwise: lists as answers, roles, ids in changing calls."""

from __future__ import annotations

from typing import Any

import pytest
from genesys_purge.calling.pace import Pace
from genesys_purge.errors import PermissionMissing, RefusedByGenesys, UnreadableAnswer
from genesys_purge.genesys.client import GenesysClient
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Operation

from tests.unit.genesys.exchange import PERMIT, READ, Answer, Exchange, token

EDIT = ("recording:job:edit", "recording:recording:editRetention")
EXECUTE = Operation("PUT", "/api/v2/recording/jobs/{job_id}", permissions=EDIT, dialect=LIVE)
CANCEL = Operation("DELETE", "/api/v2/recording/jobs/{job_id}", permissions=EDIT[:1], dialect=LIVE)
LISTED = Operation("POST", "/api/v2/recordings/deletionprotection", lists=True, dialect=LIVE)
PAGE = Operation("GET", "/api/v2/recording/jobs?state={state}&pageNumber={page}", dialect=LIVE)


def test_a_list_is_given_as_entities() -> None:
    assert Exchange(Answer(200, [{"id": "a"}])).read(LISTED) == {"entities": [{"id": "a"}]}


@pytest.mark.parametrize("body", [{}, {"entities": []}, "", "null", "7"])
def test_anything_else_is_no_list(body: Any) -> None:
    with pytest.raises(UnreadableAnswer, match="without a JSON list"):
        Exchange(Answer(200, body)).read(LISTED)


def test_a_deleting_call_may_be_about_one_job() -> None:
    exchange = Exchange(Answer(200, {"state": "PROCESSING"}))
    exchange.client.delete(EXECUTE, {"state": "PROCESSING"}, PERMIT, job_id="a/b")
    (call,) = exchange.calls
    assert (call.method, call.url.raw_path) == ("PUT", b"/api/v2/recording/jobs/a%2Fb")


def test_the_words_of_a_query_are_quoted() -> None:
    exchange = Exchange(Answer(200, {"entities": []}))
    exchange.read(PAGE, state="A&b=c", page="1")
    assert dict(exchange.calls[0].url.params) == {"state": "A&b=c", "pageNumber": "1"}


@pytest.mark.parametrize("status", [200, 204])
def test_an_answer_without_content_is_an_empty_one(status: int) -> None:
    exchange = Exchange(Answer(status, ""))
    assert exchange.client.change(CANCEL, job_id="job-1") == {}
    assert exchange.calls[0].method == "DELETE"


def test_every_permission_that_is_needed_is_named() -> None:
    exchange = Exchange(Answer(403, {"code": "missing.permissions"}))
    with pytest.raises(PermissionMissing, match=", ".join(EDIT)) as missing:
        exchange.client.delete(EXECUTE, {}, PERMIT, job_id="job-1")
    assert missing.value.permission == ", ".join(EDIT)


def test_the_scopes_of_a_token_say_nothing_about_permissions() -> None:
    exchange = Exchange(tokens=(token(scope="recordings"),))
    assert exchange.client.change(CANCEL, job_id="job-1") == {}


def test_a_refusal_keeps_genesyss_own_id_of_the_exchange() -> None:
    exchange = Exchange(Answer(409, {}, (("inin-correlation-id", "c-1"),)))
    with pytest.raises(RefusedByGenesys) as refused:
        exchange.client.change(CANCEL, job_id="job-1")
    assert refused.value.correlation_id == "c-1"


def test_the_live_platform_has_a_pace_of_its_own() -> None:
    exchange, waits = Exchange(Answer(200, {})), list[str]()

    class Waiting(Pace):
        def __init__(self, name: str) -> None:
            super().__init__(1)
            self.name = name

        def wait(self) -> None:
            waits.append(self.name)

    client = GenesysClient(
        exchange.http,
        "https://api.test",
        exchange.tokens,
        lambda send: send(),
        Waiting("documented"),
        Waiting("live"),
    )
    client.change(CANCEL, job_id="job-1")
    client.read(READ)
    assert waits == ["live", "documented"]

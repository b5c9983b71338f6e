"""The WSGI application: routing, limits of bodies, errors and the log."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator import Corpus, Method, Operation
from simulator.http.answer import Answer, Refusal
from simulator.http.routing import Route, Router
from tests.simulator.caller import ARCHIVE, NOW, QUERY, start_simulator


def test_every_answer_has_its_own_correlation_id() -> None:
    caller = start_simulator()
    answers = [
        caller.token(),
        caller.token(("a", "b")),
        caller.count(),
        caller.submit_archive([]),
        caller.http.get("/nowhere"),
        caller.http.get("/_simulator/state"),
    ]
    assert len({each.headers["X-Correlation-Id"] for each in answers}) == len(answers)


def test_error_has_the_documented_body() -> None:
    answer = start_simulator().http.get(f"{ARCHIVE}/unknown")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "message": "The job was not found: it is unknown, expired or deleted",
        "code": "not.found",
        "status": 404,
        "contextId": answer.headers["X-Correlation-Id"],
        "details": [],
        "errors": [],
    }


def test_unknown_paths_are_404() -> None:
    caller = start_simulator()
    for path in ("/", "/api/v2", f"{ARCHIVE}/a/b", f"{QUERY}/", "/api/v2/users"):
        assert caller.http.get(path).status_code == 404, path


def test_wrong_verb_is_405_and_names_the_allowed_verbs() -> None:
    answer = start_simulator().http.delete(ARCHIVE)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_body_over_the_limit_is_413() -> None:
    caller = start_simulator(max_body_bytes=100)
    assert caller.http.post(QUERY, content=b" " * 100).status_code == 400
    assert caller.http.post(QUERY, content=b" " * 101).status_code == 413
    caller = start_simulator(max_body_bytes=None)
    assert caller.http.post(QUERY, content=b" " * 2_000_000).status_code == 400


def test_body_without_a_length_is_411() -> None:
    assert start_simulator().http.post(QUERY, content=iter([b"{}"])).status_code == 411


def test_requests_are_logged_without_credentials() -> None:
    caller = start_simulator()
    caller.submit_archive(["a"])
    caller.http.get("/nowhere")
    token, submit, nowhere = caller.simulator.requests
    assert (token.operation, token.method, token.status) == (Operation.TOKEN, None, 200)
    assert submit.operation is Operation.SUBMIT
    assert submit.method is Method.CONVERSATION_ARCHIVE
    assert (submit.at, submit.verb, submit.path) == (NOW, "POST", ARCHIVE)
    assert (submit.client_id, submit.status) == ("simulator", 202)
    assert submit.body == b'{"conversationIds":["a"]}'
    assert (nowhere.operation, nowhere.status) == (None, 404)
    assert "secret" not in repr(caller.simulator.requests)


def test_route_matches_whole_segments_with_parameters() -> None:
    route = Route("GET", "/a.b/{one}/c/{two}", lambda _: Answer.json(200, {}))
    router = Router([route])
    assert router.match("GET", "/a.b/1/c/2") == (route, {"one": "1", "two": "2"})
    for path in ("/aXb/1/c/2", "/a.b/1/c/2/", "/a.b//c/2", "/a.b/1/1/c/2"):
        with pytest.raises(Refusal):
            router.match("GET", path)


def test_concurrent_submits_never_exceed_the_limit_of_jobs() -> None:
    caller = start_simulator(Corpus.of([]), max_concurrent_jobs=5)
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda n: caller.submit_archive([str(n)]).status_code, range(40))
    assert sorted(answers) == [202] * 5 + [429] * 35
    assert len(caller.simulator.jobs) == 5
    assert len(caller.simulator.requests) == 41

"""The ways in: the request, the actor and the scheduled time of each event."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest
from genesys_purge.callers import HttpCall, cause_of, is_http, submission
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.strict_json import LARGEST_BODY
from genesys_purge.model.submission import Submission
from hypothesis import given
from hypothesis import strategies as st

from tests.application import http_event

REQUEST = {"method": "m", "reason": "a good reason"}
AT = "2026-11-21T03:00:00Z"
MOMENT = datetime(2026, 11, 21, 3, tzinfo=UTC)
PUBLISHED = {"detail-type": "x", "source": "com.example", "time": AT, "detail": REQUEST}
SCHEDULE = {"scheduledTime": AT, "scheduleArn": "arn:aws:scheduler:::schedule/default/nightly"}


def posted(body: str, **changes: Any) -> dict[str, Any]:
    return http_event("POST /purges", body=body) | changes


def refused(event: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as error:
        submission(event)
    return {each.path: each.message for each in error.value.errors()}


OPERATOR = "arn:aws:iam::123456789012:user/operator"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (REQUEST, Submission(REQUEST, "invoke")),
        ({}, Submission({}, "invoke")),
        (SCHEDULE | {"request": REQUEST}, Submission(REQUEST, "schedule:nightly", MOMENT)),
        (
            {"scheduledTime": "2026-11-21T04:00:00+01:00", "request": REQUEST},
            Submission(REQUEST, "schedule:", MOMENT),
        ),
        (
            {"detail-type": "x", "source": "com.example", "time": AT, "detail": REQUEST},
            Submission(REQUEST, "event:com.example", MOMENT),
        ),
        (
            {"detail-type": "x", "source": "s", "time": AT, "detail": None},
            Submission(None, "event:s", MOMENT),
        ),
        (
            posted('{"method": "m", "reason": "a good reason"}'),
            Submission(REQUEST, OPERATOR, person_id="user:operator"),
        ),
        (posted("[1]"), Submission([1], OPERATOR, person_id="user:operator")),
        (
            posted("[1]", pathParameters={"holdId": "case-17"}),
            Submission([1], OPERATOR, person_id="user:operator", path={"holdId": "case-17"}),
        ),
    ],
)
def test_submission_has_the_request_actor_and_time_of_its_event(
    event: Any, expected: Submission
) -> None:
    assert submission(event) == expected


@pytest.mark.parametrize("event", [None, 1, "x", [], [REQUEST], True])
def test_event_that_is_not_an_object_is_refused(event: object) -> None:
    assert refused(event) == {"request": "must be a JSON object"}


@pytest.mark.parametrize(
    "event", [SCHEDULE, SCHEDULE | {"request": REQUEST, "more": 1}, {"scheduledTime": AT}]
)
def test_schedule_with_missing_or_extra_fields_is_refused(event: Any) -> None:
    assert refused(event) == {"request": "a schedule sends scheduledTime, scheduleArn and request"}


@pytest.mark.parametrize(
    "moment",
    [
        None,
        "",
        "<aws.scheduler.scheduled-time>",
        "2026-11-21",
        "2026-11-21T03:00:00",
        "20261121",
        1_795_230_000,
        True,
        [AT],
        2**70,
        "0001-01-01T00:00:00+23:00",
        "\ud800",
    ],
)
def test_time_of_an_event_must_be_rfc_3339_with_a_zone(moment: object) -> None:
    message = "must be an RFC 3339 time, for example 2024-01-31T00:00:00Z"
    assert refused({"scheduledTime": moment, "request": {}}) == {"scheduledTime": message}
    assert refused(PUBLISHED | {"time": moment}) == {"time": message}


def test_schedule_of_another_group_is_another_caller() -> None:
    arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/{}/nightly"
    groups = ["default", "purges", "others"]
    sent = [SCHEDULE | {"scheduleArn": arn.format(each), "request": REQUEST} for each in groups]
    expected = ["schedule:nightly", "schedule:purges/nightly", "schedule:others/nightly"]
    assert [submission(each).actor for each in sent] == expected


def test_long_sources_are_different_callers() -> None:
    sources = ["com." + "x" * 200 + end for end in "ab"]
    assert len({submission(PUBLISHED | {"source": each}).actor for each in sources}) == 2


@pytest.mark.parametrize("missing", ["detail", "source", "time"])
def test_bus_event_without_a_field_is_refused(missing: str) -> None:
    event = {name: value for name, value in PUBLISHED.items() if name != missing}
    assert refused(event) == {"request": "an event has detail, source and time"}


@pytest.mark.parametrize(
    "name",
    [{"scheduleArn": ":schedule/g/" + "x" * 500}, {"scheduleArn": None}, {"scheduleArn": {"a": 1}}],
)
def test_actor_has_at_most_300_characters(name: dict[str, Any]) -> None:
    event = {"scheduledTime": AT, "request": REQUEST} | name
    assert len(submission(event).actor) <= 300


def test_base64_body_is_decoded() -> None:
    body = base64.b64encode(b'{"a": "\xc3\xbc"}').decode()
    assert submission(posted(body, isBase64Encoded=True)).payload == {"a": "ü"}


@pytest.mark.parametrize(
    ("body", "encoded"),
    [
        ("", False),
        ("{", False),
        ("method=m", False),
        ("{}{}", False),
        ("NaN", False),
        ("\ud800", False),
        ("[" * 100_000, False),
        ("{}", True),
        ("e30", True),
        ("!!!!", True),
        ("ä", True),
        ("/////w==", True),
    ],
)
def test_body_that_is_not_json_is_refused(body: str, *, encoded: bool) -> None:
    event = posted(body, isBase64Encoded=encoded)
    assert refused(event) == {"request": "the body is not JSON"}


@pytest.mark.parametrize("encoded", [False, True])
def test_body_with_a_repeated_key_is_refused_by_its_path(*, encoded: bool) -> None:
    text = '{"subject": {"name": "a", "name": "b"}}'
    body = base64.b64encode(text.encode()).decode() if encoded else text
    message = "is given more than once; give it once"
    assert refused(posted(body, isBase64Encoded=encoded)) == {"subject.name": message}


def test_byte_order_mark_of_a_body_is_skipped() -> None:
    assert submission(posted('\ufeff{"a": 1}')).payload == {"a": 1}


def test_missing_body_is_refused() -> None:
    assert refused(http_event("POST /purges")) == {"request": "the body is not JSON"}


@pytest.mark.parametrize("encoded", [False, True])
def test_body_over_one_mebibyte_is_refused(*, encoded: bool) -> None:
    def body(size: int) -> str:
        text = '"' + "x" * (size - 2) + '"'
        return base64.b64encode(text.encode()).decode() if encoded else text

    largest = submission(posted(body(LARGEST_BODY), isBase64Encoded=encoded))
    assert len(largest.payload) == LARGEST_BODY - 2
    event = posted(body(LARGEST_BODY + 1), isBase64Encoded=encoded)
    assert refused(event) == {"request": "may have at most 1048576 bytes"}


def test_body_size_is_counted_in_bytes() -> None:
    assert "request" in refused(posted('"' + "€" * (LARGEST_BODY // 2) + '"'))


@pytest.mark.parametrize(
    "authorizer", [{}, {"iam": {}}, {"iam": {"userArn": None}}, {"jwt": {"claims": {}}}]
)
def test_actor_is_http_if_the_caller_has_no_name(authorizer: dict[str, Any]) -> None:
    event = http_event("GET /purges/{runId}")
    event["requestContext"]["authorizer"] = authorizer
    assert HttpCall(event).actor == "http"


@pytest.mark.parametrize("absent", [{}, {"pathParameters": None, "queryStringParameters": None}])
def test_call_without_parameters_has_empty_ones(absent: dict[str, Any]) -> None:
    call = HttpCall(http_event("GET /purges/{runId}") | absent)
    assert (call.path_parameters, call.query_string_parameters) == ({}, {})


@pytest.mark.parametrize("event", [None, [], {}, {"requestContext": None}, {"requestContext": {}}])
def test_other_events_are_not_http(event: object) -> None:
    assert not is_http(event)


names = st.sampled_from(
    ["scheduledTime", "scheduleArn", "request", "detail", "detail-type", "time", "source"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(names | st.text(max_size=3), values, max_size=5) | values)
def test_any_event_is_a_submission_or_refused(event: Any) -> None:
    try:
        actor = submission(event).actor
    except InvalidRequest as error:
        actor = error.errors()[0].path
    assert 0 < len(actor) <= 100


@given(st.text(st.characters(exclude_categories=[])), st.booleans())
def test_any_body_is_json_or_refused(body: str, encoded: bool) -> None:
    try:
        found = submission(posted(body, isBase64Encoded=encoded)).actor
    except InvalidRequest as error:
        found = error.errors()[0].path
    assert found in ("request", "arn:aws:iam::123456789012:user/operator")


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        (posted("{}") | {"requestContext": {"http": {}, "requestId": "api-1"}}, "api-1"),
        (posted("{}"), None),
        (
            posted("{}") | {"requestContext": {"http": {}, "requestId": "JKJaXmPLvHcESHA="}},
            "JKJaXmPLvHcESHA=",
        ),
        (posted("{}") | {"requestContext": {"http": {}, "requestId": "jane@example.com"}}, None),
        (posted("{}") | {"requestContext": {"http": {}, "requestId": "x" * 65}}, None),
        (PUBLISHED | {"id": "jane.doe@example.com"}, None),
        (PUBLISHED | {"id": "x" * 65}, None),
        (PUBLISHED | {"id": ["event-1"]}, None),
        (PUBLISHED | {"id": "event-1", "runId": "run-1"}, "event-1"),
        (PUBLISHED, None),
        ({"runId": "run-1", "id": "jane"}, "run-1"),
        ({"deploymentId": "deployment-1"}, "deployment-1"),
        ({"id": "jane"}, None),
        ([{"runId": "run-1"}], None),
        (None, None),
    ],
)
def test_the_cause_of_an_event_is_the_id_that_its_sender_gave_it(
    event: object, cause: str | None
) -> None:
    assert cause_of(event) == cause

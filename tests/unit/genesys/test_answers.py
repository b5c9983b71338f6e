"""Answers of Genesys: read leniently, cut to a limit, and converted to our errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from genesys_purge.errors import PurgeError, RefusedByGenesys
from genesys_purge.genesys.answers import (
    correlation_id,
    error_in,
    message_in,
    object_in,
    retry_after,
)
from genesys_purge.methods.documented.data_deletion import STATUS, SUBMIT
from genesys_purge.operation import Operation
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.genesys.exchange import DELETE, Answer


def answered(
    body: Any = "", *headers: tuple[str, str | bytes], status: int = 400
) -> httpx.Response:
    response = Answer(status, body, headers).response()
    response.request = httpx.Request("POST", "https://api.test/api/v2/x?secret=1")
    return response


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "bad range", "code": "bad.request"}, "bad range; bad.request"),
        ({"message": "same", "code": "same"}, "same"),
        ({"error": "invalid_grant"}, "invalid_grant"),
        ({"error": "invalid", "error_description": "unknown client"}, "unknown client; invalid"),
        ({"errors": [{"path": "a.b", "message": "empty"}, "plain"]}, "a.b: empty; plain"),
        ({"details": [{"fieldName": "x", "message": "odd"}]}, "x: odd"),
        ({"errors": [{"field": "y"}, {"message": "only text"}]}, "y: ; only text"),
        ({"message": "m", "details": {"a": 1}, "errors": None}, "m"),
        ({"message": {"nested": True}}, "{'nested': True}"),
        ({"other": 1}, "no message"),
        ("", "no message"),
        ("plain text", "plain text"),
        ("<html><body>502</body></html>", "<html><body>502</body></html>"),
        ("[1, 2]", "[1, 2]"),
        ('"text"', "text"),
        ("null", "None"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ("a\x00b\x1b[31mc\r\nd\u202ee", "a b [31mc  d e"),
        ({"message": "a\nb"}, "a b"),
    ],
)
def test_message_is_read_from_the_body_of_the_answer(body: Any, message: str) -> None:
    assert message_in(answered(body)) == message


@pytest.mark.parametrize("body", ["x" * 10_000, {"message": "x" * 10_000}, ["x" * 10_000]])
def test_message_is_cut_to_500_characters(body: Any) -> None:
    assert len(message_in(answered(body))) == 500


def test_personal_data_that_genesys_quotes_is_masked() -> None:
    body = {"message": "bad query jane@example.com", "errors": [{"message": "ani +13175550123"}]}
    assert message_in(answered(body)) == "bad query [e-mail address]; ani [number]"
    far = "x " * 245 + "jane.doe@example.com"
    assert message_in(answered(far)).endswith("x [e-mail ad")


@pytest.mark.parametrize(
    "charset", ["utf-16", "idna", "undefined", "zip", "hex", "rot13", "punycode", "no such", '"']
)
def test_message_is_read_despite_a_wrong_charset(charset: str) -> None:
    response = answered("oh no", ("content-type", f"text/plain; charset={charset}"))
    assert message_in(response) == "oh no"


@given(st.binary(max_size=200), st.integers(300, 599))
def test_error_of_any_body_is_ours_and_printable(body: bytes, status: int) -> None:
    error = error_in(answered(body, status=status), DELETE)
    assert isinstance(error, PurgeError)
    assert str(error).isprintable()
    assert f"POST /api/v2/x answered {status}: " in str(error)
    assert "secret=1" not in str(error)


@pytest.mark.parametrize("name", ["X-Correlation-Id", "inin-correlation-id", "ININ-Correlation-Id"])
def test_error_text_ends_with_the_correlation_id(name: str) -> None:
    for status in (400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 507):
        error = error_in(answered({"message": "m"}, (name, "c-1"), status=status), DELETE)
        assert error.correlation_id == "c-1", status
        assert str(error).endswith("[correlation id c-1]"), status


@pytest.mark.parametrize(
    "value",
    ["", "c\x1b-1", "x" * 65, "jane.doe@example.com", "Jane Doe", "c-1, c-2", "c_1", "\u00fc"],
)
def test_correlation_id_of_another_form_is_dropped(value: str) -> None:
    answer = answered({"message": "m"}, ("x-correlation-id", value), status=400)
    assert correlation_id(answer) is None
    assert str(error_in(answer, DELETE)).endswith("answered 400: m")


def test_correlation_id_has_up_to_64_letters_digits_and_hyphens() -> None:
    for value in ("A-9", "x" * 64):
        assert correlation_id(answered("", ("x-correlation-id", value))) == value


def test_second_correlation_header_is_read_if_the_first_is_wrong() -> None:
    headers = (("x-correlation-id", "jane doe"), ("inin-correlation-id", "c-1"))
    assert correlation_id(answered("", *headers)) == "c-1"


@pytest.mark.parametrize(
    ("operation", "advice"),
    [
        (Operation("POST", "/x", scopes=("a:b", "c")), "the OAuth client needs a:b or c"),
        (Operation("POST", "/x", permissions=("a:b", "c")), "the OAuth client needs a:b, c"),
        (
            Operation("POST", "/x"),
            "check the role and the divisions of the OAuth client",
        ),
    ],
)
def test_forbidden_operation_says_which_permission_to_add(
    operation: Operation, advice: str
) -> None:
    assert error_in(answered({"message": "m"}, status=403), operation).message.endswith(
        f"; {advice}"
    )


DUPLICATE = {
    "message": "taken",
    "code": "recording.policy.name.duplicate.name",
    "entityId": "policy-1",
    "entityName": "two years",
}


def refused(body: Any, status: int = 400) -> RefusedByGenesys:
    error = error_in(answered(body, status=status), DELETE)
    assert isinstance(error, RefusedByGenesys)
    return error


def test_refusal_has_the_code_and_the_conflicting_entity() -> None:
    error = refused(DUPLICATE, 409)
    assert (error.status, error.code) == (409, DUPLICATE["code"])
    assert (error.entity_id, error.entity_name) == ("policy-1", "two years")


@pytest.mark.parametrize("code", [None, 7, "", "two words", "x" * 101, ["a"]])
def test_refusal_omits_a_code_that_is_not_an_identifier(code: object) -> None:
    assert refused({"message": "m", "code": code}).code is None


@pytest.mark.parametrize("body", ["plain", "[]", "null", {}])
def test_refusal_without_json_fields_has_no_code(body: Any) -> None:
    error = refused(body)
    assert (error.code, error.entity_id, error.entity_name, error.fields) == (None, None, None, ())


def test_error_has_sentence_quotation_and_advice_as_parts() -> None:
    error = error_in(
        answered({"message": "no"}, status=403), Operation("POST", "/x", scopes=("a",))
    )
    assert error.sentence == "POST /api/v2/x answered 403"
    assert (error.quoted, error.advice) == ("no", "the OAuth client needs a")
    assert error.message == "POST /api/v2/x answered 403: no; the OAuth client needs a"


@pytest.mark.parametrize("operation", [SUBMIT, STATUS])
def test_403_of_a_data_deletion_names_both_scopes_of_its_document(operation: Operation) -> None:
    error = error_in(answered({"message": "no"}, status=403), operation)
    assert error.message.endswith("needs data:deletion:manage or retention:manage")


def test_correlation_id_is_none_without_a_header() -> None:
    assert correlation_id(answered()) is None
    assert "correlation" not in str(error_in(answered(), DELETE))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("3600", 3_600),
        ("86400", 3_600),
        ("9" * 400, 3_600),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("Mon, 99999999999999999999 Nov 2026 12:00:00 GMT", None),
        ("Mon, 20 Nov 99999999999999999999 12:00:00 GMT", None),
        ("Fri, 20 Nov 2026 12:00:00", None),
        ("Fri, 20 Nov 1970 12:00:00 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_bounded(
    value: str, seconds: float | None
) -> None:
    assert retry_after(answered("", ("Retry-After", value))) == seconds


def test_retry_after_a_date_is_the_time_until_that_date() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    seconds = retry_after(answered("", ("Retry-After", until)))
    assert seconds is not None
    assert 80 < seconds <= 90


def test_retry_after_is_none_without_a_header() -> None:
    assert retry_after(answered()) is None


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_retry_after_of_any_text_is_none_or_at_most_an_hour(value: str) -> None:
    found = retry_after(answered("", ("Retry-After", value)))
    assert found is None or 0 <= found <= 3_600


def test_successful_answer_is_returned_as_an_object() -> None:
    assert object_in(answered({"a": 1}, status=200)) == {"a": 1}

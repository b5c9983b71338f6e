"""Errors: their classes, their HTTP statuses and their encoding for Step Functions."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from genesys_purge import errors
from genesys_purge.error_codec import Reported, decoded, encoded, reported
from genesys_purge.errors import FieldError, InvalidRequest, PurgeError


def subclasses(kind: type[PurgeError]) -> Iterator[type[PurgeError]]:
    """The classes of the module; a part may have one that never leaves it."""
    for each in kind.__subclasses__():
        if each.__module__ == errors.__name__:
            yield each
        yield from subclasses(each)


def leaves() -> list[type[PurgeError]]:
    return [each for each in subclasses(PurgeError) if not each.__subclasses__()]


def depth(kind: type[PurgeError]) -> int:
    return kind.__mro__.index(PurgeError)


def test_docstring_tree_shows_every_error_class() -> None:
    shown = []
    for line in (errors.__doc__ or "").splitlines():
        branch, dash, words = line.partition("── ")
        if dash:
            shown.append((words.split()[0], len(branch) // 4 + 1))
    assert sorted(shown) == sorted((kind.__name__, depth(kind)) for kind in subclasses(PurgeError))


def test_reported_error_is_a_caller_error_by_its_class() -> None:
    found = {kind for kind in leaves() if Reported(kind.__name__, "text").is_caller_error}
    assert found == {kind for kind in leaves() if issubclass(kind, errors.CallerError)}


def test_reported_error_of_an_unknown_class_is_no_caller_error() -> None:
    for name in ("", "States.Timeout", "ValueError", "FieldError", "Sequence"):
        assert not Reported(name, "text").is_caller_error, name


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotFound, 404),
        (errors.AlreadyExists, 409),
        (errors.NotGenuine, 401),
        (errors.MethodNotAllowed, 405),
        (errors.TooLarge, 413),
        (errors.LimitExceeded, 400),
        (errors.RetentionNotMet, 400),
        (errors.OnLegalHold, 400),
        (errors.AuthenticationFailed, 500),
        (errors.PurgingSwitchedOff, 500),
        (errors.RateLimited, 429),
        (errors.GenesysUnavailable, 503),
        (errors.UnreadableAnswer, 503),
        (errors.OutcomeUnknown, 500),
        (errors.LostRace, 500),
        (errors.Unexpected, 500),
    ],
)
def test_error_class_defines_the_http_status(kind: type[PurgeError], status: int) -> None:
    assert kind("text").http_status == status


def cause_of(error: PurgeError) -> str:
    """The cause that Lambda reports for an exception of a function."""
    text = str(encoded(error))
    return orjson.dumps({"errorMessage": text, "errorType": type(error).__name__}).decode()


def test_converted_error_keeps_sentence_quotation_advice_and_id() -> None:
    error = errors.GenesysUnavailable("POST /x answered 503", correlation_id="c-1")
    error.quoted, error.advice = "busy", "repeat it"
    converted = error.converted(errors.RefusedByGenesys, status=503)
    assert (converted.sentence, converted.quoted, converted.advice) == (
        "POST /x answered 503",
        "busy",
        "repeat it",
    )
    assert (converted.status, converted.correlation_id) == (503, "c-1")


def test_error_without_fields_shows_its_message_as_a_field() -> None:
    assert str(errors.JobLost("gone", correlation_id="c-1")) == "gone [correlation id c-1]"
    assert errors.JobLost("gone").errors() == (FieldError("request", "gone"),)


@pytest.mark.parametrize(
    "error",
    [
        errors.JobLost("gone", correlation_id="c-1"),
        errors.OnLegalHold("held [correlation id c-2]"),
        errors.RefusedByGenesys(
            "no", status=422, correlation_id="c-1", fields=[FieldError("a.0", "is wrong")]
        ),
        InvalidRequest([FieldError("a.0", "is wrong"), FieldError("b", "is missing")]),
    ],
)
def test_encoded_error_is_decoded_unchanged(error: PurgeError) -> None:
    before = reported(error)
    assert decoded(type(error).__name__, cause_of(error)) == before


def test_encoded_invalid_request_is_a_list_of_fields() -> None:
    error = InvalidRequest([FieldError("a.0", "is wrong", needs=("b",))])
    assert orjson.loads(str(encoded(error))) == {"errors": [{"path": "a.0", "message": "is wrong"}]}


@pytest.mark.parametrize(
    ("cause", "message"),
    [
        ('{"errorMessage": "no room", "errorType": "X"}', "no room"),
        ('{"errorMessage": "{\\"errors\\": 5}"}', ""),
        ('{"errorMessage": ""}', ""),
        ('{"errorMessage": null}', ""),
        ("{}", ""),
        ("plain text", "plain text"),
        ("[1, 2]", "[1, 2]"),
        ("", ""),
    ],
)
def test_cause_that_is_not_an_encoded_error_becomes_the_message(cause: str, message: str) -> None:
    assert decoded("X", cause) == ("X", message, None)


@pytest.mark.parametrize("given", ["jane doe", "x" * 65, 5, None, ["c-1"]])
def test_correlation_id_of_another_form_is_not_decoded(given: object) -> None:
    text = orjson.dumps({"message": "no", "correlationId": given}).decode()
    cause = orjson.dumps({"errorMessage": text}).decode()
    assert decoded("X", cause) == ("X", "no", None)


def test_reason_is_cut_to_a_thousand_characters() -> None:
    assert decoded("X", "x" * 5_000).reason == "X: " + "x" * 997

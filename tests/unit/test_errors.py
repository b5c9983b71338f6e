"""Errors: their names are the state machine's, their texts survive it."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from genesys_purge import errors
from genesys_purge.errors import FieldError, InvalidRequest, PurgeError, is_the_callers


def subclasses(kind: type[PurgeError]) -> Iterator[type[PurgeError]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def leaves() -> list[type[PurgeError]]:
    return [each for each in subclasses(PurgeError) if not each.__subclasses__()]


def depth(kind: type[PurgeError]) -> int:
    return kind.__mro__.index(PurgeError)


def test_the_drawing_shows_every_class_where_it_stands() -> None:
    drawn = []
    for line in (errors.__doc__ or "").splitlines():
        branch, dash, words = line.partition("── ")
        if dash:
            drawn.append((words.split()[0], len(branch) // 4 + 1))
    assert sorted(drawn) == sorted((kind.__name__, depth(kind)) for kind in subclasses(PurgeError))


@pytest.mark.parametrize("kind", leaves(), ids=lambda kind: kind.__name__)
def test_a_caller_error_is_known_by_its_name(kind: type[PurgeError]) -> None:
    assert is_the_callers(kind.__name__) is issubclass(kind, errors.CallerError)


@pytest.mark.parametrize("name", ["", "States.Timeout", "ValueError", "FieldError", "Sequence"])
def test_another_name_is_not_the_callers_error(name: str) -> None:
    assert not is_the_callers(name)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.NotFound, 404),
        (errors.RuleExists, 409),
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
def test_the_class_chooses_the_http_status(kind: type[PurgeError], status: int) -> None:
    assert kind("text").http_status == status


def test_the_text_carries_the_correlation_id_through_the_state_machine() -> None:
    assert str(errors.JobLost("gone", correlation_id="c-1")) == "gone [correlation id c-1]"
    assert str(errors.JobLost("gone")) == "gone"
    assert errors.JobLost("gone").errors() == (FieldError("request", "gone"),)


def test_a_refused_request_is_its_list_of_fields_as_json() -> None:
    fields = [FieldError("a.0", "is wrong"), FieldError("b", "is missing")]
    error = InvalidRequest(fields)
    assert error.errors() == tuple(fields)
    assert orjson.loads(str(error)) == {
        "errors": [
            {"path": "a.0", "message": "is wrong"},
            {"path": "b", "message": "is missing"},
        ]
    }
    assert str(fields[0]) == "a.0: is wrong"

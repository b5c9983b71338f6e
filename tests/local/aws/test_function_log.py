"""The errors in the functions' logs."""

import json

from local.aws.function_log import error_in, latest


def line(**fields: str) -> str:
    return json.dumps({"level": "ERROR", "message": "unexpected error"} | fields)


def test_error_is_the_traceback_or_else_the_message() -> None:
    assert error_in(line(exception="Traceback\nKeyError: 1")) == "Traceback\nKeyError: 1"
    assert error_in(line()) == "unexpected error"


def test_other_lines_are_not_errors() -> None:
    assert error_in("START RequestId: 1") is None
    assert error_in("[1]") is None
    assert error_in(line(level="INFO")) is None


def test_repeated_error_is_reported_once_at_its_last_position() -> None:
    messages = [line(message=each) for each in ("a", "b", "a")]
    assert latest(messages) == ["b", "a"]


def test_only_the_latest_errors_are_reported() -> None:
    assert latest(line(message=str(number)) for number in range(9)) == ["4", "5", "6", "7", "8"]

"""Errors in the functions' log."""

import json

from local.aws.function_log import error_in, latest


def line(**fields: str) -> str:
    return json.dumps({"level": "ERROR", "message": "unexpected error"} | fields)


def test_an_error_is_its_traceback_where_there_is_one() -> None:
    assert error_in(line(exception="Traceback\nKeyError: 1")) == "Traceback\nKeyError: 1"
    assert error_in(line()) == "unexpected error"


def test_other_lines_are_no_errors() -> None:
    assert error_in("START RequestId: 1") is None
    assert error_in("[1]") is None
    assert error_in(line(level="INFO")) is None


def test_a_repeated_error_is_told_once_where_it_was_last() -> None:
    messages = [line(message=each) for each in ("a", "b", "a")]
    assert latest(messages) == ["b", "a"]


def test_only_the_latest_errors_are_told() -> None:
    assert latest(line(message=str(number)) for number in range(9)) == ["4", "5", "6", "7", "8"]

"""Reads the errors that the functions logged."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

LATEST = 5


def errors_in(logs: Any) -> list[str]:
    """The latest distinct errors of all functions, oldest first."""
    pages = logs.get_paginator("describe_log_groups").paginate()
    groups = [each["logGroupName"] for page in pages for each in page["logGroups"]]
    return latest(message for group in groups for message in _messages(logs, group))


def latest(messages: Iterable[str]) -> list[str]:
    """The latest distinct errors among log lines, each at its last position."""
    found: dict[str, None] = {}
    for error in filter(None, map(error_in, messages)):
        found.pop(error, None)
        found[error] = None
    return [*found][-LATEST:]


def error_in(message: str) -> str | None:
    """The error in a log line, with its traceback; None if the line reports no error."""
    try:
        line = json.loads(message)
    except ValueError:
        return None
    if not isinstance(line, dict) or line.get("level") not in ("ERROR", "CRITICAL"):
        return None
    return str(line.get("exception") or line.get("message"))


def _messages(logs: Any, group: str) -> Iterator[str]:
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group):
        for event in page["events"]:
            yield event["message"]

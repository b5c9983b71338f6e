"""The command lines that hints offer."""

from __future__ import annotations

import boto3
import pytest

from cli.invocation import Invocation
from cli.output import Output
from cli.stack.choice import Choice
from cli.stack.stack import Stack


@pytest.mark.parametrize(
    ("choice", "endpoint", "words"),
    [
        (Choice(local=True, as_person="operator"), "http://127.0.0.1", "--local --as approver"),
        (Choice(local=True), "http://127.0.0.1", "--local --as approver"),
        (
            Choice(stack="prod", profile="ann", region="eu-central-1"),
            None,
            "--stack prod --region eu-central-1",
        ),
    ],
)
def test_line_for_another_person_does_not_repeat_the_own_identity(
    choice: Choice, endpoint: str | None, words: str
) -> None:
    call = Invocation(choice, Output())
    session = boto3.Session(region_name="eu-central-1")
    call.stack = Stack("https://api", "eu-central-1", session, endpoint=endpoint)
    found = call.for_another("approvals approve a-1", "approver")
    assert found == f"genesys-purge approvals approve a-1 {words}"

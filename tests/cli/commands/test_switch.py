"""`genesys-purge stop` and `resume`: the purging switch."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from cli.commands import switch
from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.output import Output
from cli.stack.choice import Choice
from cli.stack.stack import Stack


def invocation(name: str | None = "purge-prod") -> Invocation:
    call = Invocation(Choice(stack=name), Output(quiet=True))
    session = boto3.Session(region_name="us-east-1")
    call.stack = Stack("https://api", "us-east-1", session, name)
    return call


def value() -> str:
    found = boto3.client("ssm", region_name="us-east-1").get_parameter(Name="/purge-prod/purging")
    return str(found["Parameter"]["Value"])


@mock_aws
def test_stop_and_resume_set_the_switch_of_the_stack() -> None:
    assert switch.stop(invocation()) == 0
    assert value() == "off"
    assert switch.resume(invocation(), yes=True) == 0
    assert value() == "on"


@mock_aws
def test_resume_without_a_yes_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    switch.stop(invocation())
    asked: list[str] = []

    def refuse(text: str, **_: bool) -> None:
        asked.append(text)
        raise KeyboardInterrupt

    monkeypatch.setattr("typer.confirm", refuse)
    with pytest.raises(KeyboardInterrupt):
        switch.resume(invocation())
    assert (value(), asked) == ("off", ["Allow the application to delete data?"])


def test_switch_needs_the_name_of_the_stack() -> None:
    with pytest.raises(WrongInput, match="use --stack NAME"):
        switch.stop(invocation(None))

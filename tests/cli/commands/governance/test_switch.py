"""`genesys-purge stop` and `resume`: the purging switch."""

from __future__ import annotations

import io
import sys
from contextlib import suppress

import boto3
import pytest
import typer
from moto import mock_aws

from cli.commands.governance import switch
from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.output import Output
from cli.stack.choice import Choice
from cli.stack.stack import Stack
from tests.cli.conftest import Person


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
@pytest.mark.parametrize(("answer", "after"), [("n", "off"), ("y", "on")])
def test_resume_asks_first(monkeypatch: pytest.MonkeyPatch, answer: str, after: str) -> None:
    switch.stop(invocation())
    monkeypatch.setattr(sys, "stdin", Person(f"{answer}\n"))
    with suppress(typer.Abort):
        switch.resume(invocation())
    assert value() == after


@mock_aws
def test_resume_that_cannot_ask_needs_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    switch.stop(invocation())
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(WrongInput, match="--yes is missing"):
        switch.resume(invocation())
    assert value() == "off"


def test_switch_needs_the_name_of_the_stack() -> None:
    with pytest.raises(WrongInput, match="use --stack NAME"):
        switch.stop(invocation(None))

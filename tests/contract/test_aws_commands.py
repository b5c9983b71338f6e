"""The documents show commands and options of the AWS CLI that exist, by the models of its SDK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, StructureShape
from botocore.session import get_session

from tests.contract.documents import DOCUMENTS, relative
from tests.contract.test_commands import BLOCK, SPAN

# Until the end of the line, a pipe, or the end of a command in a shell's parentheses or quotes.
CALL = re.compile(r"(?<![\w./-])aws ([a-z0-9]+) ([a-z0-9-]+)([^\n|`]*)")
OPTION = re.compile(r"(?<=\s)--[a-z][a-z0-9-]*")
# Not operations of an API, but commands of the CLI itself.
OF_THE_CLI = frozenset({"s3", "configure", "sso"})
OTHER_NAMES = {"s3api": "s3"}
RENAMED = {"--endpoint": "--notification-endpoint"}
OF_EVERY_COMMAND = frozenset(
    {"--query", "--output", "--region", "--profile", "--cli-input-json", "--max-items"}
)
FEWEST = 60


@cache
def operations(service: str) -> dict[str, OperationModel]:
    """The operations of a service by their names in the CLI."""
    model: ServiceModel = get_session().get_service_model(OTHER_NAMES.get(service, service))
    return {xform_name(name, "-"): model.operation_model(name) for name in model.operation_names}


@cache
def waiters(service: str) -> set[str]:
    found = Loader().load_service_model(service, "waiters-2")["waiters"]
    return {xform_name(name, "-") for name in found}


def options_of(operation: OperationModel) -> set[str]:
    """The options of a command; a boolean one has a second name that denies it."""
    shape = operation.input_shape
    members = shape.members if isinstance(shape, StructureShape) else {}
    own = [f"--{xform_name(name, '-')}" for name in members]
    names = {RENAMED.get(name, name) for name in own}
    return names | {f"--no-{name.removeprefix('--')}" for name in names} | OF_EVERY_COMMAND


def problem_of(service: str, command: str, rest: str) -> str | None:
    if service in OF_THE_CLI:
        return None
    if command == "wait":
        waiter = rest.split(maxsplit=1)[0]
        return None if waiter in waiters(service) else f"{service} has no waiter {waiter}"
    if command not in operations(service):
        return f"{service} has no command {command}"
    unknown = set(OPTION.findall(rest)) - options_of(operations(service)[command])
    return f"{service} {command} has no {', '.join(sorted(unknown))}" if unknown else None


def calls(text: str) -> Iterator[tuple[str, str, str]]:
    """The service, the command and the rest of each call in a document."""
    for block in BLOCK.findall(text):
        yield from CALL.findall(re.sub(r"\\\n\s*", " ", block))
    for span in SPAN.findall(BLOCK.sub("", text)):
        yield from CALL.findall(span)


def test_commands_of_the_aws_cli_in_the_documents_exist() -> None:
    found = [
        (relative(document), *call, problem_of(*call))
        for document in DOCUMENTS
        for call in calls(document.read_text())
    ]
    assert len(found) >= FEWEST
    assert [each for each in found if each[-1]] == []


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("aws dynamodb scan --table-name t --consistent-read", None),
        ("aws dynamodb scan --table t", "dynamodb scan has no --table"),
        ("aws dynamodb scans", "dynamodb has no command scans"),
        ("aws cloudformation wait stack-gone", "cloudformation has no waiter stack-gone"),
        ("x=$(aws ssm get-parameter --named /n)", "ssm get-parameter has no --named"),
    ],
)
def test_wrong_command_of_the_aws_cli_is_found(command: str, problem: str | None) -> None:
    (call,) = calls(f"```\n{command} \\\n  --query Items | head --lines 1\n```")
    assert problem_of(*call) == problem

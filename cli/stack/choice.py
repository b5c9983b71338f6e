"""Which stack a command uses."""

import json
import os
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

import botocore.session
from boto3 import Session
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import WrongInput
from cli.stack.aws_errors import explained
from cli.stack.stack import Stack
from local.aws.session import IGNORE_THE_USERS_FILES
from local.project import PROJECT

LOCAL_FILE = PROJECT / ".local" / "stack.json"
# Used if no option chooses a stack.
STACK_VARIABLE, URL_VARIABLE = "GENESYS_PURGE_STACK", "GENESYS_PURGE_API_URL"
# The host of an API Gateway has its region.
HOST = re.compile(r"[a-z0-9]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
NAME = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+")
# A signed call over plain HTTP stays on this machine.
HERE = frozenset({"127.0.0.1", "localhost"})
# Only the template of this application has it.
MACHINE = "PurgeRunStateMachineArn"
OFFER = (
    "--stack NAME for one in AWS, --api-url URL, or --local for the one that "
    "`genesys-purge local up` keeps running on this machine"
)


class Choice(NamedTuple):
    """The options that choose a stack; at most one of `stack`, `api_url` and `local`."""

    stack: str | None = None
    profile: str | None = None
    region: str | None = None
    api_url: str | None = None
    local: bool = False
    stack_file: Path | None = None
    as_person: str | None = None

    @property
    def words(self) -> str:
        """The same options for another command line."""
        given = {
            "--stack": self.stack,
            "--api-url": self.api_url,
            "--stack-file": self.stack_file,
            "--profile": self.profile,
            "--region": self.region,
            "--as": self.as_person,
        }
        words = [f"{name} {shlex.quote(str(value))}" for name, value in given.items() if value]
        return " ".join([*(["--local"] if self.local else []), *words])


def find(choice: Choice) -> Stack:
    """The chosen stack; without a choice, the local one if it is up. WrongInput or NoAccess."""
    is_local = choice.local or choice.stack_file is not None
    chosen = [each for each in (choice.stack, choice.api_url, is_local) if each]
    if len(chosen) > 1:
        raise WrongInput("give only one of --stack, --api-url and --local")
    if not chosen:
        choice = choice._replace(
            stack=os.environ.get(STACK_VARIABLE), api_url=os.environ.get(URL_VARIABLE)
        )
    if choice.region and not REGION.fullmatch(choice.region):
        raise WrongInput(f"--region: {choice.region!r} is not a region, such as eu-central-1")
    if choice.as_person and (choice.stack or choice.api_url):
        raise WrongInput(
            "--as: only the local application has its own people; choose yours with --profile"
        )
    if choice.stack:
        return _in_aws(choice.stack, choice)
    if choice.api_url:
        return _at(choice.api_url, choice)
    return _on_this_machine(choice)


def _on_this_machine(choice: Choice) -> Stack:
    file = choice.stack_file or LOCAL_FILE
    if not (choice.local or choice.stack_file or file.exists()):
        raise WrongInput(f"say which stack: {OFFER}")
    if choice.profile or choice.region:
        raise WrongInput(
            "--profile and --region belong to a stack in AWS: add --stack NAME or --api-url URL"
        )
    return _from_file(file, choice.as_person)


def _session(choice: Choice) -> Session:
    try:
        # The SDK of Python knows another name of this variable only.
        region = choice.region or os.environ.get("AWS_REGION")
        return Session(profile_name=choice.profile, region_name=region)
    except BotoCoreError as error:
        raise WrongInput(f"{error}; `aws configure list-profiles` shows the profiles") from error


def _address_in(url: str) -> SplitResult:
    """The parts of a URL; WrongInput for one that is not just a host and a path."""
    try:
        found = urlsplit(url)
        is_plain = found.port is None or found.port > 0
    except ValueError:
        is_plain = False
    if not is_plain or not NAME.fullmatch(found.hostname or ""):
        raise WrongInput("--api-url: is not a URL, such as the output ApiUrl of the stack")
    if found.username or found.password or found.query or found.fragment:
        raise WrongInput("--api-url: must be a host and a path without a user or a query")
    if found.scheme != "https" and found.hostname not in HERE:
        raise WrongInput("--api-url: must begin with https://")
    return found


def _at(url: str, choice: Choice) -> Stack:
    address, session = _address_in(url), _session(choice)
    known = HOST.fullmatch(address.hostname or "")
    region = choice.region or (known and known[1]) or session.region_name
    if not region:
        raise WrongInput("--region: is missing, and the URL does not have it")
    return Stack(url.rstrip("/"), region, session)


def _in_aws(name: str, choice: Choice) -> Stack:
    session = _session(choice)
    region = session.region_name
    if not region:
        raise WrongInput("--region: is missing, and the AWS profile has none")
    stack = Stack("", region, session)
    try:
        answer = stack.client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise WrongInput(f"--stack: {region} has no stack {name}") from error
        resource = f"{stack.arn('cloudformation')}:*:stack/{name}/*"
        raise explained(error, "cloudformation:DescribeStacks", resource) from error
    except BotoCoreError as error:
        raise explained(error) from error
    found = answer["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    if "ApiUrl" not in outputs or MACHINE not in outputs:
        raise WrongInput(
            f"--stack: {name} is not a stack of Genesys Purge: it lacks the outputs ApiUrl and "
            f"{MACHINE}"
        )
    return Stack(outputs["ApiUrl"], region, session, found["StackName"], outputs)


def _from_file(file: Path, person: str | None) -> Stack:
    try:
        return stack_in(json.loads(file.read_text()), person)
    except FileNotFoundError:
        raise WrongInput(
            f"{file} does not exist: start the application with `genesys-purge local up` in "
            "another terminal, and wait until it is ready"
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WrongInput(
            f"{file} is not the file of a running application: {type(error).__name__}"
        ) from error


def stack_in(content: Mapping[str, Any], person: str | None = None) -> Stack:
    """The stack of an application on this machine, as it describes itself in `stack.json`.

    Calls are signed with the key of a person, by default with the one that may do everything.
    WrongInput for an unknown person.
    """
    keys = content if person is None else _keys_of(person, content["people"])
    for url in (content["apiUrl"], content["awsEndpoint"]):
        if urlsplit(url).hostname not in HERE:
            raise ValueError("an address is not on this machine")
    session = Session(
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        region_name=content["region"],
        botocore_session=botocore.session.Session(session_vars=IGNORE_THE_USERS_FILES),
    )
    return Stack(
        content["apiUrl"],
        content["region"],
        session,
        name=content["stackName"],
        outputs=dict(content["outputs"]),
        endpoint=content["awsEndpoint"],
        functions=dict(content["functions"]),
    )


def _keys_of(person: str, people: Mapping[str, Any]) -> Mapping[str, Any]:
    if person not in people:
        raise WrongInput(f"--as: {person!r} is not one of {', '.join(people)}")
    found: Mapping[str, Any] = people[person]
    return found

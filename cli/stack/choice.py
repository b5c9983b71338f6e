"""Which stack a command uses."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import botocore.session
from boto3 import Session
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import WrongInput
from cli.stack.aws_errors import explained
from cli.stack.stack import Stack
from local.aws.session import IGNORE_THE_USERS_FILES
from local.project import PROJECT

LOCAL_FILE = PROJECT / ".local" / "stack.json"
# The host of an API Gateway has its region.
HOST = re.compile(r"https://[^./]+\.execute-api\.([a-z0-9-]+)\.amazonaws\.com")
# A signed call over plain HTTP stays on this machine.
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
OFFER = (
    "say which stack: --stack NAME for one in AWS, --api-url URL, or --local for the one that "
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

    @property
    def words(self) -> str:
        """The same options for another command line."""
        given = {
            "--stack": self.stack,
            "--api-url": self.api_url,
            "--stack-file": self.stack_file,
            "--profile": self.profile,
            "--region": self.region,
        }
        words = [f"{name} {value}" for name, value in given.items() if value]
        return " ".join([*(["--local"] if self.local else []), *words])


def find(choice: Choice) -> Stack:
    """The chosen stack; without a choice, the local one if it is up. WrongInput or NoAccess."""
    is_local = choice.local or choice.stack_file is not None
    if sum([bool(choice.stack), bool(choice.api_url), is_local]) > 1:
        raise WrongInput("give only one of --stack, --api-url and --local")
    if choice.api_url:
        return _at(choice.api_url.rstrip("/"), choice)
    if choice.stack:
        return _in_aws(choice.stack, choice)
    file = choice.stack_file or LOCAL_FILE
    if is_local or file.exists():
        return _from_file(file)
    raise WrongInput(f"no stack is chosen: {OFFER}")


def _session(choice: Choice) -> Session:
    try:
        return Session(profile_name=choice.profile, region_name=choice.region)
    except BotoCoreError as error:
        raise WrongInput(f"{error}; `aws configure list-profiles` shows the profiles") from error


def _at(url: str, choice: Choice) -> Stack:
    address = urlsplit(url)
    if not address.hostname or (address.scheme != "https" and address.hostname not in HERE):
        raise WrongInput(f"--api-url: {url} does not begin with https://")
    session, known = _session(choice), HOST.match(url)
    region = choice.region or (known and known[1]) or session.region_name
    if not region:
        raise WrongInput("--region: is missing, and the URL does not have it")
    return Stack(url, region, session)


def _in_aws(name: str, choice: Choice) -> Stack:
    session = _session(choice)
    region = session.region_name
    if not region:
        raise WrongInput("--region: is missing, and the AWS profile has none")
    stack_arn = (
        f"arn:{session.get_partition_for_region(region)}:cloudformation:{region}:*:stack/{name}/*"
    )
    try:
        answer = Stack("", region, session).client("cloudformation").describe_stacks(StackName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise WrongInput(f"--stack: {region} has no stack {name}") from error
        raise explained(error, "cloudformation:DescribeStacks", stack_arn) from error
    except BotoCoreError as error:
        raise explained(error) from error
    outputs = {each["OutputKey"]: each["OutputValue"] for each in answer["Stacks"][0]["Outputs"]}
    if "ApiUrl" not in outputs:
        raise WrongInput(f"--stack: {name} is no stack of Genesys Purge: it has no output ApiUrl")
    return Stack(outputs["ApiUrl"], region, session, name, outputs)


def _from_file(file: Path) -> Stack:
    try:
        return stack_in(json.loads(file.read_text()))
    except FileNotFoundError:
        raise WrongInput(
            f"{file} does not exist: start the application with `genesys-purge local up` in "
            "another terminal, and wait until it is ready"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongInput(f"{file} is not the file of a running application: {error}") from error


def stack_in(content: Mapping[str, Any]) -> Stack:
    """The stack of an application on this machine, as it describes itself in `stack.json`."""
    session = Session(
        aws_access_key_id=content["accessKeyId"],
        aws_secret_access_key=content["secretAccessKey"],
        region_name=content["region"],
        botocore_session=botocore.session.Session(session_vars=IGNORE_THE_USERS_FILES),
    )
    return Stack(
        content["apiUrl"],
        content["region"],
        session,
        name=content["stackName"],
        outputs=content["outputs"],
        endpoint=content["awsEndpoint"],
    )

"""`genesys-purge stop` and `resume`: the purging switch of a stack."""

from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.stack.aws_errors import explained

YES = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def stop(call: Invocation) -> int:
    """Stop all deletion: the next deleting call of every run is refused.

    Jobs that Genesys has accepted go on. `genesys-purge resume` allows deletion again.
    """
    _set(call, "off", "Purging is off: no new deleting call is made.")
    call.output.hint(f"Allow it again with: {call.again('resume')}")
    return 0


def resume(call: Invocation, *, yes: YES = False) -> int:
    """Allow deletion again. Batches that were refused meanwhile stay failed."""
    if not yes:
        typer.confirm("Allow the application to delete data?", abort=True, err=True)
    _set(call, "on", "Purging is on.")
    return 0


def _set(call: Invocation, value: str, text: str) -> None:
    if call.stack.name is None:
        raise WrongInput("the switch belongs to a stack: use --stack NAME instead of --api-url")
    name = f"/{call.stack.name}/purging"
    try:
        call.stack.client("ssm").put_parameter(
            Name=name, Value=value, Type="String", Overwrite=True
        )
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "ssm:PutParameter", f"arn:aws:ssm:*:*:parameter{name}") from error
    call.output.result({"parameter": name, "purging": value}, lambda: text)

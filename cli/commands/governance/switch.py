"""`genesys-purge stop` and `resume`: the purging switch of a stack."""

from botocore.exceptions import BotoCoreError, ClientError

from cli.commands.arguments import YES
from cli.confirming import confirm
from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.stack.aws_errors import explained


def stop(call: Invocation) -> int:
    """Stop all deletion: the next deleting call of every run is refused.

    Jobs that Genesys has accepted go on. `genesys-purge resume` allows deletion again.
    """
    _set(
        call,
        _parameter(call),
        "off",
        f"Purging is off in {call.stack.title}: no new deleting call is made.",
    )
    call.output.hint(f"Allow it again with: {call.again('resume')}")
    return 0


def resume(call: Invocation, *, yes: YES = False) -> int:
    """Allow deletion again. Batches that were refused meanwhile remain failed."""
    name = _parameter(call)
    if not yes:
        confirm(call.output, f"Allow deletion in {call.stack.title}?")
    _set(call, name, "on", f"Purging is on in {call.stack.title}.")
    return 0


def _parameter(call: Invocation) -> str:
    """The name of the stack's switch."""
    if call.stack.name is None:
        raise WrongInput("the switch belongs to a stack: use --stack NAME instead of --api-url")
    return f"/{call.stack.name}/purging"


def _set(call: Invocation, name: str, value: str, words: str) -> None:
    try:
        call.stack.client("ssm").put_parameter(
            Name=name, Value=value, Type="String", Overwrite=True
        )
    except (ClientError, BotoCoreError) as error:
        resource = f"{call.stack.arn('ssm')}:*:parameter{name}"
        raise explained(error, "ssm:PutParameter", resource) from error
    content = {"stack": call.stack.name, "region": call.stack.region, "parameter": name}
    call.output.result({**content, "purging": value}, lambda: words)

"""`genesys-purge validate`: checks documents of every kind, without AWS or Genesys."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import WRONG, WrongInput
from cli.invocation import Invocation
from cli.validation.command import are_valid
from cli.validation.kinds import REQUEST, TITLES

OPTIONS = tuple(name for name in TITLES if name != REQUEST)
NOTHING = f"give a request, or files after {', '.join(f'--{each}' for each in OPTIONS)}"
Files = list[Path] | None


def _option(name: str) -> Any:
    """The option of a kind of documents."""
    return typer.Option(metavar="FILE", help=TITLES[name])


def validate(
    call: Invocation,
    requests: Annotated[
        Files, typer.Argument(metavar="REQUEST.json", help="Purge requests.")
    ] = None,
    *,
    rules: Annotated[Files, _option("rules")] = None,
    policy: Annotated[Files, _option("policy")] = None,
    purge_rule: Annotated[Files, _option("purge-rule")] = None,
    hold: Annotated[Files, _option("hold")] = None,
    matrix: Annotated[Files, _option("matrix")] = None,
    organisations: Annotated[Files, _option("organisations")] = None,
    classification: Annotated[Files, _option("classification")] = None,
    approval_rules: Annotated[Files, _option("approval-rules")] = None,
    subscribers: Annotated[Files, _option("subscribers")] = None,
    override_callers: Annotated[Files, _option("override-callers")] = None,
) -> int:
    """Check documents as the functions do.

    Each option can be repeated. Requests and rules are checked with the given retention matrices
    and organisations. The environment variables of the functions choose the platform and limits.
    """
    given = {
        REQUEST: requests,
        "rules": rules,
        "policy": policy,
        "purge-rule": purge_rule,
        "hold": hold,
        "matrix": matrix,
        "organisations": organisations,
        "classification": classification,
        "approval-rules": approval_rules,
        "subscribers": subscribers,
        "override-callers": override_callers,
    }
    files = {name: each for name, each in given.items() if each}
    if not files:
        raise WrongInput(NOTHING)
    return 0 if are_valid(files, call.output) else WRONG

"""`genesys-purge example`: prints a request to start from."""

import json
import sys
import sysconfig
from pathlib import Path
from typing import Annotated

import typer
from genesys_purge.methods import METHODS

from cli.errors import WrongInput
from cli.invocation import Invocation
from local.project import PROJECT

# In a checkout, and where the package is installed.
FOLDERS = (
    PROJECT / "events" / "invoke",
    Path(sysconfig.get_path("data")) / "share" / "genesys-purge" / "examples",
)


def example(
    call: Invocation,
    method: Annotated[
        str,
        typer.Argument(
            metavar="METHOD",
            help=f"One of {', '.join(METHODS)}.",
            autocompletion=lambda: list(METHODS),
        ),
    ],
) -> int:
    """Print a purge request to start from, one for each method."""
    if method not in METHODS:
        raise WrongInput(f"METHOD: there is no {method}; the methods are {', '.join(METHODS)}")
    files = [folder / f"{method}.json" for folder in FOLDERS]
    found = next((each for each in files if each.exists()), None)
    if found is None:
        raise WrongInput(f"the examples are missing in {FOLDERS[-1]}: install genesys-purge again")
    # The id of a request can be used once, and `--dry-run` chooses.
    needs_id = METHODS[method].request_model.model_fields["request_id"].is_required()
    left = {"dryRun"} if needs_id else {"dryRun", "requestId"}
    own = {name: each for name, each in json.loads(found.read_text()).items() if name not in left}
    sys.stdout.write(json.dumps(own, indent=2) + "\n")
    call.output.hint(
        "Change it to your needs. Then see its effect with: genesys-purge run FILE --dry-run"
    )
    return 0

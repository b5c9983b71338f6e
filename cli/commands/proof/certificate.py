"""`genesys-purge certificate`: gets the evidence of a run, and checks it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from genesys_purge.model.erasable import StoredDisclosures
from genesys_purge.store.personal_data import PersonalData

from cli.commands.arguments import RUN
from cli.errors import WrongInput
from cli.evidence.bundle import Incomplete, evidence_of
from cli.evidence.verifier import verified, verify_line
from cli.invocation import Invocation
from cli.shared_options import command, group
from cli.stack.aws_errors import explained

app = group("Get the certificate of destruction of a run, and check it.")
OUT = Annotated[
    Path | None, typer.Option(help="The folder of the bundle; a new one named after the run.")
]


PERSONAL = Annotated[
    bool,
    typer.Option(
        "--with-personal-data",
        help="Adds what is not erased of persons and texts; needs the policy DisclosureAccess.",
    ),
]


def _personal_data(call: Invocation, run_id: str) -> Sequence[StoredDisclosures]:
    """What is stored beside the records of the run; NoAccess without the right to read it."""
    table = call.stack.output("PersonalTableName")
    try:
        return list(PersonalData(call.stack.client("dynamodb"), table).of_run(run_id))
    except (ClientError, BotoCoreError) as error:
        resource = f"{call.stack.arn('dynamodb')}:*:table/{table}"
        raise explained(error, "dynamodb:Query", resource) from error


@command(app, "get", "genesys-purge certificate get quarter-2024-2 --out evidence")
def get(
    call: Invocation, run_id: RUN, *, out: OUT = None, with_personal_data: PERSONAL = False
) -> int:
    """Copy the newest certificate of a run, with all that proves it, into a folder.

    The exit status is 1 if that certificate is withdrawn.
    """
    folder = out or Path(run_id)
    if folder.exists() and any(folder.iterdir()):
        raise WrongInput(f"--out: {folder} is not empty")
    bucket = call.stack.output("EvidenceBucketName")
    personal = _personal_data(call, run_id) if with_personal_data else None
    evidence = evidence_of(call.stack.client("s3"), bucket, run_id)
    try:
        withdrawal, keys = evidence.withdrawal(), evidence.bundle(folder, personal)
    except Incomplete as error:
        raise WrongInput(f"{run_id}: {error}") from error
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "s3:GetObject", f"arn:aws:s3:::{bucket}/*") from error
    call.output.result(
        {"runId": run_id, "folder": str(folder), **keys, "withdrawal": withdrawal},
        lambda: f"The evidence of {run_id} is in {folder}.",
    )
    if withdrawal:
        call.output.important(
            f"The certificate {withdrawal['certificateId']} is withdrawn since {withdrawal['at']} "
            f"({withdrawal['reason']}), and nothing replaces it. It is no proof any more."
        )
        return 1
    call.output.hint(f"Check it with: {verify_line(folder, keys['vkey'], keys['certificateKey'])}")
    return 0


@command(
    app,
    "verify",
    "genesys-purge certificate verify evidence --vkey KEY --certificate-key sha256:HASH",
    stack=False,
)
def verify(
    call: Invocation,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of a bundle.")],
    *,
    vkey: Annotated[
        list[str] | None, typer.Option(help="The key of the log, as one line; repeatable.")
    ] = None,
    certificate_key: Annotated[
        str | None, typer.Option(help="`sha256:` and the SHA-256 of the certificates' key.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="An older checkpoint that you kept.")
    ] = None,
    log: Annotated[
        Path | None, typer.Option(help="A copy of the log: of `seals/` in the evidence bucket.")
    ] = None,
) -> int:
    """Check a bundle without a network: 0 proven, 1 disproven, 2 cannot be decided.

    With a copy of the log it is disproven as well if the certificate was withdrawn.
    """
    options = {"--certificate-key": certificate_key, "--checkpoint": checkpoint, "--log": log}
    given = [word for name, value in options.items() if value for word in (name, str(value))]
    given += [word for each in vkey or () for word in ("--vkey", each)]
    ended = verified(folder, given)
    call.output.result({"proven": ended.returncode == 0}, lambda: ended.stdout + ended.stderr)
    return ended.returncode

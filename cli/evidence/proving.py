"""The evidence of a run on this machine, and its verification."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from cli.awaiting import awaited
from cli.evidence.bundle import Incomplete, evidence_of
from cli.evidence.log_copy import copy_log
from cli.evidence.verifier import verified, verify_line
from cli.reports.lines import say, show
from local.application import Application
from local.errors import CommandFailed

FOLDER, LOG = "evidence", "seals"


class NotProven(CommandFailed):
    """The evidence of a run does not prove what its certificate says."""


def prove(app: Application, run_id: str, out: Path, console: Console) -> None:
    """Wait for the certificate of a run, copy its evidence and the log, and verify both.

    Raises NotProven if the verification fails.
    """
    folder = out / FOLDER / run_id
    client, bucket = app.session.client("s3"), app.outputs["EvidenceBucketName"]
    evidence = evidence_of(client, bucket, run_id)

    def bundle() -> Mapping[str, str]:
        try:
            return evidence.bundle(folder)
        except Incomplete:
            return {}

    keys = awaited("the certificate of the run", bundle)
    show(console, [("certificate", str(folder))])
    copy_log(client, bucket, out / LOG)
    options = ["--vkey", keys["vkey"], "--certificate-key", keys["certificateKey"]]
    ended = verified(folder, [*options, "--log", str(out / LOG)])
    if ended.returncode != 0:
        raise NotProven(f"the evidence in {folder} is not proven:\n{ended.stdout}{ended.stderr}")
    say(console, ended.stdout.splitlines()[-1])
    line = verify_line(folder, keys["vkey"], keys["certificateKey"])
    say(console, f"verify with: {line} --log {out / LOG}")

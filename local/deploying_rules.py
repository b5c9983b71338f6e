"""`python -m local deploy-rules`: brings a campaign's rules to what a file says, or shows how."""

import getpass
import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from genesys_purge.campaign_rules.deploying.requests import checked
from genesys_purge.errors import InvalidRequest
from rich.console import Console

from local import function_log, results
from local.application import Application, application
from local.interrupts import Stopped
from local.options import Options
from local.platforms import PARAMETER, platform_named
from local.purge_api import PurgeApi, PurgeApiFailed
from local.rule_files import read_rules
from local.running import announce, say
from local.submission import Refused, SubmitFailed, invoke

SUBMIT, RECOVER = "submit_campaign_rules", "recover_campaign_rules"
STATE_MACHINE = "deploy_campaign_rules"
SUCCESSES = frozenset({"deployed", "unchanged", "dry_run"})
LOOK_EVERY_SECONDS = 0.3
MOST_EXECUTIONS = 6


def deploy_rules(
    file: Path, options: Options, console: Console, errors: Console, *, dry_run: bool
) -> int:
    """Deploys the rule set in the file and returns the exit code: 0 where it ended well.

    It is checked for and deployed to the application's own organisation, whichever one it names.
    """
    results.clear(options.out)
    document = as_submitted(read_rules(file), dry_run=dry_run)
    platform = platform_named(options.parameters.get(PARAMETER))
    try:
        checked(document, lambda _: platform)
    except InvalidRequest as refused:
        reject(document, [str(error) for error in refused.fields], options.out, errors)
        return 1
    if organisation := document.pop("organisation", None):
        told = "the set is checked for and deployed to the one there is"
        say(console, f"No organisation {organisation} is known here: {told}.")
    say(console, f"Starting the application; waits are scaled by {options.wait_scale:g}.")
    campaign = campaign_of(document)
    with application(replace(options, campaigns=(campaign,) if campaign else ())) as app:
        announce(app, console)
        return 0 if deploy(app, document, options.out, console, errors) in SUCCESSES else 1


def as_submitted(document: Any, *, dry_run: bool) -> Any:
    """The document as it is sent: by whom, where it names nobody, and whether it is only asked."""
    if not isinstance(document, dict):
        return document
    who: dict[str, Any] = {}
    with suppress(OSError, KeyError):  # an account without a name
        who = {"requestedBy": getpass.getuser()}
    return who | document | ({"dryRun": True} if dry_run else {})


def campaign_of(document: Any) -> str | None:
    """The campaign that a document is for, where it says so."""
    campaign = document.get("campaignId") if isinstance(document, dict) else None
    return campaign if isinstance(campaign, str) else None


def deploy(app: Application, document: Any, out: Path, console: Console, errors: Console) -> str:
    """Deploys a rule set on an application that is up, and returns the outcome."""
    one = _Deployment(app, out, console, errors)
    try:
        return one.deploy(document)
    except Refused as refused:
        return reject(document, refused.errors, out, errors)
    except (SubmitFailed, PurgeApiFailed):
        one.tell_errors()
        raise


def reject(document: Any, lines: Sequence[str], out: Path, errors: Console) -> str:
    """The end of a set that was refused before anything was stored."""
    for line in lines:
        say(errors, line)
    write(out, campaign_of(document), "rejected", [])
    return "rejected"


def write(out: Path, campaign: str | None, outcome: str, rules: list[Mapping[str, Any]]) -> None:
    """Writes `result.json`."""
    told = [{name: rule[name] for name in ("name", "action", "outcome")} for rule in rules]
    content = {"campaignId": campaign, "outcome": outcome, "rules": told}
    results.write_json(out / results.RESULT, content)


class _Deployment:
    """One deployment of one application."""

    def __init__(self, app: Application, out: Path, console: Console, errors: Console) -> None:
        self._app = app
        self._out = out
        self._console = console
        self._errors = errors
        self._step_functions = app.session.client("stepfunctions")
        self._execution = ""

    def deploy(self, document: Any) -> str:
        """Submits the set, follows its execution and reports; told to stop, it puts back first."""
        deployment_id = self._execution = str(self._invoke(SUBMIT, document)["deploymentId"])
        with PurgeApi(self._app.api_url) as api:
            try:
                shown = self._ended(api, deployment_id)
            except Stopped:
                say(self._errors, "Stopping: what was changed is rolled back first.")
                self._step_functions.stop_execution(executionArn=self._arn)
                self._finish(api, self._ended(api, deployment_id))
                raise
            return self._finish(api, shown)

    def _finish(self, api: PurgeApi, shown: Mapping[str, Any]) -> str:
        outcome = str(shown.get("outcome", "failed"))
        results.write_records(self._out, api.deployment_audit(shown["deploymentId"]))
        write(self._out, shown["campaignId"], outcome, shown["rules"])
        self._report(shown)
        return outcome

    def tell_errors(self) -> None:
        """Prints what the functions logged as errors."""
        for error in function_log.errors_in(self._app.session.client("logs")):
            say(self._errors, f"A function logged:\n{error}")

    def _invoke(self, function: str, event: Any) -> Any:
        client = self._app.session.client("lambda")
        return invoke(client, self._app.stack.functions[function], event)

    def _ended(self, api: PurgeApi, deployment_id: str) -> dict[str, Any]:
        """The deployment once nothing happens to it any more.

        Of an execution that ended before its deployment did nobody is told here, as on AWS.
        """
        for number in range(1, MOST_EXECUTIONS + 1):
            status = self._await_execution()
            shown = api.deployment(deployment_id)
            if "outcome" in shown:
                return shown
            self._invoke(RECOVER, {"execution": self._execution, "status": status})
            self._execution = f"{deployment_id}.{number}"
        return api.deployment(deployment_id)

    @property
    def _arn(self) -> str:
        machine = self._app.stack.state_machines[STATE_MACHINE]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{self._execution}"

    def _await_execution(self) -> str:
        describe = self._step_functions.describe_execution
        while (status := describe(executionArn=self._arn)["status"]) == "RUNNING":
            time.sleep(LOOK_EVERY_SECONDS)
        return str(status)

    def _report(self, shown: Mapping[str, Any]) -> None:
        outcome = shown.get("outcome", "failed")
        for error in shown["errors"]:
            say(self._errors, f"{error['path']}: {error['message']}")
        lines = [("deployment", shown["deploymentId"]), ("campaign", shown["campaignId"])]
        for rule in shown["rules"]:
            lines.append((rule["action"], f"{rule['name']}: {rule['outcome'].replace('_', ' ')}"))
            lines += [("", each) for each in _differences(rule.get("difference", {}))]
        if shown.get("detail"):
            lines.append(("because", shown["detail"]))
        files = [("file", str(self._out / name)) for name in (results.RESULT, results.AUDIT)]
        for label, value in [*lines, ("outcome", outcome), *files]:
            say(self._console, f"{label:>10}  {value}")
        if outcome == "failed":
            self.tell_errors()


def _differences(fields: Mapping[str, Any]) -> list[str]:
    """Each field as it was and as it is wanted; a new rule's fields were nothing."""
    return [
        f"  {field}: {json.dumps(after)}"
        if before is None
        else f"  {field}: {json.dumps(before)} -> {json.dumps(after)}"
        for field, (before, after) in fields.items()
        if field != "name"
    ]

"""`genesys-purge local deploy-rules`: deploys a file's rules, or shows the changes."""

import getpass
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from genesys_purge.campaign_rules.deploying.requests import checked
from genesys_purge.errors import InvalidRequest
from rich.console import Console

from cli.documents.platforms import platform_named
from cli.documents.rule_files import read_rules
from cli.errors import NOT_WELL, WRONG, NoAccess
from cli.interrupts import Stopped
from cli.local_commands.local_api import api_of
from cli.local_commands.starting import print_function_errors, started
from cli.reports import results
from cli.reports.deployments import SUCCESSES, lines_of
from cli.reports.lines import say, show
from cli.stack.api import Api
from cli.stack.functions import Refused, SubmitFailed, invoke
from cli.stack.lists import entries
from local.application import Application
from local.options.options import Options
from simulator import SimulatorSettings

SUBMIT, RECOVER = "submit_campaign_rules", "recover_campaign_rules"
STATE_MACHINE = "deploy_campaign_rules"
POLL_EVERY_SECONDS = 0.3
REJECTED = "rejected"
MOST_EXECUTIONS = 6


def deploy_rules(
    file: Path, options: Options, console: Console, errors: Console, *, dry_run: bool
) -> int:
    """Deploys the rule set in the file; returns 0 if that succeeded, 2 if it is refused, else 1.

    The set is deployed to the default organisation, even if it names another one.
    """
    results.clear(options.out)
    document = as_submitted(read_rules(file), dry_run=dry_run)
    platform = platform_named(options.platform)
    try:
        checked(document, lambda _: platform)
    except InvalidRequest as refused:
        reject(document, [str(error) for error in refused.fields], options.out, errors)
        return WRONG
    if organisation := document.pop("organisation", None):
        say(console, f"No organisation {organisation} is known here; using the default one.")
    campaign = campaign_of(document)
    if campaign and not options.genesys_url and campaign not in SimulatorSettings().campaigns:
        say(
            console, f"The simulated Genesys gets the campaign {campaign}; a real one must have it."
        )
    chosen = replace(options, campaigns=(campaign,) if campaign else ())
    with started(chosen, console) as app:
        outcome = deploy(app, document, options.out, console, errors)
    if outcome == REJECTED:
        return WRONG
    return 0 if outcome in SUCCESSES else NOT_WELL


def as_submitted(document: Any, *, dry_run: bool) -> Any:
    """The document with the current user as requester, if it names none, and the dry run."""
    if not isinstance(document, dict):
        return document
    requester: dict[str, Any] = {}
    with suppress(OSError, KeyError):  # the account has no name
        requester = {"requestedBy": getpass.getuser()}
    return requester | document | ({"dryRun": True} if dry_run else {})


def campaign_of(document: Any) -> str | None:
    """The campaign id of a document, if any."""
    campaign = document.get("campaignId") if isinstance(document, dict) else None
    return campaign if isinstance(campaign, str) else None


def deploy(app: Application, document: Any, out: Path, console: Console, errors: Console) -> str:
    """Deploys a rule set with a running application and returns the outcome."""
    one = _Deployment(app, out, console, errors)
    try:
        return one.deploy(document)
    except Refused as refused:
        return reject(document, refused.errors, out, errors)
    except (SubmitFailed, NoAccess):
        print_function_errors(app, errors)
        raise


def reject(document: Any, lines: Sequence[str], out: Path, errors: Console) -> str:
    """Reports a rule set that was refused before anything was stored."""
    for line in lines:
        say(errors, line)
    write(out, campaign_of(document), REJECTED, [])
    return REJECTED


def write(out: Path, campaign: str | None, outcome: str, rules: list[Mapping[str, Any]]) -> None:
    """Writes `result.json`."""
    reported = [{name: rule[name] for name in ("name", "action", "outcome")} for rule in rules]
    content = {"campaignId": campaign, "outcome": outcome, "rules": reported}
    results.write_json(out / results.RESULT, content)


class _Deployment:
    """One deployment with a running application."""

    def __init__(self, app: Application, out: Path, console: Console, errors: Console) -> None:
        self._app = app
        self._out = out
        self._console = console
        self._errors = errors
        self._step_functions = app.session.client("stepfunctions")
        self._execution = ""

    def deploy(self, document: Any) -> str:
        """Submits the set, follows its execution and reports; rolls back if it is stopped."""
        deployment_id = self._execution = str(self._invoke(SUBMIT, document)["deploymentId"])
        with closing(api_of(self._app)) as api:
            try:
                shown = self._ended(api, deployment_id)
            except Stopped:
                say(self._errors, "Stopping; the changes are rolled back first.")
                self._step_functions.stop_execution(executionArn=self._arn)
                self._finish(api, self._ended(api, deployment_id))
                raise
            return self._finish(api, shown)

    def _finish(self, api: Api, shown: Mapping[str, Any]) -> str:
        outcome = str(shown.get("outcome", "failed"))
        results.write_records(
            self._out, entries(api, f"/campaign-rules/{shown['deploymentId']}/audit", "records")
        )
        write(self._out, shown["campaignId"], outcome, shown["rules"])
        self._report(shown, outcome)
        return outcome

    def _invoke(self, function: str, event: Any) -> Any:
        client = self._app.session.client("lambda")
        return invoke(client, self._app.stack.functions[function], event)

    def _ended(self, api: Api, deployment_id: str) -> dict[str, Any]:
        """The deployment after its last execution.

        If an execution ends before its deployment, AWS invokes the recovery by an event. The
        embedded AWS sends no such event.
        """
        for number in range(1, MOST_EXECUTIONS + 1):
            status = self._await_execution()
            shown = api.get(f"/campaign-rules/{deployment_id}")
            if "outcome" in shown:
                return shown
            self._invoke(RECOVER, {"execution": self._execution, "status": status})
            self._execution = f"{deployment_id}.{number}"
        return api.get(f"/campaign-rules/{deployment_id}")

    @property
    def _arn(self) -> str:
        machine = self._app.stack.state_machines[STATE_MACHINE]
        return f"{machine.replace(':stateMachine:', ':execution:')}:{self._execution}"

    def _await_execution(self) -> str:
        describe = self._step_functions.describe_execution
        while (status := describe(executionArn=self._arn)["status"]) == "RUNNING":
            time.sleep(POLL_EVERY_SECONDS)
        return str(status)

    def _report(self, shown: Mapping[str, Any], outcome: str) -> None:
        for error in shown["errors"]:
            say(self._errors, f"{error['path']}: {error['message']}")
        show(self._console, lines_of({**shown, "outcome": outcome}))
        for name in (results.RESULT, results.AUDIT):
            show(self._console, [("file", self._out / name)])
        if outcome == "failed":
            print_function_errors(self._app, self._errors)

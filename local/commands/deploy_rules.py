"""`python -m local deploy-rules`: deploys a file's rules to a campaign, or shows the changes."""

import getpass
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from genesys_purge.campaign_rules.comparisons import sentence
from genesys_purge.campaign_rules.deploying.requests import checked
from genesys_purge.errors import InvalidRequest
from rich.console import Console

from local.application import Application
from local.commands.interrupts import Stopped
from local.commands.starting import print_function_errors, started
from local.options.options import Options
from local.reports import results
from local.reports.lines import say, show
from local.requests.platforms import platform_named
from local.requests.purge_api import PurgeApi, PurgeApiFailed
from local.requests.rule_files import read_rules
from local.requests.submission import Refused, SubmitFailed, invoke
from simulator import SimulatorSettings

SUBMIT, RECOVER = "submit_campaign_rules", "recover_campaign_rules"
STATE_MACHINE = "deploy_campaign_rules"
SUCCESSES = frozenset({"deployed", "unchanged", "dry_run"})
POLL_EVERY_SECONDS = 0.3
MOST_EXECUTIONS = 6


def deploy_rules(
    file: Path, options: Options, console: Console, errors: Console, *, dry_run: bool
) -> int:
    """Deploys the rule set in the file; returns 0 if the deployment succeeded, else 1.

    The set is deployed to the default organisation, even if it names another one.
    """
    results.clear(options.out)
    document = as_submitted(read_rules(file), dry_run=dry_run)
    platform = platform_named(options.platform)
    try:
        checked(document, lambda _: platform)
    except InvalidRequest as refused:
        reject(document, [str(error) for error in refused.fields], options.out, errors)
        return 1
    if organisation := document.pop("organisation", None):
        say(console, f"No organisation {organisation} is known here; using the default one.")
    campaign = campaign_of(document)
    if campaign and not options.genesys_url and campaign not in SimulatorSettings().campaigns:
        say(
            console, f"The simulated Genesys gets the campaign {campaign}; a real one must have it."
        )
    chosen = replace(options, campaigns=(campaign,) if campaign else ())
    with started(chosen, console) as app:
        return 0 if deploy(app, document, options.out, console, errors) in SUCCESSES else 1


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
    except (SubmitFailed, PurgeApiFailed):
        print_function_errors(app, errors)
        raise


def reject(document: Any, lines: Sequence[str], out: Path, errors: Console) -> str:
    """Reports a rule set that was refused before anything was stored."""
    for line in lines:
        say(errors, line)
    write(out, campaign_of(document), "rejected", [])
    return "rejected"


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
        with PurgeApi(self._app.api_url) as api:
            try:
                shown = self._ended(api, deployment_id)
            except Stopped:
                say(self._errors, "Stopping; the changes are rolled back first.")
                self._step_functions.stop_execution(executionArn=self._arn)
                self._finish(api, self._ended(api, deployment_id))
                raise
            return self._finish(api, shown)

    def _finish(self, api: PurgeApi, shown: Mapping[str, Any]) -> str:
        outcome = str(shown.get("outcome", "failed"))
        results.write_records(self._out, api.deployment_audit(shown["deploymentId"]))
        write(self._out, shown["campaignId"], outcome, shown["rules"])
        self._report(shown, outcome)
        return outcome

    def _invoke(self, function: str, event: Any) -> Any:
        client = self._app.session.client("lambda")
        return invoke(client, self._app.stack.functions[function], event)

    def _ended(self, api: PurgeApi, deployment_id: str) -> dict[str, Any]:
        """The deployment after its last execution.

        If an execution ends before its deployment, AWS invokes the recovery by an event. The
        embedded AWS sends no such event.
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
            time.sleep(POLL_EVERY_SECONDS)
        return str(status)

    def _report(self, shown: Mapping[str, Any], outcome: str) -> None:
        for error in shown["errors"]:
            say(self._errors, f"{error['path']}: {error['message']}")
        show(self._console, _lines(shown))
        show(self._console, [("outcome", outcome)])
        for name in (results.RESULT, results.AUDIT):
            show(self._console, [("file", self._out / name)])
        if outcome == "failed":
            print_function_errors(self._app, self._errors)


def _lines(shown: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "deployment", shown["deploymentId"]
    yield "campaign", shown["campaignId"]
    for rule in shown["rules"]:
        yield rule["action"], f"{rule['name']}: {rule['outcome'].replace('_', ' ')}"
        for each in _differences(rule.get("difference", {})):
            yield "", each
    for each in shown["comparisons"]:
        yield "compares", sentence(each)
    if shown.get("detail"):
        yield "because", shown["detail"]


def _differences(fields: Mapping[str, Any]) -> list[str]:
    """Each changed field, with its value before and after; a new rule has no value before."""
    return [
        f"  {field}: {json.dumps(after)}"
        if before is None
        else f"  {field}: {json.dumps(before)} -> {json.dumps(after)}"
        for field, (before, after) in fields.items()
        if field != "name"
    ]

"""`genesys-purge local demo-rules`: deploys a campaign's rules, rolls a change back and exports."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from rich.console import Console

from cli.documents.files import read_request
from cli.errors import DemoFailed
from cli.local_commands.deploy_rules import as_submitted, deploy
from cli.local_commands.export_rules import WITHOUT_WAIT, export
from cli.local_commands.starting import started
from cli.reports import results
from cli.reports.lines import heading, say, show
from local.application import Application
from local.options.options import Options
from local.project import PROJECT
from simulator import Fault, FaultKind, Operation, Simulator

RULES = PROJECT / "events" / "invoke" / "deploy_campaign_rules.json"
# As many times as the application tries, so that the rule fails permanently.
REFUSAL = Fault(FaultKind.RATE_LIMITED, Operation.CREATE_CAMPAIGN_RULE, times=5)


def demo_rules(options: Options, console: Console, errors: Console) -> int:
    """Shows everything and returns 0; raises DemoFailed."""
    rules = as_submitted(read_request(RULES), dry_run=False)
    changed = as_changed(rules)
    results.clear(options.out)
    chosen = replace(options, parameters={**WITHOUT_WAIT, **options.parameters})
    with started(chosen, console) as app:
        one = _Demo(app, options, console, errors)
        one.show_deployment("A deployment", rules, "deployed")
        one.show_deployment("The same rules again", rules, "unchanged")
        one.show_deployment("Other rules, as a dry run", {**changed, "dryRun": True}, "dry_run")
        if app.genesys.simulator:
            one.show_rollback(changed, app.genesys.simulator)
        else:
            say(console, "The rollback needs the simulator and is not shown.")
        one.show_export(rules["campaignId"])
    return 0


def as_changed(rules: Mapping[str, Any]) -> dict[str, Any]:
    """The rules with two rules swapped, one changed and one new."""
    changed = deepcopy(dict(rules))
    first, second, third = changed["rules"]
    first["executionOrder"], second["executionOrder"] = 2, 1
    third["enabled"] = True
    changed["rules"].append({**third, "name": "New this winter", "executionOrder": 4})
    return changed


class _Demo:
    """The demo of one running application."""

    def __init__(
        self, app: Application, options: Options, console: Console, errors: Console
    ) -> None:
        self._app = app
        self._out = options.out
        self._console = console
        self._errors = errors

    def show_deployment(self, title: str, rules: Mapping[str, Any], expected: str) -> None:
        """Deploys the rules; raises DemoFailed for another outcome."""
        heading(self._console, title)
        outcome = deploy(self._app, dict(rules), self._out, self._console, self._errors)
        if outcome != expected:
            raise DemoFailed(f"the outcome of the deployment is {outcome}, not {expected}")

    def show_rollback(self, rules: Mapping[str, Any], simulator: Simulator) -> None:
        """Genesys refuses the last rule, so that the other changes are rolled back."""
        before = _contents(simulator, rules["campaignId"])
        simulator.faults.add(REFUSAL)
        self.show_deployment("Other rules; Genesys refuses one of them", rules, "rolled_back")
        if _contents(simulator, rules["campaignId"]) != before:
            raise DemoFailed("the rules of the campaign differ from those before the deployment")
        show(self._console, [("campaign", f"has {len(before)} rules, the same as before")])

    def show_export(self, campaign: str) -> None:
        """Exports the changes; raises DemoFailed if there are none."""
        heading(self._console, "The changes, exported")
        if not export(self._app, campaign, self._out, self._console):
            raise DemoFailed("no change was exported")


def _contents(simulator: Simulator, campaign: str) -> list[dict[str, Any]]:
    """The campaign's rules without their versions."""
    rules = simulator.campaigns()[campaign].rules
    return [{field: each[field] for field in each if field != "version"} for each in rules]

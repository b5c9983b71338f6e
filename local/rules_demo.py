"""`python -m local demo-rules`: a campaign's rules deployed, rolled back and exported."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from rich.console import Console

from local import results
from local.application import Application, application
from local.demo import DemoFailed
from local.deploying_rules import as_submitted, deploy
from local.exporting import AT_ONCE, export
from local.options import PROJECT, Options
from local.running import announce, say
from local.simulator import Fault, FaultKind, Operation, Simulator
from local.submission import read_request

RULES = PROJECT / "events" / "invoke" / "deploy_campaign_rules.json"
# As often as it is asked for the last rule, so that it has failed for good.
REFUSAL = Fault(FaultKind.RATE_LIMITED, Operation.CREATE_CAMPAIGN_RULE, times=5)


def demo_rules(options: Options, console: Console, errors: Console) -> int:
    """Shows all of it and returns the exit code: 0 where everything happened."""
    rules = as_submitted(read_request(RULES), dry_run=False)
    changed = as_changed(rules)
    results.clear(options.out)
    say(console, f"Starting the application; waits are scaled by {options.wait_scale:g}.")
    shown = replace(options, parameters={**AT_ONCE, **options.parameters})
    with application(shown) as app:
        announce(app, console)
        one = _Demo(app, options, console, errors)
        one.deployed("A deployment", rules, "deployed")
        one.deployed("The same rules again", rules, "unchanged")
        one.deployed("Other rules, only planned", {**changed, "dryRun": True}, "dry_run")
        if app.genesys.simulator:
            one.rolled_back(changed, app.genesys.simulator)
        else:
            say(console, "No rollback is shown: a Genesys that is not ours refuses nothing for us.")
        one.exported(rules["campaignId"])
    return 0


def as_changed(rules: Mapping[str, Any]) -> dict[str, Any]:
    """Two rules trade places, one is changed, and one is new."""
    changed = deepcopy(dict(rules))
    first, second, third = changed["rules"]
    first["executionOrder"], second["executionOrder"] = 2, 1
    third["enabled"] = True
    changed["rules"].append({**third, "name": "New this winter", "executionOrder": 4})
    return changed


class _Demo:
    """What is shown of one application."""

    def __init__(
        self, app: Application, options: Options, console: Console, errors: Console
    ) -> None:
        self._app = app
        self._out = options.out
        self._console = console
        self._errors = errors

    def deployed(self, title: str, rules: Mapping[str, Any], expected: str) -> None:
        self._console.rule(title, align="left")
        outcome = deploy(self._app, dict(rules), self._out, self._console, self._errors)
        if outcome != expected:
            raise DemoFailed(f"the deployment ended as {outcome}, not as {expected}")

    def rolled_back(self, rules: Mapping[str, Any], simulator: Simulator) -> None:
        """Genesys refuses the last rule for good: the others are rolled back."""
        before = _contents(simulator, rules["campaignId"])
        simulator.faults.add(REFUSAL)
        self.deployed("Other rules, of which Genesys refuses one", rules, "rolled_back")
        if _contents(simulator, rules["campaignId"]) != before:
            raise DemoFailed("the campaign is not as it was")
        say(self._console, f"{'campaign':>10}  has {len(before)} rules, each as it was before")

    def exported(self, campaign: str) -> None:
        self._console.rule("The changes, exported", align="left")
        if not export(self._app, campaign, self._out, self._console):
            raise DemoFailed("no change was exported")


def _contents(simulator: Simulator, campaign: str) -> list[dict[str, Any]]:
    """The campaign's rules but for their versions."""
    rules = simulator.campaigns()[campaign].rules
    return [{field: each[field] for field in each if field != "version"} for each in rules]

"""`python -m local demo`: a purge, a purge rule that fires, and everyone who is told of both."""

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from local import function_log, results
from local.application import Application, application
from local.options import PROJECT, Options
from local.purge_api import PurgeApi
from local.running import announce, purge, say
from local.scheduler import as_sent
from local.settling import WEBHOOK_PATH
from local.submission import read_request

REQUEST = PROJECT / "events" / "schedule" / "conversation_archive.json"
RULE = PROJECT / "events" / "invoke" / "create_purge_rule.json"
NOTIFICATIONS = "notifications.json"
PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.2
# One run, its one rule's execution, and at least one job and one batch.
AWAITED = {
    "data.purge.chunk.completed",
    "purge_job_completed",
    "purge_rule_executed",
    "purge_run_finished",
}


class DemoFailed(Exception):
    """Something that the demo is to show did not happen."""


def demo(options: Options, console: Console, errors: Console) -> int:
    """Shows all of it and returns the exit code: 0 where everything happened."""
    shown = replace(options, shows_governance=True)
    request = as_sent(read_request(REQUEST), datetime.now(UTC))
    results.clear(options.out)
    say(console, f"Starting the application; waits are scaled by {options.wait_scale:g}.")
    with application(shown) as app, httpx.Client(trust_env=False, timeout=30) as web:
        announce(app, console)
        one = _Demo(app, web, console, options.out)
        one.title("A retention purge")
        code = purge(app, shown, console, errors, request)
        try:
            one.rule(RULE)
        except DemoFailed:
            for error in function_log.errors_in(app.session.client("logs")):
                say(errors, f"A function logged:\n{error}")
            raise
        return code


class _Demo:
    """What is shown of one application."""

    def __init__(self, app: Application, web: httpx.Client, console: Console, out: Path) -> None:
        self._app = app
        self._out = out
        self._web = web
        self._console = console

    def title(self, text: str) -> None:
        self._console.rule(text, align="left")

    def say(self, label: str, value: object) -> None:
        say(self._console, f"{label:>10}  {value}")

    def rule(self, file: Path) -> None:
        """Creates a rule, has it executed, forges a webhook, and shows who was told."""
        self.title("A purge rule at Genesys")
        created = self._invoke("create_purge_rule", read_request(file))
        self.say("rule", f"{created['ruleId']} is {created['status']}")
        again = self._invoke("create_purge_rule", read_request(file))
        self.say("again", f"the same request: {again['ruleId']}, no second rule")
        executed = self._executed(created["ruleId"])
        self.say("executed", f"Genesys deleted {executed['deletedCount']:,} records by the rule")
        self._show_deliveries(created["ruleId"])
        self.title("A forged webhook")
        self._show_forgery(created["ruleId"], executed)
        self.title("What the governance receiver was sent")
        self._show_received()

    def _invoke(self, function: str, event: Any) -> Any:
        client = self._app.session.client("lambda")
        answer = client.invoke(
            FunctionName=self._app.stack.functions[function], Payload=json.dumps(event)
        )
        content = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise DemoFailed(f"{function} raised {content}")
        return content

    def _executed(self, rule_id: str) -> Any:
        return self._simulator("POST", f"/_simulator/rules/{rule_id}/execute").json()

    def _show_deliveries(self, rule_id: str) -> None:
        """The webhook's way into the audit."""
        with PurgeApi(self._app.api_url) as api:
            facts = self._await(
                "the webhook's record",
                lambda: [r for r in api.rule_audit(rule_id) if r["action"] == "webhook_received"],
            )
        self.say("webhook", f"{self._app.api_url}{WEBHOOK_PATH} took it")
        self.say("audit", json.dumps(facts[0]))

    def _show_forgery(self, rule_id: str, executed: Any) -> None:
        body = {"ruleId": rule_id, "event": "purgerules:rule:execute", "deletedCount": 1_000_000}
        body |= {"timestamp": executed["executedAt"], "complianceOk": True}
        answer = self._web.post(
            self._app.api_url + WEBHOOK_PATH,
            json=body,
            headers={"X-Genesys-Webhook-Signature": f"sha256={'0' * 64}"},
        )
        self.say("answered", f"{answer.status_code} {answer.text}")
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            raise DemoFailed("the forged webhook was not refused")

    def _show_received(self) -> None:
        received = self._await("every kind of notification", self._all_kinds)
        for kind, number in sorted(Counter(_kind(each) for each in received).items()):
            self.say(f"{number} x", kind)
        held = sum(each["signatureHeld"] for each in received)
        self.say("signatures", f"{held} of {len(received)} hold")
        file = self._out / NOTIFICATIONS
        results.write_json(file, {"received": received})
        self.say("all of it", file)
        if held < len(received):
            raise DemoFailed("a notification's signature does not hold")

    def _all_kinds(self) -> list[Any]:
        received: list[Any] = self._simulator("GET", "/_simulator/governance").json()["received"]
        return received if {_kind(each) for each in received} >= AWAITED else []

    def _simulator(self, verb: str, path: str) -> httpx.Response:
        return self._web.request(verb, self._app.genesys.url + path).raise_for_status()

    def _await(self, what: str, look: Callable[[], list[Any]]) -> list[Any]:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(LOOK_EVERY_SECONDS)
        raise DemoFailed(f"{what} did not come within {PATIENCE_SECONDS:g} seconds")


def _kind(received: Any) -> str:
    """The event; the audit entry of a run has none in its body, only in its header."""
    return str(received["headers"].get("x-purge-event"))

"""`genesys-purge local demo`: shows a purge rule that runs, a purge, and the webhooks of both."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from cli.documents.files import read_request
from cli.documents.scheduler import as_sent
from cli.local_commands.awaiting import awaited
from cli.local_commands.rule_at_genesys import RuleAtGenesys
from cli.local_commands.run import purge
from cli.local_commands.starting import print_function_errors, started
from cli.reports import results
from cli.reports.lines import show
from local.application import Application
from local.errors import CommandFailed
from local.genesys.secrets import WEBHOOK_PATH
from local.options.options import Options
from local.project import PROJECT

REQUEST = PROJECT / "events" / "schedule" / "conversation_archive.json"
RULE = PROJECT / "events" / "invoke" / "create_purge_rule.json"
NOTIFICATIONS = "notifications.json"
# The notifications of one run and of the rule's execution.
EXPECTED_KINDS = {
    "data.purge.chunk.completed",
    "purge_job_completed",
    "purge_rule_executed",
    "purge_run_finished",
}


class DemoFailed(CommandFailed):
    """A part of the demo did not happen."""


def demo(options: Options, console: Console, errors: Console) -> int:
    """Shows everything; returns the exit code of the purge."""
    shown = replace(options, shows_governance=True)
    request = as_sent(read_request(REQUEST), datetime.now(UTC))
    results.clear(options.out)
    with started(shown, console) as app, httpx.Client(trust_env=False, timeout=30) as web:
        one = _Demo(app, web, console, options.out)
        # The rule first: the purge leaves nothing that is old enough for the rule.
        with _function_errors(app, errors):
            one.show_rule(RULE)
        one.title("A retention purge")
        code = purge(app, shown, console, errors, request)
        with _function_errors(app, errors):
            one.show_notifications()
        return code


@contextmanager
def _function_errors(app: Application, errors: Console) -> Iterator[None]:
    """Prints the errors of the functions if a part of the demo fails."""
    try:
        yield
    except CommandFailed:
        print_function_errors(app, errors)
        raise


class _Demo:
    """The demo of one running application."""

    def __init__(self, app: Application, web: httpx.Client, console: Console, out: Path) -> None:
        self._app = app
        self._out = out
        self._web = web
        self._console = console
        self._rule = RuleAtGenesys(app, web)

    def title(self, text: str) -> None:
        self._console.rule(text, align="left")

    def say(self, label: str, value: object) -> None:
        show(self._console, [(label, value)])

    def show_rule(self, file: Path) -> None:
        """Creates a purge rule, executes it, and forges a webhook."""
        self.title("A purge rule at Genesys")
        created = self._rule.create(read_request(file))
        self.say("rule", f"{created['ruleId']} is {created['status']}")
        again = self._rule.create(read_request(file))
        self.say("again", f"the same request returns the same rule, {again['ruleId']}")
        executed = self._rule.execute(created["ruleId"])
        self.say("executed", f"Genesys deleted {executed['deletedCount']:,} records by the rule")
        self._show_webhook(created["ruleId"])
        self.title("A forged webhook")
        self._show_forgery(created["ruleId"], executed)

    def _show_webhook(self, rule_id: str) -> None:
        """Waits for the audit record of the webhook and shows it."""
        record = self._rule.webhook_of(rule_id)
        self.say("webhook", f"received at {self._app.api_url}{WEBHOOK_PATH}")
        self.say("audit", json.dumps(record))

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

    def show_notifications(self) -> None:
        """Waits for one notification of each kind, and shows them."""
        self.title("The notifications at the governance receiver")
        received = awaited("every kind of notification", self._received_kinds)
        for kind, number in sorted(Counter(_kind(each) for each in received).items()):
            self.say(f"{number} x", kind)
        valid = sum(each["signatureValid"] for each in received)
        self.say("signatures", f"{valid} of {len(received)} are valid")
        file = self._out / NOTIFICATIONS
        results.write_json(file, {"received": received})
        self.say("file", file)
        if valid < len(received):
            raise DemoFailed("the signature of a notification is not valid")

    def _received_kinds(self) -> list[Any]:
        """The notifications, as soon as there is one of each kind."""
        url = f"{self._app.genesys.url}/_simulator/governance"
        received: list[Any] = self._web.get(url).raise_for_status().json()["received"]
        return received if {_kind(each) for each in received} >= EXPECTED_KINDS else []


def _kind(received: Any) -> str:
    """The event in the header; the body of a run's audit entry has no event."""
    return str(received["headers"].get("x-purge-event"))

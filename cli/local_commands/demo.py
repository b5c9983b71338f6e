"""`genesys-purge local demo`: a purge rule, a purge, their webhooks, and the governance of both."""

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

from cli.awaiting import awaited
from cli.documents.files import read_request
from cli.documents.scheduler import as_sent
from cli.errors import DemoFailed
from cli.local_commands.governed_purge import show_governance
from cli.local_commands.rule_at_genesys import RuleAtGenesys
from cli.local_commands.run import purge
from cli.local_commands.starting import print_function_errors, started
from cli.reports import results
from cli.reports.lines import heading, show
from local.application import Application
from local.errors import CommandFailed
from local.genesys.secrets import WEBHOOK_PATH
from local.options.options import Options
from local.project import PROJECT

REQUEST = PROJECT / "events" / "schedule" / "conversation_archive.json"
RULE = PROJECT / "events" / "invoke" / "create_purge_rule.json"
NOTIFICATIONS = "notifications.json"
# At least so many notifications of one run and of the rule's execution.
EXPECTED = Counter(
    {
        "data.purge.chunk.completed": 1,
        "purge_job_completed": 1,
        "purge_rule_executed": 1,
        "purge_run_finished": 1,
    }
)
# And of what people ask for, decide and stop; a run and a stop need an approval each.
OF_GOVERNANCE = Counter(
    {
        "approval_requested": 2,
        "approval_decided": 2,
        "deletion_stopped": 1,
        "deletion_resumed": 1,
    }
)


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
            one.show_notifications(EXPECTED)
            if app.genesys.simulator:
                show_governance(app, app.genesys.simulator.corpus, console)
                one.show_notifications(OF_GOVERNANCE)
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
        self._shown = 0

    def title(self, text: str) -> None:
        heading(self._console, text)

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

    def show_notifications(self, kinds: Counter[str]) -> None:
        """Waits for so many of each kind, and shows the notifications since the last time.

        The file has all of them.
        """
        self.title("The notifications at the governance receiver")
        received = awaited(", ".join(sorted(kinds)), lambda: self._received(kinds))
        new, self._shown = received[self._shown :], len(received)
        for kind, number in sorted(Counter(_kind(each) for each in new).items()):
            self.say(f"{number} x", kind)
        valid = sum(each["signatureValid"] for each in new)
        self.say("signatures", f"{valid} of {len(new)} are valid")
        file = self._out / NOTIFICATIONS
        results.write_json(file, {"received": received})
        self.say("file", file)
        if valid < len(new):
            raise DemoFailed("the signature of a notification is not valid")

    def _received(self, kinds: Counter[str]) -> list[Any]:
        """All notifications, as soon as there are so many of each of these kinds."""
        url = f"{self._app.genesys.url}/_simulator/governance"
        received: list[Any] = self._web.get(url).raise_for_status().json()["received"]
        return received if Counter(map(_kind, received)) >= kinds else []


def _kind(received: Any) -> str:
    """The event in the header; the body of a run's audit entry has no event."""
    return str(received["headers"].get("x-purge-event"))

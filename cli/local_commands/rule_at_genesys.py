"""A purge rule at the simulated Genesys: created, executed, and reported by its webhook."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import httpx

from cli.awaiting import awaited
from cli.local_commands.local_api import api_of
from cli.stack.api import Api
from cli.stack.functions import invoke
from cli.stack.lists import entries
from local.application import Application


class RuleAtGenesys:
    """Works on one running application."""

    def __init__(self, app: Application, web: httpx.Client) -> None:
        self._app = app
        self._web = web

    def create(self, request: Any) -> Any:
        """The answer to a request for a purge rule."""
        function = self._app.stack.functions["create_purge_rule"]
        return invoke(self._app.session.client("lambda"), function, request)

    def execute(self, rule_id: str) -> Any:
        """Let Genesys execute the rule now; returns its report."""
        url = f"{self._app.genesys.url}/_simulator/rules/{rule_id}/execute"
        return self._web.post(url).raise_for_status().json()

    def webhook_of(self, rule_id: str) -> Mapping[str, Any]:
        """The audit record of the first execution that a webhook reports."""
        with closing(api_of(self._app)) as api:
            return awaited(
                "the webhook's record",
                lambda: [r for r in _audit(api, rule_id) if r["action"] == "webhook_received"],
            )[0]


def _audit(api: Api, rule_id: str) -> Iterator[Mapping[str, Any]]:
    return entries(api, f"/purge-rules/{rule_id}/audit", "records")

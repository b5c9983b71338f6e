"""`genesys-purge purge-rules`: creates purge rules at Genesys, lists and shows them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.arguments import LIMIT, ORGANISATION, SINCE, UNTIL, id_in, moment_in
from cli.documents.files import read_document
from cli.errors import NOT_WELL
from cli.invocation import Invocation
from cli.reports.lines import flattened
from cli.reports.tables import moment, print_table, table
from cli.shared_options import command, group
from cli.stack.lists import entries, listed

app = group("Create purge rules, which Genesys executes on a schedule; list and show them.")
RULE = Annotated[
    str,
    typer.Argument(metavar="RULE_ID", help="The id of the rule at Genesys.", callback=id_in),
]
FILE = Annotated[Path, typer.Argument(metavar="RULE.json", help="A purge rule.")]


@command(app, "create", "genesys-purge purge-rules create rule.json --dry-run")
def create(
    call: Invocation,
    rule: FILE,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only check the rule: create nothing.")
    ] = False,
) -> int:
    """Create a purge rule at Genesys; the same rule is created once."""
    body = read_document(rule)
    if dry_run and isinstance(body, dict):
        body["dryRun"] = True
    answer = call.api.post("/purge-rules", body)
    call.output.labelled(answer, lambda: flattened(answer))
    return NOT_WELL if answer.get("status") == "failed" else 0


@command(app, "list", "genesys-purge purge-rules list --status registered")
def list_rules(
    call: Invocation,
    *,
    status: Annotated[
        str | None, typer.Option(help="`creating`, `created`, `registered` or `failed`.")
    ] = None,
    organisation: ORGANISATION = None,
    since: SINCE = None,
    until: UNTIL = None,
    limit: LIMIT = 20,
) -> int:
    """List the purge rules that the application created, newest first."""
    query = {"status": status, "organisation": organisation}
    period = {"from": moment_in(since, "--from"), "to": moment_in(until, "--to")}
    found = listed(call.api, "/purge-rules", "rules", limit, **query, **period)
    titles = ("rule", "name", "status", "requested (UTC)", "by")
    call.output.result(
        found.to_json("rules"), lambda: table(titles, map(_row, found.entries), "No rule matches.")
    )
    if found.has_more:
        call.output.hint(f"These are the {limit} newest; --limit N shows more.")
    return 0


def _row(rule: Mapping[str, Any]) -> tuple[object, ...]:
    asked = moment(rule.get("requestedAt")), rule.get("requestedBy")
    return rule.get("ruleId"), rule["name"], rule["status"], *asked


@command(app, "show", "genesys-purge purge-rules show 2f0c1a9e-5b1c-4b0e-9d6e-0d4f9c1f7b11")
def show(call: Invocation, rule_id: RULE) -> int:
    """Show a purge rule with its schedule and state."""
    answer = call.api.get(f"/purge-rules/{rule_id}")
    call.output.labelled(answer, lambda: flattened(answer))
    return 0


@command(app, "audit", "genesys-purge purge-rules audit 2f0c1a9e-5b1c-4b0e-9d6e-0d4f9c1f7b11")
def audit(call: Invocation, rule_id: RULE) -> int:
    """Show the audit records of a purge rule."""
    found = entries(call.api, f"/purge-rules/{rule_id}/audit", "records")
    if call.output.as_json:
        for each in found:
            call.output.json_line(each)
        return 0
    titles = ("at (UTC)", "action", "deleted", "detail")
    print_table(
        call.output.console, titles, map(_audit_row, found), "The rule has no audit record."
    )
    return 0


def _audit_row(record: Mapping[str, Any]) -> tuple[object, ...]:
    at, deleted = moment(record.get("timestamp")), record.get("deletedCount")
    return at, record.get("action"), deleted, record.get("detail")

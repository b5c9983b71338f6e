"""`genesys-purge approvals`: what waits for a second person, and the decisions about it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any

import typer
from genesys_purge.model.wording import counted

from cli.commands.arguments import LIMIT, id_in
from cli.confirming import confirm
from cli.errors import NoAccess, WrongInput
from cli.invocation import Invocation
from cli.reports.lines import flattened
from cli.reports.tables import moment, table
from cli.shared_options import command, group
from cli.stack.lists import listed

app = group("List what waits for a second person, and approve, reject or withdraw it.")
APPROVAL = Annotated[
    str, typer.Argument(metavar="APPROVAL_ID", help="The id of the approval.", callback=id_in)
]
HASH = Annotated[
    str | None,
    typer.Option(
        "--hash",
        help="The subjectHash that was shown. With it, the command does not ask.",
    ),
]
COMMENT = Annotated[
    str | None, typer.Option(help="Explains the decision; no personal data belongs into it.")
]
# The conversations that a narrowing lets go; there may be 5,000.
LET_GO, MOST_SHOWN = "letGoConversationIds", 20
CHANGES_OF_HOLDS = ("hold_release", "hold_narrowing")
STATES = ("pending", "approved", "consumed", "rejected", "withdrawn", "expired")
STATE = Annotated[
    str | None,
    typer.Option(help=f"One of {', '.join(STATES)}.", autocompletion=lambda: list(STATES)),
]


@command(app, "list", "genesys-purge approvals list --state pending")
def list_approvals(call: Invocation, *, state: STATE = None, limit: LIMIT = 50) -> int:
    """List approvals, newest first."""
    found = listed(call.api, "/approvals", "approvals", limit, state=state)
    titles = ("approval", "state", "kind", "of", "asked by", "asked (UTC)", "expires (UTC)")
    rows = map(_row, found.entries)
    call.output.result(
        found.to_json("approvals"), lambda: table(titles, rows, "No approval matches.")
    )
    if found.has_more:
        call.output.hint(f"These are the first {limit}; --limit N shows more.")
    return 0


def _row(approval: Mapping[str, Any]) -> tuple[object, ...]:
    return (
        approval["approvalId"],
        approval["state"],
        approval["kind"],
        approval["subject"],
        approval.get("requestedBy"),
        moment(approval.get("requestedAt")),
        moment(approval.get("expiresAt")),
    )


@command(app, "show", "genesys-purge approvals show run-quarter-2024-2")
def show(call: Invocation, approval_id: APPROVAL) -> int:
    """Show what is to be approved, and the decisions about it."""
    answer = call.api.get(f"/approvals/{approval_id}")
    call.output.labelled(answer, lambda: _described(answer))
    return 0


def _described(approval: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield "approval", approval["approvalId"]
    yield "state", approval["state"]
    yield "kind", approval["kind"]
    yield "of", approval["subject"]
    yield "asked", f"{moment(approval.get('requestedAt'))} UTC by {approval.get('requestedBy')}"
    yield "expires", f"{moment(approval.get('expiresAt'))} UTC"
    yield "needs", _needed(approval)
    summary = dict(approval.get("summary") or {})
    document = summary.pop("document", None)
    yield from flattened(_shortened(summary))
    if document is not None:
        yield "document", json.dumps(document, ensure_ascii=False)
    for each in approval.get("decisions", ()):
        comment = f": {each['comment']}" if each.get("comment") else ""
        yield each["decision"], f"{moment(each['at'])} UTC by {each['actor']}{comment}"
    yield "hash", approval["subjectHash"]


def _shortened(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A summary with the first of many conversations, and how to see all."""
    ids = summary.get(LET_GO)
    if not isinstance(ids, list) or len(ids) <= MOST_SHOWN:
        return {**summary}
    more = f"and {len(ids) - MOST_SHOWN:,} more; `approvals show --json` has all"
    return {**summary, LET_GO: [*ids[:MOST_SHOWN], more]}


def _needed(approval: Mapping[str, Any]) -> str:
    """How many persons must approve, and by which rule."""
    persons = counted(approval.get("needed"), "other person", "other persons")
    if approvers := approval.get("approvers"):
        persons += f" of {', '.join(approvers)}"
    if not (rule := approval.get("rule")):
        return persons
    version = approval.get("ruleVersion")
    rules = f"version {version} of the approval rules" if version else "the shipped approval rules"
    return f"{persons}, by the rule '{rule}' of {rules}"


@command(app, "approve", "genesys-purge approvals approve run-quarter-2024-2")
def approve(
    call: Invocation, approval_id: APPROVAL, *, shown: HASH = None, comment: COMMENT = None
) -> int:
    """Approve what another person asked for. The command shows it, and asks."""
    return _decide(call, approval_id, "approve", shown, comment)


@command(app, "reject", "genesys-purge approvals reject run-quarter-2024-2 --comment 'Too much'")
def reject(
    call: Invocation, approval_id: APPROVAL, *, shown: HASH = None, comment: COMMENT = None
) -> int:
    """Reject what another person asked for. One rejection ends it."""
    return _decide(call, approval_id, "reject", shown, comment)


def _decide(
    call: Invocation, approval_id: str, decision: str, shown: str | None, comment: str | None
) -> int:
    path = f"/approvals/{approval_id}"
    if shown is None:
        approval = call.api.get(path)
        if not call.output.as_json:
            call.output.labelled(approval, lambda: _described(approval))
        confirm(call.output, f"{decision.capitalize()} this?", option="--hash")
        shown = approval["subjectHash"]
    body = {"decision": decision, "subjectHash": shown}
    answer = call.api.post(f"{path}/decisions", body | ({"comment": comment} if comment else {}))
    missing = answer["missing"] if answer["state"] == "pending" else 0
    more = f"; {missing} more must approve" if missing else ""
    call.output.result(answer, lambda: f"The approval is {answer['state']}{more}.")
    if answer["state"] == "consumed" and call.output.has_hints:
        # The decision is made, so it is no failure if the caller may not read what follows.
        with suppress(NoAccess, WrongInput):
            _say_what_happens(call, call.api.get(path))
    return 0


def _say_what_happens(call: Invocation, approval: Mapping[str, Any]) -> None:
    """Say until when a hold lasts whose release or narrowing was approved, and who may keep it."""
    if approval.get("kind") not in CHANGES_OF_HOLDS:
        return
    hold_id = approval["subject"].removeprefix("hold:")
    change = call.api.get(f"/holds/{hold_id}").get("change") or {}
    until = moment(change.get("effectiveAt"))
    keep = call.for_another(f"holds keep {hold_id} --reason REASON", "holds")
    call.output.hint(
        f"The hold {hold_id} covers what it covers now until {until} UTC. Until then, one person "
        f"can keep it: {keep}"
    )


@command(app, "withdraw", "genesys-purge approvals withdraw run-quarter-2024-2")
def withdraw(call: Invocation, approval_id: APPROVAL, *, comment: COMMENT = None) -> int:
    """Take back a request, or an approval that you gave. A run stops at its next deleting call."""
    body = {"comment": comment} if comment else {}
    answer = call.api.post(f"/approvals/{approval_id}/withdraw", body)
    call.output.result(answer, lambda: "The approval is withdrawn.")
    return 0

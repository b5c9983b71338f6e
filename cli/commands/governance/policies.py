"""`genesys-purge policies`: checks, plans and applies a folder of policies, and reads policies."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from genesys_purge.model.wording import counted

from cli.commands.arguments import LIMIT, id_in
from cli.commands.audit import show_audit
from cli.commands.governance.policy_changes import Change, Kind, apply_change, changes_of
from cli.documents.policy_folder import policies_in
from cli.errors import WRONG, WrongInput
from cli.invocation import Invocation
from cli.reports.tables import moment, print_table, table
from cli.shared_options import command, group
from cli.stack.lists import listed
from cli.validation.command import are_valid

app = group("Keep recurring purges as documents: check, plan and apply them.")
DIR = Annotated[Path, typer.Argument(metavar="DIR", help="A folder of policies, YAML or JSON.")]
NAME = Annotated[str, typer.Argument(metavar="NAME", help="The policy's name.", callback=id_in)]
STATES = ("enabled", "disabled", "expired", "unreadable")
# Of the blackout days of a policy, so many are shown.
MOST_DAYS = 20
STATE = Annotated[
    str | None,
    typer.Option(help=f"One of {', '.join(STATES)}.", autocompletion=lambda: list(STATES)),
]


@command(app, "check", "genesys-purge policies check policies/", stack=False)
def check(call: Invocation, folder: DIR) -> int:
    """Check the policies of a folder as the API does, without AWS.

    The environment variables of the functions choose the platform and limits.
    """
    files = list(policies_in(folder))
    return 0 if are_valid({"policy": files}, call.output, in_lines=True) else WRONG


@command(app, "plan", "genesys-purge policies plan policies/")
def plan(call: Invocation, folder: DIR) -> int:
    """Show what `apply` would change in a stack, and which schedules differ from their policies."""
    changes = changes_of(call.api, policies_in(folder))
    _show(call, changes)
    return 0


@command(app, "apply", "genesys-purge policies apply policies/")
def apply(
    call: Invocation,
    folder: DIR,
    *,
    disable_missing: Annotated[
        bool,
        typer.Option("--disable-missing", help="Disable the policies that are not in the folder."),
    ] = False,
) -> int:
    """Apply the policies of a folder; nothing is applied if one of them is wrong.

    A schedule that was changed or removed by hand is put right.

    A policy that is not in the folder is not changed, unless you give --disable-missing.
    """
    changes = changes_of(call.api, policies_in(folder))
    failed = []
    applied = []
    for change in changes:
        try:
            applied.append(apply_change(call.api, change, disable_missing=disable_missing))
        except WrongInput as refused:
            failed += [f"{change.name}: {problem}" for problem in refused.problems]
    _show(call, applied)
    if failed:
        raise WrongInput(*failed)
    if not disable_missing and any(each.kind is Kind.MISSING for each in applied):
        call.output.hint(
            "Policies that are not in the folder stay; --disable-missing disables them."
        )
    return 0


def _show(call: Invocation, changes: Iterable[Change]) -> None:
    """A line for each policy, and one below for each changed field and each remark."""
    found = list(changes)
    if call.output.as_json:
        call.output.json_line({"policies": [each.to_json() for each in found]})
        return
    rows = [
        (each.name, each.kind.value, each.version, line) for each in found for line in _lines(each)
    ]
    print_table(call.output.console, ("policy", "change", "version", "what"), rows, "No policy.")


def _lines(change: Change) -> list[str | None]:
    fields = []
    if change.kind is Kind.CREATED:
        document = change.document
        when = f"{document['schedule']} {document['timeZone']}"
        fields = [f"{document['request']['method']}, {when}, until {document['validUntil']}"]
    elif change.kind is Kind.CHANGED:
        fields = [
            f"{path}: {_value(each, 'before')} -> {_value(each, 'after')}"
            for path, each in change.difference.items()
        ]
    drift = [f"schedule: {', '.join(change.drift)}"] if change.drift else []
    return [*fields, *drift, *(f"note: {note}" for note in change.notes)] or [None]


def _value(difference: Mapping[str, Any], name: str) -> str:
    return str(difference[name]) if name in difference else "-"


@command(app, "list", "genesys-purge policies list --state enabled")
def list_policies(call: Invocation, *, state: STATE = None, limit: LIMIT = 50) -> int:
    """List policies with their next run."""
    found = listed(call.api, "/policies", "policies", limit, state=state)
    titles = (
        "policy",
        "version",
        "state",
        "method",
        "schedule",
        "next run (UTC)",
        "valid until",
        "owner",
    )
    call.output.result(
        found.to_json("policies"),
        lambda: table(titles, map(_row, found.entries), "No policy matches."),
    )
    if found.has_more:
        call.output.hint(f"These are the first {limit}; --limit N shows more.")
    return 0


def _row(policy: Mapping[str, Any]) -> tuple[object, ...]:
    runs = policy.get("nextRuns") or [None]
    return (
        policy["name"],
        policy["version"],
        f"{policy['state']} (drift)" if policy.get("drift") else policy["state"],
        policy.get("method"),
        f"{policy.get('schedule', '')} {policy.get('timeZone', '')}",
        moment(runs[0]),
        moment(policy.get("validUntil")),
        policy.get("owner"),
    )


@command(app, "show", "genesys-purge policies show nightly-voice --version 2")
def show(
    call: Invocation,
    name: NAME,
    *,
    version: Annotated[int | None, typer.Option(min=1, help="An earlier version.")] = None,
) -> int:
    """Show a policy with its next five runs."""
    answer = call.api.get(f"/policies/{name}", version=version)
    call.output.labelled(answer, lambda: _described(answer))
    return 0


def _described(policy: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield "policy", policy["name"]
    yield "version", policy["version"]
    yield "state", policy.get("state")
    if "wrong" in policy:
        yield "wrong", policy["wrong"]
        return
    document = policy["document"]
    if policy.get("drift"):
        yield "drift of the schedule", ", ".join(policy["drift"])
    yield "applied", f"{moment(policy['appliedAt'])} UTC by {policy['appliedBy']}"
    yield "owner", document["owner"]
    yield "schedule", f"{document['schedule']} {document['timeZone']}"
    yield "start", moment(document.get("start"))
    yield "valid until", moment(document["validUntil"])
    for name, bound in document["bounds"].items():
        yield name, bound
    for name, value in document["request"].items():
        yield f"request.{name}", value if isinstance(value, str | int) else str(value)
    for each in policy.get("nextRuns", ()):
        yield "next run", f"{moment(each)} UTC"
    days = policy.get("blackoutDays", ())
    for each in days[:MOST_DAYS]:
        yield "no run on", f"{each['date']} {each.get('holiday', '')}".strip()
    if len(days) > MOST_DAYS:
        yield "", f"and on {counted(len(days) - MOST_DAYS, 'more day')}; --json shows all"


@command(app, "audit", "genesys-purge policies audit nightly-voice")
def audit(call: Invocation, name: NAME) -> int:
    """Show the audit records of a policy."""
    titles = ("#", "at (UTC)", "action", "version", "what", "person", "actor")
    path, empty = f"/policies/{name}/audit", "The policy has no audit record."
    return show_audit(call, path, titles, _recorded, empty, f"policies audit {name} --json")


def _recorded(record: Mapping[str, Any]) -> tuple[object, ...]:
    facts = record.get("purgePolicy") or {}
    what = facts.get("reason") or ", ".join(facts.get("difference") or facts.get("drift") or ())
    return (
        record["sequence"],
        moment(record["at"]),
        record["action"],
        facts.get("version"),
        what,
        record.get("personId"),
        record.get("actor"),
    )

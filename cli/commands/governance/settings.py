"""`genesys-purge settings`: shows the settings of a stack, and stores new versions of them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from genesys_purge.model.stored_setting import SettingName
from rich.table import Table

from cli.commands.arguments import YES
from cli.commands.audit import show_audit
from cli.confirming import confirm
from cli.documents.files import read_document
from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.reports.lines import say
from cli.reports.tables import moment, table
from cli.shared_options import command, group

app = group("Show the settings of a stack, and store new versions of them.")
NAMES = ", ".join(SettingName)
# Of the changes of an audit record, so many are shown.
MOST_CHANGES = 10
BEFORE_REASON = (None,) * 7
NAME = Annotated[
    SettingName, typer.Argument(metavar="NAME", help=f"One of {NAMES}.", case_sensitive=True)
]
REASON = Annotated[str, typer.Option(help="Why it is changed, for the audit.")]


@command(app, "list", "genesys-purge settings list")
def list_settings(call: Invocation) -> int:
    """List the settings in force: their versions, and where each comes from."""
    answer = call.api.get("/settings")
    titles = ("setting", "version", "origin", "changed (UTC)", "by", "reason")
    rows = [_row(each) for each in answer["settings"]]
    call.output.result(answer, lambda: table(titles, rows, "There is no setting."))
    for each in answer["settings"]:
        if "ignored" in each:
            call.output.important(f"{each['name']} is stored: {each['ignored']} has no effect.")
    return 0


def _row(setting: Mapping[str, Any]) -> tuple[object, ...]:
    origin = "stored, unreadable" if "wrong" in setting else setting["origin"]
    return (
        setting["name"],
        setting["version"] or None,
        origin,
        moment(setting.get("changedAt")),
        setting.get("changedBy"),
        setting.get("reason"),
    )


@command(app, "show", "genesys-purge settings show retention-matrix --out matrix.json")
def show(
    call: Invocation,
    name: NAME,
    *,
    version: Annotated[int | None, typer.Option(min=1, help="An old version.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Writes the document into a new file.")
    ] = None,
) -> int:
    """Show a setting with its document."""
    answer = call.api.get(f"/settings/{name}", version=version)
    if out is not None:
        _write(answer, out)
        call.output.result(
            {"name": name, "version": answer["version"], "file": str(out)},
            lambda: f"The document of {name} is in {out}.",
        )
        return 0
    call.output.labelled(answer, lambda: _described(answer))
    if not call.output.as_json and "document" in answer:
        for line in _text(answer).splitlines():
            say(call.output.console, line)
    return 0


def _text(setting: Mapping[str, Any]) -> str:
    return json.dumps(setting["document"], indent=2, ensure_ascii=False)


def _write(setting: Mapping[str, Any], out: Path) -> None:
    if "document" not in setting:
        raise WrongInput(f"--out: the stored {setting['name']} cannot be read")
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(_text(setting) + "\n")
    except OSError as error:
        raise WrongInput(f"--out: {out} cannot be written: {error.strerror}") from error


def _described(setting: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield "setting", setting["name"]
    yield "version", setting["version"] or None
    yield "origin", setting["origin"]
    if "changedAt" in setting:
        yield "changed", f"{moment(setting['changedAt'])} UTC by {setting['changedBy']}"
    yield "approval", setting.get("approvalId")
    yield "reason", setting.get("reason")
    yield "without effect", setting.get("ignored")
    for each in setting.get("wrong", ()):
        yield "wrong", ": ".join(filter(None, (each["path"], each["message"])))


@command(app, "put", 'genesys-purge settings put retention-matrix matrix.json --reason "Policy 12"')
def put(
    call: Invocation,
    name: NAME,
    document: Annotated[Path, typer.Argument(metavar="FILE", help="The whole new document.")],
    *,
    reason: REASON,
    expected_version: Annotated[
        int | None,
        typer.Option(min=0, help="The version that the change is based on; by default the stored."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only shows what changes.")] = False,
    yes: YES = False,
) -> int:
    """Store a new version of a setting, after showing what changes.

    If another person stores a version meanwhile, nothing is stored. Weaker approval rules are
    stored when another person approves them. Scripts give `--expected-version` and `--yes`.
    """
    path = f"/settings/{name}"
    version = call.api.get(path)["version"] if expected_version is None else expected_version
    body = {"document": read_document(document), "reason": reason, "expectedVersion": version}
    if dry_run or not yes:
        compared = call.api.put(path, {**body, "dryRun": True})
        _warn(call, compared)
        if dry_run or not call.output.as_json:
            call.output.result(compared, lambda: _compared(compared))
        if dry_run:
            call.output.hint("Nothing was stored.")
            return 0
        confirm(call.output, _question(call, compared))
    answer = call.api.put(path, body)
    if yes:
        _warn(call, answer)
    call.output.result(answer, lambda: _stored(call, answer))
    return 0


def _question(call: Invocation, compared: Mapping[str, Any]) -> str:
    if needed := compared.get("needed"):
        return f"Ask {needed} other person(s) in {call.stack.title} to approve this?"
    return f"Store this as a new version in {call.stack.title}?"


def _compared(answer: Mapping[str, Any]) -> Table | str:
    rows = [
        (each["path"] or "the document", each.get("before"), each.get("after"))
        for each in answer["changes"]
    ]
    return table(("changed", "before", "after"), rows, "Nothing changes.")


def _warn(call: Invocation, answer: Mapping[str, Any]) -> None:
    """Say what is protected less, also if the output is JSON."""
    for each in answer["weakens"]:
        call.output.important(f"weaker: {each}")


def _stored(call: Invocation, answer: Mapping[str, Any]) -> str:
    if approval := answer.get("approvalId"):
        return (
            f"Nothing is stored yet: {answer['missing']} other person(s) must approve, with "
            f"`{call.for_another(f'approvals approve {approval}', 'approver')}`."
        )
    name, version, imported = answer["name"], answer["version"], answer.get("imported")
    words = f"Version {version} of {name} is in force in {call.stack.title}."
    kept = f" The value of before is version {imported}." if imported not in (None, version) else ""
    return words + kept


@command(app, "import", 'genesys-purge settings import organisations --reason "As deployed"')
def import_setting(call: Invocation, name: NAME, *, reason: REASON) -> int:
    """Store the value of before as version 1, without a change.

    From then on the parameter of before, or DefaultClassification, has no effect.
    """
    answer = call.api.put(f"/settings/{name}", {"fromParameter": True, "reason": reason})
    call.output.result(answer, lambda: _stored(call, answer))
    return 0


@command(app, "audit", "genesys-purge settings audit retention-matrix")
def audit(call: Invocation, name: NAME) -> int:
    """Show the audit records of a setting: who changed what, and what became weaker."""
    titles = ("#", "at (UTC)", "action", "version", "changed", "weaker", "person", "reason")
    path, empty = f"/settings/{name}/audit", "The setting has no audit record."
    export = f"settings audit {name} --json"
    return show_audit(call, path, titles, _record, empty, export, further=_changes)


def _changes(record: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    """The first changed paths of a record, each in a row."""
    facts = record.get("setting", {})
    changes = facts.get("changes", ())
    for each in changes[:MOST_CHANGES]:
        values = f"{each.get('before', '-')} -> {each.get('after', '-')}"
        yield *BEFORE_REASON, f"{each['path'] or 'the document'}: {values}"
    if (more := facts.get("changed", len(changes)) - MOST_CHANGES) > 0:
        yield *BEFORE_REASON, f"and {more:,} more"


def _record(record: Mapping[str, Any]) -> tuple[object, ...]:
    # A decision that stores nothing is about an approval only.
    facts = record.get("setting", {})
    return (
        record["sequence"],
        moment(record["at"]),
        record["action"],
        facts.get("version"),
        facts.get("changed"),
        facts.get("weakened") or None,
        record.get("personId"),
        facts.get("reason") or record.get("approval", {}).get("comment"),
    )

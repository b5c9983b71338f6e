"""`genesys-purge holds`: places legal holds, lists and shows them, and says what they cover."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from genesys_purge.model.wording import counted

from cli.commands.arguments import LIMIT, ORGANISATION, id_in
from cli.commands.audit import show_audit
from cli.documents.files import read_document, read_given, read_text
from cli.errors import WrongInput
from cli.in_flight import show_in_flight
from cli.invocation import Invocation
from cli.reports.tables import moment, table
from cli.shared_options import command, group
from cli.stack.lists import listed

app = group("Place legal holds, list and show them, and see what they cover.")
HOLD = Annotated[str, typer.Argument(metavar="HOLD_ID", help="The id of the hold.", callback=id_in)]
INPUT = "- reads standard input"
STATES = (
    "active",
    "release_requested",
    "releasing",
    "narrowing_requested",
    "narrowing",
    "released",
    "unreadable",
)
NOTHING_MATCHED = (
    "Genesys knows no conversation that it covers. Check the ids, the dates and the organisations; "
    "the hold is in force, and blocks what it may cover."
)
STATE = Annotated[
    str | None,
    typer.Option(help=f"One of {', '.join(STATES)}.", autocompletion=lambda: list(STATES)),
]


@command(app, "place", "genesys-purge holds place hold.json")
def place(
    call: Invocation,
    hold: Annotated[Path, typer.Argument(metavar="HOLD.json", help=f"A legal hold; {INPUT}.")],
) -> int:
    """Place a legal hold: what it covers is not deleted from now on."""
    return _placed(call, call.api.post("/holds", read_given(hold)))


@command(app, "import", "genesys-purge holds import hold.json conversations.csv")
def import_hold(
    call: Invocation,
    hold: Annotated[
        Path, typer.Argument(metavar="HOLD.json", help="A legal hold without conversation ids.")
    ],
    ids: Annotated[
        Path, typer.Argument(metavar="IDS.csv", help="Its conversation ids, one a line.")
    ],
) -> int:
    """Place a legal hold on up to 100,000 conversations of a CSV file."""
    document = read_document(hold)
    if not isinstance(document, dict):
        raise WrongInput(f"{hold}: must be a JSON object")
    return _placed(call, call.api.post("/holds/import", document | {"csv": read_text(ids)}))


def _placed(call: Invocation, answer: Mapping[str, Any]) -> int:
    words = f"The hold {answer['holdId']} is in force in {call.stack.title}."
    call.output.result(answer, lambda: f"{words}\n{_matched(answer)}")
    if answer["matched"].get("count") == 0:
        call.output.important(NOTHING_MATCHED)
    print_in_flight(call, answer)
    return 0


def _matched(hold: Mapping[str, Any]) -> str:
    """How many conversations a hold matches, in words."""
    found = hold["matched"]
    at, count = moment(found["asOf"]), found.get("count")
    if count is None:
        return f"How much it matches is unknown at {at} UTC: {found['reason']}."
    return f"It matches {counted(count, 'conversation')} that Genesys knows at {at} UTC."


def print_in_flight(call: Invocation, answer: Mapping[str, Any]) -> None:
    """Print the jobs that may still delete what the hold covers, if there are any."""
    show_in_flight(
        call.output, answer, "These jobs were called before, and may delete what it covers:"
    )


@command(app, "list", "genesys-purge holds list --state active")
def list_holds(
    call: Invocation,
    *,
    state: STATE = None,
    matter: Annotated[str | None, typer.Option(help="The id of one matter.")] = None,
    limit: LIMIT = 50,
) -> int:
    """List legal holds by their ids."""
    found = listed(call.api, "/holds", "holds", limit, state=state, matterId=matter)
    titles = ("hold", "state", "matter", "owner", "covers", "review by (UTC)", "reason")
    call.output.result(
        found.to_json("holds"), lambda: table(titles, map(_row, found.entries), "No hold matches.")
    )
    if found.has_more:
        call.output.hint(f"These are the first {limit}; --limit N shows more.")
    return 0


def _row(hold: Mapping[str, Any]) -> tuple[object, ...]:
    matter, review = hold.get("matter") or {}, moment(hold.get("reviewBy"))
    due = f"{review}, due" if hold.get("isReviewDue") else review
    why = hold.get("wrong") or hold.get("reason")
    return (
        hold["holdId"],
        hold["state"],
        matter.get("id"),
        hold.get("owner"),
        _scope(hold),
        due,
        why,
    )


def _scope(hold: Mapping[str, Any]) -> str:
    """What a hold covers, in words."""
    names = hold.get("organisations")
    where = f" in {', '.join(names)}" if names else ""
    if hold.get("everything"):
        return f"everything{where}"
    ids = hold.get("conversations", len(hold.get("conversationIds", ())))
    parts = [f"{ids:,} by id"] if ids else []
    period = hold.get("dateRange")
    parts += [f"{period['start']} to {period['end']}"] if period else []
    return ", ".join(parts) + where


@command(app, "show", "genesys-purge holds show case-17")
def show(call: Invocation, hold_id: HOLD) -> int:
    """Show a legal hold."""
    answer = call.api.get(f"/holds/{hold_id}")
    call.output.labelled(answer, lambda: _described(answer))
    return 0


def _described(hold: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    matter = hold.get("matter") or {}
    yield "hold", hold["holdId"]
    yield "state", hold["state"]
    yield "wrong", hold.get("wrong")
    yield (
        "matter",
        " ".join(str(matter[each]) for each in ("id", "title", "kind") if each in matter),
    )
    yield "owner", hold.get("owner")
    yield "reason", hold.get("reason")
    yield "covers", _scope(hold)
    yield "matches", _matched(hold) if "matched" in hold else None
    yield "placed", f"{moment(hold.get('placedAt'))} UTC by {hold.get('placedBy')}"
    yield "review by", moment(hold.get("reviewBy"))
    change = hold.get("change") or {}
    yield "change", _change(change) if change else None
    released = "will be released at" if hold["state"] == "releasing" else "released"
    yield released, moment(hold.get("releasedAt"))
    for each in hold.get("conversationIds", ()):
        yield "conversation", each


def _change(change: Mapping[str, Any]) -> str:
    """A release or narrowing, and until when the hold covers what it covers now."""
    until = moment(change.get("effectiveAt"))
    waits = f"in effect at {until} UTC" if until else "waits for its approval"
    return f"{change['kind']} {waits}, approval {change['approvalId']}"


@command(app, "coverage", "genesys-purge holds coverage 8f1c7d52-90f4-4a3b-8f33-1e0d7c2a5b64")
def coverage(
    call: Invocation,
    conversation_id: Annotated[
        str,
        typer.Argument(
            metavar="CONVERSATION_ID", help="The id of the conversation.", callback=id_in
        ),
    ],
    *,
    organisation: ORGANISATION = None,
) -> int:
    """Say which holds cover a conversation, and which may cover it."""
    query = {"conversationId": conversation_id, "organisation": organisation}
    answer = call.api.get("/holds/coverage", **query)
    titles = ("hold", "covers it", "matter", "owner", "why", "review by (UTC)")
    rows = [_covering(each) for each in answer["holds"]]
    call.output.result(answer, lambda: table(titles, rows, "No hold covers this conversation."))
    return 0


def _covering(hold: Mapping[str, Any]) -> tuple[object, ...]:
    is_certain = "yes" if hold["certain"] else "maybe"
    matter = (hold.get("matter") or {}).get("id")
    review = moment(hold.get("reviewBy"))
    return hold.get("holdId"), is_certain, matter, hold.get("owner"), hold["why"], review


@command(app, "audit", "genesys-purge holds audit case-17")
def audit(call: Invocation, hold_id: HOLD) -> int:
    """Show the audit records of a legal hold."""
    titles = ("#", "at (UTC)", "action", "person", "actor", "what")
    path, empty = f"/holds/{hold_id}/audit", "The hold has no audit record."
    return show_audit(call, path, titles, _recorded, empty, f"holds audit {hold_id} --json")


def _recorded(record: Mapping[str, Any]) -> tuple[object, ...]:
    at, person = moment(record["at"]), record.get("personId")
    what = "; ".join(filter(None, _facts(record)))
    return record["sequence"], at, record["action"], person, record.get("actor"), what


def _facts(record: Mapping[str, Any]) -> Iterator[str | None]:
    """Why it was done, the end of a cool-down, and the deletion that was refused."""
    hold, approval = record.get("hold") or {}, record.get("approval") or {}
    yield record.get("detail") or approval.get("comment")
    if record["action"] == "hold_placed":
        yield hold.get("reason")
    if until := moment((hold.get("change") or {}).get("effectiveAt")):
        yield f"the hold lasts until {until} UTC"
    if refusal := record.get("refusal"):
        records = f", {refusal['records']:,} records" if "records" in refusal else ""
        yield f"run {refusal['runId']}, batch {refusal['batch']}{records}"

"""`genesys-purge holds`: widens, narrows, releases, keeps and reviews legal holds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.commands.governance.holds import HOLD, INPUT, app, print_in_flight
from cli.documents.files import read_given
from cli.invocation import Invocation
from cli.reports.tables import moment
from cli.shared_options import command

__all__ = ["app"]
REASON = Annotated[str, typer.Option(help="Why, in 10 to 500 characters.")]


@command(app, "widen", "genesys-purge holds widen case-17 more.json")
def widen(
    call: Invocation,
    hold_id: HOLD,
    more: Annotated[
        Path,
        typer.Argument(
            metavar="MORE.json",
            help=f"The reason, and the ids or the dates to add; {INPUT}.",
        ),
    ],
) -> int:
    """Let a legal hold cover more."""
    answer = call.api.post(f"/holds/{hold_id}/widen", read_given(more))
    is_wider = "effectiveFrom" in answer
    words = "covers more" if is_wider else "covered all of this before"
    call.output.result(answer, lambda: f"The hold {hold_id} {words} in {call.stack.title}.")
    print_in_flight(call, answer)
    return 0


@command(app, "release", "genesys-purge holds release case-17 --reason 'The claim is settled'")
def release(
    call: Invocation,
    hold_id: HOLD,
    *,
    reason: REASON,
    cool_down_days: Annotated[
        int, typer.Option(min=1, max=365, help="The days that the hold lasts after the approval.")
    ] = 30,
) -> int:
    """Ask another person to release a legal hold."""
    body = {"reason": reason, "coolDownDays": cool_down_days}
    return _asked(call, call.api.post(f"/holds/{hold_id}/release-requests", body))


@command(app, "narrow", "genesys-purge holds narrow case-17 less.json")
def narrow(
    call: Invocation,
    hold_id: HOLD,
    less: Annotated[
        Path,
        typer.Argument(metavar="LESS.json", help=f"The reason, and the narrower scope; {INPUT}."),
    ],
) -> int:
    """Ask another person to let a legal hold cover less."""
    return _asked(call, call.api.post(f"/holds/{hold_id}/narrow", read_given(less)))


def _asked(call: Invocation, answer: Mapping[str, Any]) -> int:
    approval = answer["approvalId"]
    words = (
        f"Another person decides by {moment(answer['expiresAt'])} UTC about approval {approval}. "
        "Until then, and in the cool-down after it, the hold covers what it covers now."
    )
    call.output.result(answer, lambda: words)
    approve = call.for_another(f"approvals approve {approval}", "approver")
    call.output.hint(f"The other person uses: {approve}")
    return 0


@command(app, "keep", "genesys-purge holds keep case-17 --reason 'The settlement failed'")
def keep(call: Invocation, hold_id: HOLD, *, reason: REASON) -> int:
    """Keep a legal hold that is being released or narrowed."""
    answer = call.api.post(f"/holds/{hold_id}/keep", {"reason": reason})
    call.output.result(answer, lambda: f"The hold {hold_id} is {answer['state']}.")
    return 0


@command(
    app,
    "review",
    "genesys-purge holds review case-17 --by 2027-11-30T00:00:00Z --reason 'The claim goes on'",
)
def review(
    call: Invocation,
    hold_id: HOLD,
    *,
    by: Annotated[str, typer.Option(help="The time of the next review, in ISO 8601.")],
    reason: REASON,
) -> int:
    """Move the review of a legal hold."""
    answer = call.api.post(f"/holds/{hold_id}/review", {"reviewBy": by, "reason": reason})
    words = f"The hold {hold_id} is reviewed by {moment(answer['reviewBy'])} UTC."
    call.output.result(answer, lambda: words)
    return 0

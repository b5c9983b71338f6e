"""`genesys-purge personal-data`: erases what the audit says of persons."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from genesys_purge.model.wording import counted

from cli.commands.arguments import YES, id_in
from cli.confirming import confirm
from cli.errors import WrongInput
from cli.invocation import Invocation
from cli.shared_options import command, group

app = group("Erase what audit records say of persons; the sealed records stay valid.")
PATH = "/personal-data/erase"
# Of the numbers of erased records, so many are shown.
MOST_SHOWN = 20
SEQUENCE = Annotated[
    str | None,
    typer.Argument(
        metavar="[RUN_ID]",
        help="The id of the run, or of another sequence such as hold:ID, stop:ID or policy:NAME.",
    ),
]
NUMBERS = Annotated[
    list[int] | None,
    typer.Option(
        "--sequence", min=1, metavar="N", help="Only this record; may be given several times."
    ),
]
PERSON = Annotated[
    str | None,
    typer.Option(
        metavar="ID", help="Erases who is behind a pseudonym instead: a `personId` of the audit."
    ),
]


@command(
    app, "erase", "genesys-purge personal-data erase quarter-2024-2 --sequence 1 --sequence 12"
)
def erase(
    call: Invocation,
    run_id: SEQUENCE = None,
    *,
    sequence: NUMBERS = None,
    person: PERSON = None,
    yes: YES = False,
) -> int:
    """Erase the personal data of audit records, or the person behind a pseudonym, for ever.

    The audit says who erased what and when. Another person must erase records about your own
    actions.
    """
    if (run_id is None) == (person is None):
        raise WrongInput("give either RUN_ID or --person ID")
    if person is not None:
        return _person(call, person, sequence, yes=yes)
    return _records(call, id_in(str(run_id)), sequence, yes=yes)


def _person(call: Invocation, person: str, sequence: Sequence[int] | None, *, yes: bool) -> int:
    if sequence:
        raise WrongInput("--sequence needs RUN_ID")
    if not yes:
        confirm(call.output, f"Erase who is behind the pseudonym of {person}, for ever?")
    answer = call.api.post(PATH, {"personId": person})
    pseudonym = answer.get("person")
    done = f"Nobody is behind {pseudonym} any more." if pseudonym else "There is no pseudonym."
    call.output.result(answer, lambda: done)
    return 0


def _records(call: Invocation, run_id: str, sequence: Sequence[int] | None, *, yes: bool) -> int:
    chosen = {"sequences": sorted(set(sequence))} if sequence else {}
    if not yes:
        what = (
            f"{_shown(chosen['sequences'])} of {run_id}" if chosen else f"all records of {run_id}"
        )
        confirm(call.output, f"Erase the personal data of {what} in {call.stack.title}, for ever?")
    erased: list[int] = []
    answer: dict[str, Any] = {"more": True}
    while answer["more"]:
        answer = call.api.post(PATH, {"runId": run_id, **chosen})
        erased += answer["sequences"]
    call.output.result(
        {"runId": run_id, "sequences": erased},
        lambda: (
            f"Erased: {_shown(erased)} of {run_id}." if erased else "There was nothing to erase."
        ),
    )
    return 0


def _shown(numbers: Sequence[int]) -> str:
    """The records by their numbers, or how many they are."""
    if len(numbers) > MOST_SHOWN:
        return counted(len(numbers), "record", "records")
    words = "record" if len(numbers) == 1 else "records"
    return f"{words} {', '.join(map(str, numbers))}"

"""Lists the rules that match each contact, without AWS or Genesys."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.evaluating.contact_lines import contacts_in
from genesys_purge.campaign_rules.evaluating.evaluation import Evaluation
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.wording import counted

from cli.documents.files import UnreadableFile
from cli.documents.rule_files import read_rules
from cli.errors import WrongInput
from cli.output import Output

MATCHES = "matches.jsonl"
CHUNK_BYTES = 262_144


def evaluate(rules: Path, contacts: Path, out: Path, output: Output) -> int:
    """Writes the matches and returns 0; WrongInput for a wrong file."""
    out.mkdir(parents=True, exist_ok=True)
    if contacts.resolve() == (out / MATCHES).resolve():
        raise UnreadableFile(contacts, "would be overwritten by the matches; change --out")
    (out / MATCHES).unlink(missing_ok=True)
    draft = out / f"{MATCHES}.draft"
    try:
        evaluation = Evaluation(check(read_rules(rules), exclusive=False))
        with contacts.open("rb") as source, draft.open("wb") as file:
            evaluation.write(contacts_in(_chunks(source)), file)
        draft.replace(out / MATCHES)
    except InvalidRequest as refused:
        raise WrongInput(*map(str, refused.errors())) from refused
    except OSError as error:
        raise WrongInput(f"{error.filename}: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)
    _report(evaluation, out / MATCHES, output)
    return 0


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def _report(evaluation: Evaluation, file: Path, output: Output) -> None:
    average, unreadable = evaluation.average, evaluation.unreadable
    figures = {"evaluated": evaluation.evaluated, "conflicts": evaluation.conflicts}
    seconds = {} if average is None else {"averageSeconds": average}
    output.labelled(
        {**figures, **seconds, "unreadable": unreadable, "file": str(file)},
        lambda: _lines(evaluation, file),
    )


def _lines(evaluation: Evaluation, file: Path) -> Iterator[tuple[str, object]]:
    average = evaluation.average
    yield "evaluated", f"{evaluation.evaluated:,} contacts"
    yield "conflicts", f"{evaluation.conflicts:,}"
    yield "average", "none" if average is None else f"{average * 1_000_000:.2f} microseconds"
    yield "matches", file
    for name, contacts in evaluation.unreadable.items():
        left_out = counted(contacts, "contact")
        yield "unreadable", f"{name}: {left_out} left out for a value it cannot read"

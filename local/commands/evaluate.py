"""`python -m local evaluate`: lists the rules that match each contact, without AWS or Genesys."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from genesys_purge.campaign_rules.checking import check
from genesys_purge.campaign_rules.evaluating.contact_lines import contacts_in
from genesys_purge.campaign_rules.evaluating.evaluation import Evaluation
from genesys_purge.errors import InvalidRequest
from genesys_purge.model.wording import counted

from local.requests.files import UnreadableFile
from local.requests.rule_files import read_rules

MATCHES = "matches.jsonl"
CHUNK_BYTES = 262_144


def evaluate(rules: Path, contacts: Path, out: Path) -> int:
    """Writes the matches and returns 0; prints the errors of a wrong file and returns 1."""
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
        for error in refused.errors():
            print(error)
        return 1
    finally:
        draft.unlink(missing_ok=True)
    _report(evaluation, out / MATCHES)
    return 0


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def _report(evaluation: Evaluation, file: Path) -> None:
    average = evaluation.average
    lines = {
        "evaluated": f"{evaluation.evaluated:,} contacts",
        "conflicts": f"{evaluation.conflicts:,}",
        "average": "none" if average is None else f"{average * 1_000_000:.2f} microseconds",
        "matches": str(file),
    }
    for label, value in lines.items():
        print(f"{label:>10}  {value}")
    for name, contacts in evaluation.unreadable.items():
        left_out = counted(contacts, "contact")
        print(f"unreadable  {name}: {left_out} left out for a value it cannot read")

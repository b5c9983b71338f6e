"""`genesys-purge validate`: makes the checks of the functions, without AWS or Genesys.

The environment variables of the functions, such as GENESYS_PLATFORM and RESIDENCY_ZONES, choose
the platform, the zones and the limits. They are checked, too.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from genesys_purge.settings import Settings

from cli.documents.files import UnreadableFile, read_document
from cli.output import Output
from cli.validation.checked import Checked
from cli.validation.in_force import InForce, combined
from cli.validation.kinds import STORED, SUBMITTED, Submitted

# The files of each kind.
Given = Mapping[str, Sequence[Path]]


class Result(NamedTuple):
    """A file of a kind, and what its check found."""

    kind: str
    file: Path
    checked: Checked
    is_readable: bool = True

    @classmethod
    def of(
        cls, kind: str, file: Path, read: Callable[[Path], Any], check: Callable[[Any], Checked]
    ) -> "Result":
        """Reads and checks a file."""
        try:
            given = read(file)
        except UnreadableFile as error:
            return cls(kind, file, Checked(errors=(error.problem,)), is_readable=False)
        return cls(kind, file, check(given))

    def to_json(self) -> dict[str, Any]:
        """The file, and its document or errors."""
        found = {"file": str(self.file), "kind": self.kind, "valid": not self.checked.errors}
        problems = {"errors": self.checked.errors, "notes": self.checked.notes}
        shown = {} if self.checked.errors else {"document": self.checked.shown}
        return {**found, **shown, **{name: each for name, each in problems.items() if each}}


def are_valid(given: Given, output: Output, *, in_lines: bool = False) -> bool:
    """Checks every file and the environment, and prints what was found.

    Prints the document of a single file or its errors; of several files, or `in_lines`, one line
    for each file or error.
    """
    settings, wrong = _settings()
    stored = [
        Result.of(name, file, read_document, kind.check)
        for name, kind in STORED.items()
        for file in given.get(name, ())
    ]
    results = [*_submitted(given, settings, stored), *stored]
    is_valid = not (wrong or any(each.checked.errors for each in results))
    if output.as_json:
        found = {"valid": is_valid, "documents": [each.to_json() for each in results]}
        output.json_line(found | ({"errors": [wrong]} if wrong else {}))
        return is_valid
    show = _show_document if len(results) == 1 and not in_lines else _show_lines
    for each in results:
        show(each)
    if wrong:
        output.error([wrong])
    return is_valid


def _settings() -> tuple[Settings | None, str]:
    """The settings of the functions, or what is wrong in the environment."""
    try:
        return Settings.from_environment(), ""
    except ValueError as error:
        return None, str(error)


def _submitted(
    given: Given, settings: Settings | None, stored: Sequence[Result]
) -> Iterator[Result]:
    for name, kind in SUBMITTED.items():
        used = [each for each in stored if each.kind in kind.uses]
        check = _check_with(kind, settings, used)
        for file in given.get(name, ()):
            yield Result.of(name, file, kind.read, check)


def _check_with(
    kind: Submitted, settings: Settings | None, used: Sequence[Result]
) -> Callable[[Any], Checked]:
    """The check of a kind with the given documents of operators, each of which must allow it."""
    if settings is None:
        return lambda _: Checked(errors=("not checked, because the environment is wrong",))
    valid = [(each.file, each.checked.model) for each in used if not each.checked.errors]
    wrong = [each.file for each in used if each.checked.errors]
    missing = tuple(f"not checked with {file}, which is wrong" for file in wrong)
    alternatives = combined(settings, valid)

    def check(content: Any) -> Checked:
        found = [kind.check(content, each) for each in alternatives]
        return found[0]._replace(errors=(*_errors(alternatives, found), *missing))

    return check


def _errors(alternatives: Sequence[InForce], found: Sequence[Checked]) -> Iterator[str]:
    """Each error once, with the documents that cause it if others do not."""
    for error in dict.fromkeys(error for each in found for error in each.errors):
        having = [
            each
            for each, checked in zip(alternatives, found, strict=True)
            if error in checked.errors
        ]
        if len(having) == len(found):
            yield error
        else:
            causes = (" and ".join(map(str, each.files)) for each in having)
            yield f"{error} (with {'; '.join(causes)})"


def _show_document(result: Result) -> None:
    """Prints the document of a single file, or its errors."""
    if not result.is_readable:
        print(f"error: {result.file}: {result.checked.errors[0]}", file=sys.stderr)
        return
    for error in result.checked.errors:
        print(error)
    if not result.checked.errors:
        print(json.dumps(result.checked.shown, indent=2))
    for note in result.checked.notes:
        print(note, file=sys.stderr)


def _show_lines(result: Result) -> None:
    """Prints a line for a valid file, or for each of its errors."""
    for line in result.checked.errors or ("valid",):
        print(f"{result.file}: {line}")
    for note in result.checked.notes:
        print(f"{result.file}: {note}", file=sys.stderr)

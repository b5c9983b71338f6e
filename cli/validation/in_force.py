"""The policies and organisations that requests and rules are checked with."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.organisations import Organisations
from genesys_purge.model.retention import RetentionMatrix, default_matrix
from genesys_purge.settings import Settings


@dataclass(frozen=True)
class InForce:
    """Implements the `Policies` port with the settings and, of each kind, the given document.

    Without a matrix, the shipped one applies. Without organisations, any name is accepted and has
    the settings of the default organisation. `files` are those of the given documents.
    """

    settings: Settings
    matrix: RetentionMatrix | None = None
    organisations: Organisations | None = None
    files: tuple[Path, ...] = ()

    def having(self, field: str, file: Path, document: object) -> Self:
        """The same with one more document."""
        given: dict[str, Any] = {field: document, "files": (*self.files, file)}
        return replace(self, **given)

    def retention_matrix(self) -> RetentionMatrix:
        return self.matrix or default_matrix()

    def purging_is_on(self) -> bool:
        return True

    def organisation(self, name: str | None) -> Organisation:
        """The organisation; InvalidRequest if the given organisations do not have it."""
        default = self.settings.organisation
        if name is None or self.organisations is None:
            return default
        known = self.organisations.organisations
        if name not in known:
            expected = f"one of {', '.join(sorted(known))}, or absent" if known else "absent"
            message = f"must be {expected}: the given organisations have no other"
            raise InvalidRequest([FieldError("organisation", message)])
        return known[name].organisation(name, "", default)


def combined(settings: Settings, documents: Sequence[tuple[Path, object]]) -> list[InForce]:
    """Each combination of one matrix and one document of organisations."""
    found = [InForce(settings)]
    for kind, field in ((RetentionMatrix, "matrix"), (Organisations, "organisations")):
        given = [(file, each) for file, each in documents if isinstance(each, kind)]
        if given:
            found = [each.having(field, *document) for each in found for document in given]
    return found

"""The result of checking one document."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Self

from genesys_purge.errors import FieldError, InvalidRequest

THE_DOCUMENT = "the document"


class Checked(NamedTuple):
    """A valid document as it is printed, or every error as `path: message`.

    `model` is the document of an operator as it is read. `notes` are for standard error.
    """

    shown: Any = None
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    model: object = None

    @classmethod
    def wrong(cls, fields: Sequence[FieldError]) -> Self:
        """A document with these errors."""
        return cls(errors=tuple(f"{each.path or THE_DOCUMENT}: {each.message}" for each in fields))

    @classmethod
    def refused(cls, refused: InvalidRequest) -> Self:
        """A request or a rule that the application refuses."""
        return cls(errors=tuple(map(str, refused.errors())))

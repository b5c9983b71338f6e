"""The base class of errors: a sentence, a quotation and advice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound="Failure")


class Failure(Exception):
    """An error in parts, so that a log can omit a part.

    `sentence` says what is wrong. `quoted` is the message of Genesys, which may name a person.
    `advice` says what to do now. `correlation_id` is the one in Genesys's answer, if any.
    """

    quoted: str | None = None
    advice: str | None = None
    # Set by `error_codec` when the error leaves a function, because Lambda reports only the text.
    encoded: str | None = None

    def __init__(self, sentence: str, *, correlation_id: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.correlation_id = correlation_id

    @property
    def message(self) -> str:
        """The sentence, followed by the quotation and the advice if there are any."""
        quoted = f": {self.quoted}" if self.quoted else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.sentence}{quoted}{advice}"

    def converted(self, kind: Callable[..., F], **arguments: object) -> F:
        """The same failure as an error of class `kind`, with these arguments."""
        error = kind(self.sentence, correlation_id=self.correlation_id, **arguments)
        error.quoted, error.advice = self.quoted, self.advice
        return error

    def __str__(self) -> str:
        """The message with the correlation id; JSON after `error_codec.encoded`."""
        if self.encoded is not None:
            return self.encoded
        suffix = f" [correlation id {self.correlation_id}]" if self.correlation_id else ""
        return self.message + suffix

"""What is known about the document of each setting: its model, and how it is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from genesys_purge.errors import FieldError
from genesys_purge.model.approval_rules import ApprovalRules
from genesys_purge.model.default_classification import DefaultClassification
from genesys_purge.model.organisations import Organisations
from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.model.wire import Wire, read_document
from genesys_purge.stored_settings import deciders, weakening, weaker_rules
from genesys_purge.stored_settings.deciders import Deciders

D = TypeVar("D", bound=Wire)
UNKNOWN_BEFORE = "the document before it cannot be read, so it is unknown what is protected less"


class Kind(NamedTuple, Generic[D]):
    """The model of a document, and what a new one protects less than the one before.

    `deciders` are the persons who must approve the weaker one; None if it is stored at once.
    """

    model: type[D]
    weakened: Callable[[D, D], Iterator[str]]
    deciders: Callable[[D, D], Deciders] | None = None

    def wrong_in(self, document: Any) -> list[FieldError]:
        """Every wrong field of a document."""
        if not isinstance(document, Mapping):
            return [FieldError("", "must be an object")]
        found = read_document(self.model, document)
        return found if isinstance(found, list) else []

    def weakens(self, before: Any, after: Any) -> list[str]:
        """What a valid document protects less than the one before, which may be malformed."""
        if self.wrong_in(before):
            return [UNKNOWN_BEFORE]
        return list(self.weakened(self.model.parse(before), self.model.parse(after)))

    def deciders_about(self, before: Any, after: Any) -> Deciders | None:
        """Who approves a valid document that is weaker than the one before.

        None if it is stored at once. The document before may be malformed; then one other person
        approves.
        """
        if self.deciders is None:
            return None
        if self.wrong_in(before):
            return Deciders()
        return self.deciders(self.model.parse(before), self.model.parse(after))


KINDS: Mapping[SettingName, Kind[Any]] = {
    SettingName.RETENTION_MATRIX: Kind(RetentionMatrix, weakening.of_matrices),
    SettingName.ORGANISATIONS: Kind(Organisations, weakening.of_organisations),
    SettingName.DEFAULT_CLASSIFICATION: Kind(DefaultClassification, weakening.of_classifications),
    SettingName.APPROVAL_RULES: Kind(
        ApprovalRules, weaker_rules.of_approval_rules, deciders.of_approval_rules
    ),
}

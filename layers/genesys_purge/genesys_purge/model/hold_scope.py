"""What a legal hold covers, and how two scopes compare."""

from __future__ import annotations

import hashlib
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from genesys_purge.model.dates import Window
from genesys_purge.model.held_times import fingerprint
from genesys_purge.model.listing import DEFAULT_ORGANISATION
from genesys_purge.model.request import OrganisationName

# Genesys reports ends in milliseconds; a hold on part of a millisecond holds all of it.
HeldTime = Annotated[Window, AfterValidator(Window.widened)]


def _sorted(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


# `default` is the default organisation.
HeldOrganisations = Annotated[
    tuple[OrganisationName, ...], Field(min_length=1, max_length=101), AfterValidator(_sorted)
]


class HoldScope(NamedTuple):
    """The conversations of these ids, and all that ended in the range; without both, everything.

    It covers them in the organisations of these names, in order; without names, in all of them.
    """

    conversation_ids: frozenset[str] | None = None
    date_range: Window | None = None
    organisations: tuple[str, ...] | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it covers everything in its organisations."""
        return self.conversation_ids is None and self.date_range is None

    def is_in(self, organisation: str | None) -> bool:
        """Whether it covers anything in the organisation; None is the default one."""
        names = self.organisations
        return names is None or (organisation or DEFAULT_ORGANISATION) in names

    def covers(self, other: HoldScope) -> bool:
        """Whether this scope surely covers each record that `other` covers.

        The times of conversations are not known here, so a date range covers no id.
        """
        if not _has_names(self.organisations, other.organisations):
            return False
        if self.is_everything:
            return True
        if other.is_everything:
            return False
        has_ids = (other.conversation_ids or frozenset()) <= (self.conversation_ids or frozenset())
        return has_ids and _contains(self.date_range, other.date_range)

    def ids_beyond(self, other: HoldScope) -> frozenset[str]:
        """The ids that this scope names and `other` does not."""
        return (self.conversation_ids or frozenset()) - (other.conversation_ids or frozenset())

    def widened(self, more: HoldScope) -> HoldScope:
        """What either scope covers, in the organisations of both.

        The date range of `more` must contain the one of this scope.
        """
        names = _joined(self.organisations, more.organisations)
        if self.is_everything or more.is_everything:
            return HoldScope(organisations=names)
        ids = (self.conversation_ids or frozenset()) | (more.conversation_ids or frozenset())
        return HoldScope(ids or None, more.date_range or self.date_range, names)

    @property
    def fingerprint(self) -> str:
        """Identifies the ids and organisations; times of others say nothing about this scope."""
        ids = fingerprint(self.conversation_ids or ())
        if self.organisations is None:
            return ids
        return hashlib.sha256("\n".join((ids, *self.organisations)).encode()).hexdigest()

    @property
    def digest(self) -> str:
        """Identifies the scope: the SHA-256 of its ids, organisations and date range."""
        parts = (self.fingerprint, str(self.date_range or ""))
        is_everything = "everything" if self.is_everything else "limited"
        return hashlib.sha256("\n".join((is_everything, *parts)).encode()).hexdigest()


def _has_names(outer: tuple[str, ...] | None, inner: tuple[str, ...] | None) -> bool:
    """Whether `outer` are all organisations, or at least those of `inner`."""
    return outer is None or (inner is not None and set(inner) <= set(outer))


def _joined(some: tuple[str, ...] | None, others: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if some is None or others is None else _sorted((*some, *others))


def _contains(outer: Window | None, inner: Window | None) -> bool:
    if inner is None:
        return True
    return outer is not None and outer.start <= inner.start and inner.end <= outer.end

"""Data subjects: the identifiers by which a request names a person."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from genesys_purge.model.wire import Wire

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Identifiers = Annotated[tuple[Identifier, ...], Field(max_length=20)]


class SearchType(StrEnum):
    """The kinds of identifier that Genesys can search for."""

    NAME = "NAME"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    TWITTER = "TWITTER"
    INSTAGRAM = "INSTAGRAM"
    FACEBOOK = "FACEBOOK"
    APPLE_MESSAGES = "APPLE_MESSAGES"
    EXTERNAL_ID = "EXTERNAL_ID"


class Search(NamedTuple):
    """One search for a person."""

    search_type: SearchType
    value: str


class DialerContact(Wire):
    """A contact of an outbound contact list."""

    id: Identifier
    contact_list_id: Identifier


class JourneyCustomer(Wire):
    """A customer of a journey."""

    type: Identifier
    id: Identifier


class SocialHandle(Wire):
    """A person's name on a social platform."""

    type: Identifier
    value: Identifier


class Subject(Wire):
    """A person's identifiers, in Genesys's names; all of them must belong to the same person."""

    name: Identifier | None = None
    user_id: Identifier | None = None
    external_contact_id: Identifier | None = None
    dialer_contact_id: DialerContact | None = None
    journey_customer: JourneyCustomer | None = None
    social_handle: SocialHandle | None = None
    external_id: Identifier | None = None
    addresses: Identifiers = ()
    phone_numbers: Identifiers = ()
    email_addresses: Identifiers = ()

    def searches(self) -> Iterator[Search]:
        """The searches that can find the person, the most selective first."""
        if self.external_id:
            yield Search(SearchType.EXTERNAL_ID, self.external_id)
        yield from (Search(SearchType.EMAIL, each) for each in self.email_addresses)
        yield from (Search(SearchType.PHONE, each) for each in self.phone_numbers)
        if self.social_handle and self.social_handle.type.upper() in set(SearchType):
            yield Search(SearchType(self.social_handle.type.upper()), self.social_handle.value)
        yield from (Search(SearchType.ADDRESS, each) for each in self.addresses)
        if self.name:
            yield Search(SearchType.NAME, self.name)

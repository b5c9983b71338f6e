"""Data subjects: how a request names a person, and how Genesys is asked who that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field, StringConstraints

from genesys_purge.errors import (
    LimitExceeded,
    PurgeError,
    RefusedByGenesys,
    UnreadableAnswer,
)
from genesys_purge.methods.answers import count_in
from genesys_purge.model.platform import LIVE
from genesys_purge.model.wire import Wire
from genesys_purge.ports import Genesys, Operation

FIND = Operation(
    "GET",
    "/api/v2/gdpr/subjects?searchType={search_type}&searchValue={search_value}",
    permissions=("gdpr:subject:view",),
    dialect=LIVE,
)

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Identifiers = Annotated[tuple[Identifier, ...], Field(max_length=20)]
T = TypeVar("T")
LEFT_OUT = "; Genesys's own words are left out, because they may name the subject"


class SearchType(StrEnum):
    """What kind of value tells who somebody is."""

    NAME = "NAME"
    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    TWITTER = "TWITTER"
    INSTAGRAM = "INSTAGRAM"
    FACEBOOK = "FACEBOOK"
    APPLE_MESSAGES = "APPLE_MESSAGES"
    EXTERNAL_ID = "EXTERNAL_ID"


# Of a social handle its type tells the kind.
FIELDS = {
    SearchType.NAME: "name",
    SearchType.ADDRESS: "addresses",
    SearchType.PHONE: "phoneNumbers",
    SearchType.EMAIL: "emailAddresses",
    SearchType.EXTERNAL_ID: "externalId",
}


class DialerContact(Wire):
    """A contact of an outbound contact list."""

    id: Identifier
    contact_list_id: Identifier


class JourneyCustomer(Wire):
    """A customer of a journey."""

    type: Identifier
    id: Identifier


class SocialHandle(Wire):
    """Somebody's name on a social platform."""

    type: Identifier
    value: Identifier


class Subject(Wire):
    """A person by identifiers, as Genesys names them; those given must all be the person's."""

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
        """What Genesys can be asked about the person, the surest first."""
        if self.external_id:
            yield Search(SearchType.EXTERNAL_ID, self.external_id)
        yield from (Search(SearchType.EMAIL, each) for each in self.email_addresses)
        yield from (Search(SearchType.PHONE, each) for each in self.phone_numbers)
        if self.social_handle and self.social_handle.type.upper() in set(SearchType):
            yield Search(SearchType(self.social_handle.type.upper()), self.social_handle.value)
        yield from (Search(SearchType.ADDRESS, each) for each in self.addresses)
        if self.name:
            yield Search(SearchType.NAME, self.name)


class Search(NamedTuple):
    """One question to Genesys about a person."""

    search_type: SearchType
    value: str


def find(search: Search, genesys: Genesys) -> list[Mapping[str, Any]]:
    """The identifiers of every subject that Genesys finds."""
    answer = without_words(
        lambda: genesys.read(FIND, search_type=search.search_type, search_value=search.value)
    )
    entities = answer.get("entities")
    if not isinstance(entities, list) or not all(isinstance(each, dict) for each in entities):
        raise UnreadableAnswer("Genesys answered the search for subjects without subjects")
    if (total := count_in(answer, "total") or 0) > len(entities):
        raise LimitExceeded(f"{total} subjects are known by this; say more of the one")
    return [_identifiers(each) for each in entities]


def holds(found: Mapping[str, Any], search: Search) -> bool:
    """Whether a found subject has what was searched for, where it has any value of that kind."""
    told = _told(found, search.search_type)
    like = _digits if search.search_type is SearchType.PHONE else _plain
    return told is None or like(search.value) in map(like, texts_in(told))


def agrees(found: Mapping[str, Any], known: Subject) -> bool:
    """Whether a found subject has every identifier of `known`."""
    return all(_has(found, name, wanted) for name, wanted in known.to_json().items())


def _has(entity: Mapping[str, Any], name: str, wanted: object) -> bool:
    theirs = entity.get(name)
    if isinstance(wanted, list):
        have = map(_plain, texts_in(theirs)) if isinstance(theirs, list) else ()
        return {_plain(each) for each in wanted} <= set(have)
    if isinstance(wanted, dict):
        return isinstance(theirs, dict) and all(_has(theirs, *item) for item in wanted.items())
    return isinstance(theirs, str) and _plain(theirs) == _plain(str(wanted))


def _told(found: Mapping[str, Any], kind: SearchType) -> object:
    """What a found subject says of that kind; None where it says nothing."""
    if kind in FIELDS:
        return found.get(FIELDS[kind])
    handle = found.get("socialHandle")
    if not isinstance(handle, dict) or _plain(str(handle.get("type"))) != _plain(kind):
        return None
    return handle.get("value")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _digits(text: str) -> str:
    """Which number it is, however it is written; a text without digits is what it is."""
    return "".join(filter(str.isdecimal, text)) or _plain(text)


def _identifiers(entity: Mapping[str, Any]) -> Mapping[str, Any]:
    """What identifies a found subject, as it is sent back."""
    names = {field.alias for field in Subject.model_fields.values()}
    subject = {name: value for name, value in entity.items() if name in names and value}
    if not subject:
        raise UnreadableAnswer("Genesys found a subject without identifiers")
    return subject


def texts_in(value: object) -> Iterator[str]:
    """Every text of a JSON value, at whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from texts_in(each)


def without_words(call: Callable[[], T]) -> T:
    """What `call` returns; its errors lose Genesys's words, which may name the subject."""
    try:
        return call()
    except PurgeError as error:
        if error.quoted:
            error.quoted = None
            error.sentence += LEFT_OUT
        if isinstance(error, RefusedByGenesys):
            error.fields, error.entity_id, error.entity_name = (), None, None
        raise error from None

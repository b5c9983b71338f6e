"""Finds the data subjects that Genesys knows, and compares them with a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest, LimitExceeded, UnreadableAnswer
from genesys_purge.methods.answers import deciding_count_in
from genesys_purge.methods.gdpr_request.privacy import texts_in, without_words
from genesys_purge.methods.gdpr_request.request import SubjectRequest
from genesys_purge.methods.gdpr_request.subject import Search, SearchType, Subject
from genesys_purge.model.identifiers import phone, plain
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

FIND = Operation(
    "GET",
    "/api/v2/gdpr/subjects?searchType={search_type}&searchValue={search_value}",
    permissions=("gdpr:subject:view",),
    dialect=LIVE,
    missing=Missing.REFUSED,
)
Found = Mapping[str, Any]
# The other search types are types of a social handle.
FIELDS = {
    SearchType.NAME: "name",
    SearchType.ADDRESS: "addresses",
    SearchType.PHONE: "phoneNumbers",
    SearchType.EMAIL: "emailAddresses",
    SearchType.EXTERNAL_ID: "externalId",
}


def the_subject(request: SubjectRequest, genesys: Genesys) -> Found | None:
    """The only subject that matches the request; None if Genesys finds none.

    InvalidRequest if several subjects match, or if those found are other people.
    """
    found = find(request, genesys)
    matching = [each for each in found if matches(each, request.subject)]
    if len(matching) > 1:
        message = f"matches {len(matching)} subjects, but must match one; identify it by subject"
        raise InvalidRequest([FieldError(request.person_field, message)])
    if found and not matching:
        message = (
            f"none of the {len(found)} subjects found has all of these identifiers; remove those "
            "that Genesys does not store"
        )
        raise InvalidRequest([FieldError(request.person_field, message)])
    if matching and request.search and not has_searched_value(matching[0], request.search):
        message = (
            "is not an identifier of the subject that Genesys found by "
            f"{request.search.search_type}; identify the person by subject"
        )
        raise InvalidRequest([FieldError(request.person_field, message)])
    return matching[0] if matching else None


def count(request: SubjectRequest, genesys: Genesys) -> int:
    """How many subjects match the request."""
    return sum(matches(each, request.subject) for each in find(request, genesys))


def find(request: SubjectRequest, genesys: Genesys) -> list[Found]:
    """The identifiers of every subject that the request's search finds."""
    search = request.search
    if search is None:
        raise InvalidRequest([FieldError(request.person_field, "cannot be searched for")])
    answer = without_words(
        lambda: genesys.read(FIND, search_type=search.search_type, search_value=search.value)
    )
    entities = answer.get("entities")
    if not isinstance(entities, list) or not all(isinstance(each, dict) for each in entities):
        raise UnreadableAnswer("Genesys answered the search for subjects without a list of them")
    if (total := deciding_count_in(answer, "total") or 0) > len(entities):
        raise LimitExceeded(f"the search finds {total} subjects; search for a more exact value")
    return [_identifiers(each) for each in entities]


def has_searched_value(found: Found, search: Search) -> bool:
    """Whether the subject has the searched value, or has no value of that type."""
    values = _values(found, search.search_type)
    form = phone if search.search_type is SearchType.PHONE else plain
    return values is None or form(search.value) in map(form, texts_in(values))


def matches(found: Found, wanted: Subject | None) -> bool:
    """Whether the subject has every identifier that the request names."""
    identifiers = wanted.to_json() if wanted else {}
    return all(_has(found, name, value) for name, value in identifiers.items())


def _has(found: Found, name: str, wanted: object) -> bool:
    theirs = found.get(name)
    if isinstance(wanted, list):
        form = phone if name == FIELDS[SearchType.PHONE] else plain
        have = map(form, texts_in(theirs)) if isinstance(theirs, list) else ()
        return {form(each) for each in wanted} <= set(have)
    if isinstance(wanted, dict):
        return isinstance(theirs, dict) and all(_has(theirs, *item) for item in wanted.items())
    return isinstance(theirs, str) and plain(theirs) == plain(str(wanted))


def _values(found: Found, search_type: SearchType) -> object:
    """The subject's values of that type; None if it has none."""
    if search_type in FIELDS:
        return found.get(FIELDS[search_type])
    handle = found.get("socialHandle")
    if not isinstance(handle, dict) or plain(str(handle.get("type"))) != plain(search_type):
        return None
    return handle.get("value")


def _identifiers(entity: Mapping[str, Any]) -> Found:
    """The identifiers of a subject, as they are sent back to Genesys."""
    names = {field.alias for field in Subject.model_fields.values()}
    found = {name: value for name, value in entity.items() if name in names and value}
    if not found:
        raise UnreadableAnswer("Genesys answered a subject without identifiers")
    return found

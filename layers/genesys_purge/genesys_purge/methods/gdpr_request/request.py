"""A GDPR request, and the checks of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import ClassVar, Literal

from genesys_purge.errors import FieldError
from genesys_purge.methods.gdpr_request.privacy import texts_in
from genesys_purge.methods.gdpr_request.subject import Identifier, Search, SearchType, Subject
from genesys_purge.model.audited import Audited
from genesys_purge.model.classification import Classification
from genesys_purge.model.identifiers import contains
from genesys_purge.model.request import PurgeRequest, RunId


class RequestType(StrEnum):
    """What Genesys does with the subject's data; an export deletes nothing."""

    EXPORT = "GDPR_EXPORT"
    DELETE = "GDPR_DELETE"


class SubjectRequest(PurgeRequest):
    """Export or delete all data of one person, whom Genesys searches for.

    `requestId` is required: an id made from the content would be a fingerprint of the person.
    """

    audited: ClassVar[Audited] = Audited(
        options=("request_type", "search_type"), withheld=("search_value", "subject")
    )

    method: Literal["gdpr_request"]
    request_id: RunId
    request_type: RequestType
    search_type: SearchType | None = None
    search_value: Identifier | None = None
    subject: Subject | None = None
    classification: Classification | None = None

    @property
    def deletes(self) -> bool:
        """Whether the request deletes data."""
        return self.request_type is RequestType.DELETE

    @property
    def effect(self) -> str:
        return "deleted" if self.deletes else "exported"

    @property
    def person_field(self) -> str:
        """The field that identifies the person."""
        return "subject" if self.subject else "searchValue"

    @property
    def search(self) -> Search | None:
        """The search for the person; None if the fields do not suffice for one."""
        if self.subject is not None:
            return next(self.subject.searches(), None)
        if self.search_type is None or self.search_value is None:
            return None
        return Search(self.search_type, self.search_value)


def check_search(request: SubjectRequest) -> Iterator[FieldError]:
    """A person is identified by one search, or by a subject that can be searched for."""
    if (request.subject is None) == (request.search_type is None):
        path = "searchType" if request.search_value else "subject"
        needs = () if request.subject else ("searchType", "searchValue", "subject")
        yield FieldError(path, "give either searchType and searchValue, or subject", needs)
    elif (request.search_type is None) != (request.search_value is None):
        yield FieldError("searchValue", "give searchType and searchValue", needs=("searchType",))
    elif request.search is None:
        yield FieldError(
            "subject",
            "has no identifier that Genesys can search for; add externalId, emailAddresses, "
            "phoneNumbers, addresses or name",
        )


def check_privacy(request: SubjectRequest) -> Iterator[FieldError]:
    """The audit and the notifications keep these fields, so they name no person."""
    document = request.subject.to_json() if request.subject else request.search_value
    identifiers = set(texts_in(document))
    kept = {"reason": request.reason, "requestId": request.request_id}
    for path, text in (kept | {"requestedBy": request.requested_by}).items():
        if text and any(contains(text, each) for each in identifiers):
            yield FieldError(
                path,
                "contains an identifier of the subject; remove it, because the audit keeps this "
                "field permanently",
            )

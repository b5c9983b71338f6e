"""`/api/v2/gdpr/subjects`: finds people by a name, an address or an id."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.http.answer import Answer, Refusal
from simulator.http.permissions import every
from simulator.http.request import Request
from simulator.http.routing import Route
from simulator.live.gdpr.body import SearchType
from simulator.live.listing import BAD_REQUEST, choice_in, page_of
from simulator.organisation.corpus import Corpus
from simulator.organisation.words import GONE, Method, Operation

PATH = "/api/v2/gdpr/subjects"
MAIL = "@example.test"


class GdprSubjects:
    """Finds the contacts of conversations that still exist.

    The name and the mail address of a contact are derived from its id.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    def routes(self) -> tuple[Route, ...]:
        """The search."""
        find, method = Operation.FIND_GDPR_SUBJECTS, Method.GDPR_REQUEST
        view = every("gdpr:subject:view")
        return (Route("GET", PATH, self.find, find, method, permissions=view),)

    def find(self, request: Request) -> Answer:
        """A page of subjects for `?searchType=&searchValue=`; both are required."""
        kind = choice_in(request, "searchType", tuple(SearchType), "")
        value = request.query.get("searchValue", "")
        if not kind or not value:
            message = "searchType and searchValue: both are required"
            raise Refusal(400, message, code=BAD_REQUEST)
        return page_of(request, self._contacts(SearchType(kind), value), subject_of)

    def _contacts(self, kind: SearchType, value: str) -> Sequence[str]:
        match kind:
            case SearchType.NAME | SearchType.EXTERNAL_ID:
                contact = value
            case SearchType.EMAIL if value.endswith(MAIL):
                contact = value.removesuffix(MAIL)
            case _:
                return ()
        known = any(
            self._corpus.status_of(each.conversation_id) not in GONE
            for each in self._corpus.of_contact(contact)
        )
        return (contact,) if known else ()


def subject_of(contact: str) -> dict[str, object]:
    """The contact as JSON."""
    return {
        "name": contact,
        "externalContactId": contact,
        "externalId": contact,
        "emailAddresses": [f"{contact}{MAIL}"],
    }

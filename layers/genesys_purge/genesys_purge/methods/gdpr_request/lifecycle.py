"""The life of a GDPR request: a one-step job that Genesys lists under the batch's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from genesys_purge.errors import OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.answers import id_of
from genesys_purge.methods.contract import Evidence, Part
from genesys_purge.methods.gdpr_request.privacy import without_words
from genesys_purge.methods.one_step import OneStep
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.platform import LIVE
from genesys_purge.operation import Missing, Operation
from genesys_purge.ports import Genesys

LIST = Operation(
    "GET",
    "/api/v2/gdpr/requests?pageSize=100&pageNumber={page}",
    permissions=("gdpr:request:view",),
    dialect=LIVE,
    missing=Missing.REFUSED,
)
MOST_PAGES = 100


class ListedOneStep(OneStep):
    """Implements `Lifecycle`: finds an unanswered submit in the list of requests."""

    deletes_new_records = True

    def slots(self, allowed: int) -> int | None:
        """Any number: Genesys limits only the calls, and a request may take weeks."""
        return None

    def evidence(self, request: Any) -> Sequence[Evidence]:
        """An export removes nothing, so only the list can show it."""
        if request.deletes:
            return (Evidence.LISTED_JOB, Evidence.REMAINING_RECORDS)
        return (Evidence.LISTED_JOB,)

    def find(self, request: Any, batch: BatchRef, part: Part, genesys: Genesys) -> str | None:
        return request_named(name_of(batch), request.request_type, genesys)


def name_of(batch: BatchRef) -> str:
    """The name under which Genesys lists the batch's request."""
    return f"{batch.run_id} {batch.number}"


def request_named(name: str, request_type: str, genesys: Genesys) -> str | None:
    """The id of the listed request of that name and type; None if there is none."""
    for page in range(1, MOST_PAGES + 1):
        entities = _listed(str(page), genesys)
        for each in filter(lambda one: isinstance(one, dict), entities):
            if each.get("requestType") == request_type and each.get("name") == name:
                return id_of(each)
        if not entities:
            return None
    raise OutcomeUnknown(f"Genesys lists more than {MOST_PAGES} pages of GDPR requests")


def _listed(page: str, genesys: Genesys) -> list[Any]:
    answer = without_words(lambda: genesys.read(LIST, page=page))
    entities = answer.get("entities")
    if not isinstance(entities, list):
        raise UnreadableAnswer("Genesys listed the GDPR requests without entities")
    return entities

"""Our own requests in Genesys's list of GDPR requests, told by their names."""

from __future__ import annotations

from typing import Any

from genesys_purge.errors import OutcomeUnknown, UnreadableAnswer
from genesys_purge.methods.answers import job_id_in
from genesys_purge.methods.gdpr_request import subjects
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.platform import LIVE
from genesys_purge.ports import Genesys, Operation

LIST = Operation(
    "GET",
    "/api/v2/gdpr/requests?pageSize=100&pageNumber={page}",
    permissions=("gdpr:request:view",),
    dialect=LIVE,
)
MOST_PAGES = 100


class GdprFinder:
    """Implements `Finder`."""

    def find(self, request: Any, batch: BatchRef, genesys: Genesys) -> str | None:
        for page in range(1, MOST_PAGES + 1):
            entities = _listed(str(page), genesys)
            for each in filter(lambda one: isinstance(one, dict), entities):
                is_same = each.get("requestType") == request.request_type
                if is_same and each.get("name") == name_of(batch):
                    return job_id_in(each, "id")
            if not entities:
                return None
        raise OutcomeUnknown(f"there are more than {MOST_PAGES} pages of GDPR requests to search")

    def deletes(self, request: Any) -> bool:
        return bool(request.deletes)


def name_of(batch: BatchRef) -> str:
    """The name of the batch's request, by which one that went unanswered can be told as ours."""
    return f"{batch.run_id} {batch.number}"


def _listed(page: str, genesys: Genesys) -> list[Any]:
    answer = subjects.without_words(lambda: genesys.read(LIST, page=page))
    entities = answer.get("entities")
    if not isinstance(entities, list):
        raise UnreadableAnswer("Genesys listed its GDPR requests without entities")
    return entities

"""A GDPR request about Jane Doe, and a Genesys that finds her."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genesys_purge.methods.contract import Part
from genesys_purge.methods.gdpr_request.finder import FIND
from genesys_purge.methods.gdpr_request.method import DELETE, EXPORT, GdprRequest
from genesys_purge.methods.gdpr_request.request import SubjectRequest

from tests import builders
from tests.scripted_genesys import ScriptedGenesys
from tests.unit.methods.scene import submitted

METHOD = GdprRequest()
MAIL = "jane.doe@example.com"
JANE = {"name": "Jane Doe", "externalId": "j-1", "emailAddresses": [MAIL], "phoneNumbers": []}
JOHN = {"name": "John Doe", "externalId": "j-2", "emailAddresses": [MAIL]}
PAYLOAD = builders.gdpr_request(requestId="run-1", searchValue=MAIL)
PART = Part(None, ())
OURS = {"id": "gdpr-1", "name": "run-1 0", "requestType": "GDPR_DELETE"}
NONE: dict[str, Any] = {"entities": []}


def request(**fields: Any) -> SubjectRequest:
    """The request with a search for her address."""
    return SubjectRequest.parse(PAYLOAD | fields)


def by_subject(**identifiers: Any) -> SubjectRequest:
    """The request with these identifiers instead of a search."""
    payload = {k: v for k, v in PAYLOAD.items() if not k.startswith("search")}
    return SubjectRequest.parse(payload | {"subject": identifiers})


def finding(*found: Mapping[str, Any]) -> ScriptedGenesys:
    """A Genesys whose search finds these subjects."""
    genesys = ScriptedGenesys()
    genesys.on(FIND, {"entities": list(found), "total": len(found)})
    genesys.on(DELETE, {"id": "gdpr-1", "status": "INITIATED"})
    genesys.on(EXPORT, {"id": "gdpr-2", "status": "INITIATED"})
    return genesys


def submit(genesys: ScriptedGenesys, **fields: Any) -> str:
    return submitted(METHOD, request(**fields), PART, genesys)

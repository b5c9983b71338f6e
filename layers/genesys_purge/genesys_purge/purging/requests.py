"""From a document to a checked request: every error at once, before anything is stored."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.methods.method import Method, Rules
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.platform import INSTEAD, LIVE
from genesys_purge.model.request import (
    PurgeRequest,
    as_object,
    conflicts_of_common_fields,
    read_fields,
    require_none,
)
from genesys_purge.model.run import Location, Run
from genesys_purge.ports import Clock, OrganisationOf, Policies

WORD = re.compile(r"\w+")


class Requests:
    """Reads and checks purge requests against the rules in force."""

    def __init__(self, policies: Policies, organisation_of: OrganisationOf, now: Clock) -> None:
        self._policies = policies
        self._organisation_of = organisation_of
        self._now = now

    def check(self, payload: object, reference: datetime | None = None) -> PurgeRequest:
        """The request in `payload`; InvalidRequest with every error of it."""
        document = as_object(payload)
        method = _method_named(document.get("method"))
        request, errors = read_fields(method.request_model, document)
        organisation = self._organisation(request, errors)
        rules = self._rules(organisation, reference or self._now())
        wrong = {_field_of(error) for error in errors}
        conflicts = chain(
            _conflicts_of_platform(method, organisation),
            conflicts_of_common_fields(request, rules.max_records),
            method.conflicts(request, rules),
        )
        others = (each for each in conflicts if not _follows(each, document, wrong))
        require_none(chain(errors, others))
        return request

    def _organisation(self, request: PurgeRequest, errors: list[FieldError]) -> Organisation:
        """The request's; where there is none of that name, the deployment's own and an error."""
        try:
            return self._organisation_of(request.organisation)
        except InvalidRequest as unknown:
            errors += unknown.fields
            return self._organisation_of(None)

    def location(self, request: PurgeRequest) -> Location:
        """Where the request's organisation is."""
        return Location.of(self._organisation_of(request.organisation))

    def limit(self, request: PurgeRequest) -> int:
        """The most records that the request may delete."""
        limit = self._organisation_of(request.organisation).max_records
        return min(request.max_records or limit, limit)

    def _rules(self, organisation: Organisation, reference: datetime) -> Rules:
        return Rules(
            matrix=self._policies.retention_matrix(),
            residency_zones=organisation.residency_zones,
            max_records=organisation.max_records,
            now=self._now(),
            reference=reference,
        )


def _field_of(error: FieldError) -> str:
    return error.path.partition(".")[0]


def _follows(error: FieldError, document: Mapping[str, Any], wrong: set[str]) -> bool:
    """Whether the error is there only because a wrong field reads as None.

    That is one of the field itself, or of a field that is absent and could stand in for it.
    """
    field = _field_of(error)
    return field in wrong or (
        field not in document and not wrong.isdisjoint(WORD.findall(error.message))
    )


def _conflicts_of_platform(method: Method, organisation: Organisation) -> Iterator[FieldError]:
    if organisation.platform == LIVE and method.name in INSTEAD:
        yield FieldError(
            "method",
            f"the live platform has no {method.name}: use {INSTEAD[method.name]}",
        )


def request_of(run: Run) -> tuple[PurgeRequest, Method]:
    """A stored run's request and its method."""
    method = METHODS[run.method]
    return method.request_model.parse(run.request), method


def normalised(request: PurgeRequest, reference: datetime) -> dict[str, Any]:
    """The request as JSON, defaults filled in and a relative date range resolved."""
    document = request.to_json()
    date_range = getattr(request, "date_range", None)
    if date_range is not None:
        document["dateRange"] = date_range.resolve(reference).to_json()
    return document


def _method_named(name: object) -> Method:
    if name is None:
        raise InvalidRequest([FieldError("method", "is required")])
    if not isinstance(name, str) or name not in METHODS:
        raise InvalidRequest([FieldError("method", f"must be one of {', '.join(METHODS)}")])
    return METHODS[name]

"""Turns a document into a checked request, and reports every error at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.methods.contract import Rules
from genesys_purge.methods.method import AnyMethod
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.platform import LIVE
from genesys_purge.model.request import (
    PurgeRequest,
    as_object,
    conflicts_of_common_fields,
    read_fields,
    require_none,
)
from genesys_purge.model.run import Location, Run
from genesys_purge.ports import Clock, OrganisationOf, Policies


class Requests:
    """Reads and checks purge requests against the rules in force."""

    def __init__(self, policies: Policies, organisation_of: OrganisationOf, now: Clock) -> None:
        self._policies = policies
        self._organisation_of = organisation_of
        self._now = now

    def check(self, payload: object, reference: datetime | None = None) -> PurgeRequest:
        """The request in `payload`; InvalidRequest lists every error."""
        document = as_object(payload)
        method = _method_named(document.get("method"))
        request: PurgeRequest
        request, errors = read_fields(method.request_model, document)
        organisation = self._organisation(request, errors)
        rules = self._rules(organisation, reference or self._now())
        wrong = {_field_of(error) for error in errors}
        conflicts = chain(
            _conflicts_of_platform(method, organisation),
            conflicts_of_common_fields(request, rules.max_records),
            method.conflicts(request, rules),
        )
        others = (each for each in conflicts if wrong.isdisjoint((_field_of(each), *each.needs)))
        require_none(chain(errors, others))
        return request

    def _organisation(self, request: PurgeRequest, errors: list[FieldError]) -> Organisation:
        """The request's organisation; if the name is unknown, the default one and an error."""
        try:
            return self._organisation_of(request.organisation)
        except InvalidRequest as unknown:
            errors += unknown.fields
            return self._organisation_of(None)

    def location(self, request: PurgeRequest) -> Location:
        """The location of the request's organisation."""
        return Location.of(self._organisation_of(request.organisation))

    def limit(self, request: PurgeRequest) -> int:
        """The most records that the request may delete."""
        limit = self._organisation_of(request.organisation).max_records
        return min(request.max_records or limit, limit)

    def _rules(self, organisation: Organisation, reference: datetime) -> Rules:
        return Rules(
            matrix=self._policies.retention_matrix().assuming(organisation.default_classification),
            residency_zones=organisation.residency_zones,
            record_types=organisation.record_types,
            max_records=organisation.max_records,
            now=self._now(),
            reference=reference,
        )


def _field_of(error: FieldError) -> str:
    return error.path.partition(".")[0]


def _conflicts_of_platform(method: AnyMethod, organisation: Organisation) -> Iterator[FieldError]:
    if organisation.platform == LIVE and method.instead:
        yield FieldError(
            "method",
            f"the live platform has no {method.name}: use {method.instead}",
        )


def request_of(run: Run) -> tuple[PurgeRequest, AnyMethod]:
    """A stored run's request and its method."""
    method = METHODS[run.method]
    return method.request_model.parse(run.request), method


def normalised(request: PurgeRequest, reference: datetime) -> dict[str, Any]:
    """The request as JSON, with defaults filled in and a relative date range resolved."""
    document = request.to_json()
    date_range = getattr(request, "date_range", None)
    if date_range is not None:
        document["dateRange"] = date_range.resolve(reference).to_json()
    return document


def _method_named(name: object) -> AnyMethod:
    if name is None:
        raise InvalidRequest([FieldError("method", "is required")])
    if not isinstance(name, str) or name not in METHODS:
        raise InvalidRequest([FieldError("method", f"must be one of {', '.join(METHODS)}")])
    return METHODS[name]

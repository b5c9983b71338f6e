"""Turns a document into a checked request, and reports every error at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.methods import METHODS
from genesys_purge.methods.contract import Rules
from genesys_purge.methods.method import AnyMethod, policy_in_force
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.platform import LIVE
from genesys_purge.model.request import (
    PurgeRequest,
    as_object,
    at_most_a_thousand,
    conflicts_of_common_fields,
    read_fields,
    require_none,
)
from genesys_purge.model.request_facts import Limits
from genesys_purge.model.retention import Policy, RetentionMatrix
from genesys_purge.model.run import Location, Run
from genesys_purge.ports import Clock, OrganisationOf, Policies

Conflicts = Callable[[PurgeRequest], Iterable[FieldError]]


def _none(_: PurgeRequest) -> Iterable[FieldError]:
    """Every caller may send the request."""
    return ()


class Requests:
    """Reads and checks purge requests against the rules in force."""

    def __init__(self, policies: Policies, organisation_of: OrganisationOf, now: Clock) -> None:
        self._policies = policies
        self._organisation_of = organisation_of
        self._now = now

    def check(
        self,
        payload: object,
        reference: datetime | None = None,
        conflicts_with_caller: Conflicts = _none,
    ) -> PurgeRequest:
        """The request in `payload`; InvalidRequest lists every error."""
        document = as_object(payload)
        method = METHODS.get(_name_in(document))
        if method is None:
            raise InvalidRequest(at_most_a_thousand(self._errors_without_method(document)))
        request: PurgeRequest
        request, errors = read_fields(method.request_model, document)
        organisation = self._organisation(request, errors)
        rules = self._rules(organisation, reference or self._now())
        wrong = {_field_of(error) for error in errors}
        conflicts = chain(
            _conflicts_of_platform(method, organisation),
            conflicts_of_common_fields(request, rules.max_records),
            method.conflicts(request, rules),
            conflicts_with_caller(request),
        )
        others = (each for each in conflicts if wrong.isdisjoint((_field_of(each), *each.needs)))
        require_none(chain(errors, others))
        return request

    def _errors_without_method(self, document: Mapping[str, Any]) -> list[FieldError]:
        """The wrong method, the fields that no method has, and the errors of the common fields."""
        given = document.get("method")
        names = f"one of {', '.join(METHODS)}"
        message = f"is required: {names}" if given is None else f"must be {names}"
        of_a_method = {
            each for method in METHODS.values() for each in _fields_of(method.request_model)
        }
        common = {
            name: value
            for name, value in document.items()
            if name in _fields_of(PurgeRequest) or name not in of_a_method
        }
        request, errors = read_fields(PurgeRequest, common | {"method": ""})
        limit = self._organisation(request, errors).max_records
        wrong = {_field_of(error) for error in errors}
        conflicts = conflicts_of_common_fields(request, limit)
        others = [each for each in conflicts if _field_of(each) not in wrong]
        return [FieldError("method", message), *errors, *others]

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

    def limits(self, request: PurgeRequest) -> Limits:
        """The most records that the request may delete."""
        limit = self._organisation_of(request.organisation).max_records
        return Limits(
            in_force=min(request.max_records or limit, limit),
            request=request.max_records,
            deployment=limit,
        )

    def policy(self, request: PurgeRequest) -> Policy | None:
        """The retention in force for the request in its organisation."""
        matrix = self._matrix(self._organisation_of(request.organisation))
        return policy_in_force(METHODS[request.method], request, matrix)

    def _matrix(self, organisation: Organisation) -> RetentionMatrix:
        """The matrix with the default classification of the organisation."""
        return self._policies.retention_matrix().assuming(organisation.default_classification)

    def _rules(self, organisation: Organisation, reference: datetime) -> Rules:
        return Rules(
            matrix=self._matrix(organisation),
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


def _fields_of(model: type[PurgeRequest]) -> frozenset[str]:
    """The names of the model's fields in JSON."""
    return frozenset(each.alias or name for name, each in model.model_fields.items())


def _name_in(document: Mapping[str, Any]) -> str:
    """The method's name in a document; empty if it is missing or no text."""
    name = document.get("method")
    return name if isinstance(name, str) else ""

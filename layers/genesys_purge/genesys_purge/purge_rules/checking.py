"""From a document to a checked purge rule: every error at once, before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from genesys_purge.errors import FieldError
from genesys_purge.model.request import as_object, read_fields, require_none
from genesys_purge.model.retention import Kind, Policy
from genesys_purge.ports import Policies
from genesys_purge.purge_rules.rule import RuleRequest
from genesys_purge.purge_rules.target import Form


class CheckedRule(NamedTuple):
    """A rule as it was asked for and as Genesys is sent it, and the retention in force for it."""

    name: str
    document: Mapping[str, Any]
    definition: Mapping[str, Any]
    kind: Kind
    days: int
    policy: Policy


class RuleRequests:
    """Checks purge rules against the retention matrix in force and what the platform can do."""

    def __init__(self, policies: Policies, form: Form) -> None:
        self._policies = policies
        self._form = form

    def check(self, payload: object) -> CheckedRule:
        """The rule in `payload`; InvalidRequest with every error of it."""
        request, wrong = read_fields(RuleRequest, as_object(payload))
        policy = self._policy(request)
        require_none(chain(wrong, _conflicts(request, policy), self._form.unmet(request)))
        assert policy is not None  # noqa: S101 - without one there is a conflict
        days = request.retention_period.days
        return CheckedRule(
            request.name,
            request.to_json(),
            self._form.definition(request),
            self._form.kind(request.scope),
            days,
            policy.at_least(days),
        )

    def _policy(self, request: RuleRequest) -> Policy | None:
        """The matrix's; None where it has none, and where it cannot be asked."""
        matrix = self._policies.retention_matrix()
        return matrix.policy(self._form.kind(request.scope)) if request.scope else None


def _conflicts(request: RuleRequest, policy: Policy | None) -> Iterator[FieldError]:
    """Wrong fields that no type shows; a field that is itself wrong is None."""
    if request.compliance_lock_check is False:
        yield FieldError(
            "complianceLockCheck", "must be true: nothing else keeps a rule from what is on hold"
        )
    if request.scope and not request.scope.filters:
        yield FieldError(
            "scope.filters", "must have at least one: without any, the rule would purge everything"
        )
    elif request.scope and request.retention_period:
        yield from _retention_conflicts(request.retention_period.days, policy)


def _retention_conflicts(days: int, policy: Policy | None) -> Iterator[FieldError]:
    if policy is None:
        yield FieldError(
            "retentionPeriod.days", "no rule of the retention matrix covers these records"
        )
    elif days < policy.minimum_days:
        yield FieldError(
            "retentionPeriod.days",
            f"must be at least {policy.minimum_days} ({policy.basis}), not {days}",
        )

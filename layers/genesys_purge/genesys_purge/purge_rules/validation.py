"""From a document to a valid purge rule: every error at once, before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.request import as_object, read_fields, require_none
from genesys_purge.model.retention import Kind, Policy
from genesys_purge.ports import Policies
from genesys_purge.purge_rules.ports import Platform, PlatformOf
from genesys_purge.purge_rules.purge_rule import RuleRef
from genesys_purge.purge_rules.request import RuleRequest


class ValidRule(NamedTuple):
    """A rule as the caller wrote it and as Genesys receives it, with the retention in force."""

    ref: RuleRef
    platform: Platform
    request: Mapping[str, Any]
    definition: Mapping[str, Any]
    kind: Kind
    days: int
    policy: Policy
    is_dry: bool


class RuleValidator:
    """Checks purge rules against the retention matrix and the organisation's platform."""

    def __init__(self, policies: Policies, platform_of: PlatformOf) -> None:
        self._policies = policies
        self._platform_of = platform_of

    def validate(self, payload: object) -> ValidRule:
        """The rule in `payload`; InvalidRequest with every error."""
        request, wrong = read_fields(RuleRequest, as_object(payload))
        platform = self._platform(request, wrong)
        policy = self._policy(request, platform)
        unsupported = platform.form.errors(request) if platform else ()
        paths = {error.path for error in wrong}
        conflicts = (e for e in _conflicts(request, policy) if paths.isdisjoint(e.needs))
        require_none(chain(wrong, conflicts, unsupported))
        assert platform and policy  # noqa: S101, PT018  a missing one is an error above
        days = request.retention_period.days
        return ValidRule(
            RuleRef(name=request.name, organisation=request.organisation),
            platform,
            request.content(),
            platform.form.definition(request),
            platform.form.kind(request.scope),
            days,
            policy.at_least(days),
            request.dry_run,
        )

    def _platform(self, request: RuleRequest, wrong: list[FieldError]) -> Platform | None:
        """The platform of the organisation; None, and an error in `wrong`, for an unknown name."""
        if any(error.path == "organisation" for error in wrong):
            return None
        try:
            return self._platform_of(request.organisation)
        except InvalidRequest as unknown:
            wrong += unknown.fields
            return None

    def _policy(self, request: RuleRequest, platform: Platform | None) -> Policy | None:
        """The retention in force; None without a matching matrix rule or a readable scope."""
        if not request.scope:
            return None
        kind = platform.form.kind(request.scope) if platform else request.scope.kind
        default = platform.default_classification if platform else ""
        return self._policies.retention_matrix().assuming(default).policy(kind)


def _conflicts(request: RuleRequest, policy: Policy | None) -> Iterator[FieldError]:
    """Errors that type checks do not find. A field with a wrong type is None."""
    if request.compliance_lock_check is False:
        yield FieldError(
            "complianceLockCheck",
            "must be true: only this check keeps a rule from deleting records on legal hold",
        )
    if request.scope and not request.scope.filters:
        yield FieldError(
            "scope.filters", "must have at least one: without filters the rule purges everything"
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
            f"must be at least {policy.minimum_days} ({policy.grounds}), not {days}{policy.advice}",
            needs=("organisation",) if policy.assumed else (),
        )

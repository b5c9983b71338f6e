"""What a run was asked to do, by whom and why, as the audit and the notifications keep it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from genesys_purge.model.compliance import Compliance
from genesys_purge.model.dates import DateRange, Window
from genesys_purge.model.erasable import ACTOR, ERASABLE, Erasable
from genesys_purge.model.personal_data import masked
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.wire import Wire

# The facts that belong to the policy, in the order in which a notification shows them.
OF_THE_POLICY = (
    "dateRange",
    "idsGiven",
    "conversationIdsFrom",
    "classification",
    "jurisdiction",
    "retentionDays",
    "retentionPolicyOverride",
    "reason",
)

# Entries of `selection` that are kinds of records, and never say whose.
KINDS = frozenset(
    {
        "recordTypes",
        "mediaTypes",
        "directions",
        "interactionType",
        "includeRecordingsWithSensitiveData",
        "includeScreenRecordings",
        "includeSnippetRecordings",
        "includePolicyBasedRecordings",
    }
)


class Limits(Wire):
    """The most records of a run: the limit in force is the smaller one of the other two."""

    in_force: int
    request: int | None = None
    deployment: int


class RequestFacts(Wire):
    """The facts of a request: never the id of a conversation, nor the data of a person.

    `submittedBy` is the authenticated caller, `requestedBy` whom the caller names. `dateRange` is
    resolved. `idsGiven` is the number of ids in the request. `selection` and `options` are further
    fields of the method, in the names of the request, with personal data masked. `withheld` names
    the fields that were given and are not shown.
    """

    submitted_by: Annotated[str, ACTOR]
    requested_by: Annotated[str | None, ERASABLE] = None
    reason: Annotated[str, ERASABLE]
    dry_run: bool = False
    date_range: Window | None = None
    ids_given: int | None = None
    conversation_ids_from: Annotated[str | None, ERASABLE] = None
    selection: Annotated[Mapping[str, Any] | None, Erasable(kept=KINDS)] = None
    options: Mapping[str, Any] | None = None
    withheld: tuple[str, ...] | None = None
    classification: str | None = None
    jurisdiction: str | None = None
    retention_days: int | None = None
    retention_policy_override: bool | None = None
    limits: Limits

    @classmethod
    def of(
        cls, request: PurgeRequest, submitted_by: str, reference: datetime, limits: Limits
    ) -> Self:
        """The facts of a checked request; a field that `audited` does not name is withheld."""
        document = request.model_dump(mode="json", exclude_none=True)
        shown = cls.model_fields.keys() & document.keys()
        audited = request.audited
        known = {"date_range", "conversation_ids", *shown, *audited.selection, *audited.options}
        own = document.keys() - PurgeRequest.model_fields.keys()
        ids = document.get("conversation_ids")
        date_range = getattr(request, "date_range", None)
        facts: dict[str, Any] = {name: document[name] for name in shown - {"date_range"}}
        return cls(
            **facts,
            submitted_by=submitted_by,
            date_range=_resolved(date_range, reference),
            ids_given=None if ids is None else len(ids),
            selection=_named(request, document, audited.selection),
            options=_named(request, document, audited.options),
            withheld=tuple(sorted(_alias(request, name) for name in own - known)) or None,
            limits=limits,
        )

    @property
    def compliance(self) -> Compliance | None:
        """The compliance facts; None for a method without a jurisdiction."""
        if self.jurisdiction is None:
            return None
        return Compliance(
            jurisdiction=self.jurisdiction,
            retention_policy_override=bool(self.retention_policy_override),
        )

    @property
    def policy(self) -> dict[str, Any]:
        """The whole policy as applied, in the names of the request."""
        document = self.to_json()
        given = {name: document[name] for name in OF_THE_POLICY if name in document}
        return {**(self.selection or {}), **(self.options or {}), **given}


def _resolved(date_range: object, reference: datetime) -> Window | None:
    return date_range.resolve(reference) if isinstance(date_range, DateRange) else None


def _named(
    request: PurgeRequest, document: Mapping[str, Any], names: tuple[str, ...]
) -> dict[str, Any] | None:
    """The fields of the document that have these names, masked; None if there are none."""
    return {
        _alias(request, name): masked(document[name]) for name in names if name in document
    } or None


def _alias(request: PurgeRequest, name: str) -> str:
    return str(type(request).model_fields[name].alias)

"""Bulk data deletion requests (D2): record types in a date range, in segments of 30 days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, StringConstraints

from genesys_purge.errors import FieldError
from genesys_purge.methods.answers import job_id_in, storage_in, text_in, words_in
from genesys_purge.methods.contract import (
    JobReport,
    JobStatus,
    Noted,
    Part,
    Planned,
    PollPolicy,
    Rules,
    Skipped,
    Sources,
    Verdict,
)
from genesys_purge.methods.date_range import check_date_range
from genesys_purge.methods.documented import windows
from genesys_purge.methods.method import policy_in_force
from genesys_purge.methods.one_step import OneStep
from genesys_purge.model.audited import Audited
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.classification import Classification
from genesys_purge.model.dates import DateRange, Window
from genesys_purge.model.record_types import LONGEST_NAME, MOST_TYPES
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import Kind, values
from genesys_purge.model.units import Unit
from genesys_purge.model.unverifiable import Unverifiable
from genesys_purge.operation import DeletingCall, Missing, Operation
from genesys_purge.ports import Genesys

# Why a deletion of some record types cannot be verified.
REASON = Unverifiable.OTHER_RECORD_TYPES
INSTEAD = (
    "method recording_job for the recordings of a date range, or gdpr_request for everything about "
    "one data subject; includePolicyBasedRecordings replaces retentionPolicyOverride, and another "
    "organisation (field organisation) replaces a jurisdiction"
)
MANAGE = ("data:deletion:manage",)
RETENTION = ("retention:manage",)
COUNT = windows.COUNT._replace(scopes=("analytics:query",))
ALL = "/api/v2/data/deletion/requests"
SUBMIT = Operation(
    "POST", ALL, MANAGE, instead=INSTEAD, missing=Missing.REFUSED, forbidden=RETENTION
)
STATUS = Operation(
    "GET",
    f"{ALL}/{{job_id}}",
    MANAGE,
    retried=False,
    missing=Missing.JOB,
    forbidden=RETENTION,
)

RecordType = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]

STATUSES = {"completed": JobStatus.COMPLETED, "failed": JobStatus.FAILED}


class DataDeletionRequest(PurgeRequest):
    """Delete every record of the given types in a date range."""

    audited: ClassVar[Audited] = Audited(
        selection=("record_types", "query"), options=("legal_hold_validation",)
    )

    method: Literal["data_deletion"]
    record_types: Annotated[tuple[RecordType, ...], Field(min_length=1, max_length=MOST_TYPES)]
    date_range: DateRange
    query: Annotated[str, StringConstraints(min_length=1, max_length=10_000)] | None = None
    jurisdiction: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    retention_policy_override: bool = False
    legal_hold_validation: bool = True
    classification: Classification | None = None

    @property
    def overrides_retention(self) -> bool:
        return bool(self.retention_policy_override)


class DataDeletion:
    """Implements `Method`."""

    name = "data_deletion"
    request_model = DataDeletionRequest
    poll_policy = PollPolicy(first=15)
    plans_upper_bound = False
    unit = deleted_unit = Unit.RECORDS
    largest_batch = 1
    instead = INSTEAD

    def __init__(self) -> None:
        self.lifecycle = OneStep(self)

    def conflicts(self, request: DataDeletionRequest, rules: Rules) -> Iterator[FieldError]:
        if request.legal_hold_validation is False:
            yield FieldError("legalHoldValidation", "must be true: holds are always validated")
        if request.record_types and len(set(request.record_types)) < len(request.record_types):
            yield FieldError("recordTypes", "repeats a record type; list each one once")
        yield from _unknown_types(request.record_types or (), rules.record_types)
        if request.jurisdiction and request.jurisdiction not in rules.residency_zones:
            zones = ", ".join(sorted(rules.residency_zones))
            yield FieldError("jurisdiction", f"must be one of the residency zones: {zones}")
        yield from check_date_range(
            request.date_range, policy_in_force(self, request, rules.matrix), rules
        )

    def kind(self, request: DataDeletionRequest) -> Kind:
        return {
            "method": values(self.name),
            "recordType": values(*(request.record_types or ())),
            "jurisdiction": values(request.jurisdiction),
            "classification": values(request.classification),
        }

    def plan(
        self, request: DataDeletionRequest, sources: Sources
    ) -> Iterator[Planned | Skipped | Noted]:
        """The count knows no record types, so for some of them it is only an upper bound."""
        window = request.date_range.resolve(sources.reference)
        planned = windows.plan(
            window, sources.holds, lambda segment: self._count(request, segment, sources.genesys)
        )
        others = sources.record_types.difference(request.record_types)
        if not others:
            yield from planned
            return
        is_bound = False
        for each in planned:
            if not isinstance(each, Planned):
                yield each
                continue
            is_bound = True
            yield each._replace(unverifiable=REASON)
        if is_bound:
            yield Noted(
                f"targeted is an upper bound: it also counts {', '.join(sorted(others))}; "
                f"{REASON.sentence}"
            )

    def submission(
        self, request: DataDeletionRequest, part: Part, batch: BatchRef, genesys: Genesys
    ) -> DeletingCall:
        window = windows.window_of(part)
        body = {
            "recordTypes": list(request.record_types),
            "filter": self._filter(request, window),
            "retentionPolicyOverride": request.retention_policy_override,
            "jurisdiction": request.jurisdiction,
            "legalHoldValidation": True,
        }
        return DeletingCall(SUBMIT, lambda _: body, result=job_id_in("id"))

    def status(self, request: DataDeletionRequest, job_id: str, genesys: Genesys) -> JobReport:
        answer = genesys.read(STATUS, job_id=job_id)
        status = STATUSES.get(text_in(answer, "status").lower(), JobStatus.RUNNING)
        words = words_in(answer, "message")
        return JobReport(
            status, message=words, reason=words, storage_recovered_mb=storage_in(answer)
        )

    def remaining(self, request: DataDeletionRequest, part: Part, genesys: Genesys) -> int:
        return self._count(request, windows.window_of(part), genesys)

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """Verified when nothing is left; the job reports no count, so the difference counts.

        A request for some record types never gets here, because its batches are unverifiable.
        """
        gone = max(before - remaining, 0)
        return Verdict(gone, remaining == 0, deleted=gone)

    def tags(self, request: DataDeletionRequest) -> tuple[str, ...]:
        return (request.jurisdiction, *request.record_types)

    def _filter(self, request: DataDeletionRequest, window: Window) -> Mapping[str, Any]:
        query = {"query": request.query} if request.query else {}
        return {"dateRange": windows.range_of(window), **query}

    def _count(self, request: DataDeletionRequest, window: Window, genesys: Genesys) -> int:
        return windows.count(genesys, COUNT, self._filter(request, window))


def _unknown_types(given: Iterable[str], known: frozenset[str]) -> Iterator[FieldError]:
    allowed = ", ".join(sorted(known))
    for position, name in enumerate(given):
        if name not in known:
            yield FieldError(
                f"recordTypes.{position}",
                f"must be one of {allowed}; if the organisation has more record types, add them to "
                "RecordTypes",
                needs=("organisation",),
            )

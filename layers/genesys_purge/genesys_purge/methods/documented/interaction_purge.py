"""Interaction purge policies (D3): one interaction type in a date range, by policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

import orjson
from pydantic import Field

from genesys_purge.errors import FieldError
from genesys_purge.methods.answers import count_in, job_id_in, list_in, text_in
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
from genesys_purge.model.answers import is_count, printable
from genesys_purge.model.audited import Audited
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.classification import Classification
from genesys_purge.model.dates import DateRange, Window
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import Kind, values
from genesys_purge.model.sums import sum_of
from genesys_purge.model.units import Unit
from genesys_purge.operation import DeletingCall, Missing, Operation
from genesys_purge.ports import Genesys

INSTEAD = (
    "method recording_job with mediaTypes and dateRange; there is no soft delete and no filter on "
    "attributes, and mediaTypes message replaces sms and social"
)
SUBMIT = Operation(
    "POST", "/api/v2/interactions/purge", ("purge:write",), instead=INSTEAD, missing=Missing.REFUSED
)
STATUS = Operation(
    "GET",
    "/api/v2/interactions/purge/{job_id}",
    ("purge:read",),
    retried=False,
    missing=Missing.JOB,
)
HIPAA_DAYS = 2_555
LARGEST_FILTERS = 16_384
DEEPEST_FILTERS = 10

STATUSES = {
    "completed": JobStatus.COMPLETED,
    "failed": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
}


class InteractionType(StrEnum):
    """The channel of an interaction."""

    VOICE = "voice"
    EMAIL = "email"
    CHAT = "chat"
    CALLBACK = "callback"
    SMS = "sms"
    SOCIAL = "social"


class PurgeType(StrEnum):
    """Whether Genesys can restore the interactions."""

    PERMANENT = "permanent"
    SOFT = "soft"


class InteractionPurgeRequest(PurgeRequest):
    """Delete the interactions of one type in a date range under a retention policy."""

    audited: ClassVar[Audited] = Audited(
        selection=("interaction_type", "filters"), options=("purge_type",)
    )

    method: Literal["interaction_purge"]
    interaction_type: InteractionType
    date_range: DateRange
    retention_days: Annotated[int, Field(ge=0, le=3_650)]
    classification: Classification
    purge_type: PurgeType
    filters: Mapping[str, Any] | None = None

    @property
    def minimum_days(self) -> int:
        return self.retention_days or 0


class InteractionPurge:
    """Implements `Method`."""

    name = "interaction_purge"
    request_model = InteractionPurgeRequest
    poll_policy = PollPolicy(first=15, growth=1.1, attempts=200)
    plans_upper_bound = True
    unit = Unit.RECORDS
    deleted_unit = Unit.INTERACTIONS
    largest_batch = 1
    instead = INSTEAD

    def __init__(self) -> None:
        self.lifecycle = OneStep(self)

    def conflicts(self, request: InteractionPurgeRequest, rules: Rules) -> Iterator[FieldError]:
        days = request.retention_days
        is_hipaa = request.classification is Classification.HIPAA
        if is_hipaa and days is not None and days < HIPAA_DAYS:
            yield FieldError(
                "retentionDays", f"must be at least {HIPAA_DAYS} for hipaa, not {days}"
            )
        if request.classification is Classification.PII and request.purge_type is PurgeType.SOFT:
            yield FieldError("purgeType", "must be permanent for pii")
        if len(orjson.dumps(request.filters)) > LARGEST_FILTERS:
            yield FieldError("filters", f"must have at most {LARGEST_FILTERS} bytes as JSON")
        if _depth(request.filters) > DEEPEST_FILTERS:
            yield FieldError("filters", f"must be nested at most {DEEPEST_FILTERS} levels deep")
        yield from check_date_range(
            request.date_range, policy_in_force(self, request, rules.matrix), rules
        )

    def kind(self, request: InteractionPurgeRequest) -> Kind:
        return {
            "method": values(self.name),
            "interactionType": values(request.interaction_type),
            "classification": values(request.classification),
        }

    def plan(
        self, request: InteractionPurgeRequest, sources: Sources
    ) -> Iterator[Planned | Skipped | Noted]:
        """The counts are an upper bound, because the contract cannot count by type or filter."""
        window = request.date_range.resolve(sources.reference)
        return windows.plan(
            window, sources.holds, lambda segment: self._count(segment, sources.genesys)
        )

    def submission(
        self, request: InteractionPurgeRequest, part: Part, batch: BatchRef, genesys: Genesys
    ) -> DeletingCall:
        window = windows.window_of(part)
        interaction = {
            "type": request.interaction_type,
            "dateRange": windows.range_of(window),
            "purgeType": request.purge_type,
            "reason": request.reason,
            "filters": dict(request.filters or {}),
        }
        body = {"interactions": [interaction]}
        return DeletingCall(SUBMIT, lambda _: body, result=job_id_in("purgeId"))

    def status(self, request: InteractionPurgeRequest, job_id: str, genesys: Genesys) -> JobReport:
        answer = genesys.read(STATUS, job_id=job_id)
        status = STATUSES.get(text_in(answer, "status").lower(), JobStatus.RUNNING)
        interactions = [i for i in list_in(answer, "interactions") if isinstance(i, dict)]
        # A reason that is no text is an error, too.
        reasons = [str(i["errorReason"]) for i in interactions if i.get("errorReason")]
        # A job that completed with an error did not purge everything.
        status = JobStatus.FAILED if status is JobStatus.COMPLETED and reasons else status
        purged = sum_of(count_in(i, "totalInteractionsPurged") for i in interactions)
        words = printable("; ".join(reasons)) or None
        return JobReport(status, purged if is_count(purged) else None, words, reason=words)

    def remaining(self, request: InteractionPurgeRequest, part: Part, genesys: Genesys) -> int:
        return self._count(windows.window_of(part), genesys)

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """Verified when the count fell by at least the reported number, or to zero."""
        gone = max(before - remaining, 0)
        if reported is None:
            return Verdict(gone, remaining == 0, deleted=None)
        return Verdict(min(gone, reported), gone >= reported, deleted=reported)

    def tags(self, request: InteractionPurgeRequest) -> tuple[str, ...]:
        return (request.classification, request.purge_type, "automated_retention")

    def _count(self, window: Window, genesys: Genesys) -> int:
        """Count every type: the filter of the count has neither types nor attributes."""
        return windows.count(genesys, windows.COUNT, {"dateRange": windows.range_of(window)})


def _depth(value: object) -> int:
    """How deep objects and lists are nested; the request's parser limits the recursion."""
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0

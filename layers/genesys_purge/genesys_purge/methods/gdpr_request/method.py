"""GDPR requests of the live platform: all data of one person, exported or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from genesys_purge.errors import (
    FieldError,
    InvalidRequest,
    OnLegalHold,
    UnreadableAnswer,
)
from genesys_purge.methods.answers import job_id_in, text_in
from genesys_purge.methods.contract import (
    JobReport,
    JobStatus,
    Part,
    Planned,
    PollPolicy,
    Rules,
    Skipped,
    Sources,
    Verdict,
)
from genesys_purge.methods.gdpr_request import finder
from genesys_purge.methods.gdpr_request.lifecycle import ListedOneStep, name_of
from genesys_purge.methods.gdpr_request.privacy import without_words
from genesys_purge.methods.gdpr_request.request import (
    SubjectRequest,
    check_privacy,
    check_search,
)
from genesys_purge.methods.method import policy_in_force
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.dates import Window
from genesys_purge.model.platform import LIVE
from genesys_purge.model.retention import Kind, values
from genesys_purge.model.units import Unit
from genesys_purge.operation import DeletingCall, Missing, Operation
from genesys_purge.ports import Genesys

ADD, VIEW = ("gdpr:request:add",), ("gdpr:request:view",)
EXPORT = Operation(
    "POST", "/api/v2/gdpr/requests", permissions=ADD, dialect=LIVE, missing=Missing.REFUSED
)
DELETE = Operation(
    "POST",
    "/api/v2/gdpr/requests?deleteConfirmed=true",
    permissions=ADD,
    dialect=LIVE,
    missing=Missing.REFUSED,
)
STATUS = Operation(
    "GET",
    "/api/v2/gdpr/requests/{job_id}",
    retried=False,
    permissions=VIEW,
    dialect=LIVE,
    missing=Missing.JOB,
)

# The platform has no older records.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
TIME_LEFT = "SubjectRequestSecondsLeft"
STATUSES = {"COMPLETED": JobStatus.COMPLETED, "ERROR": JobStatus.FAILED}


class GdprRequest:
    """Implements `Method`; a plan counts subjects, because Genesys does not count their records."""

    name = "gdpr_request"
    request_model = SubjectRequest
    # Article 12(3) allows one month and two more. Polling is cheap; giving up loses the job.
    poll_policy = PollPolicy(
        first=60, growth=2, longest=14_400, limit_seconds=92 * 86_400, deadline_metric=TIME_LEFT
    )
    plans_upper_bound = True
    unit = deleted_unit = Unit.SUBJECTS
    largest_batch = 1
    instead = None

    def __init__(self) -> None:
        self.lifecycle = ListedOneStep(self)

    def conflicts(self, request: SubjectRequest, rules: Rules) -> Iterator[FieldError]:
        yield from check_search(request)
        yield from check_privacy(request)
        policy = policy_in_force(self, request, rules.matrix)
        if policy is None:
            yield FieldError(
                "method",
                "no rule of the retention matrix names gdpr_request; add one to allow it",
            )
        elif policy.minimum_days:
            yield FieldError(
                "method",
                f"the retention matrix keeps these records for {policy.minimum_days} days "
                f"({policy.grounds}), but a GDPR request covers records of any age{policy.advice}",
            )

    def kind(self, request: SubjectRequest) -> Kind:
        return {
            "method": values(self.name),
            "classification": values(request.classification),
        }

    def plan(self, request: SubjectRequest, sources: Sources) -> Iterator[Planned | Skipped]:
        """One batch of one subject; OnLegalHold if an active hold may cover its records."""
        window = Window(start=BEGINNING, end=sources.now)
        for hold in sources.holds:
            if reason := hold.covering(window):
                raise OnLegalHold(
                    f"{reason}, and it may cover records of the subject, because Genesys does not "
                    "list the subject's conversations; release the hold first"
                )
        if finder.the_subject(request, sources.genesys):
            yield Planned(1, window=window)
        else:
            yield Skipped("not_found", 1)

    def submission(
        self, request: SubjectRequest, part: Part, batch: BatchRef, genesys: Genesys
    ) -> DeletingCall:
        subject = finder.the_subject(request, genesys)
        if subject is None:
            raise InvalidRequest(
                [FieldError(request.person_field, "no data subject matches this any more")]
            )
        operation = DELETE if request.deletes else EXPORT
        body = {
            "name": name_of(batch),
            "requestType": request.request_type,
            "subject": dict(subject),
        }
        return DeletingCall(
            operation, lambda _: body, result=job_id_in("id"), sent_by=without_words
        )

    def status(self, request: SubjectRequest, job_id: str, genesys: Genesys) -> JobReport:
        """UnreadableAnswer if the job completed as a request of another type."""
        answer = without_words(lambda: genesys.read(STATUS, job_id=job_id))
        word = text_in(answer, "status").upper()
        status = STATUSES.get(word, JobStatus.RUNNING)
        if status is JobStatus.FAILED:
            return JobReport(status, message="Genesys reports ERROR without a reason")
        if status is not JobStatus.COMPLETED:
            return JobReport(status)
        if text_in(answer, "requestType").upper() != request.request_type:
            raise UnreadableAnswer(f"the completed job is not a {request.request_type}")
        if not request.deletes:
            return JobReport(status, 0, "read the export at the resultsUrls of the request")
        return JobReport(status)

    def remaining(self, request: SubjectRequest, part: Part, genesys: Genesys) -> int:
        """How many subjects still match the request."""
        return finder.count(request, genesys)

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """Verified when no subject matches any more; an export (0 reported) is always verified."""
        is_export = reported == 0
        return Verdict(max(before - remaining, 0), is_export or remaining == 0, deleted=reported)

    def tags(self, request: SubjectRequest) -> tuple[str, ...]:
        given = (request.request_type, request.classification)
        return tuple(each for each in given if each)

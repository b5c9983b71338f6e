"""GDPR requests of the live platform: all there is about one data subject, exported or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import StringConstraints

from genesys_purge.errors import (
    FieldError,
    InvalidRequest,
    OnLegalHold,
    OutcomeUnknown,
    UnreadableAnswer,
)
from genesys_purge.methods.answers import job_id_in, text_in
from genesys_purge.methods.contract import (
    SUBJECTS,
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
from genesys_purge.methods.gdpr_request import subjects
from genesys_purge.methods.gdpr_request.lifecycle import ListedOneStep, name_of, request_named
from genesys_purge.methods.gdpr_request.subjects import Search, SearchType, Subject
from genesys_purge.methods.method import policy_in_force
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.dates import Window
from genesys_purge.model.platform import LIVE
from genesys_purge.model.request import Classification, PurgeRequest, RunId
from genesys_purge.model.retention import Kind, values
from genesys_purge.ports import Genesys, Operation, Permit

ADD, VIEW = ("gdpr:request:add",), ("gdpr:request:view",)
EXPORT = Operation("POST", "/api/v2/gdpr/requests", permissions=ADD, dialect=LIVE)
DELETE = Operation(
    "POST", "/api/v2/gdpr/requests?deleteConfirmed=true", permissions=ADD, dialect=LIVE
)
STATUS = Operation(
    "GET", "/api/v2/gdpr/requests/{job_id}", retried=False, permissions=VIEW, dialect=LIVE
)

# Nothing of the platform's is older.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
LEAST_TOLD = 3
LEFT = "SubjectRequestSecondsLeft"

Subjects = list[Mapping[str, Any]]
STATUSES = {"COMPLETED": JobStatus.COMPLETED, "ERROR": JobStatus.FAILED}


class RequestType(StrEnum):
    """What is asked for; an export deletes nothing."""

    EXPORT = "GDPR_EXPORT"
    DELETE = "GDPR_DELETE"


class SubjectRequest(PurgeRequest):
    """Export or delete all there is about one person, whom Genesys is asked to find.

    Its id is required: one made of the content would be a fingerprint of the person.
    """

    method: Literal["gdpr_request"]
    request_id: RunId
    request_type: RequestType
    search_type: SearchType | None = None
    search_value: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
        | None
    ) = None
    subject: Subject | None = None
    classification: Classification | None = None

    @property
    def deletes(self) -> bool:
        """Whether it is no export."""
        return self.request_type is RequestType.DELETE

    @property
    def search(self) -> Search | None:
        """What Genesys is asked, where the request says enough for that."""
        if self.subject is not None:
            return next(self.subject.searches(), None)
        if self.search_type is None or self.search_value is None:
            return None
        return Search(self.search_type, self.search_value)


class GdprRequest:
    """Implements `Method`; a plan counts subjects, never their records, which nobody tells."""

    name = "gdpr_request"
    request_model = SubjectRequest
    # Article 12(3) lets the month be extended by two; a look costs little, giving up loses a job.
    poll_policy = PollPolicy(
        first=60, growth=2, longest=14_400, limit_seconds=92 * 86_400, deadline_metric=LEFT
    )
    plans_upper_bound = True
    unit = SUBJECTS
    instead = None

    def __init__(self) -> None:
        self.lifecycle = ListedOneStep(self)

    def conflicts(self, request: SubjectRequest, rules: Rules) -> Iterator[FieldError]:
        if (request.subject is None) == (request.search_type is None):
            path = "searchType" if request.search_value else "subject"
            needs = () if request.subject else ("searchType", "searchValue", "subject")
            yield FieldError(path, "give either searchType and searchValue, or subject", needs)
        elif (request.search_type is None) != (request.search_value is None):
            yield FieldError("searchValue", "belongs to searchType", needs=("searchType",))
        elif request.search is None:
            yield FieldError(
                "subject",
                "cannot be searched for by these alone; add externalId, emailAddresses, "
                "phoneNumbers, addresses or name",
            )
        yield from _told_elsewhere(request)
        policy = policy_in_force(self, request, rules.matrix)
        if policy is None:
            yield FieldError("method", "no rule of the retention matrix names gdpr_request")
        elif policy.minimum_days:
            yield FieldError(
                "method",
                f"the retention matrix keeps these records for {policy.minimum_days} days "
                f"({policy.basis}), and a request takes all of a subject's, whatever their age",
            )

    def kind(self, request: SubjectRequest) -> Kind:
        """Without a classification where none is given, so that a rule for any of them holds."""
        kind = {"method": values(self.name)}
        if request.classification:
            kind["classification"] = values(request.classification)
        return kind

    def plan(self, request: SubjectRequest, sources: Sources) -> Iterator[Planned | Skipped]:
        """One batch of one subject; OnLegalHold under any hold that may be about the subject."""
        window = Window(start=BEGINNING, end=sources.now)
        for hold in sources.holds:
            if hold.holds_window(window):
                raise OnLegalHold(
                    f"legal hold {hold.hold_id} may cover records of the subject, whose "
                    "conversations nobody can tell; release it first"
                )
        if self._one(request, sources.genesys):
            yield Planned(1, window=window)
        else:
            yield Skipped("not_found", 1)

    def submit(self, request: SubjectRequest, part: Part, permit: Permit, genesys: Genesys) -> str:
        """Named after the batch; OutcomeUnknown where an earlier submit turns out to have one."""
        batch = BatchRef(permit.run_id, permit.batch)
        # Looked for before the subject, whom an earlier attempt may have deleted by now.
        if permit.attempt > 1 and request_named(name_of(batch), request.request_type, genesys):
            raise OutcomeUnknown("the request of an earlier submit is listed by now")
        subject = self._one(request, genesys)
        if subject is None:
            raise InvalidRequest([FieldError(_path(request), "nobody is known by it any more")])
        operation = DELETE if request.deletes else EXPORT
        body = {
            "name": name_of(batch),
            "requestType": request.request_type,
            "subject": dict(subject),
        }
        answer = subjects.without_words(lambda: genesys.delete(operation, body, permit))
        return job_id_in(answer, "id")

    def status(self, request: SubjectRequest, job_id: str, genesys: Genesys) -> JobReport:
        """Done only where it is what was asked for: UnreadableAnswer of any other kind."""
        answer = subjects.without_words(lambda: genesys.read(STATUS, job_id=job_id))
        word = text_in(answer, "status").upper()
        status = STATUSES.get(word, JobStatus.RUNNING)
        if status is JobStatus.FAILED:
            return JobReport(status, message="Genesys says ERROR and gives no reason")
        if status is not JobStatus.COMPLETED:
            return JobReport(status)
        if text_in(answer, "requestType").upper() != request.request_type:
            raise UnreadableAnswer(f"Genesys says COMPLETED of no {request.request_type}")
        if not request.deletes:
            return JobReport(status, 0, "the request's resultsUrls at Genesys say where to read it")
        return JobReport(status)

    def remaining(self, request: SubjectRequest, part: Part, genesys: Genesys) -> int:
        """How many subjects, of whom a plan has one, are known by what the request says."""
        _, meant = self._known(request, genesys)
        return len(meant)

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """Verified when nobody is found any more; a request reported to delete nothing is done."""
        is_export = reported == 0
        return Verdict(max(before - remaining, 0), is_export or remaining == 0, deleted=reported)

    def tags(self, request: SubjectRequest) -> tuple[str, ...]:
        given = (request.request_type, request.classification)
        return tuple(each for each in given if each)

    def _one(self, request: SubjectRequest, genesys: Genesys) -> Mapping[str, Any] | None:
        """The one subject that the request means, or None where nobody is known by it."""
        known, meant = self._known(request, genesys)
        if len(meant) > 1:
            message = f"fits {len(meant)} subjects and must fit one; name it by subject"
            raise InvalidRequest([FieldError(_path(request), message)])
        if known and not meant:
            message = f"none of the {len(known)} subjects found has all of these identifiers"
            raise InvalidRequest([FieldError(_path(request), message)])
        if meant and request.search and not subjects.holds(meant[0], request.search):
            message = (
                f"is not among what Genesys knows of the subject that it found by "
                f"{request.search.search_type}; name the person by subject"
            )
            raise InvalidRequest([FieldError(_path(request), message)])
        return meant[0] if meant else None

    def _known(self, request: SubjectRequest, genesys: Genesys) -> tuple[Subjects, Subjects]:
        """The subjects that are found, and those of them that the request may mean."""
        if request.search is None:
            raise InvalidRequest([FieldError(_path(request), "cannot be searched for")])
        known = subjects.find(request.search, genesys)
        named = request.subject
        return known, [each for each in known if named is None or subjects.agrees(each, named)]


def _path(request: SubjectRequest) -> str:
    return "subject" if request.subject else "searchValue"


def _told_elsewhere(request: SubjectRequest) -> Iterator[FieldError]:
    """What goes into the audit and to subscribers must not name the person."""
    document = request.subject.to_json() if request.subject else request.search_value
    texts = {each.casefold() for each in subjects.texts_in(document) if len(each) >= LEAST_TOLD}
    for path, told in (("reason", request.reason), ("requestId", request.request_id)):
        if told and any(each in told.casefold() for each in texts):
            yield FieldError(path, "names the subject, and is kept in the audit for good")

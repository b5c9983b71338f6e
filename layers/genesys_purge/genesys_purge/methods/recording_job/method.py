"""Recording jobs of the live platform: recordings of conversations, in bulk, in two steps."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from genesys_purge.errors import FieldError
from genesys_purge.methods.answers import job_id_in
from genesys_purge.methods.contract import (
    Found,
    JobReport,
    Noted,
    Part,
    PollPolicy,
    Rules,
    Sources,
)
from genesys_purge.methods.data_retention import cap_of
from genesys_purge.methods.date_range import check_date_range
from genesys_purge.methods.method import policy_in_force
from genesys_purge.methods.recording_job import plan_by_id
from genesys_purge.methods.recording_job.checks import (
    FIVE_YEARS,
    check_action,
    check_age,
    check_selection,
)
from genesys_purge.methods.recording_job.eligibility import Eligibility
from genesys_purge.methods.recording_job.metadata import count_of, is_kept
from genesys_purge.methods.recording_job.named_batches import MOST_NAMED
from genesys_purge.methods.recording_job.plan_by_day import PlanByDay
from genesys_purge.methods.recording_job.plan_by_interval import PlanByInterval, aged_window
from genesys_purge.methods.recording_job.report import report_of
from genesys_purge.methods.recording_job.request import Action, RecordingJobRequest, job_of
from genesys_purge.methods.recording_job.two_step import CREATE, SENSITIVE, STATUS, TwoStep
from genesys_purge.model.batch import BatchRef
from genesys_purge.model.media import with_media
from genesys_purge.model.retention import Kind, values
from genesys_purge.model.units import Unit
from genesys_purge.operation import DeletingCall
from genesys_purge.ports import Genesys


class RecordingJob:
    """Implements `Method`."""

    name = "recording_job"
    request_model = RecordingJobRequest
    poll_policy = PollPolicy(first=15, growth=1.25, longest=60, by_progress=True)
    plans_upper_bound = True
    unit = Unit.CONVERSATIONS
    deleted_unit = Unit.RECORDINGS
    largest_batch = MOST_NAMED
    instead = None

    def __init__(self) -> None:
        self.lifecycle = TwoStep()

    def conflicts(self, request: RecordingJobRequest, rules: Rules) -> Iterator[FieldError]:
        policy = policy_in_force(self, request, rules.matrix)
        yield from chain(check_selection(request), check_action(request))
        if request.date_range is None and policy is None:
            yield FieldError("method", "no rule of the retention matrix covers these records")
        yield from check_date_range(request.date_range, policy, rules)
        yield from check_age(request, rules)

    def kind(self, request: RecordingJobRequest) -> Kind:
        """Without media types in the request, the rules of every medium apply."""
        kind = {
            "method": values(self.name),
            "classification": values(request.classification),
        }
        types = request.media_types or ()
        return with_media(kind | {"interactionType": values(*types)}) if types else kind

    def plan(self, request: RecordingJobRequest, sources: Sources) -> Iterator[Found]:
        if request.action is not Action.DELETE and sources.after is None:
            yield Noted(f"recordings are {request.action.done}, none is deleted")
        window = aged_window(request, sources)
        oldest = None if window else sources.now - FIVE_YEARS
        eligibility = Eligibility(self.kind(request), sources, oldest)
        if window is not None:
            yield from PlanByInterval(window, eligibility, sources, request.most_in_job).found()
        elif request.conversation_ids is not None:
            yield from plan_by_id.plan(request.conversation_ids, request, eligibility, sources)
        else:
            yield from PlanByDay(request, eligibility, sources).found()
        yield from eligibility.notes()
        yield Noted(str(cap_of(sources.genesys)))

    def submission(
        self, request: RecordingJobRequest, part: Part, batch: BatchRef, genesys: Genesys
    ) -> DeletingCall:
        operation = CREATE
        if request.include_recordings_with_sensitive_data:
            operation = CREATE._replace(permissions=(*CREATE.permissions, *SENSITIVE))
        return DeletingCall(
            operation, lambda at: job_of(request, part._replace(at=at)), result=job_id_in("id")
        )

    def status(self, request: RecordingJobRequest, job_id: str, genesys: Genesys) -> JobReport:
        return report_of(genesys.read(STATUS, job_id=job_id))

    def remaining(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> int:
        """How many conversations still have recordings, including excluded ones."""
        return sum(count_of(each, genesys, is_kept) != 0 for each in part.ids)

    def tags(self, request: RecordingJobRequest) -> tuple[str, ...]:
        return tuple(each for each in (request.classification, request.action) if each)

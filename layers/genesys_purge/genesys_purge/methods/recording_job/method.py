"""Recording jobs of the live platform: the recordings of conversations, in bulk, in two steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import chain, islice

from genesys_purge.errors import FieldError
from genesys_purge.methods.answers import job_id_in
from genesys_purge.methods.contract import (
    CONVERSATIONS,
    JobReport,
    Noted,
    Part,
    Planned,
    PollPolicy,
    Rules,
    Skipped,
    Sources,
    Verdict,
)
from genesys_purge.methods.data_retention import cap_of
from genesys_purge.methods.method import policy_in_force
from genesys_purge.methods.one_step import OneStep
from genesys_purge.methods.recording_job import aged as recording_aged
from genesys_purge.methods.recording_job import conversations as conversation_details
from genesys_purge.methods.recording_job.checks import (
    FIVE_YEARS,
    check_action,
    check_age,
    check_selection,
)
from genesys_purge.methods.recording_job.conversations import Conversation
from genesys_purge.methods.recording_job.eligibility import Eligibility
from genesys_purge.methods.recording_job.metadata import count_of, is_kept
from genesys_purge.methods.recording_job.protection import MOST_ASKED
from genesys_purge.methods.recording_job.request import Action, RecordingJobRequest, job_of
from genesys_purge.methods.recording_job.two_step import (
    CREATE,
    SENSITIVE,
    STATUS,
    TwoStep,
    report_of,
)
from genesys_purge.methods.windows import check_window
from genesys_purge.model.batch import Entry
from genesys_purge.model.media import of_media
from genesys_purge.model.retention import Kind, values
from genesys_purge.ports import Genesys, Permit

LONGEST_SPAN = timedelta(days=30)


class RecordingJob:
    """Implements `Method`."""

    name = "recording_job"
    request_model = RecordingJobRequest
    poll_policy = PollPolicy(first=15, growth=1.25, longest=60, by_progress=True)
    plans_upper_bound = True
    unit = CONVERSATIONS
    instead = None

    def __init__(self) -> None:
        self.lifecycle = TwoStep(OneStep(self))

    def conflicts(self, request: RecordingJobRequest, rules: Rules) -> Iterator[FieldError]:
        policy = policy_in_force(self, request, rules.matrix)
        yield from chain(check_selection(request), check_action(request))
        if request.date_range is None and policy is None:
            yield FieldError("method", "no rule of the retention matrix covers these records")
        yield from check_window(request.date_range, policy, rules)
        yield from check_age(request, rules)

    def kind(self, request: RecordingJobRequest) -> Kind:
        """Without media types any may be meant, so that the rules of all of them match."""
        kind = {
            "method": values(self.name),
            "classification": values(request.classification),
        }
        types = request.media_types or ()
        return of_media(kind | {"interactionType": values(*types)}) if types else kind

    def plan(
        self, request: RecordingJobRequest, sources: Sources
    ) -> Iterator[Planned | Skipped | Noted]:
        """A batch has at most so many conversations: near each other, or in an interval."""
        if request.action is not Action.DELETE:
            yield Noted(f"recordings are {request.action.done}, none is deleted")
        window = recording_aged.window_of(request, sources)
        oldest = None if window else sources.now - FIVE_YEARS
        eligibility = Eligibility(self.kind(request), sources, oldest)
        if window is None:
            yield from _named(request, eligibility, sources)
        else:
            yield from recording_aged.plan(window, eligibility, sources)
        yield from eligibility.notes()
        yield Noted(str(cap_of(sources.genesys)))

    def submit(
        self, request: RecordingJobRequest, part: Part, permit: Permit, genesys: Genesys
    ) -> str:
        operation = CREATE
        if request.include_recordings_with_sensitive_data:
            operation = CREATE._replace(permissions=(*CREATE.permissions, *SENSITIVE))
        return job_id_in(genesys.delete(operation, job_of(request, part), permit), "id")

    def status(self, request: RecordingJobRequest, job_id: str, genesys: Genesys) -> JobReport:
        return report_of(genesys.read(STATUS, job_id=job_id))

    def remaining(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> int:
        """How many of the conversations still have recordings, whatever the request leaves out."""
        return sum(count_of(each, genesys, is_kept) != 0 for each in part.ids)

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """Of conversations; verification in the lifecycle also knows the job."""
        return Verdict(before - remaining, remaining == 0, deleted=reported)

    def tags(self, request: RecordingJobRequest) -> tuple[str, ...]:
        return tuple(each for each in (request.classification, request.action) if each)


def _named(
    request: RecordingJobRequest, eligibility: Eligibility, sources: Sources
) -> Iterator[Planned | Skipped]:
    """Batches that name their conversations, which started within 30 days of each other."""
    found = _found(request, sources)
    known: set[str] = set()
    waiting: list[Entry] = []
    while chunk := list(islice(found, MOST_ASKED)):
        known |= {each.conversation_id for each in chunk}
        judged = eligibility.judge(chunk)
        reasons = Counter(reason for _, reason in judged.skipped)
        yield from (Skipped(reason, records) for reason, records in reasons.items())
        for entry in judged.entries:
            if waiting and _is_full(waiting, entry, sources.batch_size):
                yield Planned(len(waiting), waiting)
                waiting = []
            waiting.append(entry)
    if waiting:
        yield Planned(len(waiting), waiting)
    if missing := len(set(request.conversation_ids or ()) - known):
        yield Skipped("not_found", missing)


def _found(request: RecordingJobRequest, sources: Sources) -> Iterator[Conversation]:
    """What the request means, in order of start."""
    ids, genesys = request.conversation_ids, sources.genesys
    if request.date_range is None:
        yield from sorted(conversation_details.by_id(ids or (), genesys), key=_by_start)
        return
    window = request.date_range.resolve(sources.reference)
    for named in _in_hundreds(ids):
        yield from conversation_details.started_in(
            window, request.conversation_filters, request.segment_filters, genesys, named
        )


def _in_hundreds(ids: Sequence[str] | None) -> Iterable[Sequence[str]]:
    """The ids in portions fit for a query; a single empty one where there are none."""
    if ids is None:
        return [()]
    return [ids[first : first + MOST_ASKED] for first in range(0, len(ids), MOST_ASKED)]


def _by_start(conversation: Conversation) -> tuple[object, ...]:
    return conversation.start, conversation.conversation_id


def _is_full(waiting: Sequence[Entry], following: Entry, size: int) -> bool:
    """Whether the batch takes no more, or `following` does not lie near after its first."""
    first, start = waiting[0].start, following.start
    if first is None or start is None:
        raise ValueError("an entry of a recording job has a start")
    return len(waiting) >= size or not first <= start <= first + LONGEST_SPAN

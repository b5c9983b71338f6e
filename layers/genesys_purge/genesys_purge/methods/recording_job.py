"""Recording jobs of the live platform: the recordings of conversations, in bulk, in two steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice

from genesys_purge.errors import FieldError
from genesys_purge.methods import conversation_details, windows
from genesys_purge.methods.answers import job_id_in
from genesys_purge.methods.conversation_details import Conversation, any_of
from genesys_purge.methods.method import (
    JobReport,
    Part,
    Planned,
    PollPolicy,
    Rules,
    Skipped,
    Sources,
    Verdict,
    policy_in_force,
)
from genesys_purge.methods.recording_gate import (
    CREATE,
    SENSITIVE,
    STATUS,
    RecordingGate,
    recordings_left,
    report_of,
)
from genesys_purge.methods.recording_protection import MOST_ASKED, protection_of
from genesys_purge.methods.recording_request import Action, RecordingJobRequest, job_of
from genesys_purge.model.batch import Entry
from genesys_purge.model.retention import Kind, values
from genesys_purge.ports import Genesys, Permit

# Beyond, the platform takes bare intervals alone, and those can leave nothing out.
FIVE_YEARS = timedelta(days=1_826)
LONGEST_SPAN = timedelta(days=30)


class RecordingJob:
    """Implements `Method`."""

    name = "recording_job"
    request_model = RecordingJobRequest
    poll_policy = PollPolicy(first=5, growth=1.5, longest=60)
    plans_upper_bound = True
    gate = RecordingGate()

    def conflicts(self, request: RecordingJobRequest, rules: Rules) -> Iterator[FieldError]:
        ids, policy = request.conversation_ids, policy_in_force(self, request, rules.matrix)
        if request.action not in (None, Action.DELETE):
            yield FieldError(
                "action",
                f"must be delete: {request.action} alone is not offered; to export before "
                "deleting, give exportIntegrationId",
            )
        if ids is None and request.date_range is None:
            yield FieldError("conversationIds", "give these, dateRange, or both")
        if ids and len(set(ids)) < len(ids):
            yield FieldError("conversationIds", "names a conversation twice")
        if request.date_range is None and (request.conversation_filters or request.segment_filters):
            yield FieldError("dateRange", "is required where conversations are filtered")
        if request.export_integration_id and not all(request.flags.values()):
            yield FieldError(
                "exportIntegrationId",
                "needs every kind of recording included, for what is left out cannot be told "
                "from what was not exported",
            )
        if request.date_range is None and policy is None:
            yield FieldError("method", "no rule of the retention matrix covers these records")
        yield from windows.check_window(request.date_range, policy, rules)
        yield from _check_age(request, rules)

    def kind(self, request: RecordingJobRequest) -> Kind:
        """Without media types any may be meant, so that the rules of all of them match."""
        kind = {
            "method": values(self.name),
            "classification": values(request.classification),
        }
        types = request.media_types or ()
        return kind | {"interactionType": values(*types)} if types else kind

    def plan(self, request: RecordingJobRequest, sources: Sources) -> Iterator[Planned | Skipped]:
        """A batch has at most so many conversations, started within 30 days of each other."""
        found = _found(request, sources)
        known = set()
        waiting: list[Entry] = []
        while chunk := list(islice(found, MOST_ASKED)):
            known |= {each.conversation_id for each in chunk}
            skipped, entries = self._eligible(request, chunk, sources)
            yield from (Skipped(reason, records) for reason, records in skipped.items())
            for entry in entries:
                if waiting and _is_full(waiting, entry, sources.batch_size):
                    yield Planned(len(waiting), waiting)
                    waiting = []
                waiting.append(entry)
        if waiting:
            yield Planned(len(waiting), waiting)
        if missing := len(set(request.conversation_ids or ()) - known):
            yield Skipped("not_found", missing)

    def submit(
        self, request: RecordingJobRequest, part: Part, permit: Permit, genesys: Genesys
    ) -> str:
        operation = CREATE
        if request.include_recordings_with_sensitive_data:
            operation = CREATE._replace(permissions=(*CREATE.permissions, *SENSITIVE))
        return job_id_in(genesys.delete(operation, job_of(request, part), permit), "id")

    def status(self, job_id: str, genesys: Genesys) -> JobReport:
        return report_of(genesys.read(STATUS, job_id=job_id))

    def remaining(self, request: RecordingJobRequest, part: Part, genesys: Genesys) -> int:
        """How many of the conversations still have recordings, whatever the request leaves out."""
        return sum(recordings_left(each, genesys) != 0 for each in part.ids)

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """Of conversations; the gate's own verification knows the job as well."""
        return Verdict(before - remaining, remaining == 0, deleted=reported)

    def tags(self, request: RecordingJobRequest) -> tuple[str, ...]:
        return tuple(each for each in (request.classification, request.action) if each)

    def _eligible(
        self, request: RecordingJobRequest, chunk: Sequence[Conversation], sources: Sources
    ) -> tuple[Counter[str], list[Entry]]:
        """How many of the chunk are skipped for which reason, and the entries of the others."""
        skipped: Counter[str] = Counter()
        entries: list[Entry] = []
        for conversation in chunk:
            judged = self._judge(request, conversation, sources)
            if isinstance(judged, str):
                skipped[judged] += 1
            else:
                entries.append(judged)
        ids = [entry.conversation_id for entry in entries]
        protection = protection_of(ids, sources.genesys)
        skipped["protected"] += len(protection.protected.intersection(ids))
        skipped["not_found"] += len(protection.unknown)
        gone = protection.protected | protection.unknown
        return +skipped, [entry for entry in entries if entry.conversation_id not in gone]

    def _judge(
        self, request: RecordingJobRequest, conversation: Conversation, sources: Sources
    ) -> Entry | str:
        """The conversation as an entry of a manifest, or the reason why it is skipped."""
        conversation_id, start, end, media_types = conversation
        if end is None or end < start:
            return "too_young"
        if any(hold.holds_record(conversation_id, end) for hold in sources.holds):
            return "legal_hold"
        # A conversation has media beside those asked for, and all its recordings are deleted.
        kind = dict(self.kind(request))
        if request.media_types:
            kind["interactionType"] |= media_types
        policy = sources.matrix.policy(kind)
        if policy is None or not policy.is_met(end, sources.now):
            return "too_young"
        if start <= sources.now - FIVE_YEARS:
            return "over_five_years"
        return Entry(conversation_id, end, None, start)


def _check_age(request: RecordingJobRequest, rules: Rules) -> Iterator[FieldError]:
    if request.date_range is None:
        return
    try:
        start = request.date_range.resolve(rules.reference).start
    except OverflowError:
        return
    if start <= rules.now - FIVE_YEARS:
        yield FieldError(
            "dateRange",
            "begins more than five years ago, of which Genesys deletes whole intervals alone, and "
            "those cannot leave out what is held",
        )


def _found(request: RecordingJobRequest, sources: Sources) -> Iterator[Conversation]:
    """What the request means, in order of start."""
    ids, genesys = request.conversation_ids, sources.genesys
    if request.date_range is None:
        yield from sorted(set(conversation_details.by_id(ids or (), genesys)), key=_by_start)
        return
    window = request.date_range.resolve(sources.reference)
    for named in _in_hundreds(ids):
        of_these = [any_of("conversationId", named)] if named else []
        yield from conversation_details.started_in(
            window, [*request.conversation_filters, *of_these], request.segment_filters, genesys
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

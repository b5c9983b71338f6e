"""Conversation archive purge (D4): conversations by id, after a check of their eligibility."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from genesys_purge.errors import FieldError, UnreadableAnswer
from genesys_purge.methods.answers import count_in, job_id_in, storage_in, text_in, words_in
from genesys_purge.methods.contract import (
    JobReport,
    JobStatus,
    Part,
    Pause,
    Planned,
    PollPolicy,
    Rules,
    Skipped,
    Sources,
    Verdict,
)
from genesys_purge.methods.documented.custom_attributes import classifications_in, is_held
from genesys_purge.methods.documented.id_lists import checked_list, wrong_ids
from genesys_purge.methods.method import policy_in_force
from genesys_purge.methods.one_step import OneStep
from genesys_purge.methods.ports import IdList
from genesys_purge.model.answers import printable
from genesys_purge.model.audited import Audited
from genesys_purge.model.batch import BatchRef, Entry
from genesys_purge.model.classification import Classification
from genesys_purge.model.dates import instant_in
from genesys_purge.model.entry_rows import entry_of, row_of
from genesys_purge.model.request import PurgeRequest
from genesys_purge.model.retention import Kind, values
from genesys_purge.model.units import Unit
from genesys_purge.operation import DeletingCall, Missing, Operation
from genesys_purge.ports import Genesys

INSTEAD = "method recording_job with conversationIds"
PURGE = ("analytics:conversation:delete",)
LOOK_UP = Operation(
    "POST", "/api/v2/analytics/conversations/details/query", missing=Missing.REFUSED
)
ALL = "/api/v2/analytics/conversations/purge"
SUBMIT = Operation("POST", ALL, PURGE, instead=INSTEAD, missing=Missing.REFUSED)
STATUS = Operation("GET", f"{ALL}/{{job_id}}", PURGE, retried=False, missing=Missing.JOB)
MOST_INLINE = 1_000
GONE = frozenset({"deleted", "purged"})
STATUSES = {"completed": JobStatus.COMPLETED, "failed": JobStatus.FAILED}
S3_URL = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/.{1,1024}")


class ConversationArchiveRequest(PurgeRequest):
    """Delete conversations by id, listed in the request or in an S3 object."""

    audited: ClassVar[Audited] = Audited(options=("permanent_delete",))

    method: Literal["conversation_archive"]
    conversation_ids: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    conversation_ids_from: str | None = None
    permanent_delete: bool = True
    classification: Classification | None = None


class ConversationArchive:
    """Implements `Method`."""

    name = "conversation_archive"
    request_model = ConversationArchiveRequest
    poll_policy = PollPolicy(first=5, growth=2, longest=90, by_progress=True, by_earlier_jobs=True)
    plans_upper_bound = False
    unit = deleted_unit = Unit.CONVERSATIONS
    largest_batch = 1_000
    instead = INSTEAD

    def __init__(self) -> None:
        self.lifecycle = OneStep(self)

    def conflicts(self, request: ConversationArchiveRequest, rules: Rules) -> Iterator[FieldError]:
        ids, url = request.conversation_ids, request.conversation_ids_from
        if (ids is None) == (url is None):
            yield FieldError(
                "conversationIds",
                "give either conversationIds or conversationIdsFrom",
                needs=("conversationIdsFrom",),
            )
        if url is not None and not S3_URL.fullmatch(url):
            yield FieldError("conversationIdsFrom", "must be s3://bucket/key")
        if ids and len(ids) > MOST_INLINE:
            yield FieldError(
                "conversationIds",
                f"must have at most {MOST_INLINE} ids, not {len(ids)}; "
                "put more into an S3 object and name it in conversationIdsFrom",
            )
        yield from wrong_ids(ids or (), "conversationIds.{}")
        if policy_in_force(self, request, rules.matrix) is None:
            yield FieldError("method", "no rule of the retention matrix covers these records")

    def kind(self, request: ConversationArchiveRequest) -> Kind:
        return {"method": values(self.name), "classification": values(request.classification)}

    def plan(
        self, request: ConversationArchiveRequest, sources: Sources
    ) -> Iterator[Planned | Skipped | Pause]:
        after = sources.after
        listed = _selected(request, sources, after["version"] if after else None)
        position = after["position"] if after else 0
        eligible = [entry_of(*row) for row in after["eligible"]] if after else []
        ids = islice(listed.ids, position, None)
        while chunk := list(islice(ids, sources.batch_size)):
            found = look_up(chunk, sources.genesys)
            skipped: defaultdict[str, list[str]] = defaultdict(list)
            for conversation_id in chunk:
                entry = self._judge(
                    request, conversation_id, found.get(conversation_id.casefold()), sources
                )
                if isinstance(entry, str):
                    skipped[entry].append(conversation_id)
                else:
                    eligible.append(entry)
            yield from Skipped.of(skipped)
            if len(eligible) >= sources.batch_size:
                full, eligible = eligible[: sources.batch_size], eligible[sources.batch_size :]
                yield Planned(len(full), full)
            position += len(chunk)
            yield Pause(partial(_state_of, listed.version, position, tuple(eligible)))
        if eligible:
            yield Planned(len(eligible), eligible)

    def submission(
        self, request: ConversationArchiveRequest, part: Part, batch: BatchRef, genesys: Genesys
    ) -> DeletingCall:
        body = {
            "conversationIds": list(part.ids),
            "permanentDelete": request.permanent_delete,
        }
        return DeletingCall(SUBMIT, lambda _: body, result=job_id_in("jobId"))

    def status(
        self, request: ConversationArchiveRequest, job_id: str, genesys: Genesys
    ) -> JobReport:
        answer = genesys.read(STATUS, job_id=job_id)
        status = STATUSES.get(text_in(answer, "state").lower(), JobStatus.RUNNING)
        words = words_in(answer, "message", "errorMessage")
        processed, storage = count_in(answer, "recordsProcessed"), storage_in(answer)
        return JobReport(status, processed, _notes(answer, words), words, storage)

    def remaining(self, request: ConversationArchiveRequest, part: Part, genesys: Genesys) -> int:
        found = look_up(part.ids, genesys)
        return sum(
            not _is_gone(found.get(conversation_id.casefold())) for conversation_id in part.ids
        )

    def verdict(self, before: int, remaining: int, reported: int | None) -> Verdict:
        """Verified when every conversation is deleted, purged or unknown."""
        return Verdict(before - remaining, remaining == 0, deleted=reported)

    def tags(self, request: ConversationArchiveRequest) -> tuple[str, ...]:
        return (request.classification,) if request.classification else ()

    def _judge(
        self,
        request: ConversationArchiveRequest,
        conversation_id: str,
        record: Mapping[str, Any] | None,
        sources: Sources,
    ) -> Entry | str:
        """The conversation as an entry of a manifest, or the reason to skip it."""
        if record is None:
            return "not_found"
        if _is_gone(record):
            return "already_deleted"
        attributes = {} if (given := record.get("customAttributes")) is None else given
        if not isinstance(attributes, dict) or is_held(attributes):
            return "legal_hold"
        end = instant_in(record.get("conversationEnd"))
        if end is None:
            return "too_young"
        if any(hold.holds_record(conversation_id, end) for hold in sources.holds):
            return "legal_hold"
        named = classifications_in(attributes)
        if named is None or len(named) > 1:
            return "too_young"
        own = next(iter(named), None)
        policy = policy_in_force(self, request, sources.matrix, own)
        if policy is None or not policy.is_met(end, sources.now):
            return "too_young"
        return Entry(conversation_id, end, own)


def look_up(ids: Sequence[str], genesys: Genesys) -> Mapping[str, Mapping[str, Any]]:
    """What Genesys reports of each conversation that it knows, by its id in lower case."""
    quoted = ",".join(f'"{conversation_id}"' for conversation_id in ids)
    body = {"query": f"conversationId IN ({quoted})", "view": "default"}
    data = genesys.read(LOOK_UP, body).get("data")
    if not isinstance(data, list):
        raise UnreadableAnswer("Genesys answered the eligibility query without data")
    found: dict[str, Mapping[str, Any]] = {}
    for record in data:
        if found.setdefault(_id_of(record), record) != record:
            raise UnreadableAnswer("Genesys answered a conversation in two different ways")
    return found


def _selected(request: ConversationArchiveRequest, sources: Sources, version: str | None) -> IdList:
    """The ids of the request, or those of its S3 object in that version."""
    if request.conversation_ids is not None:
        return IdList("", request.conversation_ids)
    url = request.conversation_ids_from or ""
    if version is None:
        return checked_list(sources.id_lists, url)
    return sources.id_lists.read(url, version)


def _state_of(version: str, position: int, eligible: Sequence[Entry]) -> Mapping[str, Any]:
    """Where a plan goes on: in the list, and with the entries that wait for a full batch."""
    rows = [row_of(each) for each in eligible]
    return {"version": version, "position": position, "eligible": rows}


def _notes(answer: Mapping[str, Any], words: str | None) -> str | None:
    """The job's words, and its fields about format verification and index clean-up."""
    notes = [words] if words else []
    notes += [
        f"{name}: {value}"
        for name, value in answer.items()
        if name.casefold().startswith(("format", "index")) and isinstance(value, str | bool | int)
    ]
    return printable("; ".join(notes)) or None


def _id_of(record: object) -> str:
    """The id of a row, in lower case; UnreadableAnswer if it has none."""
    value = record.get("conversationId") if isinstance(record, dict) else None
    if not isinstance(value, str) or not value:
        raise UnreadableAnswer("Genesys answered the eligibility query with a row without an id")
    return value.casefold()


def _is_gone(record: Mapping[str, Any] | None) -> bool:
    return record is None or str(record.get("conversationStatus", "")).lower() in GONE

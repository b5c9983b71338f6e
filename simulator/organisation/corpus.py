"""The conversations of the simulated organisation, and their deletions."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import RLock
from typing import Self

from simulator.organisation.conversation import Conversation, Kind, kind_of
from simulator.organisation.generation import Mix, make_conversations
from simulator.organisation.words import GONE, ConversationStatus, RecordType

ALL_TYPES = frozenset(RecordType)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deletion:
    """When a conversation was deleted, by which job or purge rule, and its status since then."""

    at: datetime
    job_id: str
    status: ConversationStatus


class Corpus:
    """A fixed set of conversations, from which jobs delete; thread-safe."""

    def __init__(
        self, conversations: Iterable[Conversation], as_of: datetime | None = None
    ) -> None:
        self._lock = RLock()
        self._conversations = {each.conversation_id: each for each in conversations}
        self._deletions: dict[str, Deletion] = {}
        # The record types that are left of a conversation of which some are deleted.
        self._left: dict[str, frozenset[RecordType]] = {}
        ended = [(c.end, c.conversation_id) for c in self if c.end is not None]
        self._ended_ids = [conversation_id for _, conversation_id in sorted(ended)]
        self._ends = sorted(end for end, _ in ended)
        moment = as_of or END_OF_TIME
        self._kinds = {each.conversation_id: kind_of(each, moment) for each in self}

    @classmethod
    def generate(
        cls, *, count: int, seed: int, now: datetime, mix: Mix | None = None, span_days: int = 365
    ) -> Self:
        """Makes a mixed corpus, deterministic for the same arguments."""
        counts = (mix or Mix()).counts(count)
        return cls(make_conversations(counts, seed, now, span_days), as_of=now)

    @classmethod
    def compose(
        cls,
        *,
        now: datetime,
        eligible: int = 0,
        held: int = 0,
        litigated: int = 0,
        too_young: int = 0,
        already_deleted: int = 0,
        without_end: int = 0,
        seed: int = 0,
        span_days: int = 365,
    ) -> Self:
        """Makes a corpus with these numbers of conversations of each kind."""
        counts = {
            Kind.ELIGIBLE: eligible,
            Kind.HELD: held,
            Kind.LITIGATED: litigated,
            Kind.TOO_YOUNG: too_young,
            Kind.ALREADY_DELETED: already_deleted,
            Kind.WITHOUT_END: without_end,
        }
        return cls(make_conversations(counts, seed, now, span_days), as_of=now)

    @classmethod
    def of(cls, conversations: Iterable[Conversation], *, now: datetime | None = None) -> Self:
        """A corpus of these conversations; without `now`, no conversation is too young."""
        return cls(conversations, as_of=now)

    def __len__(self) -> int:
        return len(self._conversations)

    def __contains__(self, conversation_id: object) -> bool:
        return conversation_id in self._conversations

    def __iter__(self) -> Iterator[Conversation]:
        with self._lock:
            return iter(list(self._conversations.values()))

    def get(self, conversation_id: str) -> Conversation | None:
        """The conversation as created, even if it is deleted now."""
        with self._lock:
            return self._conversations.get(conversation_id)

    def ids(
        self, kind: Kind | None = None, *, status: ConversationStatus | None = None
    ) -> list[str]:
        """The ids of a kind, as at the start, and of a current status."""
        with self._lock:
            return [
                conversation_id
                for conversation_id in self._conversations
                if kind in (None, self._kinds.get(conversation_id))
                and status in (None, self.status_of(conversation_id))
            ]

    def status_of(
        self, conversation_id: str, as_of: datetime | None = None
    ) -> ConversationStatus | None:
        """The status of a conversation at `as_of` (default: now); None for an unknown id."""
        with self._lock:
            conversation = self._conversations.get(conversation_id)
            deletion = self._deletions.get(conversation_id)
        if deletion is not None and (as_of is None or deletion.at <= as_of):
            return deletion.status
        return conversation.status if conversation is not None else None

    def counts(self) -> dict[ConversationStatus, int]:
        """The number of conversations by current status."""
        found = Counter(self.status_of(each) for each in self.ids())
        return {status: found[status] for status in ConversationStatus}

    def deletions(self) -> dict[str, Deletion]:
        """The deletions by conversation id, in order."""
        with self._lock:
            return dict(self._deletions)

    def deleted_ids(self, job_id: str | None = None) -> list[str]:
        """The ids that this job deleted, or any job without `job_id`."""
        return [key for key, each in self.deletions().items() if job_id in (None, each.job_id)]

    def ended_within(self, start: datetime, stop: datetime) -> list[Conversation]:
        """Conversations with `start <= end < stop`, by end time, including deleted ones."""
        first, last = bisect_left(self._ends, start), bisect_left(self._ends, stop)
        with self._lock:
            return [self._conversations[each] for each in self._ended_ids[first:last]]

    def deletable(self, conversation_id: str, *, ignoring_locks: bool = False) -> bool:
        """Whether it can be deleted now: it exists, is not deleted, and is not protected."""
        with self._lock:
            conversation = self._conversations.get(conversation_id)
            if conversation is None or (conversation.protected and not ignoring_locks):
                return False
            return self.status_of(conversation_id) not in GONE

    def delete(
        self,
        conversation_id: str,
        deletion: Deletion,
        *,
        ignoring_locks: bool = False,
        record_types: frozenset[RecordType] = ALL_TYPES,
    ) -> bool:
        """Deletes its records of these types unless it is protected or already deleted.

        Returns whether it is deleted now. A conversation with records of other types stays.
        """
        with self._lock:
            if not self.deletable(conversation_id, ignoring_locks=ignoring_locks):
                return False
            records = frozenset(self._conversations[conversation_id].record_types)
            left = self._left.get(conversation_id, records) - record_types
            self._left[conversation_id] = left
            if left:
                return False
            self._deletions[conversation_id] = deletion
            return True

    def place_hold(self, ids: Iterable[str]) -> None:
        """Places legal holds, which are visible in the metadata."""
        self._change(ids, lambda each: replace(each, legal_hold=True))

    def release_hold(self, ids: Iterable[str]) -> None:
        """Releases legal holds."""
        self._change(ids, lambda each: replace(each, legal_hold=False))

    def begin_litigation(self, ids: Iterable[str]) -> None:
        """Starts litigation, which the metadata does not show."""
        self._change(ids, lambda each: replace(each, litigation=True))

    def _change(self, ids: Iterable[str], change: Callable[[Conversation], Conversation]) -> None:
        with self._lock:
            for each in ids:
                self._conversations[each] = change(self._conversations[each])

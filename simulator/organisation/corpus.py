"""The conversations of the simulated organisation, and their deletions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

from simulator.organisation.conversation import Conversation, Kind, kind_of
from simulator.organisation.conversations import Conversations
from simulator.organisation.generation import Mix, make_conversations
from simulator.organisation.spread import Spread, spread_conversations
from simulator.organisation.words import GONE, ConversationStatus, RecordType

ALL_TYPES = frozenset(RecordType)
END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deletion:
    """When a conversation was deleted, by which job or purge rule, and its status since then."""

    at: datetime
    job_id: str
    status: ConversationStatus


class Corpus(Conversations):
    """The conversations, from which jobs delete; thread-safe."""

    def __init__(
        self, conversations: Iterable[Conversation], as_of: datetime | None = None
    ) -> None:
        self._as_of = as_of or END_OF_TIME
        self._deletions: dict[str, Deletion] = {}
        # The record types that are left of a conversation of which some are deleted.
        self._left: dict[str, frozenset[RecordType]] = {}
        # Only the conversations that are not eligible.
        self._kinds: dict[str, Kind] = {}
        self._statuses: Counter[ConversationStatus] = Counter()
        super().__init__(conversations)

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

    @classmethod
    def spread(
        cls,
        *,
        count: int,
        first: date,
        days: int,
        now: datetime,
        seed: int = 0,
        held: int = 0,
        held_days: int = 0,
    ) -> Self:
        """Makes conversations that start on `days` days from `first` on, and are all old enough.

        There are busy and quiet hours, and some conversations last beyond midnight. `held` of them
        are on legal hold; these start on `held_days` different days. ValueError if that cannot be.
        """
        spread = Spread(count=count, first=first, days=days, held=held, held_days=held_days)
        return cls(spread_conversations(spread, seed, now), as_of=now)

    def ids(
        self, kind: Kind | None = None, *, status: ConversationStatus | None = None
    ) -> list[str]:
        """The ids of a kind, as at the start, and of a current status."""
        with self._lock:
            return [
                each
                for each in self._conversations
                if (kind is None or kind is self._kinds.get(each, Kind.ELIGIBLE))
                and (status is None or status is self.status_of(each))
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

    def undeleted(
        self, conversations: Iterable[Conversation], as_of: datetime
    ) -> list[Conversation]:
        """Those of the conversations that no job has deleted at `as_of`."""
        with self._lock:
            find = self._deletions.get
            return [
                each
                for each in conversations
                if (deletion := find(each.conversation_id)) is None or deletion.at > as_of
            ]

    def counts(self) -> dict[ConversationStatus, int]:
        """The number of conversations by current status."""
        with self._lock:
            return {status: self._statuses[status] for status in ConversationStatus}

    def deletions(self) -> dict[str, Deletion]:
        """The deletions by conversation id, in order."""
        with self._lock:
            return dict(self._deletions)

    def deleted_ids(self, job_id: str | None = None) -> list[str]:
        """The ids that this job deleted, or any job without `job_id`."""
        return [key for key, each in self.deletions().items() if job_id in (None, each.job_id)]

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
            conversation = self._conversations[conversation_id]
            records = frozenset(conversation.record_types)
            left = self._left.pop(conversation_id, records) - record_types
            if left:
                self._left[conversation_id] = left
                return False
            self._deletions[conversation_id] = deletion
            self._statuses[conversation.status] -= 1
            self._statuses[deletion.status] += 1
            return True

    def _include(self, conversations: Mapping[str, Conversation]) -> None:
        super()._include(conversations)
        for conversation_id, each in conversations.items():
            self._statuses[each.status] += 1
            kind = kind_of(each, self._as_of)
            if kind is not Kind.ELIGIBLE:
                self._kinds[conversation_id] = kind

"""The conversations of an organisation: by id, time and contact, and their protection."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import RLock

from simulator.organisation.chronology import Chronology
from simulator.organisation.contacts import ByContact
from simulator.organisation.conversation import Conversation

BEGINNING = datetime.min.replace(tzinfo=UTC)


class Conversations:
    """Conversations, of which none is ever removed; thread-safe."""

    def __init__(self, conversations: Iterable[Conversation]) -> None:
        self._lock = RLock()
        self._conversations: dict[str, Conversation] = {}
        self._held: set[str] = set()
        self._by_start = Chronology(lambda each: each.start)
        self._by_last_activity = Chronology(lambda each: each.last_activity)
        self._by_contact = ByContact()
        self._longest = timedelta(0)
        self._include({each.conversation_id: each for each in conversations})

    def add(self, conversations: Iterable[Conversation]) -> None:
        """Adds conversations; every query and job finds them from now on.

        Raises ValueError, and adds none, if there is already a conversation with the same id.
        """
        with self._lock:
            new = {each.conversation_id: each for each in conversations}
            if known := new.keys() & self._conversations.keys():
                raise ValueError(f"The corpus already has {', '.join(sorted(known))}")
            self._include(new)

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

    def ended_within(self, start: datetime, stop: datetime) -> list[Conversation]:
        """Conversations with `start <= end < stop`, by end time, including deleted ones."""
        with self._lock:
            found = self._by_last_activity.between(start, stop)
            ended = (self._conversations[each] for each in found)
            return [each for each in ended if each.end is not None]

    def last_active_within(self, start: datetime | None, stop: datetime) -> Iterator[Conversation]:
        """Conversations by their last activity in `start <= time < stop`, also deleted ones."""
        with self._lock:
            found = self._by_last_activity.between(start, stop)
        return (self._conversations[each] for each in found)

    def started_within(self, start: datetime, stop: datetime) -> list[Conversation]:
        """Conversations with `start <= start time < stop`, by start time, also deleted ones."""
        with self._lock:
            return [self._conversations[each] for each in self._by_start.between(start, stop)]

    def active_within(self, start: datetime, stop: datetime) -> list[Conversation]:
        """Conversations with activity in `start <= time < stop`, by start time, also deleted ones.

        A conversation without a readable end is active at its start.
        """
        # No conversation that started earlier can last until `start`.
        earliest = start - min(self._longest, start - BEGINNING)
        started = self.started_within(earliest, stop)
        return [each for each in started if each.last_activity >= start]

    def of_contact(self, contact: str) -> list[Conversation]:
        """The conversations of an external contact, also deleted ones."""
        with self._lock:
            return [self._conversations[each] for each in self._by_contact.of(contact)]

    @property
    def held(self) -> int:
        """The number of conversations on legal hold."""
        with self._lock:
            return len(self._held)

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
                changed = change(self._conversations[each])
                self._conversations[each] = changed
                (self._held.add if changed.legal_hold else self._held.discard)(each)

    def _include(self, conversations: Mapping[str, Conversation]) -> None:
        made = conversations.values()
        self._conversations.update(conversations)
        self._held.update(each.conversation_id for each in made if each.legal_hold)
        for index in (self._by_start, self._by_last_activity, self._by_contact):
            index.add(made)
        longest = max((each.last_activity - each.start for each in made), default=self._longest)
        self._longest = max(self._longest, longest)

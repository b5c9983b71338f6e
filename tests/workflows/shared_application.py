"""One application for many tests: each uses its own group of conversations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any, NamedTuple

from simulator import Conversation, Corpus, SimulatorSettings
from tests.application import Application, running
from tests.builders import (
    conversation_archive,
    data_deletion,
    date_range,
    days_ago,
    interaction_purge,
)

METHODS = ("data_deletion", "interaction_purge", "conversation_archive")
BATCH_SIZE, BATCHES = 5, 2
RECORDS = BATCH_SIZE * BATCHES
DAYS = 60


class ConversationGroup(NamedTuple):
    """Ten conversations in sixty days: two batches by id or two windows, with five in each."""

    number: int

    @property
    def ids(self) -> list[str]:
        return [f"group-{self.number}-{record}" for record in range(RECORDS)]

    @property
    def oldest(self) -> int:
        """The group's start in days before NOON; every group ended over a year ago."""
        return 400 + DAYS * (self.number + 1)

    def request(self, method: str, **fields: Any) -> dict[str, Any]:
        """A request of that method for exactly this group's conversations."""
        window = {"dateRange": date_range(self.oldest, self.oldest - DAYS)}
        match method:
            case "data_deletion":
                return data_deletion(**window | fields)
            case "interaction_purge":
                return interaction_purge(**window | fields)
        ids = {} if "conversationIdsFrom" in fields else {"conversationIds": self.ids}
        return conversation_archive(**ids | fields)

    def first_batch(self, method: str, **fields: Any) -> dict[str, Any]:
        """A request for only the conversations of the first batch."""
        if method == "conversation_archive":
            return self.request(method, conversationIds=self.ids[:BATCH_SIZE], **fields)
        return self.request(method, dateRange=date_range(self.oldest, self.oldest - 30), **fields)

    def conversations(self) -> Iterator[Conversation]:
        step = DAYS / RECORDS
        for record, conversation_id in enumerate(self.ids):
            end = days_ago(self.oldest - step * (record + 0.5))
            yield Conversation(conversation_id, start=end, end=end)


class SharedApplication:
    """The application that the tests of a module share."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self._numbers = count()

    def group(self) -> ConversationGroup:
        """An unused group; clears the faults of other tests, and the slots of their jobs."""
        self.app.simulator.faults.clear()
        self.app.free_slots()
        return ConversationGroup(next(self._numbers))


@contextmanager
def shared(
    settings: SimulatorSettings | None = None,
    environment: Mapping[str, str] | None = None,
    groups: int = 120,
    *,
    has_budget: bool = False,
) -> Iterator[SharedApplication]:
    """A running application with this number of groups."""
    corpus = Corpus.of(
        each for number in range(groups) for each in ConversationGroup(number).conversations()
    )
    variables = {"BATCH_SIZE": str(BATCH_SIZE), **(environment or {})}
    with running(corpus, settings, environment=variables, has_budget=has_budget) as app:
        yield SharedApplication(app)

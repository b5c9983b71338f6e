"""Finds conversations by their external contact."""

from collections.abc import Iterable

from simulator.organisation.conversation import Conversation


class ByContact:
    """Conversations by their external contact; grouped when it is first searched."""

    def __init__(self) -> None:
        self._ids: dict[str, list[str]] = {}
        self._ungrouped: list[Conversation] = []

    def add(self, conversations: Iterable[Conversation]) -> None:
        """Adds conversations; the next search finds them."""
        self._ungrouped.extend(conversations)

    def of(self, contact: str) -> list[str]:
        """The ids of a contact's conversations, in order of their addition."""
        for each in self._ungrouped:
            if each.external_contact_id is not None:
                self._ids.setdefault(each.external_contact_id, []).append(each.conversation_id)
        self._ungrouped = []
        return self._ids.get(contact, [])

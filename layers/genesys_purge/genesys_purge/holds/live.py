"""Finds held conversations in an organisation of the live platform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from genesys_purge.holds.ports import Found
from genesys_purge.methods.recording_job.conversations import by_id
from genesys_purge.model.wording import UUID
from genesys_purge.ports import Genesys


def find(ids: Sequence[str], genesys: Genesys) -> Iterator[Found]:
    """The conversations of these ids that Genesys knows; it has no ids other than UUIDs."""
    asked = [each for each in ids if re.fullmatch(UUID, each)]
    for each in by_id(asked, genesys):
        yield Found(each.conversation_id, each.start, each.end)

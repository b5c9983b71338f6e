"""How a batch tells Genesys which conversations to take."""

from __future__ import annotations

from enum import StrEnum


class Reach(StrEnum):
    """What a job's query contains: the ids of its conversations, or a time that has no others.

    `days` are whole UTC days, on which every conversation that started there is to be taken.
    `interval` is any time in which every active conversation is to be taken.
    """

    NAMED = "named"
    DAYS = "days"
    INTERVAL = "interval"

"""Where a message of ours quotes Genesys, whose words may name a person."""

from __future__ import annotations

import re

LEFT_OUT = "; the words of Genesys are left out, for they may name the subject"
QUOTING = re.compile(r"(?<= answered \d{3}): ")


def answered(call: str, status: int, words: str) -> str:
    """The one form in which a message tells Genesys's own words."""
    return f"{call} answered {status}: {words}"


def without_words(message: str) -> str:
    """The message up to Genesys's words; all of it where it has none."""
    quoting = QUOTING.search(message)
    return message[: quoting.start()] + LEFT_OUT if quoting else message

"""Conversation ids, as callers and operators write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# The document does not define ids. Nothing that matches can end the quotes of a query.
CONVERSATION_ID = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
# The words of an example that was copied, and not filled in.
PLACEHOLDERS = frozenset({"example", "placeholder", "replace", "todo", "your"})
WORDS = re.compile("[-_]")
SHORTEST_FILLER = 4


def _real(text: str) -> str:
    """Refuses what is no conversation id; an operator must not rely on a hold on nothing."""
    if not CONVERSATION_ID.fullmatch(text):
        raise ValueError(
            "must be a conversation id: 1 to 64 letters, digits, - and _, with a digit"
        )
    words = WORDS.split(text)
    if PLACEHOLDERS.intersection(words) or all(map(_is_filler, words)):
        raise ValueError("must be a conversation id, not the placeholder of an example")
    return text


def _is_filler(word: str) -> bool:
    """Whether it is one character again and again, as each part of `00000000-0000-...`."""
    return len(word) >= SHORTEST_FILLER and len(set(word)) == 1


# Lower case, so that a hold applies however its id was typed. A malformed id is an error.
HeldId = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True), AfterValidator(_real)
]

"""Parses `conversationId IN ("a","b")`, the only supported eligibility query."""

import re

from simulator.http.answer import Refusal

LIST = re.compile(r"\s*conversationId\s+IN\s*\(([^()]*)\)\s*")
ID = re.compile(r'\s*"([A-Za-z0-9-]{1,64})"\s*')


def parse_id_query(query: str, max_ids: int | None) -> list[str]:
    """The distinct ids in order; refuses with 400 anything but a list of quoted ids."""
    found = LIST.fullmatch(query)
    if found is None:
        raise Refusal(400, 'query: must be conversationId IN ("id", ...)', code="invalid.query")
    items = [ID.fullmatch(item) for item in found[1].split(",")]
    if max_ids is not None and len(items) > max_ids:
        raise Refusal(400, f"query: at most {max_ids} ids", code="invalid.query")
    ids = [item[1] for item in items if item is not None]
    if len(ids) < len(items):
        raise Refusal(400, "query: every id must be quoted", code="invalid.query")
    return list(dict.fromkeys(ids))

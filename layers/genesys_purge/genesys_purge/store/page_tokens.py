"""The tokens of pages: the key after which a page starts, as text that is safe in a URL."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

import orjson

from genesys_purge.errors import FieldError, InvalidRequest


def token_of(*parts: str | int) -> str:
    """The token of a key with these parts."""
    return urlsafe_b64encode(orjson.dumps(parts)).decode()


def parts_of(token: str, form: re.Pattern[bytes]) -> list[str]:
    """The groups of `form`, which must match the JSON in a token; InvalidRequest if it does not.

    So a caller cannot choose keys that DynamoDB refuses.
    """
    try:
        match = form.fullmatch(urlsafe_b64decode(token))
    except ValueError:
        match = None
    if match is None:
        raise wrong_token()
    return [part.decode() for part in match.groups()]


def wrong_token() -> InvalidRequest:
    """The error for a token that no earlier page of the same list returned."""
    return InvalidRequest([FieldError("next", "must be the next of an earlier answer")])

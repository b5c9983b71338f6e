"""The tokens of pages: a position as opaque text, valid for one list and its parameters."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeVar

import orjson

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.wire import Wire

W = TypeVar("W", bound=Wire)


def wrong_token() -> InvalidRequest:
    """The error for a `next` that no earlier page of the same list returned."""
    message = "must be the next of an earlier answer to the same parameters"
    return InvalidRequest([FieldError("next", message)])


def token_of(position: Wire, scope: object) -> str:
    """The position as text that is safe in a URL and valid for the same scope only."""
    text = orjson.dumps([_digest(scope), position.to_json()])
    return urlsafe_b64encode(text).decode().rstrip("=")


def position_in(token: str, model: type[W], scope: object) -> W:
    """The position in a token of `token_of`; raises InvalidRequest for any other text.

    A caller can forge a token, so the fields of `model` allow only valid parts of a table's key.
    """
    try:
        digest, position = orjson.loads(urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if digest == _digest(scope):
            return model.parse(position)
    except (ValueError, TypeError):
        pass
    raise wrong_token()


def _digest(scope: object) -> str:
    content = orjson.dumps(scope, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(content).hexdigest()[:16]

"""`python -m local validate --hold HOLD.json`: checks what operators set, before it is in force."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from genesys_purge.model.holds import HoldDocument
from genesys_purge.model.organisations import Organisations
from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.wire import Wire, read_document
from genesys_purge.store.holds import fields_of
from genesys_purge.webhooks.outbound.subscribers import Subscribers

from local.requests.files import read_request


class Kind(NamedTuple):
    """A kind of document: its model, how its fields are read, and what of it is printed."""

    model: type[Wire]
    read: Callable[[Mapping[str, Any]], Mapping[str, Any]]
    shown: Callable[[dict[str, Any]], dict[str, Any]]


def _same(fields: Any) -> Any:
    return fields


def _without_secrets(document: dict[str, Any]) -> dict[str, Any]:
    subscribers = [each | {"secret": "(hidden)"} for each in document["subscribers"]]
    return document | {"subscribers": subscribers}


# By the option of the command. A hold may be plain JSON, or the item for `put-item`.
KINDS: Mapping[str, Kind] = {
    "hold": Kind(HoldDocument, fields_of, _same),
    "matrix": Kind(RetentionMatrix, _same, _same),
    "organisations": Kind(Organisations, _same, _same),
    "subscribers": Kind(Subscribers, _same, _without_secrets),
}


def validate_document(name: str, file: Path) -> int:
    """Prints the document as it is read and returns 0, or prints each error and returns 1."""
    kind, given = KINDS[name], read_request(file)
    if not isinstance(given, dict):
        print("the document: must be an object")
        return 1
    found = read_document(kind.model, kind.read(given))
    if isinstance(found, list):
        for error in found:
            print(f"{error.path or 'the document'}: {error.message}")
        return 1
    print(json.dumps(kind.shown(found.to_json()), indent=2))
    return 0

"""Fields of audit records that can be erased, while a digest of each stays.

The sealed text of a record has a salted digest in place of such a field, in the form of SD-JWT
(RFC 9901, section 4.2). Its disclosure, which is stored elsewhere, has the salt, the name and the
value. Once it is erased, nobody can find the value by trying values: the salt has 128 bits.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import UnionType
from typing import Any, NamedTuple, TypeGuard, TypeVar, Union, get_args, get_origin

import orjson

from genesys_purge.model.wire import Wire

W = TypeVar("W", bound=Wire)

DIGESTS = "_sd"
# A required field whose disclosure is erased.
ERASED = "[erased]"
# Part of the application, a schedule, a policy or a service, but no ARN of a person.
NO_PERSON = re.compile(r"[a-z_]+(?::[A-Za-z0-9._/-]*)?")


class Erasable(NamedTuple):
    """Marks a field whose value may be personal data.

    A text of the form `harmless` stays. Of a mapping, each entry is erasable by itself, and the
    entries named in `kept` stay.
    """

    harmless: re.Pattern[str] | None = None
    kept: Collection[str] | None = None


ERASABLE = Erasable()
ACTOR = Erasable(harmless=NO_PERSON)


class Divided(NamedTuple):
    """A record in two parts: its JSON with digests, and the disclosures behind the digests."""

    sealed: dict[str, Any]
    disclosures: tuple[str, ...]


class StoredDisclosures(NamedTuple):
    """The disclosures of a record, the action of that record, and the bytes that they take."""

    sequence: int
    action: str
    disclosures: Sequence[str]
    size: int


class _Field(NamedTuple):
    """A field of a record that is erasable, or that has a record in it."""

    alias: str
    mark: Erasable | None
    inner: type[Wire] | None
    is_required: bool


def divided(record: Wire) -> Divided:
    """The two parts of a record; every call draws new salts."""
    document = record.to_json()
    disclosures = tuple(_taken(type(record), document))
    return Divided(document, disclosures)


def has_digests(sealed: str) -> bool:
    """Whether the text of a record may have digests in place of fields."""
    return f'"{DIGESTS}"' in sealed


def joined(model: type[W], sealed: str, disclosures: Iterable[str] = ()) -> W:
    """The record; an optional field that was erased is None, a required one is `[erased]`."""
    if not has_digests(sealed):
        return model.model_validate_json(sealed)
    document = orjson.loads(sealed)
    _join(document, {digest_of(each): each for each in disclosures})
    _fill(model, document)
    return model.model_validate_json(orjson.dumps(document))


def digest_of(disclosure: str) -> str:
    """The digest of a disclosure, as RFC 9901 defines it."""
    return _encoded(hashlib.sha256(disclosure.encode()).digest())


def opened(disclosure: str) -> tuple[str, Any]:
    """The name and the value of the field behind a disclosure."""
    _, name, value = orjson.loads(_decoded(disclosure))
    return name, value


def _taken(model: type[Wire], document: dict[str, Any]) -> Iterator[str]:
    """Replace the erasable fields of the document by digests; their disclosures."""
    taken = []
    for field in _fields(model):
        value = document.get(field.alias)
        if not value:
            continue
        if field.inner is not None and field.mark is None:
            yield from _taken(field.inner, value)
        elif field.mark and field.mark.kept is not None:
            others = [name for name in value if name not in field.mark.kept]
            yield from _digested(value, others)
        elif field.mark and not _is_harmless(field.mark, value):
            taken.append(field.alias)
    yield from _digested(document, taken)


def _is_harmless(mark: Erasable, value: Any) -> bool:
    return mark.harmless is not None and mark.harmless.fullmatch(value) is not None


def _digested(document: dict[str, Any], names: Collection[str]) -> list[str]:
    """Move the entries of these names into disclosures; the order of the digests says nothing."""
    made = [_disclosure(name, document.pop(name)) for name in names]
    if made:
        document[DIGESTS] = sorted(map(digest_of, made))
    return made


def _disclosure(name: str, value: Any) -> str:
    return _encoded(orjson.dumps([_encoded(secrets.token_bytes(16)), name, value]))


def _join(document: dict[str, Any], known: Mapping[str, str]) -> None:
    digests = document.pop(DIGESTS, ())
    for value in document.values():
        if isinstance(value, dict):
            _join(value, known)
    for digest in digests:
        if digest in known:
            name, value = opened(known[digest])
            document[name] = value


def _fill(model: type[Wire], document: dict[str, Any]) -> None:
    """Fill the required fields that are erased."""
    for field in _fields(model):
        if field.mark and field.is_required:
            document.setdefault(field.alias, ERASED)
        elif field.inner and isinstance(document.get(field.alias), dict):
            _fill(field.inner, document[field.alias])


@cache
def _fields(model: type[Wire]) -> tuple[_Field, ...]:
    """The fields of the model that are erasable, or have a record in them."""
    found = []
    for name, field in model.model_fields.items():
        mark = next((each for each in field.metadata if isinstance(each, Erasable)), None)
        inner = next((each for each in _kinds(field.annotation) if _is_record(each)), None)
        if mark or inner:
            found.append(_Field(field.alias or name, mark, inner, field.is_required()))
    return tuple(found)


def _kinds(annotation: Any) -> tuple[Any, ...]:
    is_union = get_origin(annotation) in (Union, UnionType)
    return get_args(annotation) if is_union else (annotation,)


def _is_record(kind: Any) -> TypeGuard[type[Wire]]:
    return isinstance(kind, type) and issubclass(kind, Wire)


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))

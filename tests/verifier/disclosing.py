"""Sealed records with digests, their disclosures, and the files of a bundle for both.

Written after RFC 9901, not by the product.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any, NamedTuple

from tests.verifier.bundles import Files, audit_of, bundle, random_log, with_manifest
from tests.verifier.runs import records_of
from tests.verifier.shapes import Shape, random_shape

DISCLOSURES, LATER = "disclosures.jsonl", "later.jsonl"
Record = dict[str, Any]
# The disclosures of each record that has some, by its number.
Disclosed = dict[int, list[str]]
# The erasable fields of records, by their numbers and paths.
Fields = Mapping[int, Mapping[str, Any]]


class Sealed(NamedTuple):
    """Records with digests, and the disclosures behind them."""

    records: list[Record]
    disclosures: Disclosed


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def disclosure(name: str, value: Any, salt: str = "salt") -> str:
    content = json.dumps([encoded(salt.encode().ljust(16)), name, value])
    return encoded(content.encode())


def digest_of(text: str) -> str:
    return encoded(hashlib.sha256(text.encode()).digest())


def sealed(records: Iterable[Record], fields: Fields, salt: str = "") -> Sealed:
    """The records with digests of these fields, which are at a path such as `request.owner`.

    Without a `salt` of its own, a run has the same disclosures as another one with these fields.
    """
    found, disclosures = deepcopy(list(records)), Disclosed()
    for number, values in sorted(fields.items()):
        for path, value in values.items():
            *parents, name = path.split(".")
            place = found[number - 1]
            for parent in parents:
                place = place[parent]
            made = disclosure(name, value, f"{number}{path}{salt}")
            place["_sd"] = sorted([*place.get("_sd", ()), digest_of(made)])
            disclosures.setdefault(number, []).append(made)
    return Sealed(found, disclosures)


def line_of(number: int, disclosures: Sequence[str]) -> bytes:
    content = {"sequence": number, "disclosures": list(disclosures)}
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def shown(files: Files, disclosures: Mapping[int, Sequence[str]]) -> Files:
    """The bundle with these disclosures."""
    content = b"".join(line_of(*each) for each in sorted(disclosures.items()))
    return with_manifest({**files, DISCLOSURES: content})


def followed(files: Files, later: Iterable[Record]) -> Files:
    """The bundle with records after those of its certificate."""
    return with_manifest({**files, LATER: audit_of(list(later))})


def erasure(number: int, sequences: Sequence[int], run_id: str = "run-1") -> Record:
    """The record of an erasure."""
    return {
        "runId": run_id,
        "sequence": number,
        "at": "2026-12-02T09:00:00Z",
        "action": "personal_data_erased",
        "person": "person-privacy",
        "erasure": {"sequences": list(sequences)},
    }


def persons_of(records: Iterable[Record]) -> dict[int, dict[str, Any]]:
    """The id of the person behind each pseudonym."""
    return {
        each["sequence"]: {"personId": f"user:{each['person']}"}
        for each in records
        if "person" in each
    }


def random_bundle(random: Random) -> Files:
    """A bundle of any run, with or without digests and disclosures, some of them withheld."""
    shape = random_shape(random)
    if random.random() < 0.3:
        return bundle(shape, **random_log(random))
    records = records_of(shape)
    fields = persons_of(records)
    for each in random.sample(records, min(3, len(records))):
        own = fields.setdefault(each["sequence"], {})
        own["detail"] = random.choice(("é", "a reason", ""))
        if "request" in each:
            own["request.requestedBy"] = "Jane"
    made = sealed(records, fields, f"{random.getrandbits(128):x}")
    files = bundle(shape, records=made.records, **random_log(random))
    if random.random() < 0.3:
        return files
    kept = {
        number: random.sample(each, random.randrange(1, len(each) + 1))
        for number, each in made.disclosures.items()
        if random.random() < 0.8
    }
    return shown(files, kept)


def plain(shape: Shape | None = None) -> Sealed:
    """A run with the ids of its persons, a reason and a nested field."""
    records = records_of(shape or Shape(persons=2))
    fields = persons_of(records)
    fields[1] |= {"detail": "Jane asked", "request.requestedBy": "Jane"}
    return sealed(records, fields)

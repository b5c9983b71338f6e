"""Copies of a log of any size, written after the format: bundles of entries and a checkpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tests.verifier.bundles import STATEMENT, Files, note, written
from tests.verifier.trees import leaf, root

WITHDRAWN = "urn:genesys-purge:certificate-withdrawn:v1"
CERTIFICATE = "urn:genesys-purge:certificate-of-destruction:v1"


def entries_of(files: Files, *later: bytes, entries: tuple[int, int] = (2, 3)) -> list[bytes]:
    """The entries of the log of a bundle, and those that came later."""
    before, after = ([b"%s %d" % (n, k) for k in range(s)] for n, s in zip((b"a", b"b"), entries))  # noqa: B905  both are pairs
    return [*before, files[STATEMENT], *after, *later]


def log_of(entries: Sequence[bytes], checkpoint: str | None = None) -> Files:
    """The files of the log; its signed checkpoint is the right one unless another is given."""
    leaves = list(map(leaf, entries))
    right = note(len(leaves), root(leaves))
    files = {"checkpoint": (checkpoint or right).encode(), "checkpoints/000000000001": b"ignored"}
    for number in range(0, len(entries), 256):
        part = entries[number : number + 256]
        name = tile(number // 256, len(part))
        files[f"tile/entries/{name}"] = b"".join(_lengthened(part))
        files[f"tile/0/{name}"] = b"".join(map(leaf, part))
    return files


def tile(number: int, width: int) -> str:
    """The name of a tile below its level, such as `x001/067.p/8`."""
    assert number < 1_000_000
    name = f"x{number // 1000:03}/{number % 1000:03}" if number >= 1000 else f"{number:03}"
    return name if width == 256 else f"{name}.p/{width}"


def _lengthened(entries: Sequence[bytes]) -> Iterator[bytes]:
    return (len(each).to_bytes(2, "big") + each for each in entries)


def withdrawal(files: Files, **changes: Any) -> bytes:
    """The entry that withdraws the certificate of a bundle."""
    name = json.loads(files[STATEMENT])["predicate"]["certificateId"]
    predicate = {"certificateId": name, "reason": "not_proven", **changes}
    return written({"predicateType": WITHDRAWN, "predicate": predicate})


def successor(digest: str, name: str = "cert-run-1-2") -> bytes:
    """The entry of a later certificate."""
    predicate = {"certificateId": name, "supersedes": digest}
    return written({"predicateType": CERTIFICATE, "predicate": predicate})

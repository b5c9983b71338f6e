"""`make tamper`: edits proof bundles at random, and expects the verifier to find each edit.

One half of the edits does not touch the manifest; after the others it is written again to fit.
Then only edits of evidence count: `certificate.html` and `HOW-TO-VERIFY.txt` are for people, and
nothing is read from them. An edit that changes no byte does not count either, and neither does one
that only withholds lines of `disclosures.jsonl`, as everybody may.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from os import cpu_count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import verify
from tests.verifier.bundles import (
    CERTIFICATE_KEY,
    MANIFEST,
    VKEY,
    Files,
    by_cryptography,
    put,
    with_manifest,
)
from tests.verifier.disclosing import DISCLOSURES, random_bundle
from tests.verifier.edits import KINDS, edited

EDITS_A_BUNDLE = 50
SHOWN = 10
# A folder in memory, where there is one.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  it is only the faster place


class Edit(NamedTuple):
    """What was tried: the kind of edit, and whether the manifest was written again."""

    kind: str
    is_listed: bool


class Tally:
    """How many edits of each kind were tried and found, and the clean bundles."""

    def __init__(self) -> None:
        self.tried: Counter[Edit] = Counter()
        self.found: Counter[Edit] = Counter()
        self.clean = 0
        self.problems: list[str] = []

    def add(self, other: Tally) -> None:
        self.tried += other.tried
        self.found += other.found
        self.clean += other.clean
        self.problems += other.problems

    def lines(self) -> Iterator[str]:
        yield f"{'edit':<24}{'tried':>10}{'found':>10}{'manifest too':>16}{'found':>10}"
        for kind in KINDS:
            plain, listed = Edit(kind, is_listed=False), Edit(kind, is_listed=True)
            yield (
                f"{kind:<24}{self.tried[plain]:>10,}{self.found[plain]:>10,}"
                f"{self.tried[listed]:>16,}{self.found[listed]:>10,}"
            )
        yield f"{self.tried.total():,} edits, {self.found.total():,} found"
        yield f"{self.clean:,} clean bundles, {len(self.problems)} problems"
        yield "certificate.html and HOW-TO-VERIFY.txt are no evidence: only their checksum counts"
        yield from self.problems[:SHOWN]


def verdict(folder: Path) -> str:
    """The last line of the verifier about the bundle in this folder."""
    said: list[str] = []
    verify.judge(folder, VKEY, CERTIFICATE_KEY, signed=by_cryptography, say=said.append)
    return said[-1]


def is_accepted(folder: Path) -> bool:
    """Whether the verifier says that the proof is valid, by its exit status."""
    status = verify.judge(folder, VKEY, CERTIFICATE_KEY, signed=by_cryptography, say=str)
    return status == 0


def replaced(folder: Path, before: Files, after: Files) -> None:
    """Write the files that differ."""
    for name in before.keys() - after.keys():
        (folder / name).unlink()
    put(folder, {name: each for name, each in after.items() if before.get(name) != each})


def is_withheld(before: Files, after: Files) -> bool:
    """Whether nothing else was done than to remove disclosures, or the file of them."""
    others = before.keys() - {DISCLOSURES, MANIFEST}
    if after.keys() - {DISCLOSURES, MANIFEST} != others:
        return False
    lines = iter(before.get(DISCLOSURES, b"").splitlines(keepends=True))
    kept = after.get(DISCLOSURES, b"").splitlines(keepends=True)
    return all(after[each] == before[each] for each in others) and all(
        any(each == line for line in lines) for each in kept
    )


def tampered(edits: int, seed: int) -> Tally:
    """A clean bundle of random shape, and so many edits of it, as the seed decides."""
    random, tally = Random(seed), Tally()  # noqa: S311  a seed repeats its edits
    files, others = (random_bundle(random) for _ in range(2))
    with TemporaryDirectory(dir=MEMORY) as name:
        folder = put(Path(name), files)
        tally.clean += 1
        if not is_accepted(folder):
            tally.problems.append(f"seed {seed}: a clean bundle is refused: {verdict(folder)}")
        while tally.tried.total() < edits:
            edit = Edit(random.choice(KINDS), random.random() < 0.5)
            evidence = files.keys() & {*verify.EVIDENCE, DISCLOSURES}
            names = sorted(evidence if edit.is_listed else files)
            after = edited(random, edit.kind, files, names, others)
            after = with_manifest(after) if edit.is_listed else after
            if after == files or (edit.is_listed and is_withheld(files, after)):
                continue
            tally.tried[edit] += 1
            replaced(folder, files, after)
            if not is_accepted(folder):
                tally.found[edit] += 1
            else:
                changed = [each for each in files if after.get(each) != files[each]]
                tally.problems.append(f"seed {seed}: {edit} of {changed} is not found")
            replaced(folder, after, files)
    return tally


def surveyed(edits: int, clean: int, first: int = 0) -> Tally:
    """So many edits of clean bundles on every processor, and further clean bundles."""
    bundles = -(-edits // EDITS_A_BUNDLE)
    seeds = range(first, first + bundles)
    more = range(first + bundles, first + max(bundles, clean))
    tally = Tally()
    with ProcessPoolExecutor(cpu_count()) as pool:
        played: Iterable[Tally] = pool.map(partial(tampered, EDITS_A_BUNDLE), seeds, chunksize=4)
        for each in played:
            tally.add(each)
        for each in pool.map(partial(tampered, 0), more, chunksize=50):
            tally.add(each)
    return tally


def main() -> int:
    """The exit status: 0 if every edit was found, and no clean bundle was refused."""
    parser = ArgumentParser(prog="make tamper", description=__doc__)
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--clean", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    given = parser.parse_args()
    tally = surveyed(given.edits, given.clean, given.first)
    print("\n".join(tally.lines()))
    return int(bool(tally.problems))


if __name__ == "__main__":
    sys.exit(main())

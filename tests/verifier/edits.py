"""Random edits of a bundle, each of one kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random

from tests.verifier.bundles import Files

Bytes = Callable[[Random, bytes], bytes]
MOST_ADDED = 8


def flip_bit(random: Random, content: bytes) -> bytes:
    place = random.randrange(len(content))
    return (
        content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
    )


def delete_bytes(random: Random, content: bytes) -> bytes:
    place = random.randrange(len(content))
    return content[:place] + content[place + random.randrange(1, MOST_ADDED) :]


def insert_bytes(random: Random, content: bytes) -> bytes:
    place = random.randrange(len(content) + 1)
    added = random.choice((random.randbytes(random.randrange(1, MOST_ADDED)), b" ", b"\n", b"0"))
    return content[:place] + added + content[place:]


def swap_bytes(random: Random, content: bytes) -> bytes:
    changed, places = bytearray(content), range(len(content))
    one, other = random.choice(places), random.choice(places)
    changed[one], changed[other] = changed[other], changed[one]
    return bytes(changed)


def truncate(random: Random, content: bytes) -> bytes:
    return content[: random.randrange(len(content))]


def delete_line(random: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    del lines[random.randrange(len(lines))]
    return b"".join(lines)


def repeat_line(random: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    lines.insert(random.randrange(len(lines) + 1), random.choice(lines))
    return b"".join(lines)


def swap_lines(random: Random, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


IN_A_FILE: Mapping[str, Bytes] = {
    "bit flipped": flip_bit,
    "bytes deleted": delete_bytes,
    "bytes inserted": insert_bytes,
    "bytes swapped": swap_bytes,
    "file truncated": truncate,
    "line deleted": delete_line,
    "line repeated": repeat_line,
    "lines swapped": swap_lines,
}


def delete_file(random: Random, files: Files, names: Sequence[str], _: Files) -> Files:
    gone = random.choice(names)
    return {name: content for name, content in files.items() if name != gone}


def add_file(random: Random, files: Files, names: Sequence[str], _: Files) -> Files:
    folder = random.choice(("", "keys/", "certificate/", "more/"))
    return {**files, f"{folder}{random.choice('abc')}.txt": files[random.choice(names)]}


def swap_files(random: Random, files: Files, names: Sequence[str], _: Files) -> Files:
    one, other = random.choice(names), random.choice(names)
    return {**files, one: files[other], other: files[one]}


def take_file(random: Random, files: Files, names: Sequence[str], others: Files) -> Files:
    name = random.choice([each for each in names if each in others])
    return {**files, name: others[name]}


OF_FILES: Mapping[str, Callable[[Random, Files, Sequence[str], Files], Files]] = {
    "file deleted": delete_file,
    "file added": add_file,
    "files swapped": swap_files,
    "file of another bundle": take_file,
}
KINDS = (*IN_A_FILE, *OF_FILES)


def edited(random: Random, kind: str, files: Files, names: Sequence[str], others: Files) -> Files:
    """The files after an edit of this kind in one of these; it may have changed nothing.

    `others` is the bundle of another run.
    """
    if kind in OF_FILES:
        return OF_FILES[kind](random, files, names, others)
    # A file of disclosures may be empty.
    name = random.choice([each for each in names if files[each]])
    return {**files, name: IN_A_FILE[kind](random, files[name])}

"""Sets of positions in a manifest, so small that a stored item can hold any of them."""

from __future__ import annotations

from collections.abc import Iterable

# One bit for each position, as a number in hex: 25,000 characters for 100,000 positions.
NO_POSITIONS = "0"


def with_positions(packed: str, positions: Iterable[int]) -> str:
    """The set with these positions added."""
    bits = int(packed, 16)
    for position in positions:
        bits |= 1 << position
    return f"{bits:x}"


def positions_in(packed: str) -> list[int]:
    """The positions of the set, in order."""
    bits = reversed(f"{int(packed, 16):b}")
    return [position for position, bit in enumerate(bits) if bit == "1"]


def count_in(packed: str) -> int:
    """How many positions the set has."""
    return int(packed, 16).bit_count()

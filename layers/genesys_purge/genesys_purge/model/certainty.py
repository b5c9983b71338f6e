"""How certain a verification must be, and how many records it must look at for that."""

from __future__ import annotations

from bisect import bisect_left
from enum import StrEnum
from fractions import Fraction
from functools import partial
from math import floor, perm
from typing import Annotated

from pydantic import Field

from genesys_purge.model.wire import Wire


class CheckMode(StrEnum):
    """Which records of a batch a verification looks at."""

    EVERY = "every"
    SAMPLE = "sample"


class Certainty(Wire):
    """With `confidence`, a sample proves that at most the share `tolerance` of a batch is left."""

    mode: CheckMode
    confidence: Annotated[float, Field(ge=0.5, le=0.9999)] = 0.99
    tolerance: Annotated[float, Field(ge=0.0001, le=0.1)] = 0.001

    def size_for(self, records: int) -> int:
        """How many of the records to look at."""
        if self.mode is CheckMode.EVERY:
            return records
        return sample_size(records, _exact(self.confidence), _exact(self.tolerance))


def sample_size(records: int, confidence: Fraction, tolerance: Fraction) -> int:
    """The smallest sample that misses too many survivors with a chance of 1 - `confidence`.

    Too many is the smallest number above `tolerance` of the records. More survivors are missed
    even less often.
    """
    left = floor(tolerance * records) + 1
    allowed = 1 - confidence
    missed = partial(chance_of_none, records, left)
    # The chances of large samples have huge numbers: try none that is much larger than needed.
    enough = 1
    while enough < records and missed(enough) > allowed:
        enough *= 2
    sizes = range(min(enough, records))
    return bisect_left(sizes, -allowed, key=lambda size: -missed(size))


def chance_of_none(records: int, left: int, size: int) -> Fraction:
    """The chance that a sample of `size` contains none of the `left` among the records."""
    # Both numbers may be exchanged, and the smaller one has fewer factors.
    fewer, more = sorted((left, size))
    return Fraction(perm(records - more, fewer), perm(records, fewer))


def _exact(value: float) -> Fraction:
    """The decimal that the request gave; a float is only near it."""
    return Fraction(str(value))

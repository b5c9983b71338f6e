"""How the audit shows the fields of a request."""

from __future__ import annotations

from typing import NamedTuple


class Audited(NamedTuple):
    """The Python names of fields that `RequestFacts` has no field of its own for.

    `selection` are fields that select records, `options` fields that say how they are deleted. The
    audit keeps the values of both; those of the selection can be erased, except for kinds of
    records. Of the `withheld` fields it keeps only the names.
    """

    selection: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()

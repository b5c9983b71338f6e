"""The import of a legal hold: its facts, and a CSV with its conversation ids."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.holds.requests import (
    MOST_HELD,
    HoldRequest,
    Names,
    Reviewed,
    parsed,
    wrong_organisations,
    wrong_review,
)
from genesys_purge.model.conversation_id import HeldId
from genesys_purge.model.hold_scope import HeldOrganisations, HeldTime
from genesys_purge.model.wording import message_for

# 100,000 UUIDs have 3.8 MB in JSON. Lambda takes 6 MB, in which each line break is longer.
LARGEST_IMPORT = 5 * 1_048_576
# The words of a header, without spaces, hyphens and underscores.
HEADERS = frozenset({"conversationid", "conversationids", "id"})
MOST_NAMED = 20
BYTE_ORDER_MARK = "\ufeff"
_ID: TypeAdapter[str] = TypeAdapter(HeldId)


class ImportRequest(Reviewed):
    """A new hold on the ids in `csv`, one a line with an optional header, and on `dateRange`.

    It counts in its `organisations`, without them in all.
    """

    csv: str
    date_range: HeldTime | None = None
    organisations: HeldOrganisations | None = None


def imported(payload: Any, now: datetime, names: Names) -> HoldRequest:
    """The checked request for a hold on up to 100,000 ids; InvalidRequest names every wrong line.

    It is read completely before anything is stored.
    """
    found = parsed(ImportRequest, payload)
    ids: set[str] = set()
    wrong = [
        *wrong_review(found.review_by, now),
        *wrong_organisations(found.organisations, names),
        *_wrong_lines(found.csv, ids),
    ]
    if wrong:
        raise InvalidRequest(wrong)
    facts = {name: value for name, value in found if name != "csv"}
    return HoldRequest.model_construct(**facts, conversation_ids=frozenset(ids))


def _wrong_lines(text: str, ids: set[str]) -> Iterator[FieldError]:
    """The errors of the first wrong lines; adds the valid ids to `ids`."""
    count = 0
    for count, problem in enumerate(_problems(text, ids), start=1):
        if count <= MOST_NAMED:
            yield FieldError("csv", problem)
    if count > MOST_NAMED:
        yield FieldError("csv", f"{count - MOST_NAMED:,} more lines are wrong")
    if not (count or ids):
        yield FieldError("csv", "has no conversation id")
    if len(ids) > MOST_HELD:
        yield FieldError("csv", f"has {len(ids):,} ids and may have {MOST_HELD:,}; place two holds")


def _problems(text: str, ids: set[str]) -> Iterator[str]:
    """What is wrong with each wrong line, with its number."""
    rows = csv.reader(text.removeprefix(BYTE_ORDER_MARK).splitlines(), strict=True)
    is_first = True
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem: str | None = str(error)
        else:
            problem = None if is_first and _is_header(row) else _added(row, ids)
            is_first = is_first and not row
        if problem:
            yield f"line {rows.line_num}: {problem}"


def _is_header(row: list[str]) -> bool:
    words = "".join(row).casefold()
    return len(row) == 1 and words.translate(str.maketrans("", "", " _-")) in HEADERS


def _added(row: list[str], ids: set[str]) -> str | None:
    """What is wrong with a row; otherwise its id is added to `ids`. An empty line is nothing."""
    cells = [each for each in row if each.strip()]
    if not cells:
        return None
    if len(row) > 1:
        return f"has {len(row)} columns; give one conversation id a line"
    try:
        ids.add(_ID.validate_python(row[0]))
    except ValidationError as error:
        return message_for(error.errors()[0])
    return None

"""Pages of entities, and the parameters of the query string."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import TypeVar
from urllib.parse import urlencode

from simulator.http.answer import Answer, Refusal
from simulator.http.request import Request

BAD_REQUEST = "bad.request"
DEFAULT_SIZE = 25
LARGEST_PAGE = 100
DIGITS = 6

Row = TypeVar("Row")


def page_of(
    request: Request, rows: Sequence[Row], write: Callable[[Row], dict[str, object]]
) -> Answer:
    """`{entities, pageSize, pageNumber, total, pageCount, ...Uri}` for `?pageSize=&pageNumber=`."""
    size = number_in(request, "pageSize", DEFAULT_SIZE, most=LARGEST_PAGE)
    number = number_in(request, "pageNumber", 1)
    last = max(1, ceil(len(rows) / size))
    payload: dict[str, object] = {
        "entities": [write(each) for each in rows[(number - 1) * size : number * size]],
        "pageSize": size,
        "pageNumber": number,
        "total": len(rows),
        "pageCount": ceil(len(rows) / size),
        "selfUri": _uri(request, number),
        "firstUri": _uri(request, 1),
        "lastUri": _uri(request, last),
    }
    if number < last:
        payload["nextUri"] = _uri(request, number + 1)
    if number > 1:
        payload["previousUri"] = _uri(request, number - 1)
    return Answer.json(200, payload)


def number_in(request: Request, name: str, default: int | None = None, most: int = 999_999) -> int:
    """A number in the query string, at least 1; else 400, also if it is missing without default."""
    text = request.query.get(name, "" if default is None else str(default))
    readable = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    if not readable or not 1 <= int(text) <= most:
        raise Refusal(400, f"{name}: must be a number from 1 to {most}", code=BAD_REQUEST)
    return int(text)


def choice_in(request: Request, name: str, choices: Sequence[str], default: str) -> str:
    """A word in the query string, one of `choices`; else 400."""
    word = request.query.get(name, default)
    if word not in (*choices, default):
        raise Refusal(400, f"{name}: must be one of {', '.join(choices)}", code=BAD_REQUEST)
    return word


def flag_in(request: Request, name: str, *, default: bool = False) -> bool:
    """`true` or `false` in the query string; else 400."""
    return choice_in(request, name, ("true", "false"), str(default).lower()) == "true"


def _uri(request: Request, number: int) -> str:
    return f"{request.path}?{urlencode({**request.query, 'pageNumber': number})}"

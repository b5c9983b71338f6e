"""Masks what looks like personal data, before it gets into a record that is kept for years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Ids and dates have many digits, too, and stay.
UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
DATE = r"(?<!\d)(?:19|20)\d\d-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])(?!\d)"
# Bounded, because an unbounded pattern takes quadratic time on a long word without an @.
# %40 is an @ in a URL.
E_MAIL = r"""[^\s"'<>(),;:=@]{1,64}(?:@|%40|\uff20)[^\s"'<>(),;:=@]{1,255}"""
# A phone number, or the number of a customer: seven digits or more, in any way of writing them.
NUMBER = r"\+?\(?\d(?:[\s()./\u2010-\u2015\u2212-]{0,3}\d){6,}"
FORMS = re.compile(f"(?P<kept>{UUID}|{DATE})|(?P<mail>{E_MAIL})|(?P<number>{NUMBER})")
MASKS = {"mail": "[e-mail address]", "number": "[number]"}


def masked(value: Any) -> Any:
    """The JSON value with e-mail addresses and long numbers masked, also in names of fields.

    It recognises a form, not a person: the name of a person stays. A number with a fraction becomes
    text, because systems write it in different ways, and the value is signed.
    """
    match value:
        case str():
            return FORMS.sub(_mask, value)
        case Mapping():
            return {masked(name): masked(each) for name, each in value.items()}
        case list():
            return [masked(each) for each in value]
        case bool() | None:
            return value
        case int():
            text = masked(str(value))
            return value if text == str(value) else text
    return masked(str(value))


def _mask(found: re.Match[str]) -> str:
    return MASKS.get(found.lastgroup or "", found.group())

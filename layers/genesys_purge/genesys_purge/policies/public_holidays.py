"""Public holidays of countries and of their subdivisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import holidays

ENGLISH = "en_US"


def public_holidays(code: str, years: Iterable[int]) -> Mapping[date, str]:
    """The holidays of an ISO 3166 code, such as `DE` or `DE-BY`, by date, with English names.

    Names without a translation are in a language of the country.
    Raises ValueError for a code without known holidays.
    """
    country, _, subdivision = code.partition("-")
    try:
        # Without a language, the names would depend on the locale of the process.
        return dict(
            holidays.country_holidays(
                country, subdiv=subdivision or None, years=sorted(years), language=ENGLISH
            )
        )
    except NotImplementedError:
        raise ValueError(
            f"has no known public holidays: {code}; use an ISO 3166 code, such as DE or DE-BY"
        ) from None

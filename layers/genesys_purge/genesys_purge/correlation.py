"""The correlation ids that may reach logs, the audit and the execution history."""

from __future__ import annotations

import re

_IS_ID = re.compile(r"[A-Za-z0-9-]{1,64}").fullmatch


def correlation_id_in(value: object) -> str | None:
    """The value if it is 1 to 64 letters, digits and hyphens; any other text may be personal."""
    return value if isinstance(value, str) and _IS_ID(value) else None

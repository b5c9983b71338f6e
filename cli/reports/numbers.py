"""Numbers with their units."""

from genesys_purge.model.wording import counted

UNKNOWN = "not reported"


def number_of(value: int | None, unit: str | None = None) -> str:
    """The number, with its unit in the plural, if any: `1 record` for 1 and `records`."""
    if value is None:
        return UNKNOWN
    return counted(value, unit.removesuffix("s"), unit) if unit else f"{value:,}"

"""A campaign, and its key among the campaigns of all organisations."""

from __future__ import annotations

from typing import NamedTuple


class Campaign(NamedTuple):
    """A campaign of an organisation; None is the default organisation.

    Genesys's ids are unique within one organisation only.
    """

    organisation: str | None
    campaign_id: str

    @property
    def key(self) -> str:
        """Unique among all organisations, because neither part contains a slash."""
        if self.organisation is None:
            return self.campaign_id
        return f"{self.organisation}/{self.campaign_id}"

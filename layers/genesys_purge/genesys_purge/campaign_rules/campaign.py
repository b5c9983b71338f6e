"""A campaign, and what it is called where those of several organisations lie side by side."""

from __future__ import annotations

from typing import NamedTuple


class Campaign(NamedTuple):
    """A campaign of an organisation, None being the deployment's own.

    Genesys's ids are unique within an organisation alone.
    """

    organisation: str | None
    campaign_id: str

    @property
    def key(self) -> str:
        """Unique among all organisations; neither of the names has a slash."""
        if self.organisation is None:
            return self.campaign_id
        return f"{self.organisation}/{self.campaign_id}"

"""The platform that a rule set is checked for."""

from genesys_purge.campaign_rules.documented.platform import DocumentedPlatform
from genesys_purge.campaign_rules.live.platform import LivePlatform
from genesys_purge.campaign_rules.ports import Platform
from genesys_purge.model.platform import LIVE


def platform_named(name: str | None) -> Platform:
    """The platform of this name; the application itself refuses unknown names."""
    return LivePlatform() if name == LIVE else DocumentedPlatform()

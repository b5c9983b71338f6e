"""The platform that a rule set is checked for."""

from genesys_purge.campaign_rules.deploying.ports import Platform
from genesys_purge.campaign_rules.documented.platform import DOCUMENTED
from genesys_purge.campaign_rules.live.platform import Live
from genesys_purge.model.platform import LIVE


def platform_named(name: str | None) -> Platform:
    """The platform of this name; the application itself refuses unknown names."""
    return Live() if name == LIVE else DOCUMENTED

"""The platform that a rule set is checked for, by the name that the template knows."""

from genesys_purge.campaign_rules.deploying.ports import Platform
from genesys_purge.campaign_rules.documented.platform import DOCUMENTED
from genesys_purge.campaign_rules.live.platform import Live
from genesys_purge.model.platform import LIVE

PARAMETER = "GenesysPlatform"


def platform_named(name: str | None) -> Platform:
    """The live platform where it is meant; the application itself refuses a name that is none."""
    return Live() if name == LIVE else DOCUMENTED

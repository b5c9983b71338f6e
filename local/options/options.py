"""The options of a command that runs the application."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local.options.partners import Partners
from local.project import PROJECT

SIMULATOR_WAIT_SCALE = 0.01
PLATFORM = "GenesysPlatform"


@dataclass(frozen=True)
class IdList:
    """A file that is uploaded to S3 before a run."""

    bucket: str
    key: str
    file: Path


@dataclass(frozen=True)
class Options:
    """How to run the application; without `genesys_url` it calls a simulator.

    Waits are multiplied by `wait_scale`. `parameters` are those of `template.yaml`. With `days`,
    the simulated conversations are spread over so many days.
    """

    out: Path = PROJECT / ".local"
    genesys_url: str | None = None
    wait_scale: float = SIMULATOR_WAIT_SCALE
    parameters: Mapping[str, str] = field(default_factory=dict)
    id_lists: tuple[IdList, ...] = ()
    conversations: int = 5000
    days: int | None = None
    seed: int = 7
    partners: Partners = field(default_factory=Partners)
    shows_governance: bool = False
    campaigns: tuple[str, ...] = ()

    @property
    def platform(self) -> str | None:
        """The Genesys platform, such as `live`; None is the default of `template.yaml`."""
        return self.parameters.get(PLATFORM)

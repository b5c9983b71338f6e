"""The organisations of a deployment: the default one, and those that operators store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.default_classification import DefaultClassification
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.organisations import NamedOrganisations, OrganisationSettings
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.model.wire import configured
from genesys_purge.store.parameters import Parameters
from genesys_purge.store.settings import CurrentSetting

MAX_AGE = 60
SETTING = f"the setting {SettingName.ORGANISATIONS}"


class StoredOrganisations:
    """Reads the stored settings, or until they are stored the deployment's and the parameter.

    A secret of the same name holds the client of an additional organisation.
    """

    def __init__(
        self,
        deployed: Organisation,
        current: CurrentSetting,
        parameters: Parameters,
        parameter: str,
        secrets: str,
    ) -> None:
        self._deployed = deployed
        self._current = current
        self._parameters = parameters
        self._parameter = parameter
        self._secrets = secrets

    def default(self) -> Organisation:
        """The default organisation; Misconfigured if its stored classification is malformed."""
        stored = self._current(SettingName.DEFAULT_CLASSIFICATION)
        if stored is None:
            return self._deployed
        classification = stored.read(DefaultClassification).classification or ""
        return replace(self._deployed, default_classification=classification)

    def named(self, name: str) -> Organisation:
        """The organisation; InvalidRequest if it is unknown, Misconfigured if malformed."""
        title, known = self._known()
        if name not in known:
            expected = f"one of {', '.join(sorted(known))}, or absent" if known else "absent"
            message = (
                f"must be {expected}: {title} has no other; add it there, "
                "with its client's secret, and it is in force within a minute"
            )
            raise InvalidRequest([FieldError("organisation", message)])
        entry = f"organisation {name} in {title}"
        settings = configured(entry, OrganisationSettings, known[name])
        return settings.organisation(name, self._secrets + name, self.default())

    def names(self) -> Sequence[str]:
        """The names of all additional organisations, in order."""
        _, known = self._known()
        return sorted(known)

    def _known(self) -> tuple[str, Mapping[str, Mapping[str, Any]]]:
        """Where the organisations are kept, and each by its name."""
        stored = self._current(SettingName.ORGANISATIONS)
        if stored is not None:
            return SETTING, stored.read(NamedOrganisations).organisations
        title = f"the parameter {self._parameter}"
        text = self._parameters.value_if_set(self._parameter, MAX_AGE)
        if text is None:
            return title, {}
        return title, configured(title, NamedOrganisations, text).organisations

"""The further organisations of a deployment, kept in a parameter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.organisations import NamedOrganisations, OrganisationSettings
from genesys_purge.model.wire import configured
from genesys_purge.store.parameters import Parameters

MAX_AGE = 60


class ParameterOrganisations:
    """Reads the parameter at most once a minute; a secret of the same name holds each client."""

    def __init__(
        self, default: Organisation, parameters: Parameters, parameter: str, secrets: str
    ) -> None:
        self._default = default
        self._parameters = parameters
        self._parameter = parameter
        self._secrets = secrets

    def named(self, name: str) -> Organisation:
        """The organisation; InvalidRequest if it is unknown, Misconfigured if malformed."""
        known = self._known()
        if name not in known:
            expected = f"one of {', '.join(sorted(known))}, or absent" if known else "absent"
            message = (
                f"must be {expected}: {self._parameter} has no other; add it to that parameter, "
                "with its client's secret, and it is in force within a minute"
            )
            raise InvalidRequest([FieldError("organisation", message)])
        title = f"organisation {name} in the parameter {self._parameter}"
        settings = configured(title, OrganisationSettings, known[name])
        return settings.organisation(name, self._secrets + name, self._default)

    def names(self) -> Sequence[str]:
        """The names of all additional organisations, in order."""
        return sorted(self._known())

    def _known(self) -> Mapping[str, Mapping[str, Any]]:
        text = self._parameters.value_if_set(self._parameter, MAX_AGE)
        if text is None:
            return {}
        document = configured(f"the parameter {self._parameter}", NamedOrganisations, text)
        return document.organisations

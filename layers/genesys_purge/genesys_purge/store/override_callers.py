"""The callers that may override the retention policy of Genesys, kept in a parameter."""

from __future__ import annotations

from genesys_purge.errors import Misconfigured
from genesys_purge.model import strict_json
from genesys_purge.model.override_callers import OverrideCallers
from genesys_purge.model.strict_json import InvalidJson
from genesys_purge.model.wire import configured
from genesys_purge.store.parameters import Parameters

MAX_AGE = 60


class ParameterOverrideCallers:
    """Implements the `OverrideCallers` port; the list is at most a minute old."""

    def __init__(self, parameters: Parameters, parameter: str) -> None:
        self._parameters = parameters
        self._parameter = parameter

    def __call__(self) -> frozenset[str]:
        """The callers; none if the parameter does not exist, Misconfigured if it is no list."""
        text = self._parameters.value_if_set(self._parameter, MAX_AGE)
        if text is None:
            return frozenset()
        name = f"the parameter {self._parameter}"
        try:
            document = {"callers": strict_json.parsed(text)}
        except InvalidJson as error:
            raise Misconfigured(f"{name} is not valid: {error.message}") from error
        return frozenset(configured(name, OverrideCallers, document).callers)

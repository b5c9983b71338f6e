"""The retention matrix and the purging switch, which operators change without a deployment."""

from __future__ import annotations

from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.wire import configured
from genesys_purge.store.parameters import Parameters

MAX_AGE = 60


class ParameterPolicies:
    """Implements the `Policies` port."""

    def __init__(self, parameters: Parameters, matrix_name: str, switch_name: str) -> None:
        self._parameters = parameters
        self._matrix_name = matrix_name
        self._switch_name = switch_name

    def retention_matrix(self) -> RetentionMatrix:
        """The matrix, at most a minute old; Misconfigured for one that does not parse."""
        text = self._parameters.value(self._matrix_name, MAX_AGE)
        return configured("the retention matrix", RetentionMatrix, text)

    def purging_is_on(self) -> bool:
        """Whether the switch says `on`; it is read on every call."""
        return self._parameters.value(self._switch_name, max_age=0).strip() == "on"

"""The retention matrix and the purging switch, which operators change without a deployment."""

from __future__ import annotations

from genesys_purge.model.retention import RetentionMatrix, default_matrix
from genesys_purge.model.stored_setting import SettingName
from genesys_purge.model.wire import configured
from genesys_purge.store.parameters import Parameters
from genesys_purge.store.settings import CurrentSetting

MAX_AGE = 60


class StoredPolicies:
    """Implements the `Policies` port."""

    def __init__(
        self, current: CurrentSetting, parameters: Parameters, matrix_name: str, switch_name: str
    ) -> None:
        self._current = current
        self._parameters = parameters
        self._matrix_name = matrix_name
        self._switch_name = switch_name

    def retention_matrix(self) -> RetentionMatrix:
        """The matrix in force; Misconfigured if it does not parse or may not be read.

        A stored one is read on every call. Until one is stored, that of the parameter applies, at
        most a minute old, and without a parameter the shipped one.
        """
        stored = self._current(SettingName.RETENTION_MATRIX)
        if stored is not None:
            return stored.read(RetentionMatrix)
        text = self._parameters.value_if_set(self._matrix_name, MAX_AGE)
        if text is None:
            return default_matrix()
        return configured("the retention matrix", RetentionMatrix, text)

    def purging_is_on(self) -> bool:
        """Whether the switch is set to `on`; it is read on every call."""
        value = self._parameters.value_if_set(self._switch_name, max_age=0)
        return value is not None and value.strip() == "on"

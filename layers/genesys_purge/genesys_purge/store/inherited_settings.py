"""The values of settings that are not stored: parameters, the deployment, and the release."""

from __future__ import annotations

from genesys_purge.model import approval_rules, retention
from genesys_purge.model.stored_setting import SettingName, text_of
from genesys_purge.store.parameters import Parameters
from genesys_purge.stored_settings.ports import Inherited


class InheritedSettings:
    """What applies to a setting until it is stored for the first time."""

    def __init__(
        self, parameters: Parameters, matrix: str, organisations: str, classification: str
    ) -> None:
        self._parameters = parameters
        self._matrix = matrix
        self._organisations = organisations
        self._classification = classification

    def __call__(self, name: SettingName) -> Inherited:
        """The value as it is now; Misconfigured if its parameter may not be read."""
        match name:
            case SettingName.RETENTION_MATRIX:
                shipped = _default(retention.SHIPPED.read_text(), "the shipped matrix")
                return self._parameter(self._matrix, shipped)
            case SettingName.ORGANISATIONS:
                none = _default('{"organisations": {}}', "no additional organisations")
                return self._parameter(self._organisations, none)
            case SettingName.DEFAULT_CLASSIFICATION:
                return self._deployed()
            case SettingName.APPROVAL_RULES:
                return _default(approval_rules.SHIPPED.read_text(), "the shipped approval rules")

    def _parameter(self, name: str, default: Inherited) -> Inherited:
        text = self._parameters.value_if_set(name, max_age=0)
        return default if text is None else _set(text, f"the parameter {name}")

    def _deployed(self) -> Inherited:
        if not self._classification:
            return _default("{}", "no classification")
        text = text_of({"classification": self._classification})
        return _set(text, "DefaultClassification of the deployment")


def _default(text: str, words: str) -> Inherited:
    return Inherited(text, f"the default, {words}", is_from_operator=False)


def _set(text: str, origin: str) -> Inherited:
    return Inherited(text, origin, is_from_operator=True)

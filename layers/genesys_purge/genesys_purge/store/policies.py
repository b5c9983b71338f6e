"""What an operator may change without a deployment: parameters in Systems Manager."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from genesys_purge.model.retention import RetentionMatrix
from genesys_purge.model.wire import kept_by_operators
from genesys_purge.store.parameters import value_of

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

MAX_AGE = 60.0


class ParameterPolicies:
    """Implements the `Policies` port; the matrix is read at most once a minute."""

    def __init__(
        self,
        client: SSMClient,
        matrix_name: str,
        switch_name: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._matrix_name = matrix_name
        self._switch_name = switch_name
        self._clock = clock
        self._matrix: tuple[float, RetentionMatrix] | None = None

    def retention_matrix(self) -> RetentionMatrix:
        """The parameter's matrix; one that does not parse is an error, never a default."""
        if self._matrix is None or self._matrix[0] + MAX_AGE < self._clock():
            self._matrix = (self._clock(), _matrix_in(self._value(self._matrix_name)))
        return self._matrix[1]

    def purging_is_on(self) -> bool:
        return self._value(self._switch_name).strip() == "on"

    def _value(self, name: str) -> str:
        return value_of(self._client, name)


def _matrix_in(text: str) -> RetentionMatrix:
    return kept_by_operators(
        "the retention matrix", lambda: RetentionMatrix.model_validate_json(text)
    )

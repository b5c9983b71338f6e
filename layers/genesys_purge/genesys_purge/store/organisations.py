"""The further organisations of a deployment, kept in a parameter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from genesys_purge.errors import FieldError, InvalidRequest
from genesys_purge.model.organisation import Organisation
from genesys_purge.model.organisations import Organisations
from genesys_purge.model.wire import kept_by_operators
from genesys_purge.store.parameters import value_of

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

MAX_AGE = 60.0


class ParameterOrganisations:
    """Reads the parameter at most once a minute; each client's secret is found by its name."""

    def __init__(
        self,
        own: Organisation,
        client: SSMClient,
        parameter: str,
        secrets: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = own
        self._client = client
        self._parameter = parameter
        self._secrets = secrets
        self._clock = clock
        self._cached: tuple[float, Organisations] | None = None

    def named(self, name: str) -> Organisation:
        """The organisation; InvalidRequest where there is none of that name."""
        known = self._known().organisations
        if name not in known:
            told = f"one of {', '.join(sorted(known))}, or absent" if known else "absent"
            message = (
                f"must be {told}: {self._parameter} has no other; add it to that parameter, with "
                "its client's secret, and it is in force within a minute"
            )
            raise InvalidRequest([FieldError("organisation", message)])
        return known[name].organisation(name, self._secrets + name, self._own)

    def _known(self) -> Organisations:
        if self._cached is None or self._cached[0] + MAX_AGE < self._clock():
            self._cached = (self._clock(), self._read())
        return self._cached[1]

    def _read(self) -> Organisations:
        text = value_of(self._client, self._parameter)
        return kept_by_operators(
            f"the parameter {self._parameter}", lambda: Organisations.model_validate_json(text)
        )

"""The callers that may override the retention policy, as an operator stores them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.store.override_callers import ParameterOverrideCallers
from genesys_purge.store.parameters import Parameters

from tests.mocked_aws import client, mocked_aws, ssm

NAME = "/stack/override-callers"


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with mocked_aws():
        yield


def callers(value: str | None) -> frozenset[str]:
    if value is not None:
        client("ssm").put_parameter(Name=NAME, Value=value, Type="String", Overwrite=True)
    return ParameterOverrideCallers(Parameters(ssm()), NAME)()


def test_nobody_may_override_until_a_list_is_stored() -> None:
    assert callers(None) == callers("[]") == frozenset()


def test_listed_callers_are_exact() -> None:
    listed = ["schedule:nightly", "arn:aws:iam::123456789012:user/dpo "]
    assert callers(json.dumps(listed)) == frozenset(listed)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("schedule:nightly", "not JSON"),
        ('"schedule:nightly"', "callers: "),
        ('{"callers": []}', "callers: "),
        ("[1]", "callers.0: must be text"),
        ('[""]', "callers.0: "),
        (json.dumps(["x"] * 101), "callers: "),
        ('[{"a": 1, "a": 2}]', NAME),
    ],
)
def test_list_of_another_form_is_misconfigured(value: str, words: str) -> None:
    with pytest.raises(Misconfigured, match="is not valid") as error:
        callers(value)
    assert words in str(error.value)
    assert NAME in str(error.value)

"""What an operator may change: the matrix, read once a minute, and the switch, read each time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from genesys_purge.errors import Misconfigured
from genesys_purge.model.retention import default_matrix
from genesys_purge.ports import Policies
from genesys_purge.store.policies import ParameterPolicies

from tests import template
from tests.clock import Stopwatch
from tests.fakes import MemoryPolicies
from tests.unit.aws import client, mocked_aws

SHIPPED = template.parameters()


@pytest.fixture
def parameters() -> Iterator[None]:
    with mocked_aws():
        put("/matrix", SHIPPED["RetentionMatrixParameter"])
        put("/switch", SHIPPED["PurgingSwitchParameter"])
        yield


def put(name: str, value: str) -> None:
    client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def adapter(watch: Stopwatch | None = None) -> ParameterPolicies:
    return ParameterPolicies(client("ssm"), "/matrix", "/switch", watch or Stopwatch())


@pytest.fixture(params=["twin", "ssm"])
def policies(request: pytest.FixtureRequest) -> Any:
    if request.param == "twin":
        return MemoryPolicies()
    request.getfixturevalue("parameters")
    return adapter()


def test_as_shipped_the_matrix_is_the_default_and_purging_is_on(policies: Policies) -> None:
    assert policies.retention_matrix() == default_matrix()
    assert policies.purging_is_on()


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize(
    ("value", "is_on"),
    [
        ("on", True),
        (" on\n", True),
        ("off", False),
        ("ON", False),
        ("On", False),
        ("true", False),
        ("1", False),
        ("on off", False),
        (" ", False),
        ("on\u200b", False),
    ],
)
def test_anything_but_a_clear_yes_is_a_no(value: str, *, is_on: bool) -> None:
    put("/switch", value)
    twin = MemoryPolicies()
    twin.switch = value
    assert adapter().purging_is_on() is twin.purging_is_on() is is_on


@pytest.mark.usefixtures("parameters")
def test_the_switch_is_read_each_time() -> None:
    policies = adapter()
    found = []
    for value in ("on", "off", "on"):
        put("/switch", value)
        found.append(policies.purging_is_on())
    assert found == [True, False, True]


@pytest.mark.usefixtures("parameters")
def test_the_matrix_is_read_anew_after_a_minute() -> None:
    watch = Stopwatch()
    policies = adapter(watch)
    first = policies.retention_matrix()
    put("/matrix", '{"rules": [{"name": "n", "minimumDays": 99, "basis": "law"}]}')
    watch.seconds = 60
    assert policies.retention_matrix() is first
    watch.seconds = 60.1
    assert [rule.minimum_days for rule in policies.retention_matrix().rules] == [99]


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize(
    "value",
    [
        "{}",
        "[]",
        "null",
        "not JSON",
        '{"rules": []}',
        '{"rules": [{"name": "n", "minimumDays": 29, "basis": "law"}]}',
        '{"rules": [{"name": "n", "minimumDays": "30", "basis": "law"}]}',
        '{"rules": [{"name": "n", "minimumDays": 30}]}',
        '{"rules": [{"name": "n", "minimumDays": 30, "basis": "b", "match": {"metod": "x"}}]}',
    ],
)
def test_a_matrix_that_cannot_be_read_is_an_error_and_never_the_default(value: str) -> None:
    put("/matrix", value)
    with pytest.raises(Misconfigured, match="retention matrix"):
        adapter().retention_matrix()


@pytest.mark.usefixtures("parameters")
def test_a_matrix_that_became_unreadable_is_not_used_beyond_its_minute() -> None:
    watch = Stopwatch()
    policies = adapter(watch)
    policies.retention_matrix()
    put("/matrix", "oops")
    watch.seconds = 61
    for _ in range(2):
        with pytest.raises(Misconfigured, match="retention matrix"):
            policies.retention_matrix()


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize("name", ["/matrix", "/switch"])
def test_a_parameter_that_is_not_there_is_an_error(name: str) -> None:
    client("ssm").delete_parameter(Name=name)
    read = adapter().retention_matrix if name == "/matrix" else adapter().purging_is_on
    with pytest.raises(ClientError, match="ParameterNotFound"):
        read()

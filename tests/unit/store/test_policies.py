"""ParameterPolicies: the matrix is read once a minute, the purging switch on every call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from genesys_purge.errors import Misconfigured
from genesys_purge.model.retention import default_matrix
from genesys_purge.ports import Policies
from genesys_purge.store.parameters import Parameters
from genesys_purge.store.policies import MAX_AGE, ParameterPolicies

from tests import template
from tests.clock import Clock
from tests.fakes import MemoryPolicies
from tests.mocked_aws import client, mocked_aws, ssm

SHIPPED = template.parameters()


@pytest.fixture
def parameters() -> Iterator[None]:
    with mocked_aws():
        put("/matrix", SHIPPED["RetentionMatrixParameter"])
        put("/switch", SHIPPED["PurgingSwitchParameter"])
        yield


def put(name: str, value: str) -> None:
    client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def adapter() -> ParameterPolicies:
    return ParameterPolicies(Parameters(ssm()), "/matrix", "/switch")


@pytest.fixture(params=["twin", "ssm"])
def policies(request: pytest.FixtureRequest) -> Any:
    if request.param == "twin":
        return MemoryPolicies()
    request.getfixturevalue("parameters")
    return adapter()


def test_template_has_the_default_matrix_and_enables_purging(policies: Policies) -> None:
    assert policies.retention_matrix() == default_matrix()
    assert policies.purging_is_on()


@pytest.mark.usefixtures("parameters")
def test_every_switch_value_except_on_disables_purging() -> None:
    twin = MemoryPolicies()
    on = []
    for value in ("on", " on\n", "off", "ON", "On", "true", "1", "on off", " ", "on\u200b"):
        put("/switch", value)
        twin.switch = value
        assert adapter().purging_is_on() is twin.purging_is_on(), value
        on += [value] if twin.purging_is_on() else []
    assert on == ["on", " on\n"]


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize("default_max_age", ["0", "300"])
def test_purging_switch_is_read_on_every_call(
    default_max_age: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_PARAMETERS_MAX_AGE", default_max_age)
    policies = adapter()
    found = []
    for value in ("on", "off", "on"):
        put("/switch", value)
        found.append(policies.purging_is_on())
    assert found == [True, False, True]


@pytest.mark.usefixtures("parameters")
def test_matrix_is_read_again_after_a_minute(clock: Clock) -> None:
    policies = adapter()
    first = policies.retention_matrix()
    put("/matrix", '{"rules": [{"name": "n", "minimumDays": 99, "basis": "law"}]}')
    clock.wait(60)
    assert policies.retention_matrix() == first
    clock.wait(0.1)
    assert [rule.minimum_days for rule in policies.retention_matrix().rules] == [99]


MALFORMED = [
    "{}",
    "[]",
    "null",
    "not JSON",
    '{"rules": []}',
    '{"rules": [{"name": "n", "minimumDays": 29, "basis": "law"}]}',
    '{"rules": [{"name": "n", "minimumDays": "30", "basis": "law"}]}',
    '{"rules": [{"name": "n", "minimumDays": 30}]}',
    '{"rules": [{"name": "n", "minimumDays": 30, "basis": "b", "match": {"metod": "x"}}]}',
    '{"rules": [{"name": "n", "minimum_days": 30, "basis": "b"}]}',
    '{"rules": [{"name": "n", "minimumDays": 99, "minimum_days": 30, "basis": "b"}]}',
]


@pytest.mark.usefixtures("parameters")
def test_malformed_matrix_raises_misconfigured(clock: Clock) -> None:
    for value in MALFORMED:
        put("/matrix", value)
        clock.wait(MAX_AGE + 1)
        with pytest.raises(Misconfigured, match="the retention matrix is not valid"):
            adapter().retention_matrix()


@pytest.mark.usefixtures("parameters")
def test_repeated_key_of_the_matrix_is_named() -> None:
    put("/matrix", '{"rules": [{"name": "n", "minimumDays": 99, "minimumDays": 30, "basis": "b"}]}')
    with pytest.raises(Misconfigured, match=r"rules\.0\.minimumDays: is given more than once"):
        adapter().retention_matrix()


@pytest.mark.usefixtures("parameters")
def test_matrix_may_begin_with_a_byte_order_mark() -> None:
    put("/matrix", "\ufeff" + SHIPPED["RetentionMatrixParameter"])
    assert adapter().retention_matrix() == default_matrix()


@pytest.mark.usefixtures("parameters")
def test_cached_matrix_expires_if_the_parameter_becomes_malformed(clock: Clock) -> None:
    policies = adapter()
    policies.retention_matrix()
    put("/matrix", "oops")
    clock.wait(61)
    for _ in range(2):
        with pytest.raises(Misconfigured, match="retention matrix"):
            policies.retention_matrix()


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize("name", ["/matrix", "/switch"])
def test_missing_policy_parameter_is_named_with_what_to_do(name: str) -> None:
    client("ssm").delete_parameter(Name=name)
    read = adapter().retention_matrix if name == "/matrix" else adapter().purging_is_on
    with pytest.raises(Misconfigured, match=f"the parameter {name} does not exist; create it"):
        read()


@pytest.mark.usefixtures("parameters")
def test_purging_switch_that_was_deleted_raises_misconfigured() -> None:
    policies = adapter()
    assert policies.purging_is_on()
    client("ssm").delete_parameter(Name="/switch")
    with pytest.raises(Misconfigured, match="/switch"):
        policies.purging_is_on()

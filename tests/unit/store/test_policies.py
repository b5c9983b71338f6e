"""StoredPolicies: the matrix is read once a minute, the purging switch on every call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber
from genesys_purge.errors import Misconfigured, TryLater
from genesys_purge.model.retention import default_matrix
from genesys_purge.ports import Policies
from genesys_purge.store.parameters import Parameters
from genesys_purge.store.policies import MAX_AGE, StoredPolicies

from tests.clock import Clock
from tests.fakes import MemoryPolicies
from tests.mocked_aws import client, mocked_aws, ssm


@pytest.fixture
def parameters() -> Iterator[None]:
    with mocked_aws():
        put("/switch", "on")
        yield


def put(name: str, value: str) -> None:
    client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def adapter() -> StoredPolicies:
    return StoredPolicies(lambda _: None, Parameters(ssm()), "/matrix", "/switch")


@pytest.fixture(params=["twin", "ssm"])
def policies(request: pytest.FixtureRequest) -> Any:
    if request.param == "twin":
        return MemoryPolicies()
    request.getfixturevalue("parameters")
    return adapter()


def test_shipped_matrix_applies_until_one_is_stored(policies: Policies) -> None:
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
    put("/matrix", "\ufeff" + default_matrix().model_dump_json(by_alias=True))
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
def test_purging_switch_that_is_not_set_disables_purging() -> None:
    policies = adapter()
    assert policies.purging_is_on()
    client("ssm").delete_parameter(Name="/switch")
    assert not policies.purging_is_on()


@pytest.mark.usefixtures("parameters")
def test_absence_of_a_matrix_is_cached_for_a_minute(clock: Clock) -> None:
    policies = adapter()
    policies.retention_matrix()
    put("/matrix", '{"rules": [{"name": "n", "minimumDays": 99, "basis": "law"}]}')
    clock.wait(60)
    assert policies.retention_matrix() == default_matrix()
    clock.wait(0.1)
    assert policies.retention_matrix() != default_matrix()


READS = [StoredPolicies.retention_matrix, StoredPolicies.purging_is_on]


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize("read", READS)
def test_policy_parameter_without_read_permission_is_not_absent(
    read: Callable[[StoredPolicies], Any],
) -> None:
    with Stubber(client("ssm")) as stubber:
        stubber.add_client_error("get_parameter", "AccessDeniedException")
        with pytest.raises(Misconfigured, match=r"may not be read; allow .* ssm:GetParameter"):
            read(adapter())


@pytest.mark.usefixtures("parameters")
@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("InternalServerError", 500)]
)
def test_temporary_failure_to_read_a_policy_raises_try_later(code: str, status: int) -> None:
    with Stubber(client("ssm")) as stubber:
        stubber.add_client_error("get_parameter", code, http_status_code=status)
        with pytest.raises(TryLater, match=f"/switch cannot be read now: AWS answered {code}"):
            adapter().purging_is_on()


@pytest.mark.usefixtures("parameters")
def test_lasting_failure_to_read_a_policy_names_its_code() -> None:
    with Stubber(client("ssm")) as stubber:
        stubber.add_client_error("get_parameter", "InvalidKeyId")
        with pytest.raises(Misconfigured, match=r"/switch cannot be read: .* InvalidKeyId"):
            adapter().purging_is_on()


@pytest.mark.usefixtures("parameters")
def test_broken_connection_to_systems_manager_raises_try_later() -> None:
    broken = ConnectTimeoutError(endpoint_url="https://ssm")
    with patch.object(client("ssm"), "get_parameter", side_effect=broken), pytest.raises(TryLater):
        adapter().purging_is_on()


def test_required_parameter_that_is_not_set_is_named() -> None:
    with mocked_aws(), pytest.raises(Misconfigured, match="/stack/webhook-url"):
        Parameters(ssm()).value("/stack/webhook-url", 0)

"""Settings: read from the environment; errors name every missing or invalid variable."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from unittest.mock import patch

import pytest
from genesys_purge import resource_names
from genesys_purge.settings import Settings

from tests import template

LOOPBACK = "LOOPBACK_RECEIVERS"
VALUES = {each.name.upper() for each in fields(Settings)} - {LOOPBACK, "NAMES"}


def variables_of(group: type[resource_names.Names]) -> dict[str, str]:
    """The environment variable of each name in a group."""
    found = vars(group).items()
    return {name: each.name for name, each in found if isinstance(each, resource_names.Variable)}


def test_empty_environment_has_the_documented_defaults() -> None:
    settings = Settings.read({})
    assert (settings.max_records, settings.concurrent_jobs) == (100_000, 5)
    assert (settings.batch_size, settings.requests_per_second) == (1_000, 8.0)
    assert (settings.job_time_limit_seconds, settings.intent_lease_seconds) == (14_400, 60)
    assert settings.residency_zones == frozenset({"us-east-1"})


def test_from_environment_reads_the_variables_of_the_process() -> None:
    with patch.dict("os.environ", MAX_RECORDS="7", RUNS_TABLE="runs"):
        settings = Settings.from_environment()
    assert (settings.max_records, settings.tables.runs) == (7, "runs")


def test_settings_and_template_have_the_same_variables() -> None:
    variables = {name for name in template.environment() if not name.startswith("POWERTOOLS_")}
    assert variables == VALUES | resource_names.VARIABLES


def test_template_cannot_allow_loopback_receivers() -> None:
    assert LOOPBACK not in (template.ROOT / "template.yaml").read_text()
    assert LOOPBACK not in (template.ROOT / "samconfig.toml").read_text()


@pytest.mark.parametrize(
    ("value", "is_allowed"), [("allowed", True), ("true", False), ("1", False)]
)
def test_loopback_receivers_need_the_exact_word(value: str, *, is_allowed: bool) -> None:
    assert Settings.read({LOOPBACK: value}).loopback_receivers is is_allowed
    assert not Settings().loopback_receivers


def test_record_types_and_the_default_classification_are_read() -> None:
    read = Settings.read({"RECORD_TYPES": "message, note", "DEFAULT_CLASSIFICATION": "pii"})
    organisation = read.organisation
    assert organisation.record_types == {"message", "note"}
    assert organisation.default_classification == "pii"


def test_template_deploys_the_default_settings() -> None:
    deployed = Settings.read(template.environment())
    assert deployed.genesys_secret == "GenesysSecret"
    assert replace(deployed, names={}, genesys_secret="") == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_RECORDS", "0"),
        ("MAX_RECORDS", "many"),
        ("MAX_RECORDS", "1.5"),
        ("CONCURRENT_JOBS", "0"),
        ("CONCURRENT_JOBS", "1001"),
        ("BATCH_SIZE", "1001"),
        ("BATCH_SIZE", "-1"),
        ("REQUESTS_PER_SECOND", "0"),
        ("REQUESTS_PER_SECOND", "nan"),
        ("REQUESTS_PER_SECOND", "inf"),
        ("CIRCUIT_RECOVERY_SECONDS", "0"),
        ("JOB_TIME_LIMIT_SECONDS", "59"),
        ("INTENT_LEASE_SECONDS", "0"),
        ("NOTIFICATION_RETRY_SECONDS", "-1"),
        ("NOTIFICATION_RETRY_SECONDS", "43201"),
        ("RECORD_TYPES", "message,"),
        ("RECORD_TYPES", "message;note"),
        ("RECORD_TYPES", "m" * 41),
        ("RECORD_TYPES", ",".join(f"t{number}" for number in range(21))),
        ("DEFAULT_CLASSIFICATION", "secret"),
        ("DEFAULT_CLASSIFICATION", "HIPAA"),
    ],
)
def test_invalid_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        Settings.read({name: value})


def test_all_invalid_variables_are_named_at_once() -> None:
    wrong = {"MAX_RECORDS": "x", "BATCH_SIZE": "0", "REQUESTS_PER_SECOND": "-1"}
    with pytest.raises(ValueError, match="MAX_RECORDS") as refused:
        Settings.read(wrong | {"CONCURRENT_JOBS": "3"})
    assert all(name in str(refused.value) for name in wrong)
    assert "CONCURRENT_JOBS" not in str(refused.value)


@pytest.mark.parametrize("value", ["", "  "])
def test_empty_variable_means_the_default(value: str) -> None:
    environment = {"MAX_RECORDS": value, "GENESYS_API_URL": value, "RUNS_TABLE": value}
    assert Settings.read(environment) == Settings()


@pytest.mark.parametrize("group", resource_names.GROUPS)
@pytest.mark.parametrize("text", [None, "", "  "])
def test_unset_name_raises_an_error_with_its_variable(
    group: type[resource_names.Names], text: str | None
) -> None:
    for attribute, variable in variables_of(group).items():
        environment = {} if text is None else {variable: text}
        with pytest.raises(ValueError, match=f"^{variable} is not set$"):
            getattr(group(Settings.read(environment).names), attribute)


def test_each_name_is_read_from_its_own_variable() -> None:
    settings = Settings.read({variable: f"of {variable}" for variable in resource_names.VARIABLES})
    for group in resource_names.GROUPS:
        names = group(settings.names)
        for attribute, variable in variables_of(group).items():
            assert getattr(names, attribute) == f"of {variable}"


def test_groups_of_names_are_properties_of_the_settings() -> None:
    settings = Settings.read({"STACK": "prod", "RUNS_TABLE": "runs", "DELIVERIES_QUEUE": "url"})
    assert (settings.stack.name, settings.tables.runs) == ("prod", "runs")
    assert settings.queues.deliveries == "url"
    with pytest.raises(ValueError, match="WEBHOOK_SECRET is not set"):
        _ = settings.secrets.webhook
    with pytest.raises(ValueError, match="SWITCH_PARAMETER is not set"):
        _ = settings.parameters.switch
    with pytest.raises(ValueError, match=r"^STATE_MACHINE_ARN is not set"):
        _ = settings.state_machines.purge_run


def test_name_cannot_be_replaced() -> None:
    with pytest.raises(AttributeError):
        Settings.read({"RUNS_TABLE": "runs"}).tables.runs = "other"  # type: ignore[misc]  # the test breaks the type


def test_zones_are_separated_by_commas() -> None:
    zones = Settings.read({"RESIDENCY_ZONES": " eu-west-1 ,,eu-central-1, "}).residency_zones
    assert zones == frozenset({"eu-west-1", "eu-central-1"})


def test_urls_follow_the_region_unless_given() -> None:
    settings = Settings.read({"GENESYS_REGION": "eu-west-1"})
    assert settings.organisation.api_url == "https://api.mypurecloud.ie"
    assert settings.organisation.login_url == "https://login.mypurecloud.ie"
    given = {"GENESYS_API_URL": "http://localhost:1/", "GENESYS_LOGIN_URL": "http://localhost:2"}
    own = Settings.read(given).organisation
    assert (own.api_url, own.login_url) == ("http://localhost:1", "http://localhost:2")


def test_unknown_region_is_named() -> None:
    with pytest.raises(ValueError, match=r"GENESYS_REGION must be one of .*, not 'mars-1'"):
        _ = Settings.read({"GENESYS_REGION": "mars-1"}).organisation.api_url


def test_settings_are_immutable() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().max_records = 1  # type: ignore[misc]  # the test breaks the type

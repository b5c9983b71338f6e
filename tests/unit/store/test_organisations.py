"""StoredOrganisations: the parameter is read once a minute, and refused if malformed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from genesys_purge.errors import InvalidRequest, Misconfigured
from genesys_purge.model.regions import DOMAINS
from genesys_purge.settings import Settings
from genesys_purge.store.organisations import MAX_AGE, StoredOrganisations
from genesys_purge.store.parameters import Parameters

from tests.clock import Clock
from tests.mocked_aws import client, mocked_aws, ssm

DEFAULT = Settings(genesys_region="us-west-2", genesys_api_url="https://own.test").organisation
EMEA = {
    "region": "eu-central-1",
    "platform": "live",
    "apiUrl": "https://api.emea.test/",
    "loginUrl": "http://127.0.0.1:8080",
    "residencyZones": ["eu-central-1", "eu-west-1"],
    "recordTypes": ["message", "note"],
    "defaultClassification": "internal",
    "maxRecords": 7,
    "concurrentJobs": 2,
    "requestsPerSecond": 0.5,
    "liveRequestsPerSecond": 3,
}


@pytest.fixture(autouse=True)
def parameters() -> Iterator[None]:
    with mocked_aws():
        yield


def put(**organisations: Any) -> None:
    value = json.dumps({"organisations": organisations})
    client("ssm").put_parameter(Name="/known", Value=value, Type="String", Overwrite=True)


def adapter() -> StoredOrganisations:
    return StoredOrganisations(
        DEFAULT, lambda _: None, Parameters(ssm()), "/known", "stack/organisations/"
    )


def test_organisation_has_its_settings_and_a_secret_by_its_name() -> None:
    put(emea=EMEA)
    found = adapter().named("emea")
    assert (found.name, found.secret) == ("emea", "stack/organisations/emea")
    assert (found.platform, found.region) == ("live", "eu-central-1")
    assert (found.api_url, found.login_url) == ("https://api.emea.test", "http://127.0.0.1:8080")
    assert found.residency_zones == {"eu-central-1", "eu-west-1"}
    assert found.record_types == {"message", "note"}
    assert found.default_classification == "internal"
    assert (found.max_records, found.concurrent_jobs) == (7, 2)
    assert (found.requests_per_second, found.live_requests_per_second) == (0.5, 3)


def test_omitted_settings_except_hosts_are_the_default_ones() -> None:
    put(apac={"region": "ap-southeast-2"})
    found = adapter().named("apac")
    assert found.api_url == "https://api.mypurecloud.com.au"
    assert found.login_url == "https://login.mypurecloud.com.au"
    same = ("platform", "residency_zones", "max_records", "concurrent_jobs")
    assert [getattr(found, name) for name in same] == [getattr(DEFAULT, name) for name in same]


def test_organisation_may_be_in_any_region() -> None:
    put(**{region: {"region": region} for region in DOMAINS})
    named = adapter()
    hosts = {region: named.named(region).api_url for region in DOMAINS}
    assert hosts == {region: f"https://api.{domain}" for region, domain in DOMAINS.items()}


@pytest.mark.parametrize(
    "url",
    ["https://api.emea.test:8443/proxy/genesys", "http://127.0.0.1", "http://127.0.0.1:80/a-b_c"],
)
def test_url_of_an_organisation_may_have_a_port_and_a_path(url: str) -> None:
    put(emea=EMEA | {"apiUrl": url})
    assert adapter().named("emea").api_url == url


@pytest.mark.parametrize(("known", "expected"), [({}, "must be absent"), ({"emea": EMEA}, "emea")])
def test_unknown_organisation_is_refused_with_the_known_ones(
    known: dict[str, Any], expected: str
) -> None:
    put(**known)
    with pytest.raises(InvalidRequest, match=expected) as refused:
        adapter().named("latam")
    (error,) = refused.value.fields
    assert error.path == "organisation"
    assert "/known has no other; add it there" in error.message
    assert "in force within a minute" in error.message


MALFORMED: list[dict[str, Any]] = [
    {},
    {"region": "mars-1"},
    {"region": "eu-west-1", "secret": "theirs"},
    {"region": "eu-west-1", "platform": "both"},
    {"region": "eu-west-1", "apiUrl": "http://api.emea.test"},
    {"region": "eu-west-1", "loginUrl": "https://"},
    {"region": "eu-west-1", "apiUrl": "http://127.0.0.1:x@evil.test"},
    {"region": "eu-west-1", "apiUrl": "http://127.0.0.1:80@evil.test/"},
    {"region": "eu-west-1", "apiUrl": "http://127.0.0.1.evil.test"},
    {"region": "eu-west-1", "apiUrl": "https://me:secret@api.emea.test"},
    {"region": "eu-west-1", "apiUrl": "https://api.emea.test?x=1"},
    {"region": "eu-west-1", "apiUrl": "https://api.emea.test/#x"},
    {"region": "eu-west-1", "apiUrl": "https://api.emea.test:x"},
    {"region": "eu-west-1", "apiUrl": "https://api.emea.test\n"},
    {"region": "eu-west-1", "residencyZones": []},
    {"region": "eu-west-1", "residencyZones": ["mars-1"]},
    {"region": "eu-west-1", "recordTypes": []},
    {"region": "eu-west-1", "recordTypes": ["message;"]},
    {"region": "eu-west-1", "defaultClassification": "secret"},
    {"region": "eu-west-1", "maxRecords": 0},
    {"region": "eu-west-1", "max_records": 5},
    {"region": "eu-west-1", "concurrentJobs": 1_001},
    {"region": "eu-west-1", "requestsPerSecond": 0},
    {"region": "eu-west-1", "liveRequestsPerSecond": "4"},
]


def test_malformed_organisation_is_named_and_stops_no_other(clock: Clock) -> None:
    for wrong in MALFORMED:
        put(emea=EMEA, apac=wrong)
        clock.wait(MAX_AGE + 1)
        with pytest.raises(
            Misconfigured, match=r"^organisation apac in the parameter /known is not"
        ):
            adapter().named("apac")
        assert adapter().named("emea").region == EMEA["region"]
        assert adapter().names() == ["apac", "emea"]


def test_organisation_that_is_no_object_is_named() -> None:
    put(emea=EMEA, apac='{"region": "eu-west-1"}')
    with pytest.raises(
        Misconfigured, match=r"/known is not valid: organisations\.apac: must be an"
    ):
        adapter().named("emea")


def test_organisation_that_is_given_twice_is_named() -> None:
    text = '{"organisations": {"emea": {"region": "eu-west-1"}, "emea": {"region": "us-east-1"}}}'
    client("ssm").put_parameter(Name="/known", Value=text, Type="String")
    with pytest.raises(Misconfigured, match=r"organisations\.emea: is given more than once"):
        adapter().named("emea")


def test_name_that_could_match_another_secret_is_refused(clock: Clock) -> None:
    for name in ("", "EMEA", "-emea", "e" * 41, "../emea", "emea/x"):
        put(**{name: EMEA})
        clock.wait(MAX_AGE + 1)
        with pytest.raises(Misconfigured, match="/known"):
            adapter().named(name)


def test_name_of_the_default_organisation_is_refused() -> None:
    put(default=EMEA)
    with pytest.raises(Misconfigured, match=r"default.*: is the name of the default organisation"):
        adapter().named("default")


def test_organisations_parameter_is_read_once_a_minute(clock: Clock) -> None:
    named = adapter()
    put(emea=EMEA)
    assert named.named("emea").max_records == 7
    put(emea=EMEA | {"maxRecords": 8})
    clock.wait(MAX_AGE)
    assert named.named("emea").max_records == 7
    clock.wait(1)
    assert named.named("emea").max_records == 8


def test_no_organisation_is_known_until_one_is_stored() -> None:
    with pytest.raises(InvalidRequest, match="must be absent: the parameter /known has no other"):
        adapter().named("emea")


def test_organisations_without_read_permission_are_not_absent() -> None:
    with Stubber(client("ssm")) as stubber:
        stubber.add_client_error("get_parameter", "AccessDeniedException")
        with pytest.raises(Misconfigured, match="the parameter /known may not be read"):
            adapter().named("emea")

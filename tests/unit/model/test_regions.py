"""Genesys Cloud's regions."""

from __future__ import annotations

import re

import pytest
from genesys_purge.model.regions import DOMAINS, api_url, login_url


def test_there_are_eighteen_regions_each_with_a_domain_of_its_own() -> None:
    assert len(DOMAINS) == len(set(DOMAINS.values())) == 18


@pytest.mark.parametrize("region", DOMAINS)
def test_a_region_has_an_api_and_a_login_host(region: str) -> None:
    assert api_url(region) == f"https://api.{DOMAINS[region]}"
    assert login_url(region) == f"https://login.{DOMAINS[region]}"
    assert re.fullmatch(r"[a-z0-9.-]+\.(com|cloud|ie|de|jp|com\.au)", DOMAINS[region])


@pytest.mark.parametrize(
    ("region", "domain"),
    [
        ("us-east-1", "mypurecloud.com"),
        ("us-east-2", "use2.us-gov-pure.cloud"),
        ("eu-central-1", "mypurecloud.de"),
        ("ap-southeast-2", "mypurecloud.com.au"),
        ("eusc-de-east-1", "edee1.eusc-pure.cloud"),
    ],
)
def test_the_domain_changes_with_the_region(region: str, domain: str) -> None:
    assert DOMAINS[region] == domain


@pytest.mark.parametrize("region", ["", "us-east-3", "US-EAST-1", "mypurecloud.com", "evil.test/"])
def test_any_other_region_is_refused_with_the_list_of_those_that_there_are(region: str) -> None:
    for url in (api_url, login_url):
        with pytest.raises(ValueError, match=r"GENESYS_REGION: .* is none of us-east-1, "):
            url(region)

"""The regions of Genesys Cloud."""

from __future__ import annotations

import re

import pytest
from genesys_purge.model.regions import DOMAINS, api_url, login_url


def test_eighteen_regions_have_distinct_domains() -> None:
    assert len(DOMAINS) == len(set(DOMAINS.values())) == 18


def test_region_has_an_api_and_a_login_host() -> None:
    for region, domain in DOMAINS.items():
        assert api_url(region) == f"https://api.{domain}"
        assert login_url(region) == f"https://login.{domain}"
        assert re.fullmatch(r"[a-z0-9.-]+\.(com|cloud|ie|de|jp|com\.au)", domain)


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
def test_domain_depends_on_the_region(region: str, domain: str) -> None:
    assert DOMAINS[region] == domain


def test_unknown_region_is_refused_with_the_list_of_regions() -> None:
    for region in ("", "us-east-3", "US-EAST-1", "mypurecloud.com", "evil.test/"):
        for url in (api_url, login_url):
            with pytest.raises(ValueError, match=f"must be one of us-east-1, .*, not '{region}'"):
                url(region)

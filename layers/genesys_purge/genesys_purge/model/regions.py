"""The API and login hosts of Genesys Cloud by AWS region name."""

from __future__ import annotations

DOMAINS = {
    "us-east-1": "mypurecloud.com",
    "us-east-2": "use2.us-gov-pure.cloud",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "eu-west-1": "mypurecloud.ie",
    "eu-west-2": "euw2.pure.cloud",
    "eu-central-1": "mypurecloud.de",
    "eu-central-2": "euc2.pure.cloud",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-southeast-1": "apse1.pure.cloud",
    "ap-northeast-1": "mypurecloud.jp",
    "ap-northeast-2": "apne2.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
}


def api_url(region: str) -> str:
    """The base URL of the API; raises ValueError if Genesys Cloud has no such region."""
    return f"https://api.{_domain(region)}"


def login_url(region: str) -> str:
    """The base URL of the login service; raises ValueError as `api_url` does."""
    return f"https://login.{_domain(region)}"


def _domain(region: str) -> str:
    if region not in DOMAINS:
        raise ValueError(f"GENESYS_REGION must be one of {', '.join(DOMAINS)}, not {region!r}")
    return DOMAINS[region]

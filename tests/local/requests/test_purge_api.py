"""Reading runs through the application's public API."""

from typing import Any
from unittest.mock import patch

from local.requests.purge_api import PurgeApi

PAGES: dict[str, dict[str, Any]] = {
    "/purges/run-1": {"totals": {"deleted": 3}, "batches": [{"batch": 0}], "next": "1"},
    "/purges/run-1?next=1": {"batches": [{"batch": 1}], "next": "2"},
    "/purges/run-1?next=2": {"batches": [{"batch": 2}]},
}


def test_run_has_the_totals_of_the_first_page_and_the_batches_of_all() -> None:
    with PurgeApi("http://127.0.0.1") as api, patch.object(api, "_get", PAGES.__getitem__):
        assert api.run("run-1") == {
            "totals": {"deleted": 3},
            "batches": [{"batch": 0}, {"batch": 1}, {"batch": 2}],
        }
